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
