//! Customers without their sealed values: who cares for them, where, in which tier.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row};

use super::{StoreError, Tx, listed, numbers, shares::ShareEnd, staff::Person};
use crate::record::{Kind, Tier};

/// What is known of a customer without opening anything.
#[derive(Clone, Debug)]
pub struct Customer {
    pub(crate) id: i64,
    /// Customer number.
    pub no: String,
    /// Person or firm.
    pub kind: Kind,
    /// Tier.
    pub tier: Tier,
    /// Department of the owner.
    pub department: String,
    /// Region.
    pub region: String,
    /// Who cares for the customer.
    pub owner: Option<Person>,
    /// The named contact person.
    pub contact_person: Option<Person>,
    /// Day of the first co-operation, `YYYY-MM-DD`.
    pub since: String,
    pub(crate) declared_fen: i64,
    /// Spend of the last twelve months in fen (1/100 yuan).
    pub spend_fen: i64,
    /// Day of the next access review, `YYYY-MM-DD`; high tier only.
    pub review_due: Option<String>,
    /// Version of the sealed record, from 1.
    pub version: u32,
    /// When it was entered, Unix milliseconds.
    pub created_ms: u64,
    /// When it was last changed, Unix milliseconds.
    pub updated_ms: u64,
    pub(crate) fields: u32,
    /// Since when it is in the public pool, Unix milliseconds.
    pub pooled_ms: Option<u64>,
}

/// A set of customers that the policy treats alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Group {
    pub(crate) department: String,
    pub(crate) region: String,
    pub(crate) tier: Tier,
    pub(crate) kind: Kind,
}

const COLUMNS: &str = "c.id, c.no, g.kind, g.tier, g.department, g.region, c.since, c.declared_fen, c.spend_fen, \
     c.review_due, c.version, c.created_ms, c.updated_ms, c.fields, o.id, o.no, o.name, p.id, p.no, p.name, c.pooled_ms";
const TABLES: &str = "customer c JOIN customer_group g ON g.id = c.group_id \
     LEFT JOIN staff o ON o.id = c.owner_id LEFT JOIN staff p ON p.id = c.contact_id";

/// The kind written as this number.
pub(crate) fn kind_of(number: u8) -> Kind {
    if number == Kind::Person as u8 { Kind::Person } else { Kind::Company }
}

/// The tier written as this number.
pub(crate) fn tier_of(number: u8) -> Tier {
    Tier::ALL.into_iter().find(|tier| *tier as u8 == number).unwrap_or(Tier::High)
}

fn row(row: &Row<'_>) -> rusqlite::Result<Customer> {
    Ok(Customer {
        id: row.get(0)?,
        no: row.get(1)?,
        kind: kind_of(row.get(2)?),
        tier: tier_of(row.get(3)?),
        department: row.get(4)?,
        region: row.get(5)?,
        since: row.get(6)?,
        declared_fen: row.get(7)?,
        spend_fen: row.get(8)?,
        review_due: row.get(9)?,
        version: row.get(10)?,
        created_ms: row.get(11)?,
        updated_ms: row.get(12)?,
        fields: row.get(13)?,
        owner: person(row, 14)?,
        contact_person: person(row, 17)?,
        pooled_ms: row.get(20)?,
    })
}

