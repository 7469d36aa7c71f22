//! Putting customers in tiers: what another rule would do, and doing it.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use jiff::{ToSpan, civil::Date};

use super::DeskError;
use crate::{
    Settings, StoreError, Tigertally,
    entry::{Body, Draft, Receipt, action},
    identity::Actor,
    policy::Action,
    record::{Field, Tier, TierRule, tier_of},
    store::{
        Connection, Tx,
        customers::{self, Group, TierBasis},
        work,
    },
    vault::bit,
};

/// Customers that the writer takes in one transaction.
const PIECE: usize = 500;
/// Customer numbers that stand as examples of a move.
const EXAMPLES: usize = 20;

/// Customers that go from one tier to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierMove {
    /// The tier they leave.
    pub from: Tier,
    /// The tier they come to.
    pub to: Tier,
    /// How many they are.
    pub customers: u64,
    /// Numbers of the first of them, at most 20.
    pub examples: Vec<String>,
}

/// What a tier rule would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierPreview {
    /// Customers by the tier they are in (row) and the tier they would be in (column): low, medium, high.
    pub counts: [[u64; 3]; 3],
    /// The moves there would be.
    pub moves: Vec<TierMove>,
}

/// What a re-tiering did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retiered {
    /// The moves.
    pub moves: Vec<TierMove>,
    /// Customers whose last twelve months' spend is another now.
    pub recalculated: u64,
    /// Entries that tell of it: the first and the last, when there was anything to write.
    pub receipts: Option<(Receipt, Receipt)>,
}

/// By what customers are judged on a day.
#[derive(Clone, Copy)]
struct Measure {
    rule: TierRule,
    today: Date,
}

/// A customer with the spend and the tier that it should have.
struct Judged {
    basis: TierBasis,
    from: Group,
    spend_fen: i64,
    tier: Tier,
}

impl Judged {
    fn moves(&self) -> bool {
        self.tier != self.from.tier
    }

    fn respent(&self) -> bool {
        self.spend_fen != self.basis.spend_fen
    }
}

/// Which customers a re-tiering looks at next.
enum Piece {
    After(i64),
    Of(Vec<i64>),
}

/// Moves as they add up.
#[derive(Default)]
struct Moves(BTreeMap<(Tier, Tier), (u64, Vec<String>)>);

impl Moves {
    fn add(&mut self, from: Tier, to: Tier, no: String) {
        let (count, examples) = self.0.entry((from, to)).or_default();
        *count += 1;
        if examples.len() < EXAMPLES {
            examples.push(no);
        }
    }

    fn into_list(self) -> Vec<TierMove> {
        let list = self.0.into_iter();
        list.map(|((from, to), (customers, examples))| TierMove { from, to, customers, examples }).collect()
    }
}

impl Tigertally {
    /// Counts which customers a tier rule would move, and moves none.
    ///
    /// # Errors
    /// `Setting` for a rule that makes no sense; `Denied`.
    pub async fn preview_tiers(
        self: &Arc<Self>,
        actor: &Actor,
        rule: &TierRule,
    ) -> Result<TierPreview, DeskError> {
        rule.check().map_err(|_| DeskError::Setting("tiers"))?;
        let detail = Body::default().with("preview", "tiers");
        self.record(actor, Action::ManageSettings, action::SETTINGS_READ, detail).await?;
        let measure = Measure { rule: *rule, ..self.measure() };
        let tigertally = Arc::clone(self);
        blocking(move || {
            let (mut counts, mut moves) = ([[0; 3]; 3], Moves::default());
            let mut after = 0;
            loop {
                let piece = tigertally.store.read(|conn| judge(conn, &Piece::After(after), measure))?;
                let Some(last) = piece.last() else { break };
                after = last.basis.id;
                for judged in piece {
                    let (from, to) = (judged.from.tier, judged.tier);
                    counts[from as usize - 1][to as usize - 1] += 1;
                    if judged.moves() {
                        moves.add(from, to, judged.basis.no);
                    }
                }
            }
            Ok(TierPreview { counts, moves: moves.into_list() })
        })
        .await
    }

    /// Puts a tier rule in the place of the one that it was meant for, inside a change. Customers move by
    /// [`Tigertally::retier`] afterwards.
    ///
    /// # Errors
    /// `Conflict` when another rule is in force by now.
    pub(super) fn set_tier_rule(&self, tx: &Tx<'_>, from: &TierRule, to: TierRule) -> Result<(), DeskError> {
        let damaged = |_| StoreError::Damaged("the settings");
        let stored = tx.setting(Tigertally::SETTINGS)?.unwrap_or_default();
        let mut settings: Settings = serde_json::from_str(&stored).map_err(damaged)?;
        if settings.tiers != *from {
            return Err(DeskError::Conflict);
        }
        settings.tiers = to;
        tx.set_setting(Tigertally::SETTINGS, &serde_json::to_string(&settings).map_err(damaged)?)?;
        Ok(())
    }

