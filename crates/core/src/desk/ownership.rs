//! The ownership rules: who may collect, store and use what of customers. A text with versions that everybody reads and
//! acknowledges.

use super::{DeskError, work::free_text, work::invalid};
use crate::{
    StoreError, Tigertally,
    entry::{Body, Decision, Draft, Receipt, action},
    identity::Actor,
    policy::{Action, Request, Subject},
    record::Invalid,
    store::{ownership, staff},
    vault::body_of,
};

/// The text that a new company starts with, in Chinese.
pub(crate) const FIRST_ZH: &str = include_str!("ownership/zh.txt");
/// The same in English.
pub(crate) const FIRST_EN: &str = include_str!("ownership/en.txt");
/// Most characters of a text.
const LONGEST: usize = 20_000;
/// Fewest characters of a text: enough to say something.
const SHORTEST: usize = 20;
/// Most people of a page.
const LIMIT: usize = 200;

/// A version of the ownership rules, as somebody reads it.
#[derive(Clone, Debug)]
pub struct OwnershipRules {
    /// Version, from 1.
    pub version: u32,
    /// The newest version.
    pub newest: u32,
    /// The text in Chinese. A line that begins with `# ` is a heading, one with `- ` a point.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// Staff number of who wrote it; `operator` for the first.
    pub author: String,
    /// When, Unix milliseconds.
    pub created_ms: u64,
    /// Which version the reader acknowledged last, and when, Unix milliseconds.
    pub acknowledged: Option<(u32, u64)>,
    /// Where the reading stands in the ledger.
    pub receipt: Receipt,
}

/// Who has acknowledged the rules.
#[derive(Clone, Debug, Default)]
pub struct AckQuery {
    /// Only those who have not acknowledged the newest version.
    pub missing: bool,
    /// Only staff numbers after this one.
    pub after: Option<String>,
    /// Most people, 1 to 200.
    pub limit: usize,
}

/// What somebody has acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ack {
    /// Staff number.
    pub no: String,
    /// Name.
    pub name: String,
    /// Department.
    pub department: String,
    /// The version acknowledged last, and when, Unix milliseconds.
    pub acknowledged: Option<(u32, u64)>,
}

/// A page of who has acknowledged what.
#[derive(Clone, Debug)]
pub struct AckPage {
    /// The people, by staff number.
    pub people: Vec<Ack>,
    /// After whom the next page begins.
    pub next: Option<String>,
    /// The newest version.
    pub newest: u32,
    /// How many of those who work here have acknowledged it, and how many those are.
    pub done: (u64, u64),
    /// Where the view stands in the ledger.
    pub receipt: Receipt,
}

impl Tigertally {
    /// Reads a version of the ownership rules, the newest without a number.
    ///
    /// # Errors
    /// `NotFound`; `Denied`; `Store`.
    pub async fn ownership_rules(
        &self,
        actor: &Actor,
        version: Option<u32>,
    ) -> Result<OwnershipRules, DeskError> {
        let (row, newest) = self.store.read(|conn| {
            let newest = ownership::rules(conn, &self.log_keys, None)?;
            let row = ownership::rules(conn, &self.log_keys, version)?;
            Ok::<_, StoreError>((row, newest.map_or(0, |rules| rules.version)))
        })?;
        let body = Body::default().with("version", row.as_ref().map_or(0, |rules| rules.version));
        let receipt = self.record(actor, Action::ReadRules, action::RULES_READ, body).await?;
        let row = row.ok_or(DeskError::NotFound("rules"))?;
        let acknowledged =
            self.store.read(|conn| ownership::acknowledged(conn, &self.log_keys, actor.id()))?;
        Ok(OwnershipRules {
            version: row.version,
            newest,
            zh: row.zh,
            en: row.en,
            author: row.author,
            created_ms: row.created_ms,
            acknowledged,
            receipt,
        })
    }

    /// Whether there is a version of the ownership rules that the actor has not acknowledged.
    ///
    /// # Errors
    /// `Store`.
    pub fn rules_wait_for(&self, actor: &Actor) -> Result<bool, DeskError> {
        let (newest, acknowledged) = self.store.read_settled(|conn| {
            Ok::<_, StoreError>((
                ownership::rules(conn, &self.log_keys, None)?,
                ownership::acknowledged(conn, &self.log_keys, actor.id())?,
            ))
        })?;
        let newest = newest.map_or(0, |rules| rules.version);
        Ok(newest > acknowledged.map_or(0, |(version, _)| version))
    }

