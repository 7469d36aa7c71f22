//! Canary customers: made up for one export, and nowhere else. Whoever calls or writes to one has the export's list.

use crate::MarkKey;

/// What the company watches. Without phones a canary has no phone, without a domain it has no mail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    /// Phone numbers that ring where somebody watches. They are shared by exports: too few for one each.
    pub phones: Vec<String>,
    /// A mail domain that takes mail for every name.
    pub domain: Option<String>,
}

/// Somebody who does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canary {
    /// Name of the firm.
    pub name: String,
    /// Name of the person one talks to.
    pub contact: String,
    /// A phone of the pool.
    pub phone: Option<String>,
    /// A mail address of the domain, used once.
    pub mail: Option<String>,
    /// Postal address.
    pub address: String,
}

/// How many an export of so many rows has: one for 100 rows, at least 3 and at most 20, so that a third of the lines mostly
/// has one; none in a file so small that its reader knows everybody.
pub fn how_many(rows: u64) -> u64 {
    if rows < 20 { 0 } else { (rows / 100).clamp(3, 20) }
}

/// The canary of a number. Where a name is taken by somebody who exists, the caller takes the next number.
pub fn canary(key: &MarkKey, number: u64, pool: &Pool) -> Canary {
    let mut draw = Draw { tag: key.tag(b"canary", number), at: 0 };
    let (city, street) = draw.of(CITIES);
    // Three characters: firms that exist mostly have two.
    let brand = [draw.of(FIRST), draw.of(SECOND), draw.of(SECOND)].concat();
    let name = format!("{city}{brand}{}有限公司", draw.of(TRADES));
    let (family, family_latin) = draw.of(FAMILIES);
    let (given, given_latin) = draw.of(GIVEN);
    let (last, last_latin) = draw.of(GIVEN);
    let phone = (!pool.phones.is_empty()).then(|| pool.phones[draw.number() % pool.phones.len()].clone());
    // Together with the name one of ten thousand million: two exports hardly share one, and the caller sees to it.
    let tail = draw.tag[27..].iter().fold(0_u64, |n, byte| n << 8 | u64::from(*byte)) % 1_000_000;
    let mail =
        pool.domain.as_ref().map(|domain| format!("{family_latin}{given_latin}{last_latin}{tail}@{domain}"));
    let address = format!("{city}市{street}{}号", draw.number() % 400 + 1);
    Canary { name, contact: format!("{family}{given}{last}"), phone, mail, address }
}

/// Numbers out of a tag.
struct Draw {
    tag: [u8; 32],
    at: usize,
}

impl Draw {
    fn number(&mut self) -> usize {
        let pair = [self.tag[self.at], self.tag[self.at + 1]];
        self.at += 2;
        usize::from(u16::from_be_bytes(pair))
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.number() % list.len()]
    }
}

const CITIES: &[(&str, &str)] = &[
    ("杭州", "文三路"),
    ("苏州", "干将东路"),
    ("宁波", "中山东路"),
    ("无锡", "人民中路"),
    ("南京", "中央路"),
    ("合肥", "长江西路"),
    ("武汉", "珞喻路"),
    ("长沙", "五一大道"),
    ("成都", "人民南路"),
    ("西安", "科技路"),
    ("青岛", "香港中路"),
    ("济南", "经十路"),
    ("郑州", "花园路"),
    ("佛山", "季华五路"),
    ("东莞", "鸿福路"),
    ("厦门", "湖滨南路"),
    ("福州", "五四路"),
    ("沈阳", "青年大街"),
    ("大连", "黄河路"),
    ("昆明", "人民东路"),
];
const FIRST: &[&str] = &[
    "恒", "远", "泽", "瑞", "鼎", "盛", "华", "嘉", "宏", "润", "泰", "锦", "启", "凯", "中", "亿", "博",
    "海", "天", "安", "晟", "佳", "诚", "汇", "顺", "博", "景", "弘", "卓", "联",
];
const SECOND: &[&str] = &[
    "源", "达", "信", "合", "通", "和", "科", "图", "林", "川", "腾", "业", "辉", "成", "翔", "诺", "威",
    "新", "康", "然", "邦", "曜", "睿", "立", "创", "禾", "品", "升", "丰", "铭",
];
const TRADES: &[&str] = &[
    "精密机械",
    "电子科技",
    "包装材料",
    "医疗器械",
    "建筑装饰",
    "食品贸易",
    "供应链管理",
    "环保设备",
    "纺织品",
    "化工",
    "仪器仪表",
    "汽车配件",
    "信息技术",
    "物流",
    "新材料",
    "家居用品",
    "自动化设备",
    "进出口贸易",
    "金属制品",
    "生物科技",
];
const FAMILIES: &[(&str, &str)] = &[
    ("王", "wang"),
    ("李", "li"),
    ("张", "zhang"),
    ("刘", "liu"),
    ("陈", "chen"),
    ("杨", "yang"),
    ("赵", "zhao"),
    ("黄", "huang"),
    ("周", "zhou"),
    ("吴", "wu"),
    ("徐", "xu"),
    ("孙", "sun"),
    ("胡", "hu"),
    ("朱", "zhu"),
    ("高", "gao"),
    ("林", "lin"),
    ("何", "he"),
    ("郭", "guo"),
    ("马", "ma"),
    ("罗", "luo"),
];
const GIVEN: &[(&str, &str)] = &[
    ("志", "zhi"),
    ("文", "wen"),
    ("建", "jian"),
    ("晓", "xiao"),
    ("丽", "li"),
    ("海", "hai"),
    ("国", "guo"),
    ("春", "chun"),
    ("永", "yong"),
    ("雪", "xue"),
    ("明", "ming"),
    ("静", "jing"),
    ("伟", "wei"),
    ("敏", "min"),
    ("强", "qiang"),
    ("芳", "fang"),
    ("军", "jun"),
    ("燕", "yan"),
    ("平", "ping"),
    ("婷", "ting"),
    ("玉", "yu"),
    ("佳", "jia"),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn pool() -> Pool {
        Pool { phones: vec!["13800001111".into(), "13800002222".into()], domain: Some("mail.example".into()) }
    }

    #[test]
    fn a_canary_is_of_its_key_and_number() {
        let keys = [MarkKey::new(&[1; 32]), MarkKey::new(&[2; 32])];
        assert_eq!(canary(&keys[0], 0, &pool()), canary(&keys[0], 0, &pool()));
        let mails: HashSet<_> =
            keys.iter().flat_map(|key| (0..500).map(|number| canary(key, number, &pool()).mail)).collect();
        assert_eq!(mails.len(), 1_000);
        let names: HashSet<_> = (0..500).map(|number| canary(&keys[0], number, &pool()).name).collect();
        assert!(names.len() > 498, "{}", names.len());
    }

    #[test]
    fn phones_and_mails_are_the_companys() {
        let key = MarkKey::new(&[7; 32]);
        for number in 0..50 {
            let made = canary(&key, number, &pool());
            assert!(pool().phones.contains(&made.phone.unwrap()));
            assert!(made.mail.unwrap().ends_with("@mail.example"));
        }
        let bare = canary(&key, 0, &Pool::default());
        assert_eq!((bare.phone, bare.mail), (None, None));
    }

    #[test]
    fn small_files_have_none() {
        assert_eq!([0, 19, 20, 500, 1_000, 200_000].map(how_many), [0, 0, 3, 5, 10, 20]);
    }
}
