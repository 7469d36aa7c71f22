//! Which column of a file is what.

use super::fault::{FileFault, MappingFault};
use crate::record::Field;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Members of staff.
    Staff,
    /// Customers.
    Customers,
    /// Purchases.
    Orders,
}

/// A column of one of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names in `Spec` say what each is")]
pub enum Column {
    CustomerNo,
    Kind,
    Name,
    Contact,
    Mobile,
    IdNumber,
    BankCard,
    Email,
    Address,
    Needs,
    Region,
    Owner,
    Since,
    AnnualSpend,
    StaffNo,
    Department,
    Title,
    Manager,
    Joined,
    Date,
    Items,
    Amount,
}

const COLUMNS: usize = Column::Amount as usize + 1;

/// A column of a table: what it is called, whether the table needs it, and what else people call it.
struct Spec {
    column: Column,
    name: &'static str,
    required: bool,
    aliases: &'static [&'static str],
}

const fn need(column: Column, name: &'static str, aliases: &'static [&'static str]) -> Spec {
    Spec { column, name, required: true, aliases }
}

const fn may(column: Column, name: &'static str, aliases: &'static [&'static str]) -> Spec {
    Spec { column, name, required: false, aliases }
}

// Aliases are written as `plain` makes them: lower case, without spaces, `_`, `-`, `*` and the unit.

const CUSTOMERS: &[Spec] = &[
    need(
        Column::CustomerNo,
        "customer_no",
        &["客户编号", "客户号", "客户代码", "客户编码", "编号", "customerid", "customernumber", "number"],
    ),
    may(Column::Kind, "kind", &["客户类型", "类型", "客户性质", "type", "customertype"]),
    need(Column::Name, "name", &["客户名称", "名称", "客户姓名", "客户", "customername", "customer"]),
    may(Column::Contact, "contact", &["联系人", "联系人姓名", "contactname", "contactperson"]),
    may(
        Column::Mobile,
        "mobile",
        &["手机", "手机号", "手机号码", "电话", "联系电话", "phone", "mobilephone", "tel"],
    ),
    may(
        Column::IdNumber,
        "id_number",
        &["身份证号", "身份证", "身份证号码", "证件号码", "证件号", "idcard", "idno"],
    ),
    may(
        Column::BankCard,
        "bank_card",
        &["银行卡号", "银行卡", "卡号", "银行账号", "card", "cardno", "cardnumber"],
    ),
    may(Column::Email, "email", &["邮箱", "电子邮箱", "邮件", "电子邮件", "mail", "emailaddress"]),
    may(Column::Address, "address", &["地址", "联系地址", "通讯地址", "客户地址"]),
    may(Column::Region, "region", &["区域", "大区", "地区", "销售区域"]),
    may(Column::Owner, "owner", &["负责人工号", "负责人", "客户经理", "客户经理工号", "业务员", "ownerno"]),
    may(
        Column::Since,
        "since",
        &["首次合作日期", "合作日期", "首次合作", "合作开始日期", "合作起始", "customersince"],
    ),
    may(
        Column::AnnualSpend,
        "annual_spend_cny",
        &["近一年消费", "近一年消费额", "年消费", "年消费额", "annualspend"],
    ),
    may(Column::Needs, "needs", &["需求备注", "需求", "客户需求", "需求意向", "备注", "notes", "remarks"]),
];

const STAFF: &[Spec] = &[
    need(
        Column::StaffNo,
        "staff_no",
        &["工号", "员工编号", "员工工号", "staffid", "employeeno", "employeeid"],
    ),
    need(Column::Name, "name", &["姓名", "员工姓名", "staffname", "fullname"]),
    need(Column::Department, "department", &["部门", "所属部门", "dept"]),
    need(Column::Title, "role", &["岗位", "角色", "职位", "职务", "title", "position"]),
    may(Column::Region, "region", &["区域", "大区", "地区", "销售区域"]),
    may(Column::Manager, "manager", &["上级", "上级工号", "直属上级", "主管工号", "managerno", "reportsto"]),
    may(Column::Joined, "joined", &["入职日期", "入职时间", "hiredate", "joindate"]),
    may(Column::Email, "email", &["邮箱", "电子邮箱", "邮件", "电子邮件", "mail", "emailaddress"]),
];

const ORDERS: &[Spec] = &[
    need(
        Column::CustomerNo,
        "customer_no",
        &["客户编号", "客户号", "客户代码", "客户编码", "customerid", "customernumber"],
    ),
    need(Column::Date, "date", &["日期", "订单日期", "下单日期", "购买日期", "orderdate"]),
    need(Column::Items, "items", &["件数", "数量", "商品件数", "quantity", "qty"]),
    need(Column::Amount, "amount_cny", &["金额", "订单金额", "消费金额", "amount"]),
];

/// The column of the customers' table that a header stands for.
pub(super) fn customer_column(header: &str) -> Option<Column> {
    let header = plain(header);
    let called = |spec: &&Spec| plain(spec.name) == header || spec.aliases.contains(&header.as_str());
    CUSTOMERS.iter().find(called).map(|spec| spec.column)
}

impl Table {
    fn specs(self) -> &'static [Spec] {
        match self {
            Table::Staff => STAFF,
            Table::Customers => CUSTOMERS,
            Table::Orders => ORDERS,
        }
    }

    /// The name on the command line and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Table::Staff => "staff",
            Table::Customers => "customers",
            Table::Orders => "orders",
        }
    }

    /// The table of this name.
    pub fn parse(name: &str) -> Option<Table> {
        [Table::Staff, Table::Customers, Table::Orders].into_iter().find(|table| table.name() == name)
    }

    /// The names of its columns, and whether each is needed; those to which a header can be mapped.
    pub fn columns(self) -> impl Iterator<Item = (&'static str, bool)> {
        self.specs().iter().map(|spec| (spec.name, spec.required))
    }
}

