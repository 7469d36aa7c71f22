//! Every door of the server, tried by nobody, by everybody of every role, and looked for in the ledger.
//!
//! The table of who can call what stands in `snapshots/`: a new route, or another answer, shows there for review. The
//! exceptions below have a reason each and may only become fewer: one that is no longer needed fails the test, too.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use std::fmt::Write;

use axum::http::{StatusCode, header};
use kit::{Company, Entry, NOBODY, Needles, Reply};
use tigertally_server::{RouteInfo, routes};

/// One of each role.
const ROLES: [&str; 11] =
    ["S001", "S002", "V001", "M001", "C001", "D001", "X001", "H001", "L001", "A001", "U001"];

/// Doors without a lock: nobody is signed in there yet.
const WITHOUT_SESSION: &[(&str, &str)] = &[
    ("POST /api/v1/sessions", "a sign-in; each try is in the ledger"),
    ("GET /sign-in", "the form"),
    ("POST /sign-in", "a sign-in; each try is in the ledger"),
    ("POST /sign-in/code", "the second step; each try is in the ledger"),
    ("GET /activate", "the form of the first sign-in"),
    ("POST /activate", "the first sign-in, with a code given out for it"),
    ("GET /activate/password", "its second step; without the first it leads back"),
    ("POST /activate/password", "its second step"),
    ("GET /activate/totp", "its third step; without the first it leads back"),
    ("POST /activate/totp", "its third step, which is in the ledger"),
    (
        "GET /decide/{link}",
        "a link that a mail brought, which says as much as the mail; without one it says so",
    ),
    (
        "POST /decide/{link}",
        "asks for password and code before it shows or decides anything; each try and each reading is in the ledger",
    ),
    ("POST /language", "only sets a cookie"),
    (
        "GET /api/v1/ledger/checkpoint",
        "size, root and signature, for whoever keeps them elsewhere; nothing of an entry",
    ),
    ("GET /api/v1/ledger/head", "the same as JSON, with the key that checks it"),
    ("GET /tlog/checkpoint", "the same for tools of tiled logs"),
    ("GET /tlog/tile/{level}/{*number}", "hashes of salted commitments, of which nothing can be learnt"),
];

/// Doors at which nothing is recorded.
const UNRECORDED: &[(&str, &str)] = &[
    ("GET /api/docs", "describes the interface, which is no secret"),
    ("GET /approvals/new", "an empty form; what is sent with it is decided and recorded"),
    ("GET /bulk/new", "an empty form; what is sent with it is decided and recorded"),
    ("GET /customers/new", "an empty form; what is sent with it is decided and recorded"),
    ("GET /exports/new", "an empty form; what is sent with it is decided and recorded"),
    ("GET /handovers/new", "an empty form; what is sent with it is decided and recorded"),
    ("GET /evidence", "an empty form; what is sent with it is decided and recorded"),
    ("GET /import", "an empty form; what is sent with it is decided and recorded"),
    ("GET /policy/ask", "an empty form; what is sent with it is decided and recorded"),
    ("GET /search", "an empty form; what is sent with it is decided and recorded"),
    ("GET /seen", "an empty form; what is sent with it is decided and recorded"),
    ("GET /trace", "an empty form; what is sent with it is decided and recorded"),
    ("GET /tasks/new", "an empty form; what is sent with it is decided and recorded"),
    ("GET /sign-in/code", "the form of the second step, for who has just done the first"),
    ("POST /tour", "only sets a cookie"),
];

/// Doors whose refusal is no denial: that the page behind was looked at stands in the ledger all the same.
const REFUSED_AFTER_VIEW: &[(&str, &str)] = &[
    ("GET /customers/{no}/assign", "the masked page was viewed; there is no form on it for them"),
    ("GET /customers/{no}/share", "the masked page was viewed; there is no form on it for them"),
    ("GET /customers/{no}/erase", "the masked page was viewed; there is no form on it for them"),
    ("GET /rules/edit", "the text was read, which everybody may; there is no form on it for them"),
    ("GET /customers/{no}/edit", "the masked page was viewed; there is no form on it for them"),
];

