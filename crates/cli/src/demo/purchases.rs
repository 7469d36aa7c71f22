//! Purchases: how much and how often somebody buys, over the years that they are a customer.
//!
//! Sizes are heavy-tailed (log-normal times Pareto), gaps between purchases log-normal; some buy once, some stop,
//! and the year has its seasons: little around the Spring Festival, much in November and December.

use jiff::{ToSpan, civil::Date};

use super::rng::Rng;

/// A purchase, in whole yuan.
pub(crate) struct Order {
    pub(crate) date: Date,
    pub(crate) items: i32,
    pub(crate) yuan: i64,
}

/// The tiers of the written rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Tier {
    High,
    Medium,
    Low,
}

/// What the written rule makes of a customer: above ¥100,000 in the last twelve months, or five years and more,
/// is high; from ¥10,000 medium; below low.
pub(crate) fn tier(annual_spend: i64, since: Date, today: Date) -> Tier {
    match annual_spend {
        _ if since <= today.saturating_sub(5.years()) => Tier::High,
        100_001.. => Tier::High,
        10_000.. => Tier::Medium,
        _ => Tier::Low,
    }
}

/// The yuan spent in the twelve months to `today`.
pub(crate) fn annual_spend(orders: &[Order], today: Date) -> i64 {
    let year_ago = today.saturating_sub(1.year());
    orders.iter().filter(|order| order.date > year_ago).map(|order| order.yuan).sum()
}

/// Customers won in each year of the company's eight, the last year first.
const WON: &[(u32, i32)] = &[(280, 0), (255, 1), (200, 2), (135, 3), (80, 4), (33, 5), (18, 6), (9, 7)];

/// The day somebody became a customer, in the last eight years.
pub(crate) fn first_day(rng: &mut Rng, today: Date) -> Date {
    let years = rng.weighted(WON, |year| year.0).1;
    let days = years * 365 + rng.between(8, 364);
    off_the_edge(today.saturating_sub(days.days()), today)
}

/// How often out of 125 a day of the month sees the purchase that would fall on it, January first.
const SEASONS: [i32; 12] = [118, 50, 92, 95, 100, 115, 88, 88, 108, 85, 125, 122];

/// All purchases of a customer since their first day, to yesterday, in order of time.
pub(crate) fn history(rng: &mut Rng, firm: bool, since: Date, today: Date) -> Vec<Order> {
    let (median, gap, once, leaves) = if firm { (3_600.0, 62.0, 13, 6) } else { (950.0, 84.0, 28, 10) };
    let usual = rng.log_normal(median, 2.0) * rng.pareto(25.0);
    let gap = rng.log_normal(gap, 0.9).clamp(12.0, 500.0);
    let unit = (usual / f64::from(rng.between(1, 12))).max(9.0);
    let comes_back = !rng.chance(once);

    let mut orders = vec![order(rng, since, usual, unit)];
    let mut day = since;
    while comes_back && !rng.chance(leaves) {
        day = day.saturating_add((rng.log_normal(gap, 0.7).clamp(3.0, 900.0) as i32).days());
        day = off_the_edge(in_season(rng, day, firm), today);
        if day >= today {
            break;
        }
        orders.push(order(rng, day, usual, unit));
    }
    orders
}

fn order(rng: &mut Rng, date: Date, usual: f64, unit: f64) -> Order {
    let items = (rng.log_normal(usual / unit, 0.6) as i32).max(1);
    // A list price: whole yuan, whole tens above a hundred.
    let price = if unit < 100.0 { unit as i64 } else { unit as i64 / 10 * 10 };
    Order { date, items, yuan: price * i64::from(items) }
}

/// Puts a purchase off while the season is slack, and a firm's from the weekend to Monday.
fn in_season(rng: &mut Rng, mut day: Date, firm: bool) -> Date {
    while rng.between(1, 125) > SEASONS[day.month() as usize - 1] {
        day = day.saturating_add(rng.between(2, 9).days());
    }
    match day.weekday().to_monday_zero_offset() {
        weekday @ 5..=6 if firm => day.saturating_add((7 - weekday).days()),
        _ => day,
    }
}

/// Keeps purchases off the days around the edge of the twelve months, so that a reader who counts 365 days and
/// one who counts a calendar year come to the same sum.
fn off_the_edge(day: Date, today: Date) -> Date {
    let from_edge = (day - today.saturating_sub(1.year())).get_days();
    if from_edge.abs() <= 1 { day.saturating_add(3.days()) } else { day }
}
