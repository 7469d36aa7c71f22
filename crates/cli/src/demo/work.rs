//! A day's work: tasks, calls and requests for approval, which are what gives a reason to look.

use jiff::{ToSpan, civil::Date};

use super::customer::{self, Customer};
use super::purchases::Tier;
use super::rng::Rng;
use super::staff::Member;
use super::words::Phrases;

/// Something to do for a customer.
pub(crate) struct DemoTask {
    pub(crate) customer_no: String,
    /// The staff number of the one who is to do it.
    pub(crate) assignee: String,
    pub(crate) title: String,
    /// Today or later.
    pub(crate) due: Date,
}

/// A call that was made and written down.
pub(crate) struct DemoCall {
    pub(crate) customer_no: String,
    pub(crate) staff_no: String,
    pub(crate) minutes_ago: i32,
    pub(crate) note: String,
}

/// A request that waits for a manager.
pub(crate) struct DemoApproval {
    pub(crate) customer_no: String,
    /// The staff number of the one who asks.
    pub(crate) requester: String,
    /// Names of fields as the customer list's header has them.
    pub(crate) fields: Vec<&'static str>,
    pub(crate) reason: String,
}

/// The company whose work it is.
pub(crate) struct Office<'a> {
    pub(crate) seed: u64,
    pub(crate) today: Date,
    pub(crate) staff: &'a [Member],
    /// The salesperson of the tour.
    pub(crate) guide: &'a Member,
    pub(crate) customers: &'a [Customer],
}

/// The days from today on which the tour's salesperson has tasks, and of which tier the customer is.
const TOUR: &[(i32, Tier)] = &[
    (0, Tier::High),
    (0, Tier::Medium),
    (0, Tier::Low),
    (0, Tier::High),
    (1, Tier::Medium),
    (1, Tier::High),
    (1, Tier::Low),
    (2, Tier::Medium),
    (3, Tier::Medium),
    (5, Tier::Low),
    (7, Tier::Medium),
    (11, Tier::Low),
];

/// How many of the tour's high-tier customers have its salesperson as contact person for certain.
pub(crate) const TOUR_CONTACTS: usize = 4;

/// The named contact person of each high-tier customer: mostly the owner, at times a colleague; a few have none
/// yet, for a review to find.
pub(crate) fn contact_persons(office: &Office<'_>) -> Vec<(String, String)> {
    let &Office { seed, staff, guide, customers, .. } = office;
    let mut contacts = Vec::new();
    let mut of_guide = 0;
    for (index, customer) in customers.iter().enumerate().filter(|(_, customer)| customer.tier == Tier::High)
    {
        let rng = &mut Rng::new(seed, u64::from(b'P'), index);
        of_guide += usize::from(customer.owner == guide.staff_no);
        let certain = customer.owner == guide.staff_no && of_guide <= TOUR_CONTACTS;
        let contact = match rng.between(0, 99) {
            _ if certain => &customer.owner,
            0..90 => &customer.owner,
            90..96 => &customer::seller(rng, staff, customer.region).staff_no,
            _ => continue,
        };
        contacts.push((customer.customer_no.clone(), contact.clone()));
    }
    contacts
}

/// The open tasks: the tour's, and a few of everyone in sales and service.
pub(crate) fn tasks(office: &Office<'_>) -> Vec<DemoTask> {
    let &Office { seed, today, staff, guide, customers } = office;
    let mut tasks = Vec::new();
    for (index, member) in in_the_field(staff) {
        let rng = &mut Rng::new(seed, u64::from(b'T'), index);
        let theirs = served_by(member, customers);
        let plan: Vec<(i32, &Customer)> = if member.staff_no == guide.staff_no {
            tour(&theirs)
        } else {
            let size = rng.between(3, 6);
            (0..size).filter_map(|_| Some((rng.between(0, 14), some_of(rng, &theirs)?))).collect()
        };
        tasks.extend(plan.into_iter().map(|(days, customer)| DemoTask {
            customer_no: customer.customer_no.clone(),
            assignee: member.staff_no.clone(),
            title: sentence(rng, customer, |phrases| phrases.tasks),
            due: today.saturating_add(days.days()),
        }));
    }
    tasks
}

