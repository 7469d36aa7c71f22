//! The periodic access review: who confirms what, what lapses by itself, and the audit sheet that tells of it.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use kit::House;
use tigertally_core::{
    Reviews, ShareEnd, Span,
    desk::{
        Access, Assignment, DeskError, NewRecord, ReviewAnswer, ReviewQuery, ShareRequest, ShareTo,
        StatedPurpose,
    },
    entry::action,
    identity::Actor,
    import::Table,
    policy::PurposeKind,
    record::{Class, Field, Kind},
};

const DAY: u64 = 86_400;
const MORE_STAFF: &str = "staff_no,name,department,role,region,manager,joined,email
S014,秦越,数据部,数据保护负责人,,,2020-01-06,s014@example.com
S022,顾承,渠道部,manager,华北,,2020-01-06,s022@example.com
";

struct Firm {
    house: House,
    owner: Actor,
    manager: Actor,
    colleague: Actor,
    compliance: Actor,
    customers: Vec<String>,
}

impl Firm {
    /// A department with three high-tier customers: the first is shared with a colleague, who may see its mobile, too.
    async fn new() -> Firm {
        let house = House::new().await;
        house.import(Table::Staff, "more.csv", MORE_STAFF).await;
        let (owner, manager) = (house.sign_in("S001").await, house.sign_in("S002").await);
        let (colleague, compliance) = (house.sign_in("S003").await, house.sign_in("S005").await);
        let mut customers = Vec::new();
        for n in 0..3 {
            let values = vec![
                (Field::Name, format!("启明{n}号纸业有限公司")),
                (Field::Mobile, format!("1391234{:04}", 5678 + n)),
            ];
            let since = Some("2019-01-01".to_owned());
            let new = NewRecord { no: None, kind: Kind::Company, region: String::new(), since, values };
            customers.push(house.system.create_customer(&owner, &new, None).await.unwrap().no);
        }
        Firm { house, owner, manager, colleague, compliance, customers }
    }

    async fn share(&self) -> i64 {
        let until = (self.house.system.today() + jiff::Span::new().days(150)).to_string();
        let wish = ShareRequest {
            to: ShareTo::Person("S003".to_owned()),
            classes: vec![Class::Contact],
            until,
            reason: "联合拜访".to_owned(),
        };
        let (shared, _) =
            self.house.system.share_customer(&self.owner, &self.customers[0], &wish, None).await.unwrap();
        let decided =
            self.house.system.decide_approval(&self.compliance, shared.approval.unwrap(), true, "", None);
        decided.await.unwrap();
        shared.id
    }

    async fn approved(&self) -> i64 {
        let fields = [Field::Mobile];
        let asked = self.house.system.request_approval(
            &self.colleague,
            &self.customers[0],
            &fields,
            "客户来电转接",
            None,
        );
        let (id, _) = asked.await.unwrap();
        self.house.system.decide_approval(&self.manager, id, true, "", None).await.unwrap();
        id
    }

    async fn standing(&self) -> Vec<Access> {
        let review = self.house.system.access_review(&self.manager, &self.customers[0]).await.unwrap();
        review.accesses.into_iter().map(|one| one.access).collect()
    }

    async fn opens(&self, approval: i64) -> bool {
        let purpose = StatedPurpose { kind: PurposeKind::Approval, reference: approval };
        let mobile = [Field::Mobile];
        self.house.system.reveal(&self.colleague, &self.customers[0], &mobile, Some(&purpose)).await.is_ok()
    }