/// Doors that turn nobody away who is signed in.
const FOR_EVERYBODY: &[(&str, &str)] = &[
    ("DELETE /api/v1/sessions", "one's own session"),
    ("GET /api/v1/sessions", "one's own sessions"),
    ("GET /api/v1/approvals", "those that concern oneself"),
    ("GET /api/v1/tasks", "one's own tasks"),
    ("GET /api/v1/exports", "one's own exports"),
    ("GET /api/v1/handovers", "those that concern oneself"),
    ("GET /handovers", "those that concern oneself"),
    ("GET /handovers/new", "an empty form"),
    ("GET /api/v1/me/absence", "one's own absence"),
    ("PUT /api/v1/me/absence", "one's own absence"),
    ("DELETE /api/v1/me/absence", "one's own absence"),
    ("GET /exports", "one's own exports"),
    ("GET /exports/new", "an empty form"),
    ("GET /me/absence", "one's own absence"),
    ("POST /me/absence", "one's own absence"),
    ("GET /", "one's own first page"),
    ("GET /inbox", "what waits for oneself"),
    ("GET /api/v1/inbox", "what waits for oneself"),
    ("GET /api/docs", "describes the interface, which is no secret"),
    ("GET /rules", "what everybody reads"),
    ("GET /api/v1/rules", "what everybody reads"),
    ("POST /rules/acknowledgement", "one's own acknowledgement"),
    ("POST /api/v1/rules/acknowledgement", "one's own acknowledgement"),
    ("GET /approvals", "those that concern oneself"),
    ("GET /approvals/new", "an empty form"),
    ("GET /bulk/new", "an empty form"),
    ("GET /customers/new", "an empty form"),
    ("GET /api/v1/me", "one's own record"),
    ("GET /me", "one's own record"),
    ("GET /me/sign-in", "one's own sign-in"),
    ("GET /search", "an empty form"),
    ("GET /sign-in/code", "the form of the second step"),
    ("GET /tasks", "one's own tasks"),
    ("GET /tasks/new", "an empty form"),
    ("POST /me/sign-in/password", "one's own password"),
    ("POST /me/sign-in/recovery", "one's own recovery codes"),
    ("POST /sign-out", "one's own session"),
    ("POST /tour", "only sets a cookie"),
];

fn name(route: &RouteInfo) -> String {
    format!("{} {}", route.method, route.path)
}

fn excepted(list: &[(&str, &str)], route: &RouteInfo) -> bool {
    list.iter().any(|(known, _)| *known == name(route))
}

/// What came of a request.
enum Outcome {
    Served,
    Refused,
    /// Neither: the request does not fit the route.
    Unfit,
}

fn outcome(reply: &Reply) -> Outcome {
    match reply.status {
        status if status.is_success() || status.is_redirection() => Outcome::Served,
        StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => Outcome::Refused,
        _ => Outcome::Unfit,
    }
}

fn asks_to_sign_in(route: &RouteInfo, reply: &Reply) -> bool {
    if route.path.starts_with("/api/v1") || route.path.starts_with("/tlog") {
        reply.status == StatusCode::UNAUTHORIZED && reply.problem() == "sign-in"
    } else {
        reply.status == StatusCode::SEE_OTHER && reply.headers[header::LOCATION] == "/sign-in"
    }
}

