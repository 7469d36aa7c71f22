//! Answers of authorities, certificates and revocation lists: no input panics, what is read is kept as it
//! came, and without an anchor no token holds.
#![no_main]
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use tigertally_ledger::TimeStampToken;

const ROOT: &[u8] = include_bytes!("timestamp/root.der");
static TOKEN: LazyLock<TimeStampToken> = LazyLock::new(|| {
    TimeStampToken::from_der(include_bytes!("timestamp/token.der")).expect("a good token")
});

fn imprint(token: &TimeStampToken) -> [u8; 32] {
    token.imprint().digest.as_slice().try_into().unwrap_or_default()
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(token) = TimeStampToken::from_der(bytes) {
        assert_eq!(token.as_der(), bytes);
        let own: Vec<_> = token.certificates().into_iter().map(<[u8]>::to_vec).collect();
        let _ = token.verify(&imprint(&token), Some(0), &own, &[]);
        let _ = token.verify(&imprint(&token), None, &own, &[]);
        assert!(token.verify(&imprint(&token), None, &[], &[]).is_err());
    }
    if let Ok(token) = TimeStampToken::from_response(bytes) {
        assert_eq!(TimeStampToken::from_der(token.as_der()).as_ref(), Ok(&token));
    }
    // The same bytes as a list beside a good token, and as the anchor of one.
    let input = [bytes.to_vec()];
    let _ = TOKEN.verify(&imprint(&TOKEN), None, &[ROOT.to_vec()], &input);
    let _ = TOKEN.verify(&imprint(&TOKEN), None, &input, &[]);
});
