# 壳、登录、消息与通用词。各页的文字在旁边的文件里；两种语言的键与顺序相同。
# 方括号里的词（[n]、[field]）由浏览器里的脚本填写。

## 壳：顶栏、导航、页脚

product = 虎符
skip = 跳到正文
find = 按姓名、手机号、证件号精确查找
find-short = 查找客户
ledger = 账本
theme-switch = 深色 / 浅色
person-menu = 我的菜单
sign-out = 退出登录
sign-out-everywhere = 退出所有设备
trail-recorded = 本次查看 已入账
trail-receipt = 查看凭据

## 导航

nav-main = 主导航
nav-bottom = 底部导航
nav-more = 更多
nav-work = 工作
nav-mine = 我的
nav-evidence = 证据
nav-rules = 制度
nav-system = 系统
nav-home = 工作台
nav-customers = 客户
nav-search = 精确查找
nav-tasks = 任务
nav-approvals = 审批
nav-team = 团队
nav-own-record = 我的访问记录
nav-own-sign-in = 登录与安全
nav-ledger = 账本
nav-reviews = 访问复核
nav-pool = 公海
nav-policy = 访问策略
nav-tiers = 分级规则
nav-settings = 设置
nav-staff = 人员
nav-import = 导入
nav-api = 接口文档

## 登录

gate-line-1 = 客户资料，
gate-line-2 = 合符方开。
gate-promise = 资料平时封存；凭岗位与事由打开；每次打开都留下谁也改不了的一笔。
sign-in = 登录
sign-in-title = 登录
sign-in-with = 用工号和密码，再加验证器动态码。
sign-in-notice = 登录后，您对客户资料的查看、导出与修改都会记入账本，用于保护客户与保护您本人。系统不监看您的其他活动。
sign-in-first = 第一次登录？
sign-in-again = 重新登录
sign-in-code-title = 再输入动态码
sign-in-code-text = 打开手机上的验证器，输入「虎符」下面的 6 位数字。
sign-in-recovery-title = 用恢复码登录
sign-in-recovery-text = 输入设置登录时记下的一个恢复码。每个恢复码只能用一次。
sign-in-use-code = 改用动态码
sign-in-use-recovery = 手机不在身边？改用恢复码
sign-in-refused = 工号、密码或动态码不对。为了不泄露哪些工号存在，这里不说是哪一项。
sign-in-code-refused = 这个码不对，或者已经用过。等下一个再试。
sign-in-expired = 登录已过期。再登录一次，您会回到刚才的页面。
staff-no = 工号
password = 密码
password-new = 新密码
password-again = 再输一次
password-hint = 至少 12 个字符。一句只有自己知道的话，比符号和数字更难猜。
password-short = 密码至少要 12 个字符。
password-differs = 两次输入的密码不一样。
password-common = 这个密码太常见，换一个。
authenticator-code = 验证器动态码
recovery-code = 恢复码
recovery-codes = 恢复码
activation-code = 登记码
activate-link = 凭登记码设置登录
activate-title = 设置登录
activate-step-code = 登记码
activate-step-totp = 验证器
activate-code-title = 凭登记码开始
activate-code-text = 登记码由系统管理员给您，只能用一次。
activate-password-title = 设一个密码
activate-password-text = 只有您自己知道，管理员也看不到。
activate-totp-title = 绑定验证器
activate-totp-text = 用手机上的验证器扫这个码，再输入它显示的 6 位数字。
activate-done-title = 把恢复码记下来
activate-done-text = 手机丢了时，用它们登录。现在抄下或打印，离开本页后不再显示。
activate-secret = 扫不了？手动输入密钥
activate-enter = 我记好了，进入工作台
activate-refused = 工号或登记码不对，或者登记码已用过、已过期。

## 查看封存字段

reveal = 查看
reveal-why = 为什么要看[field]？
reveal-for-seconds = 查看 30 秒
reveal-no-purpose = 您手上没有与这位客户有关的任务、通话、订单或审批。
reveal-none-fits = 都不合适？
reveal-make-task = 先建一个任务
reveal-ask-approval = 申请批准
reveal-left = 还剩 [n] 秒
reveal-close = 立即合上
reveal-purpose = 事由：[purpose]
reveal-receipt = 入账 #[index]
reveal-opened = [field]已打开，[n] 秒后合上
reveal-denied-rule = 规则「[rule]」没有放行。
reveal-unavailable = 现在打不开：账本写不进去，闸门已关。
reveal-unavailable-safe = 没有读出任何内容，您填的内容还在本页。恢复后再试。
reveal-signed-out = 登录已过期，没有读出任何内容。
reveal-needs-script = 查看封存字段需要浏览器启用脚本。

## 消息

error-denied-title = 未放行
error-denied-text = 这一页不在您的岗位范围内。这次请求已经入账。
error-missing-title = 没有这一页
error-missing-text = 地址不对，或者它已经不在了。
error-unavailable-title = 暂时打不开
error-unavailable-text = 账本暂时写不进去，所以闸门已关，任何资料都打不开。没有写入任何内容，稍后再试。
error-invalid-title = 这个请求看不懂
error-invalid-text = 没有写入任何内容。返回上一页检查一下再试。
error-busy-title = 太频繁了
error-busy-text = 稍等一会儿再试。没有写入任何内容。
error-large-title = 文件太大
error-large-text = 没有写入任何内容。把文件分成几份再试。
error-failed-title = 出错了
error-failed-text = 没有写入任何内容。问题已记下，再试一次；还不行就告诉系统管理员。
error-home = 回到工作台
nothing-written = 没有写入任何内容
copied = 已复制
confirm-type = 输入 [word] 确认
form-count = [n] / [max] 字
form-count-min = 至少 [min] 字，已 [n] 字

