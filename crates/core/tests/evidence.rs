//! Evidence between two time stamps: a stretch of the ledger without gaps, that stood before one and came after another.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code)]
#[path = "../../ledger/tests/timestamp/authority.rs"]
mod authority;
mod kit;

use authority::{Authority, WELL};
use kit::House;
use tigertally_core::{
    TimeStampAuthority,
    clock::system,
    desk::{EvidenceScope, indexes},
};
use tigertally_ledger::bundle::{Outside, verify};

/// Has a checkpoint over all entries stamped; gives its size.
async fn stamp(house: &House, authority: &Authority) -> u64 {
    let size = house.system.ledger_size();
    let mut signed = house.system.checkpoint_signed();
    signed.wait_for(|signed| *signed >= size).await.unwrap();
    let named = TimeStampAuthority {
        name: "tiger-stamps".to_owned(),
        url: "http://stamps.example/".to_owned(),
        anchors: std::fs::read_to_string(authority.path("root.crt")).unwrap(),
        crl_url: String::new(),
    };
    let asked = house.system.to_be_stamped().unwrap();
    let answer = authority.reply(&asked.request, WELL);
    house.system.keep_time_stamp(&named, &asked, &answer, None).await.unwrap();
    asked.size
}

#[tokio::test]
async fn a_stretch_without_gaps_stands_between_two_time_stamps() {
    let house = House::new().await;
    // OpenSSL stamps by the machine's clock.
    house.set_clock(system()());
    let authority = Authority::new("p256");
    let early = stamp(&house, &authority).await;
    let (seller, customer) = house.seller_with_customer().await;
    house.task(&seller, &customer).await;
    let first = early + 2;
    let late = stamp(&house, &authority).await;
    let compliance = house.sign_in("S005").await;
    // Signing in moves the clock on, so that a code is new.
    house.set_clock(system()());

    let asked = format!("{first}-{}", late - 1);
    let scope = EvidenceScope { entries: indexes(&asked).unwrap(), ..EvidenceScope::default() };
    let matter = house.system.open_matter(&compliance, scope, "劳动争议").await.unwrap();
    let gathered = house.system.gather_evidence(matter).await.unwrap();
    let sizes: Vec<u64> = gathered.stamps.iter().map(|stamp| stamp.size).collect();
    assert_eq!(sizes, [late, early]);
    let (zip, _) = house.system.seal_evidence(gathered, Vec::new()).await.unwrap();
    let report = verify(&zip, &Outside::default());
    assert!(report.holds(), "{:?}", report.findings);
    let stood: Vec<u64> = report.entries.iter().map(|entry| entry.index).collect();
    assert!((first..late).all(|index| stood.contains(&index)), "{stood:?}");
    let (after, before) = report.interval(first);
    assert_eq!((after.unwrap().size, before.unwrap().size), (early, late));
}

#[tokio::test]
async fn entries_from_before_every_time_stamp_came_after_none() {
    let house = House::new().await;
    house.set_clock(system()());
    let authority = Authority::new("p256");
    let size = stamp(&house, &authority).await;
    let compliance = house.sign_in("S005").await;
    house.set_clock(system()());
    let scope = EvidenceScope { entries: vec![size - 1], ..EvidenceScope::default() };
    let matter = house.system.open_matter(&compliance, scope, "核对").await.unwrap();
    let gathered = house.system.gather_evidence(matter).await.unwrap();
    assert_eq!(gathered.stamps.iter().map(|stamp| stamp.size).collect::<Vec<_>>(), [size]);
}
