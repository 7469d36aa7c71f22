//! The words a made-up company is made of. Names are put together by chance; none means a real person or firm.
//!
//! Tables are plain text, words between spaces, so that a reader of Chinese can check them at a glance.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::rng::Rng;

/// One word of a table.
pub(crate) fn one(rng: &mut Rng, table: &'static str) -> &'static str {
    let words: Vec<&str> = table.split_whitespace().collect();
    rng.pick(&words)
}

impl Phrases {
    /// Fills the slots of a sentence: `{goods}` from what is sold, the others with numbers that make sense there.
    pub(crate) fn fill(&self, rng: &mut Rng, template: &str) -> String {
        let numbers = [
            ("{day}", rng.between(1, 28)),
            ("{month}", rng.between(1, 12)),
            ("{qty}", rng.between(2, 40) * 10),
            ("{percent}", rng.between(2, 15)),
            ("{term}", rng.between(1, 4) * 15),
            ("{long}", rng.between(5, 8) * 15),
            ("{yuan}", rng.between(10, 60) * 10),
            ("{few}", rng.between(2, 9)),
        ];
        let text = template.replace("{goods}", one(rng, self.goods));
        numbers.iter().fold(text, |text, (slot, number)| text.replace(slot, &number.to_string()))
    }
}

/// How Chinese characters are read, without tones. A character outside the tables is left out.
pub(crate) fn reading(name: &str) -> String {
    static SOUNDS: LazyLock<HashMap<char, &str>> = LazyLock::new(|| {
        let sound = |word: &'static str| word.split_at(word.bytes().take_while(u8::is_ascii).count());
        READINGS
            .split_whitespace()
            .map(sound)
            .flat_map(|(sound, characters)| characters.chars().map(move |character| (character, sound)))
            .collect()
    });
    name.chars().filter_map(|character| SOUNDS.get(&character).copied()).collect()
}

/// Family names with their weight, near their share of the population in ten-thousandths.
pub(crate) const SURNAMES: &[(u32, &str)] = &[
    (700, "王 李 张"),
    (500, "刘 陈"),
    (230, "杨 黄 赵 吴 周"),
    (140, "徐 孙 马 朱 胡 郭 何 林 高 罗"),
    (85, "郑 梁 谢 宋 唐 许 韩 冯 邓 曹 彭 曾 肖 田 董 袁 潘 于 蒋 蔡"),
    (45, "余 杜 叶 程 苏 魏 吕 丁 任 沈 姚 卢 姜 崔 钟 谭 陆 汪 范 金 石 廖 贾 夏 韦 付 方 白 邹 孟"),
    (22, "熊 秦 邱 江 尹 薛 闫 段 雷 侯 龙 史 陶 黎 贺 顾 毛 郝 龚 邵 万 钱 严 武 戴 莫 孔 向 汤 常"),
    (
        9,
        "温 康 施 文 牛 樊 葛 邢 安 齐 易 乔 伍 庞 颜 倪 庄 聂 章 鲁 岳 翟 殷 詹 申 欧 耿 关 兰 焦 俞 左 柳 甘 祝 包",
    ),
    (5, "欧阳 上官 司徒 诸葛 司马 皇甫 慕容 夏侯"),
];

/// Given names as parents chose them: for each cohort (born before 1976, before 1992, since), men's then women's.
pub(crate) const GIVEN_NAMES: [[&str; 2]; 3] = [
    [
        "建国 建华 建军 建平 国强 国庆 国华 国平 志强 志明 志刚 志华 卫东 卫国 卫民 永强 永红 永明 永生 \
         文革 文军 文斌 春生 春林 德明 德胜 保国 保华 红军 红兵 爱民 爱国 学军 学文 海涛 海波 玉林 玉明 \
         光明 光辉 世杰 世平 金龙 金生 福生 福林 伟 强 军 勇 刚 平 斌 辉 明 涛 林 波 兵 峰 宏 毅 忠 武",
        "桂英 桂兰 桂芳 桂珍 秀英 秀兰 秀珍 秀芳 秀梅 玉兰 玉英 玉珍 玉梅 淑英 淑珍 淑华 淑芳 淑兰 凤英 \
         凤兰 凤霞 爱华 爱英 爱萍 丽华 丽萍 丽娟 丽珍 春梅 春香 春燕 红梅 红霞 红英 海燕 金凤 金花 惠珍 \
         惠芳 美华 美玲 美珍 翠英 翠萍 月英 月梅 素珍 素芳 敏 丽 芳 红 霞 萍 玲 英 梅 燕 琴 珍 华 兰",
    ],
    [
        "伟 强 磊 军 洋 勇 杰 涛 超 明 刚 平 辉 鹏 飞 波 斌 浩 凯 健 俊 帆 帅 旭 宁 龙 林 欢 阳 建 亮 成 \
         志伟 志鹏 志勇 志远 文杰 文博 文涛 文浩 晓东 晓明 晓峰 晓军 海峰 海龙 海洋 俊杰 俊峰 俊华 建伟 \
         建波 建新 建文 少华 少杰 少峰 立新 立军 立伟 家伟 家明 家辉 永刚 永辉 振华 振宇 国栋 国伟 学峰 \
         云飞 云鹏 世伟 一鸣 大勇 大伟 小军 小龙 小刚 锦涛 锦华 金鹏 宏伟 宏亮 冠华 冠军 东升 东明",
        "静 丽 敏 艳 娟 霞 娜 燕 玲 婷 芳 洁 颖 倩 雪 琳 丹 莹 慧 莉 晶 欢 璐 蕾 琴 萍 红 梅 佳 楠 \
         丽娜 丽君 丽丽 丽莎 晓燕 晓红 晓丽 晓玲 晓静 海燕 海霞 海英 雪梅 雪莲 婷婷 丹丹 莉莉 娜娜 慧敏 \
         慧玲 慧娟 文静 文娟 文婷 美玲 美娟 美丽 小燕 小红 小玲 小丽 小娟 志敏 志红 春燕 春花 秋菊 秋霞 \
         冬梅 雅琴 雅丽 雅静 佩佩 佩芬 佳慧 佳丽 艳红 艳丽 艳玲 燕妮 玉洁 玉婷 玉玲 云霞 彩霞 彩虹",
    ],
    [
        "浩 杰 鑫 宇 轩 睿 博 晨 阳 航 瑞 豪 昊 帆 哲 翔 凡 涵 然 恒 子豪 子轩 子涵 子昂 子墨 浩然 浩宇 \
         浩轩 宇航 宇轩 宇辰 俊杰 俊豪 俊宇 一凡 一帆 一鸣 天宇 天佑 天翔 嘉豪 嘉伟 嘉诚 嘉航 泽宇 泽楷 \
         博文 博宇 博涵 文轩 文昊 思远 思源 思成 明轩 明哲 明辉 家豪 家乐 家骏 志豪 志轩 梓豪 梓轩 晨阳 \
         晨曦 皓轩 皓然 锦程 奕辰 奕帆 景行 景明 逸飞 逸凡 启航 启明 承宇 承泽 绍辉 绍文 柏霖 柏宇",
        "婷 雪 颖 雨 欣 怡 悦 萌 瑶 琪 妍 涵 菲 馨 蕾 彤 佳 倩 莹 静 欣怡 欣悦 欣然 雨欣 雨涵 雨桐 雨薇 \
         雨萱 思琪 思颖 思雨 思涵 思琦 梦洁 梦瑶 梦琪 梦婷 梦雪 子涵 子萱 子怡 诗涵 诗雨 诗琪 诗怡 佳怡 \
         佳琪 佳颖 佳欣 可欣 可馨 可心 若曦 若彤 若琳 心怡 心悦 心妍 梓涵 梓萱 梓妍 晓彤 晓雯 晓菲 语嫣 \
         语桐 婉婷 婉清 婉莹 静怡 静雯 静仪 紫涵 紫萱 紫怡 嘉怡 嘉欣 嘉琪 慧琳 慧妍 一诺 一涵 书瑶 书妍",
    ],
];

/// First characters of a firm's own name (字号).
pub(crate) const BRAND_FIRST: &str = "澄 沐 岚 禾 峻 霖 朗 聚 启 铭 拓 弘 昱 晟 祺 硕 骏 翰 煜 锦 誉 卓 茂 凯 佰 欣 \
     乐 益 庆 恒 瑞 荣 景 雅 润 百 鼎 亿 智 正 宏 维 思 安 明 远";

/// Second characters of a firm's own name.
pub(crate) const BRAND_SECOND: &str = "源 辰 川 洋 达 昌 旺 隆 腾 信 越 和 丰 航 邦 宇 晨 诺 途 森 然 盈 科 立 翔 恩 \
     杰 升 悦 捷 汇 帆 桥 屿 朴 程 堂 图 耀 佳 合 创";

/// Pairs that a known firm or brand goes by, which are drawn again.
pub(crate) const KNOWN_BRANDS: &str = "乐信 乐升 凯立 凯翔 凯捷 凯恩 卓越 卓立 卓悦 卓翔 誉衡 锦和 锦旺 翰宇 翰川 铭科 拓邦 拓科 \
     弘信 弘达 启航 启辰 聚科 聚杰 聚隆 朗科 朗森 朗源 禾丰 禾川 禾信 沐邦 沐川 岚图 晟科 硕达 骏和 煜邦 欣和 欣旺 欣源 \
     益丰 益达 益盈 茂源 茂达 佰维 佰源 佰达 庆丰 恒源 恒信 恒丰 恒立 恒邦 恒达 恒和 恒杰 恒盈 恒隆 恒安 瑞丰 瑞源 瑞和 \
     瑞信 瑞达 瑞科 瑞翔 瑞恩 荣昌 荣信 荣和 荣丰 荣耀 荣科 景旺 景源 雅诺 雅达 润和 润达 润丰 润邦 润森 润科 百达 百信 \
     百川 百丰 百胜 百盈 百合 百佳 百程 鼎丰 鼎信 鼎龙 鼎捷 鼎和 鼎汇 亿达 亿和 亿航 智飞 智邦 智科 智云 正源 正邦 正和 \
     正大 正丰 宏达 宏源 宏图 宏信 宏川 宏昌 宏和 维信 维科 维达 维和 思源 思科 思创 思捷 安邦 安信 安科 安捷 安达 安源 \
     安图 明阳 明达 明源 明科 明途 远东 远洋 远大 远航 远信 远图 远图 锦程 澄星 霖久 昱能 祺源";

/// What firms do.
pub(crate) const TRADES: &str = "贸易 贸易 商贸 商贸 实业 供应链管理 办公用品 办公设备 包装材料 五金机电 食品 粮油 餐饮管理 酒店管理 \
     物业服务 建材 装饰工程 建筑工程 电子科技 信息技术 网络科技 医疗器械 纺织品 服饰 日用品 印刷 广告传媒 教育科技 机械设备 \
     自动化设备 物流 仓储服务 农业发展 环保科技 家居用品 园林绿化 汽车配件 文化传播 劳务服务 电子商务 体育用品 化工 生物科技 \
     图书文具 会展服务 清洁服务 照明电器 塑料制品 玻璃制品 制冷设备";

/// The ends of companies' names.
pub(crate) const FORMS: &[(u32, &str)] = &[(88, "有限公司"), (9, "有限责任公司"), (3, "股份有限公司")];

/// What small shops trade in and call themselves.
pub(crate) const SHOPS: &str = "五金商行 文具商行 百货商行 食品商行 茶叶商行 粮油经营部 建材经营部 日杂经营部 灯具经营部 汽配经营部 \
     酒水商行 水果商行 布艺商行 包装经营部 劳保用品商行 家电经营部";

/// Roads that most Chinese cities have.
pub(crate) const ROADS: &str = "人民路 解放路 中山路 建设路 和平路 新华路 胜利路 文化路 光明路 东风路 长江路 黄河路 迎宾路 青年路 \
     友谊路 振兴路 工业路 科技路 创业路 学府路 滨河路 湖滨路 朝阳路 育才路 民主路 团结路 幸福路 向阳路 前进路 红旗路 体育路 公园路 \
     花园路 兴业路 富民路 平安路 健康路 环城东路 环城西路 人民北路 人民南路 中山东路 中山西路 建设大道 迎宾大道 发展大道 滨江大道 \
     世纪大道 兴园路 金桥路 银杏路 梧桐路 桂花路 紫荆路 翠竹路 松柏路 明珠路 长兴路 永安路 安宁街 北大街 南大街 东大街 西大街 \
     文昌街 书院路 广场路 车站路 商贸路 仓前路 港口路 经一路 经三路 纬二路 纬五路";

/// Office buildings.
pub(crate) const BUILDINGS: &str = "创业大厦 商务中心 科技大厦 国贸大厦 财富广场 时代广场 汇金大厦 信息大厦 银座大厦 环球商务楼 中央公馆 \
     世纪大厦 金融广场 广电大厦 供销大厦 工贸大厦 星河商务楼 云谷大厦 滨江大厦 新天地写字楼";

/// Industrial estates.
pub(crate) const ESTATES: &str = "工业园 科技园 物流园 创业园 产业园 高新孵化园 小微产业园 仓储园";

/// Housing estates.
pub(crate) const HOMES: &str = "阳光花园 翠苑小区 锦绣家园 金色家园 绿城花苑 书香苑 湖畔花园 丽景苑 盛世华庭 御景湾 枫林雅苑 紫金花园 \
     幸福里 康乐小区 梧桐苑 水岸新城 东方名苑 桂花园 学府花园 鑫苑小区 春晓花园 和谐家园 玉兰苑 新安小区 景江花园 明月苑";

/// What is bought and said by one kind of customer. Sentences have the slots that [`Phrases::fill`] fills.
pub(crate) struct Phrases {
    /// What the company sells to them.
    goods: &'static str,
    /// What they want.
    pub(crate) needs: &'static [&'static str],
    /// What is to be done for them.
    pub(crate) tasks: &'static [&'static str],
    /// What was written down after a call.
    pub(crate) calls: &'static [&'static str],
    /// Why fields are asked for, with the fields as the customer list's header names them.
    pub(crate) approvals: &'static [(&'static [&'static str], &'static str)],
}

