//! Mail: who is told of what, once; what becomes of it; and that a link decides for nobody but its person.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use std::net::{IpAddr, Ipv4Addr};

use kit::{House, PASSWORD};
use tigertally_core::{
    MailSecurity, MailSettings, Settings,
    age::Recipients,
    desk::{
        Asked, DeskError, ExportFormat, ExportQuery, LinkError, ListQuery, Mail, MailFault, MailStep,
        MailText, ShownRequest, StaffChange,
    },
    identity::{Actor, SignIn, SignInError, Via, authenticator_code},
    import::Table,
    policy::Role,
    record::{Class, Field, TierRule},
};

const HOUR: u64 = 3600;

fn from() -> SignIn {
    SignIn { address: IpAddr::V4(Ipv4Addr::LOCALHOST), agent: "test".into(), via: Via::Console, device: None }
}

fn mail_settings() -> MailSettings {
    MailSettings {
        host: "127.0.0.1".to_owned(),
        port: 2525,
        security: MailSecurity::Plain,
        user: "tiger".to_owned(),
        sender: "tigertally@example.com".to_owned(),
        public_url: "https://crm.example.com".to_owned(),
        remind_hours: 24,
    }
}

/// A company that sends mail: a seller with a customer, and their manager with an authenticator.
struct Story {
    house: House,
    admin: Actor,
    seller: Actor,
    manager: Actor,
    secret: String,
    customer: String,
}

impl Story {
    async fn new() -> Story {
        let house = House::new().await;
        let admin = house.sign_in("S006").await;
        let (seller, customer) = house.seller_with_customer().await;
        let (manager, secret) = house.sign_in_with_authenticator("S002").await;
        let story = Story { house, admin, seller, manager, secret, customer };
        story.set_mail(mail_settings()).await.unwrap();
        // Tasks are told in the morning, which is over.
        story.house.pass(3 * HOUR);
        story
    }

    async fn set_mail(&self, mail: MailSettings) -> Result<(), DeskError> {
        let system = &self.house.system;
        let settings = Settings { mail, ..system.settings() };
        system.change_settings(&self.admin, settings).await.map(drop)
    }

    async fn ask(&self) -> i64 {
        let fields = [Field::BankCard];
        let asked =
            self.house.system.request_approval(&self.seller, &self.customer, &fields, "核对付款账号", None);
        asked.await.unwrap().0
    }

    async fn take(&self) -> Vec<Mail> {
        self.house.system.take_mails().await.unwrap()
    }

    /// What leaves, and is taken by the server.
    async fn sent(&self) -> Vec<String> {
        let mails = self.take().await;
        let ends = mails.iter().map(|mail| (mail.id, Ok(()))).collect();
        self.house.system.mails_ended(ends).await.unwrap();
        mails.iter().map(line).collect()
    }

    /// Asks, and gives the link that the manager is sent.
    async fn link(&self) -> (i64, String) {
        let id = self.ask().await;
        (id, self.link_to("s002@example.com").await)
    }

    /// The link that somebody is sent.
    async fn link_to(&self, address: &str) -> String {
        let mails = self.take().await;
        let link = mails.iter().find_map(|mail| match &mail.says {
            MailText::Decide { link, .. } if mail.to == address => Some(link.clone()),
            _ => None,
        });
        link.unwrap().strip_prefix("https://crm.example.com/decide/").unwrap().to_owned()
    }

    fn code(&self) -> String {
        self.house.pass(60);
        authenticator_code(&self.secret, self.house.system.now_ms()).unwrap()
    }

    /// The first step: the manager proves who they are, and is shown what was asked for.
    async fn show(&self, link: &str) -> Result<ShownRequest, LinkError> {
        let code = self.code();
        self.house.system.show_by_link(link, (PASSWORD, &code), &from()).await
    }

    /// The second step: they approve.
    async fn approve(&self, link: &str, ticket: &str) -> Result<(), LinkError> {
        self.house.system.decide_by_link(link, ticket, (true, ""), &from()).await.map(drop)
    }

    async fn follow(&self, link: &str) -> Result<(), LinkError> {
        let shown = self.show(link).await?;
        self.approve(link, &shown.ticket).await
    }

    fn edit(&self, sql: &str) {
        let conn = rusqlite::Connection::open(self.house.folder().join("tigertally.db")).unwrap();
        assert!(conn.execute(sql, []).unwrap() > 0, "{sql}");
    }
}

