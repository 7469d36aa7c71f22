//! Values at the door: what is taken is taken again unchanged, and its mask does not hold it.
#![no_main]
use libfuzzer_sys::fuzz_target;
use tigertally_core::record::{Field, check, parse_date, parse_fen};
use tigertally_crypto::mask;

fuzz_target!(|text: &str| {
    for field in Field::ALL {
        if let Ok(value) = check(field, text) {
            assert_eq!(*check(field, &value).expect("a normal form is valid"), *value);
        }
    }
    let _ = (parse_date(text), parse_fen(text));
    for shown in [mask::mobile(text), mask::id_number(text), mask::bank_card(text), mask::email(text)] {
        assert!(shown.contains('*'));
    }
    let _ = (mask::person(text), mask::address(text), mask::needs(text));
});
