//! The staff: who works where, who leads whom, and the sign-ins of each role.

use jiff::{ToSpan, civil::Date};

use super::person::{Person, Unseen};
use super::places::REGIONS;
use super::rng::Rng;

/// An employee.
pub(crate) struct Member {
    pub(crate) staff_no: String,
    pub(crate) name: String,
    pub(crate) department: &'static str,
    pub(crate) title: &'static str,
    /// Empty for those who work for all regions.
    pub(crate) region: &'static str,
    /// The staff number of the one they report to; empty for heads.
    manager: String,
    joined: Date,
}

/// A person to sign in as.
pub(crate) struct DemoSignIn {
    /// One of the product's role names.
    pub(crate) role: &'static str,
    pub(crate) staff_no: String,
    pub(crate) name: String,
}

/// Departments that work for all regions: department, title and how many.
const OFFICES: &[(&str, &str, usize)] = &[
    ("市场部", "员工", 5),
    ("合规部", "数据保护负责人", 1),
    ("合规部", "合规专员", 3),
    ("安全部", "安全专员", 2),
    ("人力资源部", "人事", 2),
    ("法务部", "法务", 2),
    ("信息部", "系统管理员", 2),
    ("审计部", "审计员", 2),
];

/// The roles with the department, title and region of the person who shows each; the second salesperson works in
/// another region than the first, so that what stays shut between regions can be seen.
const SIGN_INS: &[(&str, &str, &str, &str)] = &[
    ("staff", "销售部", "员工", DEMO_REGION),
    ("staff", "销售部", "员工", "华南"),
    ("manager", "销售部", "主管", DEMO_REGION),
    ("service", "客服部", "员工", DEMO_REGION),
    ("marketing", "市场部", "员工", ""),
    ("compliance", "合规部", "合规专员", ""),
    ("dpo", "合规部", "数据保护负责人", ""),
    ("security", "安全部", "安全专员", ""),
    ("hr", "人力资源部", "人事", ""),
    ("legal", "法务部", "法务", ""),
    ("administrator", "信息部", "系统管理员", ""),
    ("auditor", "审计部", "审计员", ""),
];

/// The region whose salesperson, manager and service desk the tour is written for.
const DEMO_REGION: &str = "华东";

/// The whole staff, each after the one they report to.
pub(crate) fn hire(seed: u64, today: Date) -> Vec<Member> {
    let mut desk = Hiring { seed, today, names: Unseen::default(), staff: Vec::new() };
    for (region, _, size) in REGIONS {
        let head = desk.hire('S', "销售部", "主管", region, "");
        for _ in 0..size {
            desk.hire('S', "销售部", "员工", region, &head);
        }
    }
    let head = desk.hire('S', "客服部", "主管", DEMO_REGION, "");
    for (region, _, _) in REGIONS {
        desk.hire('S', "客服部", "员工", region, &head);
    }
    let mut dpo = String::new();
    for (department, title, size) in OFFICES {
        for _ in 0..*size {
            let manager = if *title == "合规专员" { dpo.clone() } else { String::new() };
            let staff_no = desk.hire('M', department, title, "", &manager);
            if *title == "数据保护负责人" {
                dpo = staff_no;
            }
        }
    }
    desk.staff
}

struct Hiring {
    seed: u64,
    today: Date,
    names: Unseen,
    staff: Vec<Member>,
}

impl Hiring {
    /// Hires one more and gives back their number: S for sales and service, M for the offices.
    fn hire(
        &mut self,
        series: char,
        department: &'static str,
        title: &'static str,
        region: &'static str,
        manager: &str,
    ) -> String {
        let rng = &mut Rng::new(self.seed, u64::from(b'S'), self.staff.len());
        let leads = manager.is_empty();
        let (youngest, oldest) = if leads { (33, 54) } else { (24, 45) };
        let name = self.names.draw(|| Person::new(rng, self.today, youngest, oldest).name);
        let days_here = if leads { rng.between(1_100, 2_900) } else { rng.between(70, 2_400) };
        let number = 1 + self.staff.iter().filter(|member| member.staff_no.starts_with(series)).count();
        let staff_no = format!("{series}{number:03}");
        self.staff.push(Member {
            staff_no: staff_no.clone(),
            name,
            department,
            title,
            region,
            manager: manager.to_owned(),
            joined: self.today.saturating_sub(days_here.days()),
        });
        staff_no
    }
}

/// The salesperson of the tour: the first of the first region, behind its head.
pub(crate) fn guide(staff: &[Member]) -> &Member {
    &staff[1]
}

/// One person for each role, and a second salesperson.
pub(crate) fn sign_ins(staff: &[Member]) -> Vec<DemoSignIn> {
    let shows = |department, title, region| {
        staff
            .iter()
            .find(|member| (member.department, member.title, member.region) == (department, title, region))
    };
    SIGN_INS
        .iter()
        .filter_map(|&(role, department, title, region)| {
            let Member { staff_no, name, .. } = shows(department, title, region)?;
            Some(DemoSignIn { role, staff_no: staff_no.clone(), name: name.clone() })
        })
        .collect()
}

impl Member {
    /// True of those who own customers.
    pub(crate) fn sells(&self) -> bool {
        (self.department, self.title) == ("销售部", "员工")
    }

    /// The header of the staff list.
    pub(crate) const CSV_HEADER: &'static str = "staff_no,name,department,role,region,manager,joined,email\n";

    /// The member's line of the staff list.
    pub(crate) fn csv(&self) -> String {
        let Member { staff_no, name, department, title, region, manager, joined } = self;
        let mail = staff_no.to_lowercase();
        format!("{staff_no},{name},{department},{title},{region},{manager},{joined},{mail}@example.com\n")
    }
}