## 按钮

button-save = 保存
button-cancel = 取消
button-close = 合上
button-continue = 继续
button-copy = 复制
button-retry = 再试
button-open = 打开
button-search = 查找
button-clear = 清除条件
button-print = 打印
button-download = 下载
button-approve = 批准
button-refuse = 拒绝并说明
button-details = 明细
button-all = 全部

## 列表

pager = 翻页
pager-previous = 上一页
pager-next = 下一页
pager-range = 第 { $from }–{ $to } 位，共 { $total } 位
filter-all = 全部
filter-any = 不限
actions = 操作
none = 无
no = 否
times = { $n } 次
customers-count = { $n } 位客户
entries-count = { $n } 笔
people-count = { $n } 人

## 实况与上传

live-on = 已连接
live-off = 正在重新连接
live-paused = 已暂停，另有 [n] 笔
live-pause = 暂停滚动
live-resume = 继续
upload-drop = 把文件拖到这里，或点此选择
upload-kinds = CSV 或 XLSX，可用 gzip 压缩；UTF-8 或 GB18030
upload-large = 文件超过 [max]，请分成几份。
upload-sending = 正在上传 [done] / [total]
upload-checking = 已上传，正在逐行检查
upload-failed = 没有传完，没有写入任何内容。检查网络后再试。

## 字段与类别

field-name = 名称
field-contact = 联系人
field-mobile = 手机
field-id_number = 证件号
field-bank_card = 银行卡
field-email = 邮箱
field-address = 地址
field-needs = 需求意向
field-absent = 未填
class-basic = 基本
class-contact = 联系方式
class-sensitive = 敏感
class-business = 商业
class-basic-note = 企业名称与地区
class-contact-note = 每个字段单独放行、单独入账
class-sensitive-note = 单独密钥，更严的规则
class-business-note = 按商业秘密保护

## 客户

kind-person = 个人
kind-company = 企业
tier = 等级
tier-high = 高
tier-medium = 中
tier-low = 低
customer = 客户
customer-no = 编号
region = 地区
department = 部门
owner = 负责人
contact-person = 对接人

## 岗位

role = 岗位
role-staff = 销售
role-manager = 主管
role-service = 售后服务
role-marketing = 市场
role-compliance = 合规
role-dpo = 数据保护负责人
role-security = 安全
role-hr = 人力资源
role-legal = 法务
role-administrator = 系统管理员
role-auditor = 审计
role-operator = 本机命令行
role-system = 系统

## 事由

purpose = 事由
purpose-task = 任务
purpose-call = 通话
purpose-order = 订单
purpose-matter = 案由
purpose-approval = 审批

## 账本的动作与决定；动作名里的点在这里写作连字符

action-customer-list = 看客户列表
action-customer-search = 精确查找
action-customer-view = 看客户页
action-customer-reveal = 查看字段
action-witness = 见证方
action-clock = 时钟
action-time_stamp = 时间戳
action-evidence-make = 制作证据
action-customer-erase = 永久删除客户
action-outcome = 结果
action-customer-accesses = 看访问记录
action-customer-create = 新建客户
action-customer-change = 修改客户
action-customer-assign = 分派客户
action-customer-pool = 放入公海
action-pool-read = 查看公海
action-customer-claim = 认领客户
action-customer-review = 复核访问
action-customer-retier = 重新分级
action-import = 导入
action-task-create = 建任务
action-task-close = 结任务
action-work-read = 看任务与审批
action-follow_up-write = 写跟进
action-follow_up-end = 结束通话或消息
action-history-read = 看往来记录
action-attachment-add = 加附件
action-attachment-read = 下载附件
action-connect = 不见号码拨打
action-mail = 发测试邮件
action-approval-request = 申请批准
action-approval-decide = 审批
action-absence = 指定代理人
action-export-request = 申请导出
action-export-run = 开始导出
action-export-rows = 导出客户
action-export-made = 导出文件生成
action-export-take = 领取导出文件
action-export-read = 查看导出记录
action-sign_in = 登录
action-sign_out = 退出登录
action-credential = 设置登录方式
action-staff-read = 看人员
action-staff-change = 修改人员
action-ledger-read = 看账本
action-ledger-verify = 核验账本
action-record-read = 看本人记录
action-team-read = 看团队活动
action-settings-change = 修改设置
action-rules-change = 修改客户归属规则
action-rules-read = 阅读客户归属规则
action-rules-acknowledge = 确认客户归属规则
action-settings-read = 看设置
action-policy-read = 看策略
action-policy-change = 换策略版本
action-init = 系统初始化
action-root_key-change = 更换根密钥
action-denied = 未放行的请求
decision-granted = 已放行
decision-denied = 未放行
decision-recorded = 已入账
state-closed = 已结

## 日期

date-today = 今天
date-yesterday = 昨天
date-tomorrow = 明天
date-never = 从未
last-90-days = 最近 90 天
time = 时间