/// A mail in a line.
fn line(mail: &Mail) -> String {
    let to = mail.to.split('@').next().unwrap();
    match &mail.says {
        MailText::Decide { request, step, in_place_of, .. } => {
            let step = match step {
                MailStep::Asked => "asked",
                MailStep::Waits => "waits",
                MailStep::Lapses => "lapses",
            };
            let away = in_place_of.as_ref().map(|name| format!(" for {name}")).unwrap_or_default();
            format!("{to}: {step} {} {} of {}{away}", request.kind, request.id, request.requester.0)
        }
        MailText::Decided { request, approved } => format!("{to}: {} approved {approved}", request.id),
        MailText::Tasks { due, overdue } => format!("{to}: tasks {due} {overdue}"),
        MailText::Trial => format!("{to}: trial"),
    }
}

fn is_gone(end: &Result<(), LinkError>) -> bool {
    matches!(end, Err(LinkError::Desk(DeskError::NotFound("link"))))
}

fn is_no_ticket(end: &Result<(), LinkError>) -> bool {
    matches!(end, Err(LinkError::SignIn(SignInError::TooLate)))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_decides_is_told_once_reminded_twice_and_who_asked_hears_the_answer() {
    let story = Story::new().await;
    let id = story.ask().await;
    assert_eq!(story.sent().await, [format!("s002: asked access {id} of S001")]);
    assert!(story.sent().await.is_empty(), "once");
    story.house.pass(24 * HOUR);
    assert_eq!(story.sent().await, [format!("s002: waits access {id} of S001")]);
    story.house.pass(5 * 24 * HOUR);
    assert!(story.sent().await.is_empty());
    story.house.pass(10 * HOUR);
    assert_eq!(story.sent().await, [format!("s002: lapses access {id} of S001")]);
    let manager = story.house.sign_in("S002").await;
    story.house.system.decide_approval(&manager, id, true, "", None).await.unwrap();
    assert_eq!(story.sent().await, [format!("s001: {id} approved true")]);
    assert!(story.sent().await.is_empty());
    // One that is decided before is not reminded of.
    let id = story.ask().await;
    story.sent().await;
    story.house.system.decide_approval(&manager, id, false, "这个账号不用核对", None).await.unwrap();
    assert_eq!(story.sent().await, [format!("s001: {id} approved false")]);
    story.house.pass(26 * HOUR);
    assert!(story.sent().await.is_empty());
    assert!(story.house.audit().fault.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_has_a_mail_before_it_leaves_and_nothing_of_the_customer() {
    let story = Story::new().await;
    let id = story.ask().await;
    let before = story.house.system.ledger_size();
    let mails = story.take().await;
    assert_eq!(story.house.system.ledger_size(), before + 1);
    let compliance = story.house.sign_in("S005").await;
    let entry = story.house.system.entry(&compliance, before).await.unwrap().row;
    let body = entry.body.unwrap();
    assert_eq!((entry.action.as_str(), body.actor.as_str()), ("mail", "system"));
    let told = serde_json::json!([{"mail": mails[0].id, "kind": "asked", "to": "S002", "about": id}]);
    assert_eq!(body.detail["mails"], told);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_survives_a_stop_and_what_was_given_out_is_not_sent_again() {
    let story = Story::new().await;
    let id = story.ask().await;
    let Story { house, admin, seller, manager, secret, customer } = story;
    drop((admin, seller, manager));
    let house = house.reopen();
    let mails = house.system.take_mails().await.unwrap();
    assert_eq!(mails.iter().map(line).collect::<Vec<_>>(), [format!("s002: asked access {id} of S001")]);
    drop(mails);
    // It stops before anybody knows what the mail server said.
    let house = house.reopen();
    assert!(house.system.take_mails().await.unwrap().is_empty());
    house.pass(HOUR);
    let admin = house.sign_in("S006").await;
    let (mailbox, _) = house.system.mailbox(&admin).await.unwrap();
    assert_eq!((mailbox.waiting, mailbox.unknown), (0, 1));
    house.pass(24 * HOUR);
    let (seller, manager) = (house.sign_in("S001").await, house.sign_in("S002").await);
    let story = Story { house, admin, seller, manager, secret, customer };
    let sent = story.sent().await;
    assert!(
        sent.contains(&format!("s002: waits access {id} of S001")),
        "the reminder says the same: {sent:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_does_not_take_is_tried_for_a_day_and_then_told() {
    let story = Story::new().await;
    let id = story.ask().await;
    let system = &story.house.system;
    let mut tries = 0;
    for _ in 0..(26 * 60) {
        let mails = story.take().await;
        tries += mails.iter().filter(|mail| line(mail).contains("asked")).count();
        let ends = mails.iter().map(|mail| (mail.id, Err(MailFault::Unreachable))).collect();
        system.mails_ended(ends).await.unwrap();
        story.house.pass(60);
    }
    assert!((20..40).contains(&tries), "{tries} tries in a day");
    let admin = story.house.sign_in("S006").await;
    let (mailbox, _) = system.mailbox(&admin).await.unwrap();
    let asked = mailbox.failed.iter().find(|mail| mail.kind == "asked").unwrap();
    assert_eq!((asked.about, asked.to.0.as_str(), asked.fault), (id, "S002", MailFault::Unreachable));
    assert!(asked.given_up && mailbox.given_up == 1);
    // An address that the server refuses for good is not tried again.
    story.house.pass(60);
    let seller = story.house.sign_in("S001").await;
    let asked = system.request_approval(&seller, &story.customer, &[Field::Mobile], "核对来电号码", None);
    let id = asked.await.unwrap().0;
    let mail = story.take().await.into_iter().find(|mail| line(mail).contains(&format!("asked access {id}")));
    system.mails_ended(vec![(mail.unwrap().id, Err(MailFault::Refused))]).await.unwrap();
    story.house.pass(2 * HOUR);
    assert!(!story.sent().await.iter().any(|line| line.contains(&format!("asked access {id}"))));
    assert_eq!(system.mailbox(&admin).await.map(|(mailbox, _)| mailbox.given_up).unwrap_or(2), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_piles_up_without_a_mail_server_or_an_address() {
    let story = Story::new().await;
    story.set_mail(MailSettings::default()).await.unwrap();
    story.ask().await;
    assert!(story.take().await.is_empty());
    story.set_mail(mail_settings()).await.unwrap();
    assert!(story.take().await.is_empty(), "what was asked for without mail is not told later");
    // Switched off while something waits: that is dropped.
    story.ask().await;
    story.set_mail(MailSettings::default()).await.unwrap();
    assert!(story.take().await.is_empty());
    story.set_mail(mail_settings()).await.unwrap();
    story.house.pass(30 * HOUR);
    assert!(story.take().await.is_empty());
    let conn = rusqlite::Connection::open(story.house.folder().join("tigertally.db")).unwrap();
    conn.execute("UPDATE staff SET email = '' WHERE no = 'S002'", []).unwrap();
    let seller = story.house.sign_in("S001").await;
    let asked =
        story.house.system.request_approval(&seller, &story.customer, &[Field::Mobile], "核对来电号码", None);
    asked.await.unwrap();
    assert!(story.take().await.is_empty(), "no address");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deputy_is_told_in_the_place_of_who_is_away_and_decides_by_their_own_link() {
    let story = Story::new().await;
    let more = "staff_no,name,department,role,region,manager,joined,email\n\
        S012,谢安,客服部,主管,华南,,2018-03-01,s012@example.com\n";
    story.house.import(Table::Staff, "staff.csv", more).await;
    let (_, secret) = story.house.sign_in_with_authenticator("S012").await;
    let away = Some(("S012", "2026-11-24", "2026-12-20"));
    story.house.system.set_absence(&story.manager, away).await.unwrap();
    let id = story.ask().await;
    let mails = story.take().await;
    assert_eq!(
        mails.iter().map(line).collect::<Vec<_>>(),
        [format!("s012: asked access {id} of S001 for 陈立")]
    );
    let MailText::Decide { link, .. } = &mails[0].says else { panic!("another mail") };
    let link = link.rsplit('/').next().unwrap();
    assert!(matches!(story.follow(link).await, Err(LinkError::SignIn(SignInError::WrongCode))), "not S002's");
    story.house.pass(60);
    let code = authenticator_code(&secret, story.house.system.now_ms()).unwrap();
    let shown = story.house.system.show_by_link(link, (PASSWORD, &code), &from()).await.unwrap();
    assert_eq!(shown.approval.in_place_of, Some(("S002".to_owned(), "陈立".to_owned())));
    story.approve(link, &shown.ticket).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_are_told_once_in_the_morning_as_numbers() {
    let story = Story::new().await;
    story.house.task(&story.seller, &story.customer).await;
    assert!(story.take().await.is_empty(), "due on the 30th, and it is past noon");
    // 2026-11-30 08:30 in Shanghai.
    story.house.set_clock(1_795_998_600_000);
    assert_eq!(story.sent().await, ["s001: tasks 1 0"]);
    assert!(story.sent().await.is_empty());
    story.house.pass(24 * HOUR);
    assert_eq!(story.sent().await, ["s001: tasks 0 1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_decides_once_with_password_and_code_through_the_same_door() {
    let story = Story::new().await;
    let (id, link) = story.link().await;
    let system = &story.house.system;
    let shown = system.read_link(&link).unwrap();
    assert_eq!((shown.request.id, shown.request.kind, shown.request.customers), (id, "access", 1));
    assert_eq!((shown.person.0.as_str(), shown.in_place_of), ("S002", None));
    let entries = system.ledger_size();
    system.read_link(&link).unwrap();
    assert_eq!(system.ledger_size(), entries, "who looks through mail leaves nothing and decides nothing");

    let code = story.code();
    let wrong = system.show_by_link(&link, ("three tigers in a cow", &code), &from()).await;
    assert!(matches!(wrong, Err(LinkError::SignIn(SignInError::Wrong))));
    let shown = system.show_by_link(&link, (PASSWORD, &code), &from()).await.unwrap();
    assert_eq!((shown.approval.id, shown.approval.reason.as_str()), (id, "核对付款账号"));
    let again = system.show_by_link(&link, (PASSWORD, &code), &from()).await;
    assert!(matches!(again, Err(LinkError::SignIn(SignInError::WrongCode))), "a code serves once");
    // A refusal without a reason uses no ticket up.
    let refused = system.decide_by_link(&link, &shown.ticket, (false, "不"), &from()).await;
    assert!(matches!(refused, Err(LinkError::Desk(DeskError::Invalid { .. }))));
    let again = system.show_again_by_link(&link, &shown.ticket, &from()).await.unwrap();
    assert_eq!(*again.ticket, *shown.ticket);
    let decided = system.decide_by_link(&link, &shown.ticket, (true, ""), &from()).await.unwrap();
    assert_eq!(decided.0, id);
    let compliance = story.house.sign_in("S005").await;
    for (index, action) in [(shown.receipt.index, "work.read"), (decided.1.index, "approval.decide")] {
        let row = system.entry(&compliance, index).await.unwrap().row;
        let body = row.body.unwrap();
        assert_eq!((body.actor.as_str(), body.via.as_str()), ("S002", "mail"), "{action}");
        assert_eq!(row.action, action);
    }
    assert!(is_gone(&story.follow(&link).await), "a second time");
    let mine = system.approvals(&story.seller).await.unwrap().mine;
    assert_eq!(mine[0].votes.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_was_altered_or_is_over_is_none() {
    let story = Story::new().await;
    let (id, link) = story.link().await;
    let system = &story.house.system;
    for at in 0..link.len() {
        let other = if link.as_bytes()[at] == b'A' { "B" } else { "A" };
        let mut altered = link.clone();
        altered.replace_range(at..=at, other);
        assert!(matches!(system.read_link(&altered), Err(DeskError::NotFound("link"))), "letter {at}");
    }
    for none in ["", "A", &link[1..], &format!("{link}AA")] {
        assert!(matches!(system.read_link(none), Err(DeskError::NotFound("link"))), "{none:?}");
    }
    system.withdraw_approval(&story.seller, id).await.unwrap();
    assert!(is_gone(&story.follow(&link).await), "withdrawn");

    let (id, link) = story.link().await;
    story.house.pass(8 * 24 * HOUR);
    assert!(is_gone(&story.follow(&link).await), "lapsed: {id}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_bound_to_what_was_asked_for() {
    let story = Story::new().await;
    let (id, link) = story.link().await;
    story.edit(&format!("UPDATE approval SET fields = fields | 2 WHERE id = {id}"));
    assert!(is_gone(&story.follow(&link).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_helps_nobody_who_may_not_decide_any_more() {
    let story = Story::new().await;
    let (id, link) = story.link().await;
    let other = "staff_no,name,department,role,region,manager,joined,email\n\
        S002,陈立,客服部,员工,华南,,2018-03-01,s002@example.com\n";
    story.house.import(Table::Staff, "staff.csv", other).await;
    let denied = story.follow(&link).await;
    assert!(matches!(denied, Err(LinkError::Desk(DeskError::Denied { .. }))), "shown nothing: {denied:?}");
    let change = StaffChange { no: "S002".to_owned(), active: Some(false), ..StaffChange::default() };
    story.house.system.change_staff(&story.admin, &change).await.unwrap();
    assert!(is_gone(&story.follow(&link).await), "left: {id}");
    assert_eq!(story.manager.role(), Role::Manager);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_behind_a_link_is_slowed_as_at_the_sign_in() {
    let story = Story::new().await;
    let (_, link) = story.link().await;
    let system = &story.house.system;
    for _ in 0..5 {
        let wrong = system.show_by_link(&link, (PASSWORD, "000000"), &from()).await;
        assert!(matches!(wrong, Err(LinkError::SignIn(SignInError::WrongCode))));
    }
    let slowed = system.show_by_link(&link, (PASSWORD, "000000"), &from()).await;
    assert!(matches!(slowed, Err(LinkError::SignIn(SignInError::Throttled { .. }))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_good_once_for_its_link_and_for_five_minutes() {
    let story = Story::new().await;
    let (_, link) = story.link().await;
    let shown = story.show(&link).await.unwrap();
    let (_, other) = story.link().await;
    assert!(is_no_ticket(&story.approve(&other, &shown.ticket).await), "of another link");
    assert!(is_no_ticket(&story.approve(&link, "").await));
    assert!(is_no_ticket(&story.approve(&link, "of nobody's").await));
    let again = story.house.system.show_again_by_link(&other, &shown.ticket, &from()).await;
    assert!(matches!(again, Err(LinkError::SignIn(SignInError::TooLate))), "nor is it shown with it");
    story.approve(&link, &shown.ticket).await.unwrap();

    let shown = story.show(&other).await.unwrap();
    story.house.pass(299);
    story.house.system.show_again_by_link(&other, &shown.ticket, &from()).await.unwrap();
    story.house.pass(1);
    let size = story.house.system.ledger_size();
    assert!(is_no_ticket(&story.approve(&other, &shown.ticket).await), "after five minutes");
    let compliance = story.house.sign_in("S005").await;
    let row = story.house.system.entry(&compliance, size).await.unwrap().row;
    let body = row.body.unwrap();
    assert_eq!((row.action.as_str(), body.actor.as_str()), ("sign_in", "S002"));
    assert_eq!((body.via.as_str(), &body.detail["failed"]), ("mail", &serde_json::json!("ticket")));

    // Two at once with one ticket: one of them decides.
    let shown = story.show(&other).await.unwrap();
    let (one, two) = tokio::join!(story.approve(&other, &shown.ticket), story.approve(&other, &shown.ticket));
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1);
    let mine = story.house.system.approvals(&story.seller).await.unwrap().mine;
    assert!(mine.iter().all(|approval| approval.votes.len() == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_between_the_steps_counts() {
    let story = Story::new().await;
    let system = &story.house.system;
    let (id, link) = story.link().await;
    let shown = story.show(&link).await.unwrap();
    system.withdraw_approval(&story.seller, id).await.unwrap();
    assert!(is_gone(&story.approve(&link, &shown.ticket).await), "withdrawn");

    // Whoever set their sign-in anew, or had it taken, has no ticket from before.
    let (_, link) = story.link().await;
    let shown = story.show(&link).await.unwrap();
    story.house.system.sign_out_everywhere(&story.manager).await.unwrap();
    assert!(is_no_ticket(&story.approve(&link, &shown.ticket).await));

    let shown = story.show(&link).await.unwrap();
    let change = StaffChange { no: "S002".to_owned(), active: Some(false), ..StaffChange::default() };
    system.change_staff(&story.admin, &change).await.unwrap();
    assert!(is_gone(&story.approve(&link, &shown.ticket).await), "struck off");
    let mine = system.approvals(&story.seller).await.unwrap().mine;
    assert!(mine.iter().all(|approval| approval.votes.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_the_proof_stands_what_the_inbox_shows() {
    let story = Story::new().await;
    let system = &story.house.system;
    let key = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
    let query = ExportQuery {
        list: ListQuery::default(),
        fields: vec![Field::Name, Field::IdNumber],
        clear: vec![Field::IdNumber],
        format: ExportFormat::Csv,
        recipients: Some(Recipients::parse(key).unwrap()),
    };
    system.request_export(&story.seller, &query, "实名核验用名单").await.unwrap();
    let link = story.link_to("s002@example.com").await;
    let shown = story.show(&link).await.unwrap();
    let Asked::Export { people, in_clear, recipients, .. } = &shown.approval.asked else { panic!() };
    assert_eq!((*people, in_clear.as_slice()), (1, [(Class::Sensitive, 1)].as_slice()));
    assert_eq!(recipients.as_slice(), [key]);
    let manager = story.house.sign_in("S002").await;
    let waiting = system.approvals(&manager).await.unwrap().waiting;
    assert_eq!(format!("{:?}", waiting[0]), format!("{:?}", shown.approval), "as in the inbox");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_damaged_is_not_mailed_and_keeps_nobody_elses_mail() {
    let story = Story::new().await;
    let system = &story.house.system;
    let rule = TierRule { medium_spend_fen: 0, ..TierRule::default() };
    let (damaged, _) = system.propose_tiers(&story.admin, &rule, "全部客户至少按中级保护").await.unwrap();
    let away = Some(("S001", "2026-11-24", "2026-12-20"));
    let colleague = story.house.sign_in("S003").await;
    system.set_absence(&colleague, away).await.unwrap();
    let id = story.ask().await;
    story.edit("UPDATE proposal SET effect = '[]'");
    story.edit("UPDATE absence SET to_day = '2027-12-20'");
    assert_eq!(story.sent().await, [format!("s002: asked access {id} of S001")]);
    let conn = rusqlite::Connection::open(story.house.folder().join("tigertally.db")).unwrap();
    let state: u8 = conn
        .query_row("SELECT state FROM mail WHERE kind = 0 AND about = ?1", [damaged], |row| row.get(0))
        .unwrap();
    assert_eq!(state, 4, "it is not tried again");
    drop(conn);
    story.house.pass(25 * HOUR);
    assert_eq!(story.sent().await, [format!("s002: waits access {id} of S001")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_back_leaves_later() {
    let story = Story::new().await;
    let id = story.ask().await;
    let mails = story.take().await;
    story.house.system.put_mails_back(mails.iter().map(|mail| mail.id).collect()).await.unwrap();
    assert_eq!(story.sent().await, [format!("s002: asked access {id} of S001")]);
    assert!(story.sent().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_holds_for_its_server_only_and_settings_that_give_it_away_are_refused() {
    let story = Story::new().await;
    story.house.system.set_mail_password(&story.admin, "a secret of ours").await.unwrap();
    let password = || story.house.system.mail_server().unwrap().unwrap().password;
    assert_eq!(password().as_deref().map(String::as_str), Some("a secret of ours"));
    let elsewhere =
        MailSettings { host: "mail.evil.example".to_owned(), security: MailSecurity::Tls, ..mail_settings() };
    story.set_mail(elsewhere.clone()).await.unwrap();
    assert!(password().is_none(), "the password does not go to another server");
    for (name, mail) in [
        ("mail_security", MailSettings { security: MailSecurity::Plain, ..elsewhere.clone() }),
        ("mail_host", MailSettings { host: "mail example".to_owned(), ..elsewhere.clone() }),
        ("mail_port", MailSettings { port: 0, ..elsewhere.clone() }),
        ("mail_user", MailSettings { user: "a\r\nRCPT".to_owned(), ..elsewhere.clone() }),
        ("mail_sender", MailSettings { sender: "a@b\r\nBcc: c@d.example".to_owned(), ..elsewhere.clone() }),
        (
            "mail_public_url",
            MailSettings { public_url: "http://crm.example.com".to_owned(), ..elsewhere.clone() },
        ),
        ("mail_remind_hours", MailSettings { remind_hours: 0, ..elsewhere.clone() }),
    ] {
        let refused = story.set_mail(mail).await;
        assert!(matches!(refused, Err(DeskError::Setting(of)) if of == name), "{name}");
    }
    let denied = story.house.system.set_mail_password(&story.seller, "another secret").await;
    assert!(matches!(denied, Err(DeskError::Denied { .. })));
}