    /// Acknowledges the newest version of the ownership rules, which the actor names. Again it changes nothing.
    ///
    /// # Errors
    /// `Conflict` when it is not the newest; `Denied`; `Store`.
    pub async fn acknowledge_rules(&self, actor: &Actor, version: u32) -> Result<Receipt, DeskError> {
        let request = Request::new(actor.facts().clone(), Action::ReadRules, Subject::None, self.hour());
        let permit = self.permit(actor, action::RULES_ACK, request).await?;
        let body = body_of(&permit, actor.via()).with("version", version);
        let staff = actor.id();
        let (_, receipt) = self
            .store
            .change(move |tx| {
                if version == 0 || tx.newest_rules()? != version {
                    return Err(DeskError::Conflict);
                }
                let body = if tx.acknowledge(staff, version)? { body } else { body.with("repeated", true) };
                Ok(tx.commit(Draft::new(action::RULES_ACK, Decision::Allowed, &body), ())?)
            })
            .await?;
        Ok(receipt)
    }

    /// Puts another version of the ownership rules in force; its number. Everybody is asked to acknowledge it. `based_on` is
    /// the version that its author edited.
    ///
    /// # Errors
    /// `Invalid`; `Conflict` when there is a newer version; `Denied`; `Store`.
    pub async fn change_rules(
        &self,
        actor: &Actor,
        based_on: u32,
        zh: &str,
        en: &str,
    ) -> Result<(u32, Receipt), DeskError> {
        let request = Request::new(actor.facts().clone(), Action::ManageRules, Subject::None, self.hour());
        let permit = self.permit(actor, action::RULES, request).await?;
        let (zh, en) = (text_of("zh", zh)?, text_of("en", en)?);
        let version = based_on.saturating_add(1);
        let digest = crate::digest(&[zh.as_bytes(), &[0], en.as_bytes()]);
        let digest = crate::hex(&digest);
        let body = body_of(&permit, actor.via()).with("version", version).with("sha256", digest);
        let author = actor.no().to_owned();
        self.store
            .change(move |tx| {
                if tx.newest_rules()? != based_on {
                    return Err(DeskError::Conflict);
                }
                tx.add_rules(version, &zh, &en, &author)?;
                Ok(tx.commit(Draft::new(action::RULES, Decision::Allowed, &body), version)?)
            })
            .await
    }

    /// Who of those that work here has acknowledged which version.
    ///
    /// # Errors
    /// `Denied`; `Store`.
    pub async fn acknowledgements(&self, actor: &Actor, query: &AckQuery) -> Result<AckPage, DeskError> {
        let body = Body::default().with("acknowledgements", true);
        let receipt = self.record(actor, Action::ManageRules, action::RULES_READ, body).await?;
        let (newest, people) = self.store.read(|conn| {
            let newest = ownership::rules(conn, &self.log_keys, None)?.map_or(0, |rules| rules.version);
            let mut people = Vec::new();
            for person in staff::all(conn)?.into_iter().filter(|person| person.active) {
                let acknowledged = ownership::acknowledged(conn, &self.log_keys, person.id)?;
                let (no, name, department) = (person.no, person.name, person.department);
                people.push(Ack { no, name, department, acknowledged });
            }
            Ok::<_, StoreError>((newest, people))
        })?;
        let has = |person: &Ack| person.acknowledged.is_some_and(|(version, _)| version == newest);
        let done = (people.iter().filter(|person| has(person)).count() as u64, people.len() as u64);
        let asked = |person: &Ack| {
            query.after.as_ref().is_none_or(|after| person.no > *after) && !(query.missing && has(person))
        };
        let mut people: Vec<Ack> = people.into_iter().filter(asked).collect();
        people.sort_by(|one, other| one.no.cmp(&other.no));
        let limit = query.limit.clamp(1, LIMIT);
        let more = people.len() > limit;
        people.truncate(limit);
        let next = people.last().filter(|_| more).map(|person| person.no.clone());
        Ok(AckPage { people, next, newest, done, receipt })
    }
}

fn text_of(field: &str, text: &str) -> Result<String, DeskError> {
    let text = free_text(field, text, LONGEST)?;
    if text.chars().count() < SHORTEST {
        return Err(invalid(field, Invalid::Empty));
    }
    Ok(text)
}