/// Of firms.
pub(crate) const FIRM: Phrases = Phrases {
    goods: "A4复印纸 瓦楞纸箱 劳保手套 清洁用品 一次性餐盒 热敏标签 气泡膜 硒鼓墨盒 会议礼品 节日福利礼盒 \
     文具套装 封箱胶带 工作服 桶装水 挂耳咖啡 仓储货架 塑料托盘 洗手液 防静电袋 灭火器材 急救箱 办公桌椅 打印机耗材 缠绕膜 \
     安全鞋 抽纸 垃圾袋 保温箱 茶包 快递袋",
    needs: &[
        "每月{day}日对账，开增值税专用发票，税号变更需提前通知财务",
        "{goods}年用量约{qty}箱，希望签年度框架并锁价到{month}月",
        "采购决策在总部，本地只做收货，报价请同时抄送总部采购部",
        "正在比较两家供应商，{goods}报价若再降{percent}%可转单",
        "账期希望由{term}天延到{long}天，需附近一年的回款记录",
        "要求分仓发货，{goods}送到厂区西门，车辆须提前一天报备",
        "{goods}需印客户标识，打样确认后再下{qty}箱大货",
        "只在{month}月和年底集中采购，其余时间零星补货",
        "新工厂{month}月投产，预计{goods}用量增加{percent}%",
        "收货只接受上午，周末仓库不上班，{goods}须托盘码放",
        "合同由集团法务审核，一般需要{term}天，旺季前要早报",
        "负责人看重到货时效，超过48小时未到会改用现货商",
        "上次{goods}有{percent}%破损，要求换包装后再续单",
        "有招标计划，{month}月发布，{goods}单独成包，需备资质",
        "付款走银行承兑，单笔超过{few}万元需双方盖章确认",
        "员工约{qty}人，端午和中秋各采购一次福利，预算人均{yuan}元",
        "希望按季度结算，返点{percent}%以实物抵扣",
        "询价{goods}，要求提供检测报告和原产地证明",
        "老板娘管采购，微信联系，电话请在下午三点后打",
        "库存系统对接中，要求每日推送{goods}的发货数据",
        "对{goods}的环保认证有要求，出口订单需英文标签",
        "现用品牌停产，想找{goods}的替代型号，先寄{few}份样品",
        "连锁门店{few}家，统一下单分店配送，随货要分店清单",
        "质保金{percent}%在验收满{term}天后支付，财务联系人另有其人",
        "{month}月搬迁新址，届时送货地址与开票信息一并更换",
        "价格敏感，{goods}低于市场价{percent}%才考虑，量大可谈",
        "要求专人对接，换人需提前书面告知",
        "计划把{goods}和耗材合并采购，希望给出整包方案",
        "预付三成，余款货到{term}天内付清，信用额度{qty}万元",
        "咖啡和茶包需防潮运输，夏季改夜间配送",
    ],
    tasks: &[
        "回访年度框架续签意向",
        "确认{goods}的送货时间和收货人",
        "核对本月对账单并催收余款",
        "寄送{goods}样品并登记收件信息",
        "答复{goods}的报价，有效期到本周五",
        "跟进破损补货，确认客户是否满意",
        "核对开票信息和收票邮箱",
        "拜访前确认采购负责人和需求",
        "了解{month}月的采购计划",
        "通知{goods}调价，说明替代方案",
        "更新客户地址和联系人",
        "跟进招标进度，准备资质文件",
    ],
    calls: &[
        "已通话，约定周五下午送{goods}，需提前一小时电话",
        "未接通，明天上午再打",
        "确认续签意向，等对方法务回复",
        "客户反映{goods}包装偏薄，已转仓库处理",
        "询问{goods}的批量价，答应今天内给报价",
        "对账无误，款项预计{month}月{day}日前付清",
        "采购负责人出差，改为下周联系",
        "客户要求更换送货地址，待书面确认",
        "介绍了{goods}的新规格，愿意先试用一箱",
        "投诉物流延误，已致歉并登记补偿",
    ],
    approvals: &[
        (&["id_number"], "签年度框架合同，需核对签约人身份证号"),
        (&["bank_card"], "退还多付货款，需核对收款账号"),
        (&["mobile", "address"], "寄送{goods}样品，需收件人手机和地址"),
        (&["needs"], "准备{month}月招标报价，需了解历史需求"),
        (&["mobile"], "物流异常需当面说明，原座机无人接听"),
        (&["email"], "补发电子发票，需核对收票邮箱"),
        (&["contact", "mobile"], "原联系人离职，需与新联系人确认订单"),
        (&["id_number", "bank_card"], "办理信用额度，需核对担保人身份和账户"),
    ],
};

