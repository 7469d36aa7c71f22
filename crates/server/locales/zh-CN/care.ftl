### 客户由谁负责：查重、公海

## 已在公司的客户

duplicate-title = 这位客户已在公司
duplicate-text = 没有录入任何内容。
duplicate-yours = 可以直接接着处理已有的客户。
duplicate-hidden = 这位客户已有同事负责。您可以申请由自己负责，由那边的主管审批；批准之前，不会告诉您更多信息。
duplicate-reason-hint = 说明是怎么接触到这位客户的，只有审批的人能看到。
duplicate-ask = 申请由我负责
approval-claim = 申请负责一位客户

problem-known = 客户已在公司
problem-known-text = 这位客户已在公司，您可以查看。没有录入任何内容。
problem-duplicate = 客户已在公司
problem-duplicate-text = 这位客户已在公司，没有录入任何内容。可以申请由您负责。
problem-limit-duplicates = 今天不能再录入
problem-limit-duplicates-text = 今天提示「客户已在公司」的次数已到上限，明天才能再录入客户；急事请找主管。没有录入任何内容。
problem-limit-claims = 今天的名额已用完
problem-limit-claims-text = 您今天从公海认领的客户数已到上限。

## 账本里的句子

say-approval-request-claim = { $who } 申请负责一位已在公司的客户（审批 { $n }）
say-approval-decide-claim = { $who } 批准 { $staff } 的申请，客户 { $customer } 改由其负责（审批 { $n }）
say-approval-decide-claim-refused = { $who } 拒绝了 { $staff } 负责某位客户的申请（审批 { $n }）
say-failed-known = 客户已在公司，已指引到该客户
say-failed-duplicate = 客户已在公司，没有告知其他信息
say-failed-limit = 已到当天上限

## 设置

setting-care = 客户归属
setting-duplicates_per_day = 每人每天查重提示次数
setting-duplicates_per_day-note = 1 到 1,000；每天最多这么多次提示「客户已在公司」（对方看不到的客户），超过后当天不能再手工录入
setting-duplicates_per_day-range = 要在 1 到 1,000 之间
setting-pool_low_days = 低级客户多少天未跟进落入公海
setting-pool_low_days-note = 7 到 3,650 天，0 表示不落公海。保存时已超期的，一小时内就会落入公海
setting-pool_low_days-range = 要是 0，或在 7 到 3,650 之间
setting-pool_medium_days = 中级客户多少天未跟进落入公海
setting-pool_medium_days-note = 7 到 3,650 天，0 表示不落公海
setting-pool_medium_days-range = 要是 0，或在 7 到 3,650 之间
setting-pool_high_days = 高级客户多少天未跟进落入公海
setting-pool_high_days-note = 7 到 3,650 天，0 表示不落公海
setting-pool_high_days-range = 要是 0，或在 7 到 3,650 之间
setting-pool_warn_days = 提前多少天提醒
setting-pool_warn_days-note = 1 到 90 天；负责人在首页看到提醒
setting-pool_warn_days-range = 要在 1 到 90 之间
setting-claims_per_day = 每人每天认领数
setting-claims_per_day-note = 1 到 1,000
setting-claims_per_day-range = 要在 1 到 1,000 之间

## 公海

pool-text = 这里是暂无人负责的客户，只显示级别、类型和区域；认领以后才能看到客户资料。
pool-count = 公海中有 { $n } 位客户
pool-claims-left = 今天还能认领 { $n } 位
pool-none = 没有您可认领的客户
pool-none-text = 本部门、本区域落入公海的客户会出现在这里。
pool-since = 落入公海
pool-claim = 认领
pool-first-page = 回到第一页
pool-falling = 您的客户即将落入公海
pool-falling-text = 写一条跟进、完成一项任务、有新订单或您更新资料，都算跟进。
pool-falls = 落入时间
pool-put = 放入公海
pool-put-ask = 把这位客户放入公海？
pool-put-text = 放入后没有负责人和联系人，有权负责的同事可以认领。
home-falling = 即将落入公海
home-falling-first = 最早一位 { $day }，跟进即可保留
flash-claimed = 客户已归您负责。
flash-pooled = 客户已放入公海。
problem-claimed = 已被别人认领
problem-claimed-text = 这位客户现在由别人负责，看看公海中的其他客户。
say-customer-pool = { $staff } 的 { $n } 位客户落入公海
say-customer-pool-one = { $who } 把 { $customer } 放入公海
say-customer-claim = { $who } 从公海认领了 { $customer }
say-pool-read = { $who } 查看了公海
say-failed-claimed = 客户已由别人负责

## 客户归属规则

nav-rules-own = 客户归属规则
rules-version = 第 { $n } 版
rules-older = 这是旧版本。
rules-newest = 查看最新版
rules-acknowledge = 我已阅读并确认
rules-acknowledge-text = 确认的时间和版本会记入账本。
rules-acknowledged = 已于 { $time } 确认
rules-edit = 修改
rules-edit-title = 修改客户归属规则
rules-edit-text = 以「# 」开头的行是标题，以「- 」开头的行是要点。保存后成为新版本，所有人都要重新确认。
rules-in-zh = 中文
rules-in-en = 英文
rules-put = 发布新版本
rules-readers = 确认情况
rules-readers-count = { $of } 人中有 { $done } 人已确认
rules-readers-all = 查看全部
rules-readers-missing = 只看未确认的
rules-readers-none = 没有未确认的人
rules-readers-none-text = 在职人员都已确认最新版本。
rules-reader = 人员
rules-reader-state = 已确认
rules-reader-time = 时间
rules-reader-never = 尚未确认
home-rules = 客户归属规则有您尚未确认的版本。
home-rules-read = 阅读并确认
flash-acknowledged = 已确认客户归属规则。
flash-rules = 新版本已发布。
say-rules-change = { $who } 发布了第 { $n } 版客户归属规则
say-rules-read = { $who } 阅读了第 { $n } 版客户归属规则
say-rules-read-readers = { $who } 查看了客户归属规则的确认情况
say-rules-acknowledge = { $who } 确认了第 { $n } 版客户归属规则