/// Faults of the doors, all of them told at the end.
#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    fn check(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.0.push(what());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_locked_and_leaves_its_trace() {
    let mut company = Company::new().await;
    company.import(tigertally_core::import::Table::Staff, "deputies.csv", kit::DEPUTIES).await;
    let secrets = secrets(&company);
    let mut findings = Findings::default();
    let mut table = format!("{:<52}{}\n", "", ROLES.join(" "));
    let mut signed_in_ms = company.system.now_ms();
    for route in routes() {
        // A session ends after twelve hours, and trying a door takes minutes: in time, everybody signs in anew.
        if company.system.now_ms() - signed_in_ms > 6 * 3_600_000 {
            company.sign_everybody_in().await;
            signed_in_ms = company.system.now_ms();
        }
        let nobody = company.example(&route, NOBODY).await;
        let size = company.size();
        let reply = company.send(NOBODY, nobody.method, &nobody.path, nobody.carry).await;
        let open = !asks_to_sign_in(&route, &reply);
        let excused = excepted(WITHOUT_SESSION, &route);
        findings.check(open == excused, || format!("{}: without a session {}", name(&route), reply.status));
        findings.check(open || company.size() == size, || format!("{}: nobody made an entry", name(&route)));
        let _ = write!(table, "{:<52}", name(&route));
        let (mut served, mut refused, mut traced, mut denied) = (0, 0, 0, 0);
        for who in ROLES {
            let (reply, entries) = knock(&mut company, &route, who).await;
            let own = |decision: &dyn Fn(u8) -> bool| {
                entries.iter().any(|e| e.actor == who && decision(e.decision))
            };
            let mark = match outcome(&reply) {
                Outcome::Served => {
                    served += 1;
                    traced += u32::from(own(&|decision| decision != 2));
                    "yes "
                }
                Outcome::Refused => {
                    refused += 1;
                    denied += u32::from(own(&|decision| decision == 2));
                    findings.check(own(&|_| true), || {
                        format!("{}: {who} was refused ({}) without a trace", name(&route), reply.status)
                    });
                    "no  "
                }
                Outcome::Unfit => {
                    findings.check(excused, || {
                        format!(
                            "{}: {who}: no fitting example: {} {}",
                            name(&route),
                            reply.status,
                            reply.text()
                        )
                    });
                    "?   "
                }
            };
            let leaked = secrets.found_in(&reply.everything());
            let reveals = route.path.ends_with("/reveal") && reply.status.is_success()
                || route.path == "/hand-off/{link}" && reply.status.is_redirection();
            findings.check(leaked.is_empty() || reveals, || {
                format!("{}: {who} was shown {leaked:?}", name(&route))
            });
            let _ = write!(table, " {mark}");
        }
        let recorded = served == traced;
        table.push_str(if recorded { "\n" } else { "not recorded\n" });
        let unrecorded = excepted(UNRECORDED, &route) || excused;
        findings
            .check(recorded != unrecorded || excused, || format!("{}: recorded: {recorded}", name(&route)));
        findings.check(served > 0 || excused, || format!("{}: nobody is let in", name(&route)));
        findings.check((denied == refused) != excepted(REFUSED_AFTER_VIEW, &route), || {
            format!("{}: {refused} refused, {denied} denials in the ledger", name(&route))
        });
        let everybody = excepted(FOR_EVERYBODY, &route);
        findings.check((refused == 0) == everybody || excused, || {
            format!("{}: refused {refused} of {}", name(&route), ROLES.len())
        });
    }
    let routes = routes();
    for (known, _) in [WITHOUT_SESSION, UNRECORDED, REFUSED_AFTER_VIEW, FOR_EVERYBODY].concat() {
        findings.check(routes.iter().any(|route| name(route) == known), || format!("{known}: no such route"));
    }
    assert!(findings.0.is_empty(), "{}", findings.0.join("\n"));
    insta::assert_snapshot!("doors", table.lines().map(str::trim_end).collect::<Vec<_>>().join("\n"));
}

/// Tries a door as somebody; what it answered, and the entries that came of it.
async fn knock(company: &mut Company, route: &RouteInfo, who: &'static str) -> (Reply, Vec<Entry>) {
    let example = company.example(route, who).await;
    let size = company.size();
    let reply = company.send(who, example.method, &example.path, example.carry).await;
    let entries = company.entries_from(size);
    company.renew(who).await;
    company.pass(30);
    (reply, entries)
}

fn secrets(company: &Company) -> Needles {
    let mut needles = Needles::default();
    for customer in &company.customers {
        for (field, value) in customer.secrets() {
            needles.add_text(&format!("{} of {}", field, customer.no), value);
        }
    }
    needles
}
