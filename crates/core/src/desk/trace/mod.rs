//! Where a leaked list comes from: which export, or whose accesses.
//!
//! The list is read as it is, its lines are found through the blind indexes, and the exports and accesses are held against
//! it. Nothing of a customer is opened: marks, numbers and indexes tell it.

mod lines;

use std::{collections::HashMap, io::Cursor, sync::Arc};

use tigertally_trace::{Company, Finding, MarkKey, Suspect, Suspects, Verdict, attribute};

use self::lines::Canaries;
use super::{DeskError, tiers::blocking, work::free_text};
use crate::{
    StaffRow, StoreError, Tigertally,
    entry::{Decision, Draft, PurposeNote, Receipt, action},
    identity::Actor,
    import::{FileFault, LeakedLine, Limits, Sheet, leaked},
    policy::{Action, Request, Subject},
    record::Invalid,
    store::{
        evidence, exports, staff,
        trace::{self, Census},
    },
    vault::body_of,
};

/// Most lines of a list.
pub const MOST_LINES: usize = 200_000;
/// The longest reason, in characters.
const REASON_MAX: usize = 500;

/// An export or a person, and what a list says about them.
#[derive(Clone, Debug)]
pub struct Traced {
    /// The export; `None` when it is what the person has seen.
    pub export: Option<i64>,
    /// Who took it out or saw it: staff number and name.
    pub staff: (String, String),
    /// When it was asked for, Unix milliseconds, if it is an export.
    pub created_ms: Option<u64>,
    /// What the list says.
    pub finding: Finding,
}

/// Where a list comes from, as far as it tells.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The matter that it was looked into for.
    pub matter: i64,
    /// Lines of the list.
    pub lines: usize,
    /// Lines that are a customer of the company's.
    pub resolved: usize,
    /// Exports that were held against it.
    pub exports: usize,
    /// People who were.
    pub people: usize,
    /// How many of the first of `traced` are sources.
    pub sources: usize,
    /// The sources, then others, the strongest first.
    pub traced: Vec<Traced>,
    /// Whether what people have seen was counted in clear only, because the list shows values in clear.
    pub in_clear: bool,
}

impl Trace {
    /// What follows for the first.
    pub fn verdict(&self) -> Verdict {
        self.traced.first().map_or(Verdict::Nobody, |traced| traced.finding.verdict)
    }
}

/// A list that turned up: its name and its bytes.
pub struct LeakedFile {
    name: String,
    bytes: Vec<u8>,
}

impl LeakedFile {
    /// A file of this name. What its name says must be what its bytes are.
    pub fn new(name: &str, bytes: Vec<u8>) -> LeakedFile {
        LeakedFile { name: name.to_owned(), bytes }
    }

    fn lines(self) -> Result<Vec<LeakedLine>, DeskError> {
        let limits = Limits { rows: MOST_LINES as u64, ..Limits::default() };
        let sheet = Sheet::open(&self.name, Cursor::new(self.bytes), limits)?;
        Ok(leaked(sheet))
    }
}

/// A suspect as people call it.
struct Known {
    export: Option<(i64, u64)>,
    holder: usize,
}

impl Tigertally {
    /// Finds out where a leaked list comes from. The reason is sealed as a matter; the entry has counts and the numbers of
    /// the sources.
    ///
    /// # Errors
    /// `Invalid` for a reason that is none; `File` when the list cannot be read; `Denied`; `Store`.
    pub async fn trace_leak(
        self: &Arc<Self>,
        actor: &Actor,
        file: LeakedFile,
        reason: &str,
    ) -> Result<(Trace, Receipt), DeskError> {
        let reason = free_text("reason", reason, REASON_MAX)?;
        if reason.is_empty() {
            return Err(DeskError::Invalid { field: "reason".to_owned(), problem: Invalid::Empty });
        }
        let request = Request::new(actor.facts().clone(), Action::TraceLeak, Subject::None, self.hour());
        let permit = self.permit(actor, action::TRACE, request).await?;
        let body = body_of(&permit, actor.via());
        let lines = match blocking(move || Ok::<_, DeskError>(file.lines())).await? {
            Ok(lines) => lines,
            Err(fault) => {
                if let DeskError::File(fault) = &fault {
                    let body = body.with("refused", FileFault::code(fault));
                    self.store.append(Draft::new(action::TRACE, Decision::Allowed, &body)).await?;
                }
                return Err(fault);
            }
        };
        self.store.catch_up().await?;
        let desk = Arc::clone(self);
        let mut trace = blocking(move || desk.attribute(lines)).await?;
        let numbers = |of: &dyn Fn(&Traced) -> Option<String>| {
            trace.traced[..trace.sources].iter().filter_map(of).collect::<Vec<_>>()
        };
        let id = self.store.read(evidence::next_matter)?;
        let mut body = body
            .with("lines", trace.lines)
            .with("found", trace.resolved)
            .with("exports", numbers(&|traced| traced.export.map(|id| id.to_string())))
            .with("people", numbers(&|traced| traced.export.is_none().then(|| traced.staff.0.clone())));
        body.purpose = Some(PurposeNote { kind: "matter".to_owned(), reference: id.to_string() });
        let (sealed, staff) = (self.vault.seal_text("matter", id, &reason), actor.id());
        let (_, receipt) = self
            .store
            .change(move |tx| {
                tx.add_matter(id, &sealed, staff)?;
                tx.commit(Draft::new(action::TRACE, Decision::Allowed, &body), ())
            })
            .await?;
        trace.matter = id;
        Ok((trace, receipt))
    }

