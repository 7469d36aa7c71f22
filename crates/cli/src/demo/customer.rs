//! The customers, each made from a sequence of their own.

use jiff::civil::Date;

use super::firm::Firm;
use super::person::{self, Person, Unseen};
use super::places::{self, REGIONS};
use super::purchases::{self, Order, Tier};
use super::rng::Rng;
use super::staff::Member;
use super::words::{self, Phrases};

/// A customer, with what they bought.
pub(crate) struct Customer {
    pub(crate) customer_no: String,
    firm: bool,
    name: String,
    contact: String,
    mobile: String,
    id_number: String,
    bank_card: String,
    email: String,
    address: String,
    pub(crate) region: &'static str,
    /// The staff number of the salesperson.
    pub(crate) owner: String,
    since: Date,
    annual_spend: i64,
    pub(crate) tier: Tier,
    needs: String,
    pub(crate) orders: Vec<Order>,
}

/// How many customers of each tier the salesperson of the tour gets before the lots are drawn.
const FOR_THE_TOUR: usize = 6;

/// `count` customers of the staff's. `guide` is the salesperson of the tour.
pub(crate) fn win(seed: u64, today: Date, count: usize, staff: &[Member], guide: &Member) -> Vec<Customer> {
    let mut seen = Seen::default();
    let mut for_guide = [(Tier::High, 0), (Tier::Medium, 0), (Tier::Low, 0)];
    (0..count)
        .map(|index| {
            let rng = &mut Rng::new(seed, u64::from(b'C'), index);
            let mut customer = Customer::new(rng, today, index + 1, &mut seen);
            let kept =
                for_guide.iter_mut().find(|(tier, kept)| *tier == customer.tier && *kept < FOR_THE_TOUR);
            customer.owner = match kept {
                Some((_, kept)) if customer.region == guide.region => {
                    *kept += 1;
                    guide.staff_no.clone()
                }
                _ => seller(rng, staff, customer.region).staff_no.clone(),
            };
            customer
        })
        .collect()
}

/// A salesperson of the region.
pub(crate) fn seller<'a>(rng: &mut Rng, staff: &'a [Member], region: &str) -> &'a Member {
    rng.weighted(staff, |member| u32::from(member.sells() && member.region == region))
}

/// What no two customers share.
#[derive(Default)]
struct Seen {
    names: Unseen,
    mobiles: Unseen,
    ids: Unseen,
    cards: Unseen,
    mails: Unseen,
}

fn phrases(firm: bool) -> &'static Phrases {
    if firm { &words::FIRM } else { &words::HOME }
}

impl Customer {
    fn new(rng: &mut Rng, today: Date, number: usize, seen: &mut Seen) -> Customer {
        let region = rng.weighted(&REGIONS, |region| region.1).0;
        let city = places::city_in(rng, region);
        let firm = rng.chance(60);
        let person = Person::new(rng, today, 21, 66);
        let (name, domain) = if firm {
            let mut domain = String::new();
            let name = seen.names.draw(|| {
                let firm = Firm::new(rng, city);
                domain = firm.domain;
                firm.name
            });
            (name, domain)
        } else {
            (person.name.clone(), "example.com".to_owned())
        };
        let contact = match firm || rng.chance(85) {
            true => person.name.clone(),
            false => Person::new(rng, today, 21, 66).name,
        };
        let since = purchases::first_day(rng, today);
        let orders = purchases::history(rng, firm, since, today);
        let annual_spend = purchases::annual_spend(&orders, today);
        let phrases = phrases(firm);
        let need = rng.pick(phrases.needs);
        Customer {
            customer_no: format!("C{number:05}"),
            firm,
            name,
            contact,
            mobile: seen.mobiles.draw(|| person::mobile(rng)),
            id_number: seen.ids.draw(|| person.id_number(rng, region)),
            bank_card: seen.cards.draw(|| person::bank_card(rng)),
            email: seen.mails.draw(|| person.email(rng, &domain)),
            address: city.address(rng, firm),
            region,
            owner: String::new(),
            since,
            annual_spend,
            tier: purchases::tier(annual_spend, since, today),
            // Nobody asked every customer yet.
            needs: if rng.chance(8) { String::new() } else { phrases.fill(rng, need) },
            orders,
        }
    }

    /// What is bought and said by customers of this kind.
    pub(crate) fn phrases(&self) -> &'static Phrases {
        phrases(self.firm)
    }

    /// The header of the customer list.
    pub(crate) const CSV_HEADER: &'static str = "customer_no,kind,name,contact,mobile,id_number,bank_card,email,\
        address,region,owner,since,annual_spend_cny,needs\n";

    /// The customer's line of the customer list.
    pub(crate) fn csv(&self) -> String {
        let kind = if self.firm { "企业" } else { "个人" };
        let Customer { customer_no, name, contact, mobile, id_number, bank_card, email, .. } = self;
        let Customer { address, region, owner, since, annual_spend, needs, .. } = self;
        format!(
            "{customer_no},{kind},{name},{contact},{mobile},{id_number},{bank_card},{email},{address},{region},\
             {owner},{since},{annual_spend}.00,{needs}\n"
        )
    }
}
