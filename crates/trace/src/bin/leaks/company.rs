//! A made-up company: customers, those who work with them, and what they take out.

use std::collections::BTreeSet;

use tigertally_trace::{
    Company, MarkKey, Suspect, Suspects,
    cell::{self, Cell},
};

use crate::draw::Draw;

/// Customers.
pub(crate) const CUSTOMERS: u32 = 100_000;
/// Regions, from the largest on.
const REGIONS: [u32; 8] = [26, 20, 15, 12, 10, 8, 6, 3];
/// People who export each month, in each region.
const MANAGERS: u32 = 5;
/// People with customers of their own, in each region.
const REPS: u32 = 50;
const MONTHS: u32 = 12;

/// The columns that carry bits.
pub(crate) const COLUMNS: [(u8, Cell); 3] = [(1, Cell::Name), (7, Cell::Text), (32, Cell::Date)];

pub(crate) struct Customer {
    pub(crate) region: u32,
    pub(crate) tier: u32,
    firm: bool,
    team: u32,
    owner: u32,
    /// How much there is to do with them.
    pub(crate) busy: f64,
    /// Month from which on they are a customer; 0 for all who were there before.
    since: u32,
}

pub(crate) struct House {
    pub(crate) customers: Vec<Customer>,
    pub(crate) by_region: Vec<Vec<u32>>,
    pub(crate) suspects: Suspects,
    /// The sets of the suspects, once more.
    pub(crate) sets: Vec<Vec<u32>>,
    pub(crate) keys: Vec<Option<[u8; 32]>>,
    pub(crate) holders: Vec<u32>,
    /// Suspects that are exports, and those that are people.
    pub(crate) exports: Vec<usize>,
    pub(crate) people: Vec<usize>,
}

impl House {
    pub(crate) fn new(seed: u64) -> House {
        let mut draw = Draw::new(seed);
        let customers: Vec<Customer> = (0..CUSTOMERS).map(|_| customer(&mut draw)).collect();
        let mut by_region = vec![Vec::new(); REGIONS.len()];
        for (at, customer) in customers.iter().enumerate() {
            by_region[customer.region as usize].push(at as u32);
        }
        let mut house = House {
            customers,
            by_region,
            suspects: Suspects::new(Company { ids: Vec::new(), groups: Vec::new() }, Vec::new()),
            sets: Vec::new(),
            keys: Vec::new(),
            holders: Vec::new(),
            exports: Vec::new(),
            people: Vec::new(),
        };
        for region in 0..REGIONS.len() as u32 {
            for manager in 0..MANAGERS {
                house.monthly(region, manager, &mut draw);
            }
            for rep in 0..REPS {
                house.rep(region, rep, &mut draw);
            }
        }
        let suspect = |at: usize| Suspect {
            holder: house.holders[at],
            customers: house.sets[at].clone(),
            key: house.keys[at].as_ref().map(MarkKey::new),
        };
        let all = (0..house.sets.len()).map(suspect).collect();
        let company = Company {
            ids: (0..i64::from(CUSTOMERS)).map(|id| id + 1).collect(),
            groups: house.customers.iter().map(|c| (c.region * 3 + c.tier) * 2 + u32::from(c.firm)).collect(),
        };
        house.suspects = Suspects::new(company, all);
        house
    }

    /// The same list each month: those who came since are in it, and some who were are not.
    fn monthly(&mut self, region: u32, manager: u32, draw: &mut Draw) {
        let wanted = |c: &Customer| match manager {
            0 => c.tier == 0,
            1 => c.firm && c.tier < 2,
            team => c.team == team - 2,
        };
        for month in 0..MONTHS {
            let members: Vec<u32> = self.by_region[region as usize].clone();
            let set = members
                .into_iter()
                .filter(|at| {
                    let customer = &self.customers[*at as usize];
                    customer.since <= month && wanted(customer) && draw.unit() < 0.97
                })
                .collect();
            self.add(100 * region + manager, set, Some(draw.key()));
        }
    }

    /// What somebody has seen: their own customers and the busy ones of the region; and what they took out.
    fn rep(&mut self, region: u32, rep: u32, draw: &mut Draw) {
        let members = self.by_region[region as usize].clone();
        let own: Vec<u32> =
            members.iter().copied().filter(|at| self.customers[*at as usize].owner == rep).collect();
        let mut seen: BTreeSet<u32> = own.iter().copied().filter(|_| draw.unit() < 0.7).collect();
        let looks = 100 + draw.below(300);
        while seen.len() < own.len() * 7 / 10 + looks {
            let of = if draw.unit() < 0.95 { region as usize } else { draw.below(REGIONS.len()) };
            let any = self.by_region[of][draw.below(self.by_region[of].len())];
            if draw.unit() < self.customers[any as usize].busy {
                seen.insert(any);
            }
        }
        let holder = 100 * region + 10 + rep;
        if rep.is_multiple_of(2) {
            let part = 0.3 + 0.6 * draw.unit();
            let set = own.into_iter().filter(|_| draw.unit() < part).collect();
            self.add(holder, set, Some(draw.key()));
        }
        self.add(holder, seen.into_iter().collect(), None);
    }

    fn add(&mut self, holder: u32, set: Vec<u32>, key: Option<[u8; 32]>) {
        if key.is_some() { &mut self.exports } else { &mut self.people }.push(self.sets.len());
        self.sets.push(set);
        self.keys.push(key);
        self.holders.push(holder);
    }
}

fn customer(draw: &mut Draw) -> Customer {
    let mut at = draw.below(100) as u32;
    let region = REGIONS.iter().position(|size| at.checked_sub(*size).map(|rest| at = rest).is_none());
    let tier = [0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2][draw.below(20)];
    Customer {
        region: region.unwrap_or(0) as u32,
        tier,
        firm: draw.unit() < 0.7,
        team: draw.below(3) as u32,
        owner: draw.below(REPS as usize) as u32,
        busy: draw.unit().powi(3) * [1.0, 0.6, 0.3][tier as usize],
        since: if draw.unit() < 0.8 { 0 } else { draw.below(MONTHS as usize) as u32 },
    }
}

/// What stands in a customer's cell, as the company wrote it.
pub(crate) fn text(at: u32, cell: Cell) -> String {
    let mut draw = Draw::new(u64::from(at) << 8 | cell as u64);
    let word =
        |draw: &mut Draw| ["恒源", "瑞达", "盛和", "嘉信", "宏图", "泰兴", "锦林", "启通"][draw.below(8)];
    match cell {
        Cell::Name => {
            let (first, second) = (word(&mut draw), word(&mut draw));
            match draw.below(6) {
                0 => format!("{first}（杭州）{second}有限公司"),
                1 => format!("上海{first}{second}股份有限公司(筹)"),
                _ => format!("{first}{second}{}有限公司", word(&mut draw)),
            }
        }
        Cell::Text => match draw.below(3) {
            0 => format!("{}路", word(&mut draw)),
            _ => format!("{}路{}号", word(&mut draw), draw.below(900) + 1),
        },
        Cell::Date => format!("20{:02}-{:02}-{:02}", draw.below(26), draw.below(12) + 1, draw.below(28) + 1),
    }
}

/// The same as an export with this key writes it.
pub(crate) fn dressed(at: u32, (column, cell): (u8, Cell), key: &MarkKey) -> String {
    cell::dress(cell, &text(at, cell), key.of(i64::from(at) + 1).bit(column))
}
