//! What the product's tour and its importer rely on.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use jiff::{ToSpan, civil::Date};

use super::{Company, generate};

const TODAY: (i16, i8, i8) = (2026, 11, 24);

fn company() -> &'static Company {
    static COMPANY: LazyLock<Company> = LazyLock::new(|| generate(1, TODAY, 6000));
    &COMPANY
}

/// The lines of a list, by column name.
fn rows(csv: &str) -> Vec<HashMap<&str, &str>> {
    let mut lines = csv.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells.len(), header.len(), "{line}");
            header.iter().copied().zip(cells).collect()
        })
        .collect()
}

fn yuan(amount: &str) -> i64 {
    amount.strip_suffix(".00").unwrap().parse().unwrap()
}

fn today() -> Date {
    Date::new(TODAY.0, TODAY.1, TODAY.2).unwrap()
}

/// The written rule, once more.
fn tier(row: &HashMap<&str, &str>) -> &'static str {
    let five_years = row["since"].parse::<Date>().unwrap() <= today() - 5.years();
    match yuan(row["annual_spend_cny"]) {
        spend if spend > 100_000 || five_years => "high",
        spend if spend >= 10_000 => "medium",
        _ => "low",
    }
}

fn tiers(company: &Company) -> HashMap<String, &'static str> {
    rows(&company.customers_csv).iter().map(|row| (row["customer_no"].to_owned(), tier(row))).collect()
}

