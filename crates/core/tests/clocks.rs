//! Clocks that differ: what would spoil evidence is left, and put down.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code)]
#[path = "../../ledger/tests/timestamp/authority.rs"]
mod authority;
mod kit;

use authority::{Authority, WELL};
use kit::House;
use tigertally_core::{
    EntryFilter, TimeStampAuthority,
    clock::system,
    desk::{ClockOff, Round, StampError, Whose},
};
use tigertally_ledger::Cosigner;

const WITNESS: &str = "w1.example";

fn witness() -> Cosigner {
    Cosigner::ed25519(WITNESS, &[7; 32]).unwrap()
}

/// The signed checkpoint of a company with one witness.
async fn round_of(house: &House) -> Round {
    let mut settings = house.system.settings();
    settings.evidence.trust_policy =
        format!("witness W1 {} http://{WITNESS}\nquorum W1\n", witness().verifier_key());
    house.system.change_settings(&house.operator.actor(), settings).await.unwrap();
    let mut signed = house.system.checkpoint_signed();
    loop {
        if let Some(round) = house.system.witness_round().unwrap() {
            return round;
        }
        signed.changed().await.unwrap();
    }
}

#[tokio::test]
async fn a_cosignature_of_another_time_is_left() {
    let house = House::new().await;
    let round = round_of(&house).await;
    let now_s = house.system.now_ms() / 1000;
    for (off_s, taken) in [(-3600, false), (-301, false), (301, false), (-300, true), (300, true)] {
        let time_s = now_s.checked_add_signed(off_s).unwrap();
        let cosignature = witness().cosign(round.note.text(), time_s).unwrap();
        let mut asked = round.clone();
        let came = house.system.take_cosignatures(&mut asked, vec![cosignature]).await.unwrap();
        let off = (!taken).then(|| ClockOff { whose: Whose::Witness("W1".to_owned()), ahead_s: off_s });
        assert_eq!((came.quorum, came.off), (taken, off), "{off_s}");
        assert_eq!(asked.note != round.note, taken, "{off_s}");
        assert_eq!(house.system.cosigned_size() > 0, taken, "{off_s}");
    }
}

#[tokio::test]
async fn a_false_cosignature_does_not_take_a_true_one_away() {
    let house = House::new().await;
    let mut round = round_of(&house).await;
    let now_s = house.system.now_ms() / 1000;
    let good = witness().cosign(round.note.text(), now_s).unwrap();
    let other = format!("{}0\n{}\n", "other\n", "A".repeat(43) + "=");
    let bad = witness().cosign(&other, now_s).unwrap();
    let came = house.system.take_cosignatures(&mut round, vec![good, bad]).await.unwrap();
    assert!(came.quorum && round.policy.check(&round.note.to_string()).is_ok());
}

#[tokio::test]
async fn a_time_stamp_of_another_time_is_not_kept() {
    let house = House::new().await;
    round_of(&house).await;
    let authority = Authority::new("p256");
    let named = TimeStampAuthority {
        name: "tiger-stamps".to_owned(),
        url: "http://stamps.example/".to_owned(),
        anchors: std::fs::read_to_string(authority.path("root.crt")).unwrap(),
        crl_url: String::new(),
    };
    // OpenSSL stamps by the machine's clock; the company's is an hour behind it.
    house.set_clock(system()() - 3_600_000);
    let asked = house.system.to_be_stamped().unwrap();
    let answer = authority.reply(&asked.request, WELL);
    let kept = house.system.keep_time_stamp(&named, &asked, &answer, None).await;
    let Err(StampError::Clock(off)) = kept else { panic!("{kept:?}") };
    assert_eq!(off.whose, Whose::Authority("tiger-stamps".to_owned()));
    assert!((3500..3700).contains(&off.ahead_s), "{off:?}");
    assert!(house.system.time_stamps(9).unwrap().is_empty());
    house.set_clock(system()());
    house.system.keep_time_stamp(&named, &asked, &answer, None).await.unwrap();
    assert_eq!(house.system.time_stamps(9).unwrap().len(), 1);
}

#[tokio::test]
async fn a_clock_that_was_set_back_is_found_and_put_down() {
    let house = House::new().await;
    let seen_ms = house.system.last_entry_ms().unwrap().unwrap();
    assert_eq!(seen_ms, house.system.now_ms());
    house.set_clock(seen_ms - 300_000);
    assert_eq!(house.system.behind(seen_ms), None);
    house.set_clock(seen_ms - 301_000);
    let off = house.system.behind(seen_ms).unwrap();
    assert_eq!(off, ClockOff { whose: Whose::Ledger, ahead_s: 301 });
    house.system.tell_of_clock(&off).await.unwrap();
    // Now the last entry is of the new time; whoever watches remembers the one before.
    assert_eq!(house.system.last_entry_ms().unwrap(), Some(seen_ms - 301_000));
    house.pass(3600);
    assert_eq!(house.system.behind(seen_ms), None, "a clock that is ahead writes in order");

    let compliance = house.sign_in("S005").await;
    let filter = EntryFilter { actions: vec!["clock"], ..EntryFilter::default() };
    let (found, ..) = house.system.entries(&compliance, filter, 9).await.unwrap();
    let body = found[0].body.clone().unwrap();
    assert_eq!(body.detail["clock"], "ledger");
    assert_eq!(body.detail["seconds"], 301);
}