impl Column {
    /// The sealed field that the column fills.
    pub fn field(self) -> Option<Field> {
        match self {
            Column::Name => Some(Field::Name),
            Column::Contact => Some(Field::Contact),
            Column::Mobile => Some(Field::Mobile),
            Column::IdNumber => Some(Field::IdNumber),
            Column::BankCard => Some(Field::BankCard),
            Column::Email => Some(Field::Email),
            Column::Address => Some(Field::Address),
            Column::Needs => Some(Field::Needs),
            _ => None,
        }
    }
}

/// Which column of a file is what.
#[derive(Clone, Debug)]
pub struct Mapping {
    table: Table,
    headers: Vec<String>,
    /// The place in the file of each [`Column`].
    places: [Option<usize>; COLUMNS],
}

impl Mapping {
    /// Finds the columns of a table by their headers, English or Chinese, in any order and case. `overrides`
    /// are pairs of a header and the name of the column that it stands for, or `-` to ignore it.
    ///
    /// # Errors
    /// [`FileFault::NoHeader`] when nothing is known, else [`FileFault::Columns`] with everything that is
    /// wrong.
    pub fn detect(
        table: Table,
        headers: &[String],
        overrides: &[(String, String)],
    ) -> Result<Mapping, FileFault> {
        let mut mapping = Mapping { table, headers: headers.to_vec(), places: [None; COLUMNS] };
        let mut fault = MappingFault::default();
        let by_name = |name: &str| table.specs().iter().find(|spec| plain(spec.name) == plain(name));
        for (header, name) in overrides {
            let in_file = headers.iter().any(|h| plain(h) == plain(header));
            if !in_file || !(name == "-" || by_name(name).is_some()) {
                fault.overrides.push(format!("{}={}", shorten(header), shorten(name)));
            }
        }
        let mut known = false;
        for (place, header) in headers.iter().enumerate() {
            let plain_header = plain(header);
            let mapped =
                overrides.iter().find(|(h, _)| plain(h) == plain_header).map(|(_, name)| name.as_str());
            let spec = match mapped {
                Some("-") => {
                    known = true;
                    continue;
                }
                Some(name) => by_name(name),
                None => table.specs().iter().find(|spec| {
                    plain(spec.name) == plain_header || spec.aliases.contains(&plain_header.as_str())
                }),
            };
            let Some(spec) = spec else {
                fault.unknown.push(shorten(header));
                continue;
            };
            known = true;
            if mapping.places[spec.column as usize].replace(place).is_some() {
                fault.twice.push(spec.name);
            }
        }
        if !known {
            return Err(FileFault::NoHeader);
        }
        let missing = |spec: &&Spec| spec.required && mapping.places[spec.column as usize].is_none();
        fault.missing = table.specs().iter().filter(missing).map(|spec| spec.name).collect();
        if fault.is_empty() { Ok(mapping) } else { Err(FileFault::Columns(fault)) }
    }

    /// The table that the file holds.
    pub fn table(&self) -> Table {
        self.table
    }

