//! Twelve customers whose every sealed value stands nowhere else in the world.

/// A customer with its values in clear.
pub struct Planted {
    pub no: String,
    /// `person` or `company`.
    pub kind: &'static str,
    /// Staff number of the owner.
    pub owner: &'static str,
    pub region: &'static str,
    /// Spend of the last twelve months in yuan, which puts it in its tier.
    pub spend: u32,
    pub name: String,
    pub contact: &'static str,
    pub mobile: String,
    pub id_number: String,
    pub bank_card: String,
    pub email: String,
    pub address: String,
    pub needs: String,
}

impl Planted {
    /// The values that nobody sees but by a reveal, by the name of their field. A firm's name is public.
    pub fn secrets(&self) -> Vec<(&'static str, &str)> {
        let mut secrets = vec![
            ("contact", self.contact),
            ("mobile", &self.mobile),
            ("id_number", &self.id_number),
            ("bank_card", &self.bank_card),
            ("email", &self.email),
            ("address", &self.address),
            ("needs", &self.needs),
        ];
        if self.kind == "person" {
            secrets.push(("name", &self.name));
        }
        secrets
    }
}

/// Names that no staff, place or text of the product has.
const PEOPLE: [&str; 12] = [
    "亓官玖",
    "鄢柒叁",
    "笪陆陆",
    "苌贰伍",
    "厍壹柒",
    "郗捌贰",
    "佴玖肆",
    "璩叁捌",
    "谌伍壹",
    "蔺肆陆",
    "仉柒玖",
    "逄陆贰",
];

/// K00001 to K00012: of each tier, persons and firms, of S001 and S002 in 华东 and S003 in 华南.
pub fn planted() -> Vec<Planted> {
    let one = |n: usize| {
        let kind = if n.is_multiple_of(2) { "company" } else { "person" };
        let (owner, region) = [("S001", "华东"), ("S001", "华东"), ("S003", "华南"), ("S002", "华东")][n % 4];
        Planted {
            no: format!("K{:05}", n + 1),
            kind,
            owner,
            region,
            spend: [60_000, 30_000, 4_000, 260_000][n / 3],
            name: if kind == "company" {
                format!("恒屿{n}号制冷设备有限公司")
            } else {
                PEOPLE[11 - n].to_owned()
            },
            contact: PEOPLE[n],
            mobile: format!("1390517{:04}", 7301 + 13 * n),
            id_number: id_number(&format!("320106198{}0{}1{}37{}", n % 10, 1 + n % 9, n % 3, n % 10)),
            bank_card: card(&format!("62170065494{:04}{:03}", 4055 + 7 * n, 210 + n)),
            email: format!("zebra.{n}x{}@kumquat{n}.example.com", 71 + n),
            address: format!("江苏省苏州市工业园区螺蛳巷{}弄{n}号", 37 + n),
            needs: format!("暗号杨桃{n}：年底替换两台机组，底价{}万", 83 + n),
        }
    };
    (0..PEOPLE.len()).map(one).collect()
}

pub fn customers_csv(customers: &[Planted]) -> String {
    let mut csv = "customer_no,kind,name,contact,mobile,id_number,bank_card,email,address,region,owner,since,annual_spend_cny,needs\n".to_owned();
    for c in customers {
        let cells = [
            &*c.no,
            c.kind,
            &*c.name,
            c.contact,
            &*c.mobile,
            &*c.id_number,
            &*c.bank_card,
            &*c.email,
            &*c.address,
            c.region,
            c.owner,
            "2025-03-01",
            &c.spend.to_string(),
            &*c.needs,
        ]
        .join(",");
        csv.push_str(&cells);
        csv.push('\n');
    }
    csv
}

/// One order each, as large as the spend that is declared.
pub fn orders_csv(customers: &[Planted]) -> String {
    let mut csv = "customer_no,date,items,amount_cny\n".to_owned();
    for customer in customers {
        csv.push_str(&format!("{},2026-11-02,3,{}\n", customer.no, customer.spend));
    }
    csv
}

/// An identity number of 17 digits with its check digit (GB 11643, ISO 7064 MOD 11-2).
pub fn id_number(first: &str) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    assert_eq!(first.len(), 17, "{first}");
    let sum: u32 =
        first.chars().zip(WEIGHTS).map(|(digit, weight)| digit.to_digit(10).unwrap() * weight).sum();
    format!("{first}{}", ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'][(sum % 11) as usize])
}

/// A card number with its check digit (Luhn, ISO/IEC 7812-1).
pub fn card(first: &str) -> String {
    let doubled = |(at, digit): (usize, char)| {
        let digit = digit.to_digit(10).unwrap() * if at.is_multiple_of(2) { 2 } else { 1 };
        digit / 10 + digit % 10
    };
    let sum: u32 = first.chars().rev().enumerate().map(doubled).sum();
    format!("{first}{}", (10 - sum % 10) % 10)
}
