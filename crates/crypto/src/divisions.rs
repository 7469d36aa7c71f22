//! China's administrative divisions down to the city, as far as an address mask needs them (GB/T 2260).

use crate::normalise::is_han;

/// Where in an address without white space the city ends, in bytes; where the province ends if no city can
/// be told, and 0 if neither can.
///
/// Behind a province's full name, a city is told by its suffix. Without one in front, `中山路超市` would pass
/// too, so only the cities listed here are then taken.
pub(crate) fn city_end(address: &str) -> usize {
    if let Some(whole) = WHOLE.iter().find(|name| address.starts_with(**name)) {
        return whole.len();
    }
    for (name, suffix) in PROVINCES {
        let Some(rest) = address.strip_prefix(name) else { continue };
        if let Some(rest) = rest.strip_prefix(suffix) {
            return name.len() + suffix.len() + division_end(rest).unwrap_or(0);
        }
        // 广东深圳市; but 吉林市 is a city, whose name is tried below.
        if let Some(end) = listed_city_end(rest) {
            return name.len() + end;
        }
    }
    listed_city_end(address).unwrap_or(0)
}

/// Where a division below the province ends: two characters at least, none of them of a street.
fn division_end(text: &str) -> Option<usize> {
    for (length, (start, c)) in text.char_indices().enumerate() {
        let suffix = SUFFIXES
            .iter()
            .find(|(suffix, longest)| (2..=*longest).contains(&length) && text[start..].starts_with(suffix));
        if let Some((suffix, _)) = suffix {
            return Some(start + suffix.len());
        }
        if !is_han(c) || NOT_OF_A_CITY.contains(c) {
            return None;
        }
    }
    None
}

fn listed_city_end(text: &str) -> Option<usize> {
    CITIES
        .split_whitespace()
        .find_map(|city| text.strip_prefix(city)?.strip_prefix("市").map(|rest| text.len() - rest.len()))
}

/// The municipalities, whose city is their province, and the special administrative regions.
const WHOLE: [&str; 6] = ["北京市", "上海市", "天津市", "重庆市", "香港特别行政区", "澳门特别行政区"];

const PROVINCES: [(&str, &str); 28] = [
    ("河北", "省"),
    ("山西", "省"),
    ("辽宁", "省"),
    ("吉林", "省"),
    ("黑龙江", "省"),
    ("江苏", "省"),
    ("浙江", "省"),
    ("安徽", "省"),
    ("福建", "省"),
    ("江西", "省"),
    ("山东", "省"),
    ("河南", "省"),
    ("湖北", "省"),
    ("湖南", "省"),
    ("广东", "省"),
    ("海南", "省"),
    ("四川", "省"),
    ("贵州", "省"),
    ("云南", "省"),
    ("陕西", "省"),
    ("甘肃", "省"),
    ("青海", "省"),
    ("台湾", "省"),
    ("内蒙古", "自治区"),
    ("广西", "壮族自治区"),
    ("西藏", "自治区"),
    ("宁夏", "回族自治区"),
    ("新疆", "维吾尔自治区"),
];

/// Suffixes and the length in characters of the longest name that each follows (黔西南布依族苗族, 大兴安岭,
/// 锡林郭勒, 呼和浩特).
const SUFFIXES: [(&str, usize); 4] = [("自治州", 11), ("地区", 4), ("盟", 4), ("市", 4)];

/// Characters of streets, villages, houses and shops (超市, 夜市, 菜市, 早市) that no city's name holds.
const NOT_OF_A_CITY: &str = "路街道号弄巷村县区楼栋幢园苑厦层室旗超夜菜早";

/// The cities of prefecture level.
const CITIES: &str = "
    石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水
    太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁
    呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布
    沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳 葫芦岛
    长春 吉林 四平 辽源 通化 白山 松原 白城
    哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化
    南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁
    杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水
    合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城
    福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德
    南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶
    济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 德州 聊城 滨州 菏泽
    郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店
    武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州
    长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底
    广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山 潮州 揭阳 云浮
    南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左
    海口 三亚 三沙 儋州
    成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳
    贵阳 六盘水 遵义 安顺 毕节 铜仁
    昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧
    拉萨 日喀则 昌都 林芝 山南 那曲
    西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛
    兰州 嘉峪关 金昌 白银 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南
    西宁 海东
    银川 石嘴山 吴忠 固原 中卫
    乌鲁木齐 克拉玛依 吐鲁番 哈密
    台北 新北 桃园 台中 台南 高雄
";
