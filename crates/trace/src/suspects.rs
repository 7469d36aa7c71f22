//! The exports and people that a list could come from, prepared for any number of questions.

use crate::MarkKey;

/// The first numbers of others of each class of popularity: finer steps than those of a half would leave too few alike.
const CLASSES: [u16; 16] = [0, 1, 2, 3, 4, 5, 7, 9, 12, 16, 22, 31, 44, 62, 88, 124];

/// The customers of a company. They are named by their place in these lists.
pub struct Company {
    /// Their ids, which marks are made of.
    pub ids: Vec<i64>,
    /// The group of each: what a list may be chosen by (region, tier, kind …).
    pub groups: Vec<u32>,
}

/// An export, or what somebody has seen.
pub struct Suspect {
    /// Who answers for it. Suspects of one holder are not held against each other.
    pub holder: u32,
    /// The customers, ascending, each once.
    pub customers: Vec<u32>,
    /// The key of its marks, if it is an export.
    pub key: Option<MarkKey>,
}

/// Suspects with all that a question needs.
///
/// What a suspect would cover by chance is counted among customers who are alike: of the same group, and known to as many
/// other holders. So a list that anybody could have, or of customers whom everybody knows, speaks against nobody.
pub struct Suspects {
    pub(crate) ids: Vec<i64>,
    pub(crate) suspects: Vec<Suspect>,
    /// For each customer: where the suspects who have them begin in `having`.
    starts: Vec<u32>,
    having: Vec<u32>,
    /// For each suspect: the share of each stratum that they have.
    shares: Vec<Vec<(u32, f32)>>,
    groups: Vec<u32>,
    /// For each customer: how many holders have them.
    known: Vec<u16>,
    /// For each holder: the customers of their suspects.
    holders: Vec<Vec<u32>>,
}

fn class(others: u16) -> u32 {
    CLASSES.iter().take_while(|first| others >= **first).count() as u32 - 1
}

impl Suspects {
    /// Prepares suspects. Customers beyond the company's are left out.
    pub fn new(company: Company, mut suspects: Vec<Suspect>) -> Suspects {
        let Company { ids, mut groups } = company;
        groups.resize(ids.len(), 0);
        let size = ids.len();
        let mut holders: Vec<Vec<u32>> = Vec::new();
        for suspect in &mut suspects {
            suspect.customers.retain(|customer| (*customer as usize) < size);
            let holder = suspect.holder as usize;
            if holders.len() <= holder {
                holders.resize_with(holder + 1, Vec::new);
            }
            holders[holder].extend_from_slice(&suspect.customers);
        }
        let mut known = vec![0_u16; size];
        for customers in &mut holders {
            customers.sort_unstable();
            customers.dedup();
            customers.iter().for_each(|at| known[*at as usize] = known[*at as usize].saturating_add(1));
        }
        let (starts, having) = invert(&suspects, size);
        let mut this = Suspects { ids, suspects, starts, having, shares: Vec::new(), groups, known, holders };
        this.shares = this.count();
        this
    }

    /// The suspects who have a customer.
    pub(crate) fn having(&self, customer: u32) -> &[u32] {
        let at = customer as usize;
        &self.having[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    /// The chance that an innocent suspect has a customer like this one.
    pub(crate) fn share(&self, suspect: usize, customer: u32) -> f64 {
        let holder = &self.holders[self.suspects[suspect].holder as usize];
        let own = holder.binary_search(&customer).is_ok();
        let stratum = self.stratum(customer, own);
        let shares = &self.shares[suspect];
        let found = shares.binary_search_by_key(&stratum, |(stratum, _)| *stratum);
        found.map_or(0.0, |at| f64::from(shares[at].1))
    }

    fn stratum(&self, customer: u32, own: bool) -> u32 {
        let at = customer as usize;
        self.groups[at] * CLASSES.len() as u32 + class(self.known[at] - u16::from(own))
    }

    /// The shares of every suspect. Strata are counted once for all, and once more for the customers of a holder, who are
    /// known to one holder less when it is that holder who is asked about.
    fn count(&self) -> Vec<Vec<(u32, f32)>> {
        let strata = self.groups.iter().max().map_or(0, |most| (most + 1) * CLASSES.len() as u32) as usize;
        let mut sizes = vec![0_i64; strata];
        (0..self.ids.len() as u32).for_each(|customer| sizes[self.stratum(customer, false) as usize] += 1);
        let mut by_holder: Vec<Vec<usize>> = vec![Vec::new(); self.holders.len()];
        for (at, suspect) in self.suspects.iter().enumerate() {
            by_holder[suspect.holder as usize].push(at);
        }
        let mut shares = vec![Vec::new(); self.suspects.len()];
        let mut moved = vec![0_i64; strata];
        let mut own = vec![0_u32; strata];
        for (holder, suspects) in self.holders.iter().zip(by_holder) {
            for customer in holder {
                moved[self.stratum(*customer, false) as usize] -= 1;
                moved[self.stratum(*customer, true) as usize] += 1;
            }
            for suspect in suspects {
                let customers = &self.suspects[suspect].customers;
                let mut touched = Vec::new();
                for customer in customers {
                    let stratum = self.stratum(*customer, true);
                    if own[stratum as usize] == 0 {
                        touched.push(stratum);
                    }
                    own[stratum as usize] += 1;
                }
                touched.sort_unstable();
                shares[suspect] = touched
                    .into_iter()
                    .map(|stratum| {
                        let at = stratum as usize;
                        let size = (sizes[at] + moved[at]).max(0) as f64;
                        // Laplace's rule: few customers prove little.
                        let share = (f64::from(std::mem::take(&mut own[at])) + 1.0) / (size + 2.0);
                        (stratum, share.min(1.0) as f32)
                    })
                    .collect();
            }
            for customer in holder {
                moved[self.stratum(*customer, false) as usize] = 0;
                moved[self.stratum(*customer, true) as usize] = 0;
            }
        }
        shares
    }
}

/// Which suspects have each customer: where each begins, and all of them in one list.
fn invert(suspects: &[Suspect], size: usize) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0_u32; size + 1];
    for customer in suspects.iter().flat_map(|suspect| &suspect.customers) {
        starts[*customer as usize + 1] += 1;
    }
    for at in 0..size {
        starts[at + 1] += starts[at];
    }
    let mut next = starts.clone();
    let mut having = vec![0_u32; starts[size] as usize];
    for (number, suspect) in suspects.iter().enumerate() {
        for customer in &suspect.customers {
            let place = &mut next[*customer as usize];
            having[*place as usize] = number as u32;
            *place += 1;
        }
    }
    (starts, having)
}