/// The tour's days with a customer each: of a tier, the first comes first, so that high-tier tasks fall on
/// customers whose contact person the salesperson is.
fn tour<'a>(theirs: &[&'a Customer]) -> Vec<(i32, &'a Customer)> {
    let nth =
        |nth: usize, wanted| theirs.iter().filter(move |customer| customer.tier == wanted).nth(nth).copied();
    TOUR.iter()
        .enumerate()
        .filter_map(|(place, &(days, tier))| {
            let before = TOUR[..place].iter().filter(|(_, earlier)| *earlier == tier).count();
            Some((days, nth(before, tier)?))
        })
        .collect()
}

/// The calls of the last two weeks, the latest first.
pub(crate) fn calls(office: &Office<'_>) -> Vec<DemoCall> {
    let &Office { seed, staff, customers, .. } = office;
    let mut calls = Vec::new();
    for (index, member) in in_the_field(staff) {
        let rng = &mut Rng::new(seed, u64::from(b'L'), index);
        let theirs = served_by(member, customers);
        for _ in 0..rng.between(2, 5) {
            let Some(customer) = some_of(rng, &theirs) else { continue };
            // Calls fall in the hours around this one, today or some days ago.
            let minutes_ago = rng.between(0, 13) * 1440 + rng.between(5, 240);
            let note = sentence(rng, customer, |phrases| phrases.calls);
            let (customer_no, staff_no) = (customer.customer_no.clone(), member.staff_no.clone());
            calls.push(DemoCall { customer_no, staff_no, minutes_ago, note });
        }
    }
    calls.sort_by_key(|call| call.minutes_ago);
    calls
}

/// The requests that wait: for the tour's salesperson about high-tier customers that no task of theirs covers.
pub(crate) fn approvals(office: &Office<'_>, tasks: &[DemoTask]) -> Vec<DemoApproval> {
    let &Office { seed, staff, guide, customers, .. } = office;
    let mut approvals: Vec<DemoApproval> = Vec::new();
    for (index, member) in in_the_field(staff) {
        let rng = &mut Rng::new(seed, u64::from(b'A'), index);
        let wanted = if member.staff_no == guide.staff_no { 3 } else { usize::from(rng.chance(30)) };
        let has_task = |customer: &Customer| {
            tasks
                .iter()
                .any(|task| task.assignee == member.staff_no && task.customer_no == customer.customer_no)
        };
        let open: Vec<&Customer> = known_to(member, customers)
            .into_iter()
            .filter(|customer| customer.tier == Tier::High && !has_task(customer))
            .collect();
        for customer in open.into_iter().take(wanted) {
            let (fields, reason) = rng.pick(customer.phrases().approvals);
            approvals.push(DemoApproval {
                customer_no: customer.customer_no.clone(),
                requester: member.staff_no.clone(),
                fields: fields.to_vec(),
                reason: customer.phrases().fill(rng, reason),
            });
        }
    }
    approvals
}

/// Salespeople and the service desk, with their place in the staff list.
fn in_the_field(staff: &[Member]) -> impl Iterator<Item = (usize, &Member)> {
    let serves = |member: &Member| (member.department, member.title) == ("客服部", "员工");
    staff.iter().enumerate().filter(move |(_, member)| member.sells() || serves(member))
}

/// The customers somebody has tasks and calls with. The service desk sees none of the high tier.
fn served_by<'a>(member: &Member, customers: &'a [Customer]) -> Vec<&'a Customer> {
    let mut served = known_to(member, customers);
    served.retain(|customer| member.sells() || customer.tier != Tier::High);
    served
}

/// The customers somebody knows of: a salesperson's own, all of the region for the service desk.
fn known_to<'a>(member: &Member, customers: &'a [Customer]) -> Vec<&'a Customer> {
    let owns = |customer: &&Customer| customer.owner == member.staff_no;
    let serves = |customer: &&Customer| !member.sells() && customer.region == member.region;
    customers.iter().filter(|customer| owns(customer) || serves(customer)).collect()
}

fn some_of<'a>(rng: &mut Rng, customers: &[&'a Customer]) -> Option<&'a Customer> {
    (!customers.is_empty()).then(|| rng.pick(customers))
}

fn sentence(rng: &mut Rng, customer: &Customer, of: fn(&Phrases) -> &'static [&'static str]) -> String {
    let template = rng.pick(of(customer.phrases()));
    customer.phrases().fill(rng, template)
}