    /// Sums up anew what customers spent in the last twelve months, and puts them in the tier that follows: all of
    /// them, or only these. The system does it by itself once a day and after orders were imported.
    pub async fn retier(self: &Arc<Self>, only: Option<Vec<i64>>) -> Result<Retiered, DeskError> {
        let measure = self.measure();
        let mut done = Retiered::default();
        let mut moves = Moves::default();
        let mut chosen = only.as_ref().map(|ids| ids.chunks(PIECE));
        let mut after = 0;
        loop {
            let piece = match &mut chosen {
                None => Piece::After(after),
                Some(chunks) => match chunks.next() {
                    Some(ids) => Piece::Of(ids.to_vec()),
                    None => break,
                },
            };
            let tigertally = Arc::clone(self);
            let mut judged =
                blocking(move || tigertally.store.read(|conn| judge(conn, &piece, measure))).await?;
            match judged.last() {
                Some(last) => after = last.basis.id,
                None if chosen.is_none() => break,
                None => continue,
            }
            judged.retain(|judged| judged.moves() || judged.respent());
            if !judged.is_empty() {
                done.recalculated += judged.iter().filter(|judged| judged.respent()).count() as u64;
                let (moved, receipt) = self.write_tiers(judged).await?;
                moved.into_iter().for_each(|(from, to, no)| moves.add(from, to, no));
                let first = done.receipts.take().map_or_else(|| receipt.clone(), |(first, _)| first);
                done.receipts = Some((first, receipt));
            }
        }
        done.moves = moves.into_list();
        Ok(done)
    }

    /// Writes new spends and tiers with the entry that tells of them; those that really moved.
    async fn write_tiers(
        &self,
        judged: Vec<Judged>,
    ) -> Result<(Vec<(Tier, Tier, String)>, Receipt), DeskError> {
        let review = self.next_review();
        let work = move |tx: &mut Tx<'_>| {
            let mut groups = HashMap::new();
            let mut body = Body::system();
            let mut moved = Vec::new();
            let mut by_move: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for Judged { basis, from, spend_fen, tier } in judged {
                if spend_fen != basis.spend_fen {
                    tx.set_spend(basis.id, spend_fen)?;
                }
                if tier != from.tier {
                    let was = from.tier;
                    let to = tx.group(&mut groups, &Group { tier, ..from })?;
                    let due = (tier == Tier::High).then_some(review.as_str());
                    // Whoever was given to another department meanwhile is left for the next time.
                    if tx.move_tier(basis.id, basis.group, to, due)? {
                        let name = format!("{}>{}", was.name(), tier.name());
                        by_move.entry(name).or_default().push(basis.no.clone());
                        moved.push((was, tier, basis.no.clone()));
                    }
                }
                body.customers.push(basis.no);
            }
            let by_move = serde_json::to_value(by_move).map_err(|_| StoreError::Damaged("an entry"))?;
            let body = body.with("moves", by_move);
            tx.commit(Draft::recorded(action::RETIER, &body), moved)
        };
        Ok(self.store.change(work).await?)
    }

    fn measure(&self) -> Measure {
        Measure { rule: self.settings().tiers, today: self.today() }
    }
}

/// The day after which orders count: twelve months back.
pub(super) fn spend_from(today: Date) -> String {
    today.saturating_sub(1.year()).to_string()
}

/// The customers of a piece with the spend and the tier that they should have.
fn judge(conn: &Connection, piece: &Piece, by: Measure) -> Result<Vec<Judged>, StoreError> {
    let bases = match piece {
        Piece::After(after) => customers::tier_bases(conn, *after, PIECE as u32)?,
        Piece::Of(ids) => customers::tier_bases_of(conn, ids)?,
    };
    if bases.is_empty() {
        return Ok(Vec::new());
    }
    let groups: HashMap<i64, Group> = customers::groups(conn)?.into_iter().collect();
    let since_day = spend_from(by.today);
    let sensitive = bit(Field::IdNumber) | bit(Field::BankCard);
    let judge = |basis: TierBasis| {
        let from = groups.get(&basis.group).cloned().ok_or(StoreError::Damaged("a customer's group"))?;
        let since = basis.since.parse().map_err(|_| StoreError::Damaged("a customer's first day"))?;
        let spend_fen = work::spend(conn, basis.id, &since_day)?.unwrap_or(basis.spend_fen);
        let has_sensitive = basis.fields & sensitive == sensitive;
        let tier = tier_of(&by.rule, spend_fen, since, by.today, from.kind, has_sensitive);
        Ok(Judged { basis, from, spend_fen, tier })
    };
    bases.into_iter().map(judge).collect()
}

/// Runs what would stall the threads that serve requests.
pub(super) async fn blocking<T: Send + 'static, E: From<StoreError> + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E> {
    // A task that panicked has written nothing by itself: changes are the writer's.
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(StoreError::Unwritable.into()))
}
