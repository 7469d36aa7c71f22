//! Every door of the server, tried by nobody, by everybody of every role, and looked for in the ledger.
//!
//! The table of who can call what stands in `snapshots/`: a new route, or another answer, shows there for review. The
//! exceptions below have a reason each and may only become fewer: one that is no longer needed fails the test, too.

mod kit;

use std::fmt::Write;

use axum::http::{StatusCode, header};
use kit::{Company, Entry, NOBODY, Needles, Reply};
use tigertally_server::{RouteInfo, routes};

/// One of each role.
const ROLES: [&str; 11] =
    ["S001", "S002", "V001", "M001", "C001", "D001", "X001", "H001", "L001", "A001", "U001"];

/// Doors without a lock: nobody is signed in there yet.
const WITHOUT_SESSION: &[(&str, &str)] = &[];

/// Doors at which nothing is recorded.
const UNRECORDED: &[(&str, &str)] = &[];

/// Doors that turn nobody away who is signed in.
const FOR_EVERYBODY: &[(&str, &str)] = &[];

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
    if route.path.starts_with("/api/v1") {
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
    let secrets = secrets(&company);
    let mut findings = Findings::default();
    let mut table = format!("{:<52}{}\n", "", ROLES.join(" "));
    for route in routes() {
        let nobody = company.example(&route, NOBODY).await;
        let size = company.size();
        let reply = company.send(NOBODY, nobody.method, &nobody.path, nobody.carry).await;
        let open = !asks_to_sign_in(&route, &reply);
        let excused = excepted(WITHOUT_SESSION, &route);
        findings.check(open == excused, || format!("{}: without a session {}", name(&route), reply.status));
        findings.check(open || company.size() == size, || format!("{}: nobody made an entry", name(&route)));
        let _ = write!(table, "{:<52}", name(&route));
        let (mut served, mut refused, mut traced) = (0, 0, 0);
        for who in ROLES {
            let (reply, entries) = knock(&mut company, &route, who).await;
            let own = |decision: &dyn Fn(u8) -> bool| entries.iter().any(|e| e.actor == who && decision(e.decision));
            let mark = match outcome(&reply) {
                Outcome::Served => {
                    served += 1;
                    traced += u32::from(own(&|decision| decision != 2));
                    "yes "
                }
                Outcome::Refused => {
                    refused += 1;
                    findings.check(own(&|decision| decision == 2), || {
                        format!("{}: {who} was refused ({}) without a trace", name(&route), reply.status)
                    });
                    "no  "
                }
                Outcome::Unfit => {
                    findings.check(excused, || {
                        format!("{}: {who}: no fitting example: {} {}", name(&route), reply.status, reply.text())
                    });
                    "?   "
                }
            };
            let leaked = secrets.found_in(&reply.everything());
            let reveals = route.path.ends_with("/reveal") && reply.status.is_success();
            findings.check(leaked.is_empty() || reveals, || format!("{}: {who} was shown {leaked:?}", name(&route)));
            let _ = write!(table, " {mark}");
        }
        let recorded = served == traced;
        table.push_str(if recorded { "\n" } else { "not recorded\n" });
        let unrecorded = excepted(UNRECORDED, &route) || excused;
        findings.check(recorded != unrecorded || excused, || format!("{}: recorded: {recorded}", name(&route)));
        findings.check(served > 0 || excused, || format!("{}: nobody is let in", name(&route)));
        let everybody = excepted(FOR_EVERYBODY, &route);
        findings.check((refused == 0) == everybody || excused, || {
            format!("{}: refused {refused} of {}", name(&route), ROLES.len())
        });
    }
    let routes = routes();
    for (known, _) in [WITHOUT_SESSION, UNRECORDED, FOR_EVERYBODY].concat() {
        findings.check(routes.iter().any(|route| name(route) == known), || format!("{known}: no such route"));
    }
    insta::assert_snapshot!("doors", table.lines().map(str::trim_end).collect::<Vec<_>>().join("\n"));
    assert!(findings.0.is_empty(), "{}", findings.0.join("\n"));
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
