use proptest::prelude::*;

use super::{super::sealed, *};

const PEOPLE: i64 = 3;
const GROUPS: i64 = 4;

fn company(changes: &[(u8, i64, i64, i64)]) -> Connection {
    let conn = Connection::open_in_memory().unwrap();
    conn.execute_batch(include_str!("../schema.sql")).unwrap();
    conn.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    for group in 1..=GROUPS {
        conn.execute("INSERT INTO customer_group VALUES (?1, 'D', ?1, 1 + ?1 % 3, 1)", [group]).unwrap();
    }
    let someone = |id: i64| (id > 0).then_some(id);
    for (at, (what, owner, contact, group)) in changes.iter().enumerate() {
        let (at, owner, contact) = (at as i64, someone(*owner), someone(*contact));
        match what {
            0 => conn.execute(
                "UPDATE customer SET owner_id = ?2, contact_id = ?3, group_id = ?4 WHERE id % 5 = ?1 % 5",
                (at, owner, contact, group),
            ),
            1 => conn.execute("DELETE FROM customer WHERE id = ?1 / 2", [at]),
            _ => conn
                .execute(
                    "INSERT INTO customer VALUES (?1, 'C' || ?2, ?3, ?4, ?5, '2024-01-0' || (1 + ?1 % 9), 0, ?2, NULL, \
                 NULL, NULL, 1, 0, 0, 0, NULL, 0, x'', x'', x'') ON CONFLICT (no) DO NOTHING",
                    (at, at % 40 + 100, group, owner, contact),
                )
                .inspect(|added| sealed::count_new(&conn, (owner, contact, *group), *added as i64).unwrap()),
        }
        .unwrap();
    }
    conn
}

fn filter() -> impl Strategy<Value = Filter> {
    let groups = || proptest::collection::btree_set(1..=GROUPS, 0..=GROUPS as usize);
    let ids = || proptest::collection::btree_set(0..60_i64, 0..9);
    let asked = (proptest::option::of(1..=PEOPLE), proptest::option::of(ids()));
    (1..=PEOPLE, groups(), groups(), ids(), groups(), asked).prop_map(
        |(actor, mine, shared, shared_ids, others, (owner, ids))| Filter {
            actor,
            mine: mine.into_iter().collect(),
            shared: shared.into_iter().collect(),
            shared_ids: shared_ids.into_iter().collect(),
            others: others.into_iter().collect(),
            owner,
            ids: ids.map(|ids| ids.into_iter().collect()),
        },
    )
}

/// What a filter means, in the plainest words.
fn lets_through(filter: &Filter, id: i64, group: i64, owner: Option<i64>, contact: Option<i64>) -> bool {
    let seen = if owner == Some(filter.actor) || contact == Some(filter.actor) {
        &filter.mine
    } else if filter.shared_ids.contains(&id) {
        &filter.shared
    } else {
        &filter.others
    };
    seen.contains(&group)
        && filter.owner.is_none_or(|asked| owner == Some(asked))
        && filter.ids.as_ref().is_none_or(|ids| ids.contains(&id))
}

proptest! {
    #[test]
    fn a_page_and_its_counts_are_what_the_filter_means(
        changes in proptest::collection::vec((0..6_u8, 0..=PEOPLE, 0..=PEOPLE, 1..=GROUPS), 1..60),
        filter in filter(),
        sort in prop_oneof![Just(Sort::Number), Just(Sort::Spend), Just(Sort::Since)],
    ) {
        let conn = company(&changes);
        let mut ask = conn.prepare("SELECT id, group_id, owner_id, contact_id, no, since FROM customer").unwrap();
        let rows = ask.query_map([], |row| {
            let (id, group) = (row.get(0)?, row.get(1)?);
            let through = lets_through(&filter, id, group, row.get(2)?, row.get(3)?);
            Ok(through.then_some((id, group, row.get::<_, String>(4)?, row.get::<_, String>(5)?)))
        });
        let mut meant: Vec<_> = rows.unwrap().filter_map(|row| row.unwrap()).collect();
        let mut counts = [0; 3];
        meant.iter().for_each(|(_, group, _, _)| counts[(group % 3) as usize] += 1);
        prop_assert_eq!(count(&conn, &filter).unwrap(), counts);

        match sort {
            Sort::Number => meant.sort_by(|a, b| (&a.2, a.0).cmp(&(&b.2, b.0))),
            Sort::Spend => meant.sort_by(|a, b| (&b.2, b.0).cmp(&(&a.2, a.0))),
            Sort::Since => meant.sort_by(|a, b| (&a.3, a.0).cmp(&(&b.3, b.0))),
        }
        let meant: Vec<i64> = meant.into_iter().map(|row| row.0).collect();
        let ids = |rows: Vec<Customer>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
        let first = page(&conn, &filter, sort, &Start::Offset(0), 7).unwrap();
        let after = first.last().map(|row| {
            let value = match sort {
                Sort::Number => row.no.clone(),
                Sort::Spend => row.spend_fen.to_string(),
                Sort::Since => row.since.clone(),
            };
            Start::After(value, row.id)
        });
        prop_assert_eq!(&ids(first)[..], &meant[..meant.len().min(7)]);
        let deep = page(&conn, &filter, sort, &Start::Offset(5), 100).unwrap();
        prop_assert_eq!(&ids(deep)[..], meant.get(5..).unwrap_or_default());
        if let Some(after) = after {
            let next = page(&conn, &filter, sort, &after, 100).unwrap();
            prop_assert_eq!(&ids(next)[..], meant.get(7..).unwrap_or_default());
        }
    }
}