    async fn due(&self, who: &Actor, which: Reviews) -> ([u64; 3], Vec<String>) {
        let query = ReviewQuery { which, days: 14, after: None, limit: 2 };
        let mut page = self.house.system.reviews(who, &query).await.unwrap();
        let mut all: Vec<String> = page.customers.iter().map(|one| one.customer.no.clone()).collect();
        while let Some(after) = page.next.take() {
            page = self
                .house
                .system
                .reviews(who, &ReviewQuery { after: Some(after), ..query.clone() })
                .await
                .unwrap();
            all.extend(page.customers.iter().map(|one| one.customer.no.clone()));
        }
        (page.counts, all)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_keeps_and_ends_item_by_item() {
    let firm = Firm::new().await;
    let (share, approval) = (firm.share().await, firm.approved().await);
    let desk = &firm.house.system;
    let no = &firm.customers[0];
    let all = [Access::ContactPerson, Access::Share(share), Access::Approval(approval)];
    assert_eq!(firm.standing().await, all);

    let answer = |keep: &[Access], end: &[Access]| ReviewAnswer { keep: keep.to_vec(), end: end.to_vec() };
    for wrong in [
        answer(&all[..2], &[]),
        answer(&all, &[Access::Share(share + 1)]),
        answer(&[], &[]),
        answer(&all, &all[..1]),
    ] {
        let done = desk.review_access(&firm.manager, no, &wrong).await;
        assert!(matches!(done, Err(DeskError::Conflict | DeskError::Invalid { .. })), "{wrong:?}");
    }
    let not_theirs = desk.review_access(&firm.owner, no, &answer(&all, &[])).await;
    assert!(matches!(not_theirs, Err(DeskError::Denied { .. })));
    assert!(desk.access_review(&firm.owner, no).await.is_err());

    assert!(firm.opens(approval).await);
    desk.review_access(&firm.manager, no, &answer(&all[..1], &all[1..])).await.unwrap();
    assert!(!firm.opens(approval).await, "an approval that ended opens nothing");
    assert!(desk.view(&firm.colleague, no).await.is_err(), "a share that ended shows nothing");
    let page = desk.view(&firm.owner, no).await.unwrap();
    let due = (desk.today() + jiff::Span::new().days(90)).to_string();
    assert_eq!(page.customer.customer.review_due, Some(due));
    assert_eq!(page.customer.customer.contact_person.as_ref().map(|one| one.no.as_str()), Some("S001"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_confirms_lapses_by_its_day() {
    let firm = Firm::new().await;
    let desk = &firm.house.system;
    let share = firm.share().await;
    firm.house.pass(80 * DAY);
    let (owner, manager) = (firm.house.sign_in("S001").await, firm.house.sign_in("S002").await);
    assert_eq!(desk.reviews_due(&manager, 14).unwrap(), 3);
    assert_eq!(desk.reviews_due(&manager, 5).unwrap(), 0);
    assert_eq!(desk.reviews_due(&owner, 14).unwrap(), 0, "they are the manager's to do");
    let keep = ReviewAnswer { keep: vec![Access::ContactPerson], end: Vec::new() };
    desk.review_access(&manager, &firm.customers[1], &keep).await.unwrap();
    let first = firm.customers[0].clone();
    let open = vec![first.clone(), firm.customers[2].clone()];
    assert_eq!(firm.due(&manager, Reviews::Open).await, ([0, 2, 1], open.clone()));
    assert_eq!(firm.due(&manager, Reviews::Done).await.1, [firm.customers[1].clone()]);

    // The day itself still counts.
    firm.house.pass(10 * DAY);
    assert_eq!(desk.lapse_reviews().await.unwrap(), 0);
    firm.house.pass(DAY);
    assert_eq!(desk.lapse_reviews().await.unwrap(), 2);
    assert_eq!(desk.lapse_reviews().await.unwrap(), 0, "done again it does nothing");
    let (owner, manager) = (firm.house.sign_in("S001").await, firm.house.sign_in("S002").await);
    let colleague = firm.house.sign_in("S003").await;
    assert_eq!(firm.due(&manager, Reviews::Overdue).await, ([2, 0, 1], open));
    let page = desk.view(&owner, &first).await.unwrap();
    assert!(page.customer.customer.contact_person.is_none() && page.shares.is_empty());
    assert_eq!(
        page.customer.customer.owner.as_ref().map(|one| one.no.as_str()),
        Some("S001"),
        "the owner stays"
    );
    assert!(desk.view(&colleague, &first).await.is_err());
    let kept = desk.view(&owner, &firm.customers[1]).await.unwrap();
    assert!(kept.customer.customer.contact_person.is_some(), "what was confirmed stays");

    // The next review begins anew; a contact person is named again.
    desk.review_access(&manager, &first, &ReviewAnswer::default()).await.unwrap();
    let named = Assignment { owner: None, contact_person: Some("S001".to_owned()) };
    desk.assign_customer(&manager, &first, &named).await.unwrap();
    assert_eq!(desk.lapse_reviews().await.unwrap(), 0);

    let span = Span::default();
    let sheet = desk.audit_sheet(&manager, &first, span, false).await.unwrap();
    assert_eq!(sheet.shares.len(), 1);
    assert_eq!((sheet.shares[0].id, sheet.shares[0].why_ended), (share, Some(ShareEnd::Lapsed)));
    let told: Vec<&str> = sheet.reviews().map(|row| row.action.as_str()).collect();
    assert_eq!(told, [action::REVIEW_LAPSE, action::REVIEW]);
    let owners: Vec<&str> = sheet.ownership().map(|row| row.action.as_str()).collect();
    assert_eq!(owners, [action::CREATE, action::REVIEW_LAPSE, action::ASSIGN]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_sheet_is_for_manager_compliance_and_dpo() {
    let firm = Firm::new().await;
    let desk = &firm.house.system;
    let share = firm.share().await;
    let no = &firm.customers[0];
    let dpo = firm.house.sign_in("S014").await;
    let elsewhere = firm.house.sign_in("S022").await;
    let operator = firm.house.operator.actor();
    for who in [&firm.owner, &firm.colleague, &elsewhere, &operator] {
        let made = desk.audit_sheet(who, no, Span::default(), true).await;
        assert!(matches!(made, Err(DeskError::Denied { .. })), "{}", who.no());
    }
    for who in [&firm.manager, &firm.compliance, &dpo] {
        let sheet = desk.audit_sheet(who, no, Span::default(), true).await.unwrap();
        let standing: Vec<Access> = sheet.standing.iter().map(|one| one.access).collect();
        assert_eq!(standing, [Access::ContactPerson, Access::Share(share)]);
        assert_eq!(sheet.customer.mask(Field::Mobile), Some("139****5678"), "masks only");
        let own = sheet.entries.iter().find(|row| row.index == sheet.receipt.index);
        assert_eq!(own.map(|row| row.action.as_str()), Some(action::AUDIT_SHEET), "making one is an access");
    }
    let none = Span { since_ms: Some(1), until_ms: Some(2) };
    assert!(desk.audit_sheet(&dpo, no, none, false).await.unwrap().entries.is_empty());
    let backwards = Span { since_ms: Some(2), until_ms: Some(1) };
    assert!(matches!(desk.audit_sheet(&dpo, no, backwards, false).await, Err(DeskError::Invalid { .. })));
}