    /// The headers of the file that are used, each with the name of the column that it stands for.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &'static str)> {
        let header = |spec: &Spec| self.place(spec.column).and_then(|place| self.headers.get(place));
        self.table.specs().iter().filter_map(move |spec| Some((header(spec)?.as_str(), spec.name)))
    }

    /// Where a column stands in the file.
    pub(super) fn place(&self, column: Column) -> Option<usize> {
        self.places[column as usize]
    }

    /// The header of a column, as in the file.
    pub(super) fn header(&self, column: Column) -> &str {
        self.place(column).map_or("", |place| &self.headers[place])
    }
}

/// A header without what does not tell headers apart: case, width, spaces, `_`, `-`, the star of a needed
/// column, and the unit yuan.
fn plain(header: &str) -> String {
    let folded = header.chars().map(|c| match c {
        '！'..='～' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    });
    let kept = folded.filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-' | '*' | '\u{feff}'));
    let plain: String = kept.flat_map(char::to_lowercase).collect();
    let without_unit =
        ["(元)", "(cny)", "(rmb)", "(人民币)"].iter().find_map(|unit| plain.strip_suffix(unit));
    without_unit.map(str::to_owned).unwrap_or(plain)
}

/// A header is shown, but not a long text that stands in its place.
fn shorten(header: &str) -> String {
    match header.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &header[..end]),
        None => header.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(table: Table, headers: &str, overrides: &[(&str, &str)]) -> Result<Mapping, FileFault> {
        let headers: Vec<String> = headers.split(',').map(str::to_owned).collect();
        let overrides: Vec<_> = overrides.iter().map(|(h, c)| ((*h).to_owned(), (*c).to_owned())).collect();
        Mapping::detect(table, &headers, &overrides)
    }

    fn fault(result: Result<Mapping, FileFault>) -> MappingFault {
        match result {
            Err(FileFault::Columns(fault)) => fault,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn known_headers_in_two_languages_and_any_dress() {
        let english = "customer_no,kind,name,contact,mobile,id_number,bank_card,email,address,region,owner,since,annual_spend_cny,needs";
        let chinese = "客户编号,客户类型,客户名称,联系人,手机,身份证号,银行卡号,邮箱,地址,区域,负责人工号,首次合作日期,近一年消费(元),需求备注";
        for headers in [english, chinese] {
            assert_eq!(detect(Table::Customers, headers, &[]).unwrap().pairs().count(), 14, "{headers}");
        }
        let dressed =
            detect(Table::Customers, "\u{feff}Customer No*, ＮＡＭＥ ,近一年消费（元）", &[]).unwrap();
        let names: Vec<_> = dressed.pairs().map(|(_, name)| name).collect();
        assert_eq!(names, ["customer_no", "name", "annual_spend_cny"]);
        assert!(detect(Table::Staff, "工号,姓名,部门,岗位,区域,上级,入职日期,邮箱", &[]).is_ok());
        assert!(detect(Table::Orders, "客户编号,日期,件数,金额(元)", &[]).is_ok());
    }

    #[test]
    fn aliases_are_plain_and_stand_for_one_column() {
        for table in [Table::Staff, Table::Customers, Table::Orders] {
            let names = table
                .specs()
                .iter()
                .flat_map(|s| s.aliases.iter().map(|a| (*a).to_owned()).chain([plain(s.name)]));
            let mut names: Vec<String> = names.collect();
            assert!(names.iter().all(|name| plain(name) == *name));
            names.sort_unstable();
            let all = names.len();
            names.dedup();
            assert_eq!(names.len(), all, "{table:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_listed_at_once() {
        let f = fault(detect(
            Table::Customers,
            "客户编号,微信,手机,电话",
            &[("QQ", "contact"), ("微信", "wechat")],
        ));
        assert_eq!(f.unknown, ["微信"]);
        assert_eq!(f.missing, ["name"]);
        assert_eq!(f.twice, ["mobile"]);
        assert_eq!(f.overrides, ["QQ=contact", "微信=wechat"]);
        // An amount in another unit is not guessed.
        assert_eq!(
            fault(detect(Table::Orders, "客户编号,日期,件数,金额(万元)", &[])).missing,
            ["amount_cny"]
        );
    }

    #[test]
    fn overrides_map_and_ignore() {
        let mapping = detect(
            Table::Customers,
            "编码,客户名称,微信,电话",
            &[("编码", "customer_no"), ("微信", "-"), ("电话", "-")],
        );
        let mapping = mapping.unwrap();
        assert_eq!(mapping.pairs().collect::<Vec<_>>(), [("编码", "customer_no"), ("客户名称", "name")]);
    }

    #[test]
    fn a_first_line_of_data_is_not_shown() {
        assert_eq!(detect(Table::Customers, "C1,张三,13812341234", &[]).unwrap_err(), FileFault::NoHeader);
    }
}