/// Of people.
pub(crate) const HOME: Phrases = Phrases {
    goods: "茶叶礼盒 收纳箱 滤芯 咖啡豆 家用清洁套装 坚果礼盒 抽纸 保温杯 文具套装 洗衣凝珠 桶装水 厨房纸 \
     床上四件套 空气炸锅 宠物粮 五常大米 橄榄油 颈椎枕",
    needs: &[
        "常买{goods}，有新到货请短信通知，不接推销电话",
        "只接受微信联系，工作日白天不便接电话",
        "每年{month}月买{goods}送亲友，要礼品包装和贺卡",
        "对价格敏感，{goods}有满减时再提醒",
        "送货请放小区驿站，{goods}不要放门口",
        "家里有小孩，只要无香型的{goods}",
        "帮公司团购过{goods}，单位{qty}人，可发展为企业客户",
        "上次{goods}少发一件，已补寄，回访时请致歉",
        "希望{goods}按月订购，每月{day}日送到",
        "换了手机号，旧号不再使用，联系前请核对",
        "想要积分换{goods}，年底前到期",
        "老人代收，电话请说慢一点，送货要上楼",
        "开网店，{goods}一次拿{qty}件，要一件代发",
        "需要电子发票，抬头为个人，发到邮箱",
        "对坚果过敏，礼盒请避开，偏好{goods}",
        "{month}月搬家，地址会变，下单前请确认",
    ],
    tasks: &[
        "回访{goods}的使用情况",
        "确认{goods}的送货时间和收货人",
        "补寄少发的{goods}并致歉",
        "寄送{goods}试用装并登记收件信息",
        "提醒积分到期，介绍{goods}活动",
        "核对电子发票邮箱",
        "确认团购{goods}的数量和交期",
        "更新客户地址和手机号",
        "跟进退货，确认退款到账",
        "通知{goods}到货",
    ],
    calls: &[
        "已通话，约定周六上午送{goods}，放小区驿站",
        "未接通，明天晚上再打",
        "询问{goods}的团购价，答应今天内给报价",
        "客户反映{goods}少发一件，已登记补寄",
        "已告知{goods}到货，客户下周下单",
        "搬了家，新地址待客户短信确认",
        "退款{month}月{day}日前到账，客户已知悉",
        "不方便接听，改用微信联系",
    ],
    approvals: &[
        (&["bank_card"], "退货退款，需核对收款账号"),
        (&["mobile", "address"], "补寄{goods}，需收件人手机和地址"),
        (&["mobile"], "快递异常需当面说明，预留电话无人接听"),
        (&["email"], "补发电子发票，需核对收票邮箱"),
        (&["needs"], "准备{goods}团购方案，需了解以往需求"),
        (&["id_number"], "大额团购签约，需核对签约人身份证号"),
    ],
};