fn person(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Person>> {
    let Some(id) = row.get(at)? else { return Ok(None) };
    Ok(Some(Person { id, no: row.get(at + 1)?, name: row.get(at + 2)? }))
}

/// The customer of this number.
pub(crate) fn by_no(conn: &Connection, no: &str) -> Result<Option<Customer>, StoreError> {
    let mut ask = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM {TABLES} WHERE c.no = ?1"))?;
    Ok(ask.query_row([no], row).optional()?)
}

/// These customers, in this order, as far as they exist.
pub(crate) fn by_ids(conn: &Connection, ids: &[i64]) -> Result<Vec<Customer>, StoreError> {
    let mut ask = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM {TABLES} WHERE c.id = ?1"))?;
    let found = ids.iter().filter_map(|id| ask.query_row([id], row).optional().transpose());
    Ok(found.collect::<Result<_, _>>()?)
}

/// The customers found through a blind index, at most `limit`.
pub(crate) fn by_blind_index(
    conn: &Connection,
    field: u8,
    hash: &[u8; 16],
    limit: u32,
) -> Result<Vec<Customer>, StoreError> {
    let mut ask = conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM {TABLES} WHERE c.id IN \
         (SELECT customer_id FROM blind_index WHERE field = ?1 AND hash = ?2 LIMIT ?3)"
    ))?;
    let rows = ask.query_map((field, hash, limit), row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// All groups with their numbers.
pub(crate) fn groups(conn: &Connection) -> Result<Vec<(i64, Group)>, StoreError> {
    let mut ask = conn.prepare_cached("SELECT id, department, region, tier, kind FROM customer_group")?;
    let rows = ask.query_map([], |row| {
        Ok((
            row.get(0)?,
            Group {
                department: row.get(1)?,
                region: row.get(2)?,
                tier: tier_of(row.get(3)?),
                kind: kind_of(row.get(4)?),
            },
        ))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// By customer number.
    #[default]
    Number,
    /// By the last twelve months' spend, highest first.
    Spend,
    /// By first co-operation, oldest first.
    Since,
}

/// Where a list begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// After a row: its sort value and its id.
    After(String, i64),
    /// So many rows from the beginning.
    Offset(u64),
}

/// Which customers a list shows: what the policy lets the actor see, narrowed by what they ask for.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    /// The actor, for `mine`.
    pub(crate) actor: i64,
    /// Groups that the actor sees where they are owner or contact person.
    pub(crate) mine: Vec<i64>,
    /// Groups that the actor sees where they are neither, and the customer is shared with them.
    pub(crate) shared: Vec<i64>,
    /// The customers that are shared with them.
    pub(crate) shared_ids: Vec<i64>,
    /// Groups that the actor sees where they are nothing of this.
    pub(crate) others: Vec<i64>,
    /// Only customers of this owner.
    pub(crate) owner: Option<i64>,
    /// Only these ids, from a search.
    pub(crate) ids: Option<Vec<i64>>,
}

impl Filter {
    /// Conditions of which a customer meets one at most. Numbers only, so nothing needs binding.
    fn arms(&self) -> Vec<String> {
        let me = self.actor;
        // Where the customers are known, no other index may be chosen: the `+` keeps the rest from being one.
        let at = if self.ids.is_some() { "+" } else { "" };
        let mut arms = Vec::new();
        let none_shared = self.shared_ids.is_empty();
        let all = self.groups_seen_whole();
        let rest = |ids: &[i64]| ids.iter().filter(|id| !all.contains(id)).copied().collect::<Vec<_>>();
        let (mine, shared, others) = (rest(&self.mine), rest(&self.shared), rest(&self.others));
        if !all.is_empty() {
            arms.push(format!("{at}c.group_id IN ({})", listed(&all)));
        }
        if !mine.is_empty() {
            let groups = listed(&mine);
            arms.push(format!("{at}c.owner_id = {me} AND +c.group_id IN ({groups})"));
            arms.push(format!(
                "{at}c.contact_id = {me} AND c.owner_id IS NOT {me} AND +c.group_id IN ({groups})"
            ));
        }
        let not_mine = format!("c.owner_id IS NOT {me} AND c.contact_id IS NOT {me}");
        if !shared.is_empty() && !none_shared {
            arms.push(format!(
                "{at}c.id IN ({}) AND {not_mine} AND +c.group_id IN ({})",
                listed(&self.shared_ids),
                listed(&shared)
            ));
        }
        if !others.is_empty() {
            let unshared = if none_shared {
                String::new()
            } else {
                format!(" AND +c.id NOT IN ({})", listed(&self.shared_ids))
            };
            arms.push(format!("{not_mine}{unshared} AND {at}c.group_id IN ({})", listed(&others)));
        }
        let mut asked = String::new();
        if let Some(owner) = self.owner {
            asked.push_str(&format!(" AND {at}c.owner_id = {owner}"));
        }
        if let Some(ids) = &self.ids {
            asked.push_str(&format!(" AND c.id IN ({})", listed(ids)));
        }
        arms.iter_mut().for_each(|arm| arm.push_str(&asked));
        arms
    }

    /// Groups of which the actor sees each customer, whatever they are to it.
    fn groups_seen_whole(&self) -> Vec<i64> {
        let mine_too = self.others.iter().copied().filter(|id| self.mine.contains(id));
        mine_too.filter(|id| self.shared_ids.is_empty() || self.shared.contains(id)).collect()
    }

    /// The whole condition.
    pub(super) fn condition(&self) -> String {
        match self.arms() {
            arms if arms.is_empty() => "0".to_owned(),
            arms => format!("(({}))", arms.join(") OR (")),
        }
    }

    /// The ids that the filter lets through, with their sort value as `key`: what ends in an order and a limit.
    fn selection(&self, key: &str, beyond: &str) -> String {
        let of = |condition: &str| {
            format!("SELECT c.id AS id, {key} AS key FROM customer c WHERE {condition}{beyond}")
        };
        let arms = self.arms();
        // Who sees whole groups reads the table in the list's own order; who sees what is theirs has each arm its own index.
        if arms.is_empty() || !self.others.is_empty() || self.ids.is_some() {
            return of(&self.condition());
        }
        arms.iter().map(|arm| of(arm)).collect::<Vec<_>>().join(" UNION ALL ")
    }
}

/// One page of a list.
pub(crate) fn page(
    conn: &Connection,
    filter: &Filter,
    sort: Sort,
    start: &Start,
    limit: u32,
) -> Result<Vec<Customer>, StoreError> {
    let (key, order, beyond) = match sort {
        Sort::Number => ("c.no", "key", ">"),
        Sort::Spend => ("c.spend_fen", "key DESC, id DESC", "<"),
        Sort::Since => ("c.since", "key, id", ">"),
    };
    // The customers of a search are few and known: no index of the order is to lead to them.
    let key = if filter.ids.is_some() { format!("+{key}") } else { key.to_owned() };
    let (from, offset, after, after_id) = match start {
        Start::After(value, id) => {
            let value_sql = if sort == Sort::Spend { "CAST(?1 AS INTEGER)" } else { "?1" };
            (format!(" AND ({key}, c.id) {beyond} ({value_sql}, ?2)"), 0, value.as_str(), *id)
        }
        Start::Offset(offset) => (" AND ?1 IS NOT NULL AND ?2 IS NOT NULL".to_owned(), *offset, "", 0),
    };
    let selection = filter.selection(&key, &from);
    let mut ask = conn.prepare(&format!(
        "WITH shown AS ({selection} ORDER BY {order} LIMIT ?3 OFFSET ?4) \
         SELECT {COLUMNS} FROM shown CROSS JOIN {TABLES} WHERE c.id = shown.id ORDER BY shown.{}",
        order.replace(", ", ", shown.")
    ))?;
    let rows = ask.query_map((after, after_id, limit, i64::try_from(offset).unwrap_or(i64::MAX)), row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many customers a filter lets through, by tier: low, medium, high.
pub(crate) fn count(conn: &Connection, filter: &Filter) -> Result<[u64; 3], StoreError> {
    let mut counts = [0_i64; 3];
    let mut add = |table: &str, n: &str, condition: &str, sign: i64| -> Result<(), StoreError> {
        let mut ask = conn.prepare(&format!(
            "SELECT g.tier, {n} FROM {table} c JOIN customer_group g ON g.id = c.group_id WHERE {condition} GROUP BY g.tier"
        ))?;
        let mut rows = ask.query([])?;
        while let Some(row) = rows.next()? {
            counts[tier_of(row.get(0)?) as usize - 1] += sign * row.get::<_, i64>(1)?;
        }
        Ok(())
    };
    if filter.ids.is_some() {
        add("customer", "count(*)", &filter.condition(), 1)?;
    } else {
        // As if nothing were shared: a tally knows no single customer. Those that are shared are few, and counted anew.
        let unshared = Filter { shared_ids: Vec::new(), ..filter.clone() };
        add("customer_tally", "sum(c.n)", &unshared.condition(), 1)?;
        if !filter.shared_ids.is_empty() {
            let only =
                |of: &Filter| Filter { ids: Some(filter.shared_ids.clone()), ..of.clone() }.condition();
            add("customer", "count(*)", &only(&unshared), -1)?;
            add("customer", "count(*)", &only(filter), 1)?;
        }
    }
    Ok(counts.map(|n| u64::try_from(n).unwrap_or_default()))
}

/// The highest customer id.
pub(crate) fn last_id(conn: &Connection) -> Result<i64, StoreError> {
    let there: i64 = conn.query_row("SELECT coalesce(max(id), 0) FROM customer", [], |row| row.get(0))?;
    // The last ones may have been erased.
    Ok(there.max(numbers::last(conn, "customer")?))
}

/// What a re-tiering needs of a customer.
pub(crate) struct TierBasis {
    pub(crate) id: i64,
    pub(crate) no: String,
    pub(crate) group: i64,
    pub(crate) since: String,
    pub(crate) spend_fen: i64,
    pub(crate) fields: u32,
}

const BASIS: &str = "SELECT id, no, group_id, since, spend_fen, fields FROM customer";

fn basis(row: &Row<'_>) -> rusqlite::Result<TierBasis> {
    Ok(TierBasis {
        id: row.get(0)?,
        no: row.get(1)?,
        group: row.get(2)?,
        since: row.get(3)?,
        spend_fen: row.get(4)?,
        fields: row.get(5)?,
    })
}

/// Customers after `after` in id order, at most `limit`: re-tiering goes through all of them in pieces.
pub(crate) fn tier_bases(conn: &Connection, after: i64, limit: u32) -> Result<Vec<TierBasis>, StoreError> {
    let mut ask = conn.prepare_cached(&format!("{BASIS} WHERE id > ?1 ORDER BY id LIMIT ?2"))?;
    Ok(ask.query_map((after, limit), basis)?.collect::<Result<_, _>>()?)
}

/// These customers, as far as they exist.
pub(crate) fn tier_bases_of(conn: &Connection, ids: &[i64]) -> Result<Vec<TierBasis>, StoreError> {
    let mut ask = conn.prepare_cached(&format!("{BASIS} WHERE id = ?1"))?;
    let found = ids.iter().filter_map(|id| ask.query_row([id], basis).optional().transpose());
    Ok(found.collect::<Result<_, _>>()?)
}

/// Every customer number with its id: an import of orders looks them up in memory.
pub(crate) fn numbers(conn: &Connection) -> Result<HashMap<Box<str>, i64>, StoreError> {
    let mut ask = conn.prepare_cached("SELECT no, id FROM customer")?;
    let rows = ask.query_map([], |row| Ok((row.get::<_, String>(0)?.into_boxed_str(), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Where a customer belongs, as a change writes it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) group: Group,
    pub(crate) owner: Option<i64>,
    pub(crate) contact_person: Option<i64>,
    pub(crate) since: String,
    pub(crate) declared_fen: i64,
    pub(crate) spend_fen: i64,
    pub(crate) review_due: Option<String>,
}

impl Customer {
    /// Whether somebody is its owner or contact person.
    pub(crate) fn is_cared_for_by(&self, staff: i64) -> bool {
        [&self.owner, &self.contact_person].into_iter().flatten().any(|person| person.id == staff)
    }

    /// Where it belongs.
    pub(crate) fn place(&self) -> Place {
        Place {
            group: Group {
                department: self.department.clone(),
                region: self.region.clone(),
                tier: self.tier,
                kind: self.kind,
            },
            owner: self.owner.as_ref().map(|person| person.id),
            contact_person: self.contact_person.as_ref().map(|person| person.id),
            since: self.since.clone(),
            declared_fen: self.declared_fen,
            spend_fen: self.spend_fen,
            review_due: self.review_due.clone(),
        }
    }
}

impl Tx<'_> {
    /// A customer as it stands inside this transaction.
    pub(crate) fn customer(&self, no: &str) -> Result<Option<Customer>, StoreError> {
        by_no(self.conn(), no)
    }

    /// The number of a group, made when it is new.
    pub(crate) fn group(&self, known: &mut HashMap<Group, i64>, group: &Group) -> Result<i64, StoreError> {
        if let Some(id) = known.get(group) {
            return Ok(*id);
        }
        let key = (&group.department, &group.region, group.tier as u8, group.kind as u8);
        let mut find = self.conn().prepare_cached(
            "SELECT id FROM customer_group WHERE department = ?1 AND region = ?2 AND tier = ?3 AND kind = ?4",
        )?;
        let id = match find.query_row(key, |row| row.get(0)).optional()? {
            Some(id) => id,
            None => {
                self.conn().execute(
                    "INSERT INTO customer_group (department, region, tier, kind) VALUES (?1, ?2, ?3, ?4)",
                    key,
                )?;
                self.conn().last_insert_rowid()
            }
        };
        known.insert(group.clone(), id);
        Ok(id)
    }

    /// A free customer number: `C` and at least five digits, after the record's own number where that is free.
    pub(crate) fn free_customer_no(&self, id: i64) -> Result<String, StoreError> {
        let mut taken = self.conn().prepare_cached("SELECT 1 FROM customer WHERE no = ?1")?;
        let mut number = id;
        loop {
            let no = format!("C{number:05}");
            if !taken.exists([&no])? {
                return Ok(no);
            }
            number += 1;
        }
    }

    /// Changes where a customer belongs, leaving what is sealed. Another owner begins to follow up now, and an owner takes
    /// it out of the pool. False when it belongs elsewhere than `before` meanwhile, or its record is no longer of `version`.
    pub(crate) fn place_customer(
        &self,
        id: i64,
        version: u32,
        before: &Place,
        place: &Place,
    ) -> Result<bool, StoreError> {
        if by_ids(self.conn(), &[id])?.first().map(Customer::place).as_ref() != Some(before) {
            return Ok(false);
        }
        let group = self.group(&mut HashMap::new(), &place.group)?;
        let changed = self
            .conn()
            .prepare_cached(
                "UPDATE customer SET group_id = ?3, owner_id = ?4, contact_id = ?5, since = ?6, declared_fen = ?7, \
                 spend_fen = ?8, review_due = ?9, updated_ms = ?10, followed_ms = CASE WHEN owner_id IS ?4 THEN followed_ms \
                 ELSE ?10 END, pooled_ms = CASE WHEN ?4 IS NULL THEN pooled_ms END WHERE id = ?1 AND version = ?2",
            )?
            .execute(rusqlite::params![
                id,
                version,
                group,
                place.owner,
                place.contact_person,
                place.since,
                place.declared_fen,
                place.spend_fen,
                place.review_due,
                self.now_ms()
            ])?;
        // A share is the owner's word: the next one gives their own.
        if changed == 1 && before.owner != place.owner {
            self.end_shares(id, ShareEnd::OwnerChanged)?;
        } else if changed == 1 && place.group.tier == Tier::High {
            self.end_shares(id, ShareEnd::Raised)?;
        }
        Ok(changed == 1)
    }

    /// Moves a customer into a group of another tier. With a review due it is the high tier, and whoever cares for
    /// the customer is named as contact person where nobody is; what was shared without an approval is shared no more.
    /// False when it left the group `from` meanwhile.
    pub(crate) fn move_tier(
        &self,
        id: i64,
        from: i64,
        to: i64,
        review_due: Option<&str>,
    ) -> Result<bool, StoreError> {
        let mut change = self.conn().prepare_cached(
            "UPDATE customer SET group_id = ?3, review_due = ?4, contact_id = CASE WHEN ?4 IS NULL THEN contact_id \
             ELSE coalesce(contact_id, owner_id) END WHERE id = ?1 AND group_id = ?2",
        )?;
        let moved = change.execute((id, from, to, review_due))? == 1;
        if moved && review_due.is_some() {
            self.end_shares(id, ShareEnd::Raised)?;
        }
        Ok(moved)
    }

    /// Sets the last twelve months' spend, as it was summed up from the orders.
    pub(crate) fn set_spend(&self, id: i64, spend_fen: i64) -> Result<(), StoreError> {
        self.conn()
            .prepare_cached("UPDATE customer SET spend_fen = ?2 WHERE id = ?1")?
            .execute((id, spend_fen))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