    /// Holds everything against the lines.
    fn attribute(&self, lines: Vec<LeakedLine>) -> Result<Trace, DeskError> {
        let census = self.store.read(trace::census)?;
        let people = self.store.read(staff::all)?;
        let (mut known, mut suspects) = self.exports_begun(&census, &people)?;
        let exports = suspects.len();
        let places = (0_u32..).zip(&known);
        let places = places.filter_map(|(at, known)| Some((known.export?.0, at))).collect();
        let canaries = self.canaries(&places)?;
        let (leak, in_clear) = self.find_lines(lines, &census, &canaries)?;
        self.who_saw(&census, &people, in_clear, &mut known, &mut suspects)?;
        let company = Company { ids: census.ids, groups: census.groups };
        let report = attribute(&Suspects::new(company, suspects), &leak);
        let traced = report.findings.into_iter().map(|finding| {
            let known = &known[finding.suspect];
            let person = &people[known.holder];
            Traced {
                export: known.export.map(|(id, _)| id),
                staff: (person.no.clone(), person.name.clone()),
                created_ms: known.export.map(|(_, created_ms)| created_ms),
                finding,
            }
        });
        Ok(Trace {
            matter: 0,
            lines: report.lines,
            resolved: report.resolved,
            exports,
            people: known.len() - exports,
            sources: report.sources,
            traced: traced.collect(),
            in_clear,
        })
    }

    /// The exports of which a file was begun, with the keys of their marks.
    fn exports_begun(
        &self,
        census: &Census,
        people: &[StaffRow],
    ) -> Result<(Vec<Known>, Vec<Suspect>), DeskError> {
        let holders: HashMap<i64, usize> = people.iter().enumerate().map(|(at, row)| (row.id, at)).collect();
        let (mut known, mut suspects) = (Vec::new(), Vec::new());
        for (row, customers) in self.store.read(exports::begun)? {
            // One that somebody put here would accuse whom they like.
            let genuine = row.genuine(&self.log_keys, &customers);
            let holder = holders.get(&row.staff_id).filter(|_| genuine);
            let holder = *holder.ok_or(StoreError::Damaged("an export"))?;
            let customers = exports::unpack_ids(&customers);
            known.push(Known { export: Some((row.id, row.created_ms)), holder });
            suspects.push(Suspect {
                holder: holder as u32,
                customers: customers.into_iter().filter_map(|id| census.place(id)).collect(),
                key: Some(MarkKey::new(&self.mark_of(&row)?)),
            });
        }
        Ok((known, suspects))
    }

    /// What everybody has seen.
    fn who_saw(
        &self,
        census: &Census,
        people: &[StaffRow],
        in_clear: bool,
        known: &mut Vec<Known>,
        suspects: &mut Vec<Suspect>,
    ) -> Result<(), DeskError> {
        let mut seen = self.store.read(|conn| trace::seen(conn, census, in_clear))?;
        for (holder, person) in people.iter().enumerate() {
            let Some(mut customers) = seen.remove(person.no.as_str()) else { continue };
            customers.sort_unstable();
            known.push(Known { export: None, holder });
            suspects.push(Suspect { holder: holder as u32, customers, key: None });
        }
        Ok(())
    }

    fn canaries(&self, places: &HashMap<i64, u32>) -> Result<Canaries, DeskError> {
        let mut canaries = Canaries::default();
        for row in self.store.read(|conn| trace::canaries(conn, None))? {
            let Some(place) = places.get(&row.0) else { continue };
            canaries.add(self, *place, self.open_canary(&row)?);
        }
        Ok(canaries)
    }
}