/// How the characters of the names above are read, by sound, without tones (for mail addresses).
pub(crate) const READINGS: &str = "ai爱 an安 ang昂 bai佰柏白百 bang邦 bao保包 bin斌 bing兵 bo博波 cai彩蔡 cao曹 chang常昌 chao超 \
     chen晨辰陈 cheng成承晟澄程诚 chuan川 chuang创 chun春 cui崔翠 da大达 dai戴 dan丹 de德 deng邓 ding丁鼎 \
     dong东冬栋董 du杜 duan段 en恩 fan凡帆樊范 fang方芳 fei菲飞 fen芬 feng丰冯凤峰 fu付甫福 gan甘 gang刚 \
     gao高 ge葛革 geng耿 gong龚 gu顾 guan关冠官 guang光 gui桂 guo国郭 hai海 han涵翰韩 hang航 \
     hao昊浩皓豪郝 he何合和禾贺 heng恒 hong宏弘红虹 hou侯 hu胡 hua华花 huan欢 huang皇黄 hui惠慧汇辉 \
     jia佳嘉家贾 jian健建 jiang姜江蒋 jiao焦 jie捷杰洁 jin金锦 jing景晶静 ju聚菊 juan娟 jun俊军君峻骏 \
     kai凯楷 kang康 ke可科 kong孔 lan兰岚 lang朗 le乐 lei磊蕾雷 li丽李立莉黎 lian莲 liang亮梁 liao廖 \
     lin林琳霖 ling玲 liu刘柳 long隆龙 lu卢璐陆鲁 luo罗 lv吕 ma马 mao毛茂 mei梅美 meng孟梦萌 min敏民 \
     ming明铭鸣 mo墨莫 mu慕沐 na娜 nan楠 ni倪妮 nie聂 ning宁 niu牛 nuo诺 ou欧 pan潘 pang庞 pei佩 peng彭鹏 \
     ping平萍 pu朴 qi启琦琪祺齐 qian倩钱 qiang强 qiao乔桥 qin琴秦 qing庆清 qiu秋邱 ran然 ren任 rong容荣 \
     rui瑞睿 run润 ruo若 sen森 sha莎 shang上 shao少绍邵 shen沈申 sheng升生胜 shi世史施石诗 shu书淑 \
     shuai帅 shuo硕 si司思 song宋 su素苏 sun孙 tan谭 tang唐堂汤 tao涛陶 teng腾 tian天田 ting婷 tong彤桐 \
     tu图徒途 tuo拓 wan万婉 wang旺汪王 wei伟卫维薇韦魏 wen文温雯 wu伍吴武 xi曦 xia夏霞 xiang向翔香 \
     xiao小晓肖 xie谢 xin信心新欣鑫馨 xing行邢 xiong熊 xiu秀 xu徐旭许 xuan萱轩 xue学薛雪 ya雅 \
     yan严妍嫣燕艳闫颜 yang杨洋阳 yao姚瑶耀 ye叶 yi一亿仪奕怡易毅益逸 yin尹殷 ying盈英莹颖 yong勇永 you佑 \
     yu于余俞宇屿昱煜玉誉语雨 yuan源袁远 yue岳悦月越 yun云 ze泽 zeng曾 zhai翟 zhan詹 zhang张章 zhao赵 \
     zhe哲 zhen振珍 zheng正郑 zhi志智 zhong忠钟 zhou周 zhu朱祝诸 zhuang庄 zhuo卓 zi子梓紫 zou邹 zuo左";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_of_a_name_has_a_reading() {
        let surnames = SURNAMES.iter().map(|(_, names)| *names);
        let tables = GIVEN_NAMES.iter().flatten().copied().chain(surnames).chain([BRAND_FIRST, BRAND_SECOND]);
        let characters = tables.flat_map(str::chars).filter(|character| !character.is_whitespace());
        assert_eq!(characters.filter(|c| reading(&c.to_string()).is_empty()).collect::<String>(), "");
        assert_eq!(reading("欧阳志明"), "ouyangzhiming");
    }

    #[test]
    fn sentences_have_no_slot_left_and_no_comma_of_the_csv() {
        let mut rng = Rng::new(1, 0, 0);
        for kind in [&FIRM, &HOME] {
            let reasons = kind.approvals.iter().map(|(_, reason)| *reason);
            for template in [kind.needs, kind.tasks, kind.calls].concat().into_iter().chain(reasons) {
                let text = kind.fill(&mut rng, template);
                assert!(!text.contains(['{', '}', ',', '"', '\n']), "{text}");
            }
        }
    }
}