/// FNV-1a, 64 bits.
fn fnv(texts: [&str; 3]) -> u64 {
    texts
        .concat()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn the_same_seed_gives_the_same_company() {
    let of = |seed| {
        let company = generate(seed, TODAY, 500);
        fnv([&company.staff_csv, &company.customers_csv, &company.orders_csv])
    };
    assert_eq!(of(1), 0xc880_138e_b330_1cad, "{:#x}", of(1));
    assert_ne!(of(1), of(2));
}

#[test]
fn a_larger_company_begins_with_the_smaller_one() {
    assert!(company().customers_csv.starts_with(&generate(1, TODAY, 300).customers_csv));
}

#[test]
fn ids_and_cards_pass_their_checks() {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    for row in rows(&company().customers_csv) {
        let id = row["id_number"];
        let sum: u32 =
            id.chars().zip(WEIGHTS).map(|(digit, weight)| digit.to_digit(10).unwrap() * weight).sum();
        assert_eq!(
            (id.len(), id.chars().nth(17)),
            (18, "10X98765432".chars().nth(sum as usize % 11)),
            "{id}"
        );
        let born: Date = id[6..14].parse().unwrap();
        assert!((1955..=2006).contains(&born.year()), "{id}");

        let card = row["bank_card"];
        let doubled = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
        let digits = card.chars().rev().map(|digit| digit.to_digit(10).unwrap() as usize);
        let sum: usize =
            digits.enumerate().map(|(i, digit)| if i % 2 == 1 { doubled[digit] } else { digit }).sum();
        assert!(sum.is_multiple_of(10) && card.starts_with("62") && [16, 19].contains(&card.len()), "{card}");
    }
}

#[test]
fn nothing_is_given_out_twice_and_mail_goes_nowhere() {
    let company = company();
    let rows = rows(&company.customers_csv);
    for column in ["customer_no", "mobile", "id_number", "bank_card", "email"] {
        let distinct: HashSet<&str> = rows.iter().map(|row| row[column]).collect();
        assert_eq!(distinct.len(), 6000, "{column}");
    }
    for row in &rows {
        assert!(row["mobile"].len() == 11 && row["mobile"].starts_with('1'), "{}", row["mobile"]);
        let (local, host) = row["email"].split_once('@').unwrap();
        assert!(local.len() >= 4 && local.is_ascii(), "{local}");
        assert!(host == "example.com" || host.ends_with(".example") && host.len() > 9, "{host}");
        assert!(row.iter().all(|(column, cell)| *column == "needs" || !cell.is_empty()), "{row:?}");
    }
}

#[test]
fn addresses_are_in_the_customers_region() {
    let provinces = HashMap::from([
        ("华东", "上海 江苏 浙江 安徽 福建 江西 山东"),
        ("华南", "广东 广西 海南"),
        ("华北", "北京 天津 河北 山西 内蒙"),
        ("华中", "河南 湖北 湖南"),
        ("西南", "重庆 四川 贵州 云南"),
        ("西北", "陕西 甘肃 青海 宁夏 新疆"),
        ("东北", "辽宁 吉林 黑龙"),
    ]);
    for row in rows(&company().customers_csv) {
        let province: String = row["address"].chars().take(2).collect();
        assert!(provinces[row["region"]].contains(&province), "{} {}", row["region"], row["address"]);
    }
}

#[test]
fn shares_are_those_of_a_trading_company() {
    for seed in 1..=3 {
        let company = generate(seed, TODAY, 6000);
        let (tiers, customers) = (tiers(&company), rows(&company.customers_csv));
        let share = |wanted| tiers.values().filter(|tier| **tier == wanted).count() as f64 / 60.0;
        assert!((10.0..=13.0).contains(&share("high")), "seed {seed}: {} % high", share("high"));
        assert!((20.0..=25.0).contains(&share("medium")), "seed {seed}: {} % medium", share("medium"));
        let firms = customers.iter().filter(|row| row["kind"] == "企业").count() as f64 / 60.0;
        assert!((57.0..=63.0).contains(&firms), "seed {seed}: {firms} % firms");
        let orders = company.orders_csv.lines().count() - 1;
        assert!((33_000..=39_000).contains(&orders), "seed {seed}: {orders} orders");
    }
}

#[test]
fn annual_spend_is_the_sum_of_the_last_twelve_months() {
    let company = company();
    let mut spent: HashMap<&str, i64> = HashMap::new();
    let mut first: HashMap<&str, Date> = HashMap::new();
    for order in rows(&company.orders_csv) {
        let date: Date = order["date"].parse().unwrap();
        let earliest = *first.entry(order["customer_no"]).or_insert(date);
        assert!(earliest <= date && date < today() && yuan(order["amount_cny"]) > 0, "{order:?}");
        let in_calendar_year = date > today() - 1.year();
        assert_eq!(in_calendar_year, date > today() - 365.days(), "the edge is kept free: {date}");
        assert_eq!(in_calendar_year, date >= today() - 1.year(), "the edge is kept free: {date}");
        *spent.entry(order["customer_no"]).or_default() +=
            yuan(order["amount_cny"]) * i64::from(in_calendar_year);
    }
    for row in rows(&company.customers_csv) {
        assert_eq!(yuan(row["annual_spend_cny"]), spent[row["customer_no"]], "{row:?}");
        assert_eq!(row["since"], first[row["customer_no"]].to_string(), "{row:?}");
    }
}

#[test]
fn staff_and_sign_ins_fit_together() {
    let company = company();
    let staff = rows(&company.staff_csv);
    assert_eq!(staff.len(), 64);
    let mut hired = HashSet::from([""]);
    for member in &staff {
        assert!(hired.contains(member["manager"]), "the manager stands above: {member:?}");
        assert!(hired.insert(member["staff_no"]), "twice: {member:?}");
    }
    let roles: Vec<&str> = company.sign_ins.iter().map(|sign_in| sign_in.role).collect();
    let expected =
        "staff staff manager service marketing compliance dpo security hr legal administrator auditor";
    assert_eq!(roles.join(" "), expected);

    let of = |number: &str| staff.iter().find(|member| member["staff_no"] == number).unwrap();
    let (guide, manager) = (of(&company.sign_ins[0].staff_no), of(&company.sign_ins[2].staff_no));
    assert_eq!(guide["manager"], manager["staff_no"]);
    assert_eq!((guide["department"], guide["region"]), (manager["department"], manager["region"]));
    assert_ne!(guide["region"], of(&company.sign_ins[1].staff_no)["region"]);

    for row in rows(&company.customers_csv) {
        let owner = of(row["owner"]);
        assert_eq!((owner["department"], owner["role"], owner["region"]), ("销售部", "员工", row["region"]));
    }
}

#[test]
fn the_tour_has_what_it_shows() {
    for (seed, size) in [(1, 6000), (1, 200), (2, 200), (3, 400), (4, 1000)] {
        let company = generate(seed, TODAY, size);
        let guide = &company.sign_ins[0].staff_no;
        let tiers = tiers(&company);
        let customers = rows(&company.customers_csv);
        let own: HashSet<&str> =
            customers.iter().filter(|row| row["owner"] == guide).map(|row| row["customer_no"]).collect();
        for wanted in ["high", "medium", "low"] {
            let count = own.iter().filter(|number| tiers[**number] == wanted).count();
            assert!(count >= 3, "seed {seed}, {size} customers: {count} of tier {wanted}");
        }

        let tasks: Vec<_> = company.tasks.iter().filter(|task| task.assignee == *guide).collect();
        let due = |days: i64| tasks.iter().filter(|task| task.due == today() + days.days()).count();
        let later = tasks.iter().filter(|task| task.due > today() + 1.day()).count();
        assert!(due(0) >= 3 && due(1) >= 2 && later >= 3, "seed {seed}, {size} customers");
        assert!(tasks.iter().all(|task| own.contains(task.customer_no.as_str())));

        let contact_of = |number: &str| company.contact_persons.contains(&(number.to_owned(), guide.clone()));
        let high_tasks: Vec<_> = tasks.iter().filter(|task| tiers[&task.customer_no] == "high").collect();
        assert!(high_tasks.len() >= 2 && high_tasks.iter().all(|task| contact_of(&task.customer_no)));
        assert!(company.contact_persons.iter().all(|(number, _)| tiers[number] == "high"));
    }
}

#[test]
fn work_is_about_customers_and_people_there_are() {
    let company = company();
    let tiers = tiers(company);
    let columns: HashSet<&str> = company.customers_csv.lines().next().unwrap().split(',').collect();
    let staff: HashSet<&str> = rows(&company.staff_csv).iter().map(|member| member["staff_no"]).collect();

    assert!(company.tasks.len() > 100 && company.calls.len() > 70 && company.approvals.len() >= 8);
    assert!(company.tasks.iter().all(|task| task.due >= today() && !task.title.is_empty()));
    assert!(company.calls.iter().all(|call| call.minutes_ago > 0 && !call.note.is_empty()));
    for approval in &company.approvals {
        assert_eq!(tiers[&approval.customer_no], "high");
        assert!(approval.fields.iter().all(|field| columns.contains(field)) && !approval.reason.is_empty());
    }
    let tasks = company.tasks.iter().map(|task| (&task.customer_no, &task.assignee));
    let calls = company.calls.iter().map(|call| (&call.customer_no, &call.staff_no));
    let approvals = company.approvals.iter().map(|approval| (&approval.customer_no, &approval.requester));
    let contacts = company.contact_persons.iter().map(|(customer, member)| (customer, member));
    for (customer, member) in tasks.chain(calls).chain(approvals).chain(contacts) {
        assert!(tiers.contains_key(customer) && staff.contains(member.as_str()), "{customer} {member}");
    }
}

#[test]
fn the_service_desk_has_no_tasks_and_calls_with_customers_that_it_does_not_see() {
    let company = company();
    let tiers = tiers(company);
    let staff = rows(&company.staff_csv);
    let serves = |number: &str| staff.iter().any(|m| m["staff_no"] == number && m["department"] == "客服部");
    let tasks = company.tasks.iter().map(|task| (&task.customer_no, &task.assignee));
    let calls = company.calls.iter().map(|call| (&call.customer_no, &call.staff_no));
    let served: Vec<_> = tasks.chain(calls).filter(|(_, member)| serves(member)).collect();
    assert!(served.len() > 30, "{}", served.len());
    assert!(served.iter().all(|(customer, _)| tiers[*customer] != "high"));
}

#[test]
fn small_companies_and_leap_days_are_fine() {
    for size in [0, 1, 10, 50] {
        assert_eq!(generate(9, (2028, 2, 29), size).customers_csv.lines().count(), size + 1);
    }
}
