# 工作：首页、客户、查找、任务、通话、审批、复核、登录与安全。

## 表单与提示

form-not-yet = 还没有保存，没有写入任何内容。
form-needed = 必填
form-no-customer = 没有这个编号的客户，或者您看不到。
form-no-staff = 没有这位在职同事。
flash-receipt = 已入账
flash-signed-out = 已退出登录。
flash-signed-out-everywhere = 已退出所有设备。
flash-password-changed = 密码已更换，所有设备都已退出。用新密码登录。
flash-task-made = 任务已建好，它就是查看时的事由。
flash-task-closed = 任务已结，不再是查看的事由。
flash-approval-asked = 申请已送出，等人审批。
flash-approved = 已批准，从现在起计时。
flash-refused = 已拒绝，理由已封存送回。
flash-reviewed = 复核已确认。
flash-customer-entered = 客户已录入，资料已封存。
flash-customer-changed = 已修改，新的内容已封存。
flash-assigned = 已分派。

## 登录与设置登录

sign-in-late = 离上一步太久了，从头再来一次。
password-weak = 这个密码不行：{ $problem }。

## 登录与安全

own-sign-in-intro = 您从哪里登录、怎样登录。改动前要再验一次密码和动态码。
own-sign-in-sessions = 现在登录着的地方
own-sign-in-sessions-note = 有不认识的，就退出所有设备，再换密码
own-sign-in-browser = 浏览器或程序
own-sign-in-address = 地址
own-sign-in-since = 登录于
own-sign-in-until = 最晚到
own-sign-in-this = 这一台
own-sign-in-program = 程序（接口）
own-sign-in-unknown = 认不出的浏览器
own-sign-in-ends = 浏览器 30 分钟不用就要重新登录。
own-sign-in-everywhere-ask = 退出所有设备？
own-sign-in-everywhere-text = 所有浏览器和程序都要重新登录，包括这一台。
own-sign-in-password = 更换密码
own-sign-in-old = 现在的密码
own-sign-in-password-note = 换好以后，所有设备都要用新密码重新登录。
own-sign-in-wrong = 现在的密码不对。
own-sign-in-codes-left = 还剩 { $n } 个
own-sign-in-codes-text = 手机丢了时用恢复码登录，每个只能用一次。更换以后，旧的全部作废。
own-sign-in-renew = 更换恢复码
own-sign-in-fresh = 旧的恢复码已全部作废。现在抄下或打印这些，离开本页后不再显示。

## 首页

home-morning = 早上好，{ $name }
home-forenoon = 上午好，{ $name }
home-noon = 中午好，{ $name }
home-afternoon = 下午好，{ $name }
home-evening = 晚上好，{ $name }
home-night = 夜深了，{ $name }
home-today-tasks = { $day }。今天要办 { $n } 件。
home-today-free = { $day }。今天没有到期的任务。
home-today = { $day }。
home-due = 到期的任务
home-due-of = / 共 { $n } 件
home-due-first = 最近一件 { $day }
home-due-none = 没有未结的任务
home-mine = 我负责的客户
home-mine-unit = 位
home-tiers = 高 { $high } · 中 { $medium } · 低 { $low }
home-today-reveals = 我今天的查看
home-today-unit = 次
home-normal = 平时 { $from }–{ $to } 次
home-waiting-unit = 件
home-waiting-text = 申请、交接、任务都在里面
home-waiting-none = 都处理完了
home-reveals = 最近 24 小时查看
home-reveals-unit = 次
home-reveals-text = 高 { $high } · 中 { $medium } · 低 { $low }
home-denials = 最近 24 小时未放行
home-denials-unit = 次
home-denials-text = 哪条规则、谁、为什么
home-denials-none = 没有被拒的请求
home-tasks = 我的任务
home-tasks-note = 事由由任务带出，查看字段时直接可选
home-tasks-all = 全部 { $n } 件
home-tasks-none = 没有未结的任务
home-tasks-none-text = 建一个任务，写下要为哪位客户做什么；它就是查看资料的事由。
home-own-chart = 我每天查看多少次？
home-own-alt = 近 14 天每天查看次数，今天 { $today } 次，平时 { $from } 至 { $to } 次
home-own-band = 本人常态 { $from }–{ $to }
home-own-note = 绿色带是您本人过去 90 天的常态。超出不等于违规，系统会先请您说明。
home-normal-new = 还不够五天，算不出平时
home-own-alt-new = 近 14 天每天查看次数，今天 { $today } 次
home-own-new = 有五天以上的记录后，这里会画出您本人的常态。只与您自己比。
home-hours = 最近 24 小时，何时打开、哪个等级？
home-hours-alt = 最近 24 小时的查看次数，按客户等级：高 { $high }，中 { $medium }，低 { $low }
home-hours-none = 最近 24 小时没有人查看封存字段。
home-by-person = 最近 24 小时谁查看得最多？
home-by-person-alt = 最近 24 小时查看次数最多的同事：{ $people }
home-by-person-none = 最近 24 小时没有人查看。
home-denied = 最近 24 小时，何时未放行？
home-denied-alt = 最近 24 小时未放行 { $n } 次
home-denied-none = 最近 24 小时没有未放行的请求。
home-job = 您的岗位
home-details = 明细

## 首页：新来的人先试三件事

first-title = 先试三件事
first-text = 看过这三处，就知道系统怎样做事。
first-hide = 不再显示
first-staff-1 = 打开一位客户，看看什么是封存的
first-staff-1-text = 划线处是封存内容，宽度不透露长短。
first-staff-2 = 凭任务查看手机号
first-staff-2-text = 选一个事由，打开 30 秒，自己合上，留下一笔。
first-staff-3 = 看系统记了您什么
first-staff-3-text = 您的每次查看都在这里，您本人先看得到。
first-manager-1 = 答复一件审批
first-manager-1-text = 谁要看什么、为什么；批准一小时，或拒绝并说明。
first-manager-2 = 看团队今天查看了多少
first-manager-2-text = 与各人自己的平时比，不排名次。
first-manager-3 = 确认一次访问复核
first-manager-3-text = 高等级客户要定期看一遍谁看过，逾期就关门。
first-watch-1 = 看账本，一笔一句话
first-watch-1-text = 谁、何时、看了什么、为什么、哪条规则放行。
first-watch-2 = 核验账本
first-watch-2-text = 从第一笔重算到最后一笔，改过一个字都会发现。
first-watch-3 = 看系统记了您什么
first-watch-3-text = 监督的人也被记着。
first-admin-1 = 看访问策略
first-admin-1-text = 谁能看什么，用人话写着，可以试问。
first-admin-2 = 导入一份客户表
first-admin-2-text = 先试导入，错行逐行说明，再决定收不收。
first-admin-3 = 搜一位客户
first-admin-3-text = 您管系统，但不接触客户：试试看会被怎样拒绝。
first-other-1 = 看系统记了您什么
first-other-1-text = 您在系统里做的事都在这里。
first-other-2 = 看怎样登录更安全
first-other-2-text = 现在登录着的地方、密码、恢复码。
first-other-3 = 试一件您不该做的事
first-other-3-text = 打开系统设置：看未放行的页面怎样说明理由。

## 客户列表

list-intro = 您负责 { $mine } 位，本部门能看到 { $department } 位，共能看到 { $all } 位。划线处为封存内容，查看须有事由。
list-intro-department = 您负责 { $mine } 位，本部门能看到 { $department } 位。划线处为封存内容，查看须有事由。
list-intro-all = 您能看到 { $all } 位。划线处为封存内容，查看须有事由。
list-views = 看哪些客户
list-mine = 我负责的
list-department = 本部门
list-all = 我能看到的
list-kind = 类别
list-spend = 近 12 个月消费
list-since = 合作起始
list-me = 我
list-peek = 去查看手机
list-none = 这里还没有客户
list-none-text = 录入的、导入的、分派给您的客户会出现在这里。
list-none-narrowed = 没有符合条件的客户
list-none-narrowed-text = 放宽一个条件，或者全部清除。
spend-1 = 1 万以下
spend-5 = 1–5 万
spend-10 = 5–10 万
spend-50 = 10–50 万
spend-100 = 50–100 万
spend-over = 100 万以上

## 精确查找

search-intro = 按完整的内容查，只返回您有权看到的客户，结果仍是封存的。
search-label = 手机号、邮箱、证件号、银行卡号、名称、联系人或客户编号
search-hint = 要输入全部内容。只记一个部分的，请到客户列表里用条件筛选。
search-by-mobile = 按手机号查找
search-by-email = 按邮箱查找
search-by-id_number = 按证件号查找
search-by-bank_card = 按银行卡号查找
search-by-number = 按客户编号或名称查找
search-by-name = 按名称与联系人查找
search-found = 找到 { $n } 位
search-none = 没有找到
search-none-text = 可能没有这位客户，也可能不归您看。请核对全称或全号，或换手机号、邮箱、证件号、卡号、名称、编号再查。
search-note = 账本只记您查找过一次，不记查了什么；本页也不保留您输入的内容。

## 一位客户

customer-since = { $month }起合作
customer-owner = 负责人 { $name } { $no }
customer-no-owner = 还没有负责人
customer-contact = 对接人 { $name } { $no }
customer-data = 资料
customer-review-overdue = 访问复核已逾期
customer-review-due = 访问复核将到期
customer-review-shut = 复核完成前，只有凭批准才能查看封存字段。
customer-review-soon = 逾期以后，只有凭批准才能查看封存字段。
customer-no-contact = 未指定对接人
review-done = 完成复核
review-ask = 完成这位客户的访问复核？
review-ask-text = 选择终止的访问立即失效。复核会记入账本，下次复核顺延一个周期。
purpose-due = { $day }到期
purpose-began = { $when } 开始
purpose-until = { $when } 前有效
purpose-not-taken = 这里的字段不凭它查看
orders = 订单
orders-count = 共 { $n } 张
orders-none = 还没有订单。
orders-older = 更早的 { $n } 张
order-no = 单号
order-day = 日期
order-items = 件数
order-amount = 金额
tasks-none-here = 没有任务。
accesses-title = 谁看过，为什么
accesses-none = 还没有人看过。
accesses-right = 客户本人有权索取这份记录。
accesses-text = 每次查看、查找、修改和未放行的请求，从新到旧。您看这一页也会记下一笔。
accesses-empty = 还没有人看过这位客户
accesses-empty-text = 有人打开这一页、查看字段或被拒绝时，这里会写明谁、何时、为什么。
accesses-older = 更早的
accesses-newest = 回到最新
why-title-high = 高等级的保护
why-title-medium = 中等级的保护
why-title-low = 低等级的保护
why-reason = 等级依据
why-spend = 近 12 个月消费 { $band }
why-years = 合作满 { $n } 年
why-long = 满 { $n } 年即为高等级
why-contact = 对接人
why-no-contact = 未指定。指定以前，没有人能凭任务查看。
why-for = 您可凭{ $purposes }查看
why-never = 您不能查看
why-shown = 打开以后
why-shown-text = { $n } 秒自动合上，带您的水印，留下一笔
why-review = 访问复核
why-review-text = 每 { $days } 天一次，下次 { $day }；逾期后只凭批准
why-note = 以上由访问策略当场算出，与查看时的判断是同一个。

## 录入、修改、分派

customer-new = 新建客户
customer-new-title = 新建客户
customer-new-text = 录入以后由您负责。有值的字段马上封存，再看要有事由。
customer-place = 归属
customer-no-hint = 不填就用下一个空号。
customer-enter = 录入并封存
customer-sealed-at-once = 录入后本页的内容不再显示
customer-edit = 修改资料
customer-edit-title = 修改资料
customer-edit-text = 只填要改的。留空的不变；输入框里淡色的是遮盖后的现值。
customer-edit-note = 账本记改了哪些字段，不记内容
customer-edit-nothing = 一项都没有填，也没有勾选清除。
customer-remove = 清除
customer-assign = 分派
customer-assign-title = 分派客户
customer-assign-text = 换负责人或对接人。换过的人从下一次请求起按新的归属判断。
customer-assign-keep = 不变
customer-assign-contact = 高等级客户的封存字段，只有对接人能凭任务查看。
customer-assign-do = 分派
customer-assign-nobody = 选一位新的负责人或对接人。

## 任务

tasks-title = 我的任务
tasks-text = 任务写明为哪位客户做什么；没结以前，它是您查看这位客户的事由。
tasks-open = 未结 { $n } 件
tasks-due = 今天要办 { $n } 件
tasks-none = 没有未结的任务
tasks-none-text = 从一位客户的页面上建，或者主管派给您。
task-new = 建任务
task-new-title = 建任务
task-new-text = 写明要做什么。不要写客户的号码：标题会出现在查看的事由里。
task-title = 要做的事
task-title-hint = 例如：回访报价，确认 12 月订货量
task-due = 到期
task-assignee = 由谁办
task-make = 建任务
task-close = 办完了
task-open-customer = 打开客户

## 审批

approvals-text = 批准以后，申请的人在 { $n } 分钟内能查看所批的字段；每次查看仍各记一笔。
approvals-waiting = 等我答复
approvals-count = { $n } 件
approvals-none = 没有等您答复的申请
approvals-none-text = 有人申请查看您部门的客户时，会出现在这里。
approvals-mine = 我申请的
approvals-mine-none = 您还没有申请过
approvals-mine-none-text = 规则没有放行、又确有需要时，在客户页上申请批准。
approval-wants = 要看
approval-answer = 答复（拒绝时必填，至少 4 个字；会告诉申请的人）
approval-say-why = 拒绝要说明理由，至少 4 个字。
approval-state = 状态
approval-fields = 字段
approval-reason = 为什么需要
approval-reason-short = 至少 4 个字，让审批的人看得懂。
approval-reason-hint = 写给审批的人看：什么事、为什么现有的任务或通话不够。内容封存保存。
approval-decided = 答复
approval-until = 有效到
approval-waiting = 等待答复
approval-approved = 已批准
approval-expired = 已过期
approval-refused = 未批准
approval-new-title = 申请批准
approval-new-text = 选要看的字段，说明理由。本部门主管、合规或数据保护负责人答复；批准后 { $n } 分钟内有效。
approval-ask = 送出申请

## 访问复核

due-review-text = 高等级客户的访问权每 { $n } 天逐项确认一次。到期无人确认的自动失效；逾期以后，封存字段只能凭批准查看。
due-review-ahead = { $n } 天内到期的也在这里
due-review-none = 没有要复核的客户
due-review-none-text = 复核快到期时，客户会出现在这里。

## 出错页

error-conflict-title = 已被改动
error-conflict-text = 您看到的已经不是最新的。

# 待办。
nav-inbox = 待我处理
inbox-text = 接下来要您处理的都在这里：等您答复的申请、交接、可取的文件，以及近几天到期的任务。
inbox-none = 没有等您处理的事
inbox-none-text = 同事的申请、交接中轮到您的步骤、已备好的导出和到期的任务，会显示在这里。
inbox-do = 待办
inbox-count = { $n } 件
inbox-later = 另有 { $n } 件任务稍后到期
inbox-all = 全部
inbox-decide = 去答复
inbox-open = 打开客户
inbox-start = 开始生成
inbox-fetch = 去下载
inbox-go = 去处理
inbox-look = 去看看
inbox-granted = 申请已批准，在此之前可以查看
inbox-start-export = 导出 { $export }（{ $n } 位客户）可以开始生成
inbox-fetch-export = 导出 { $export }（{ $n } 位客户）可以下载
inbox-handover-note = 您的客户交接：补充清单里看不出来的情况（{ $n } 位客户）
inbox-handover-split = { $who } 的客户交接：分配 { $n } 位客户
inbox-handover-sign = { $who } 的客户交接：核对 { $n } 位客户并签收
inbox-handover-ask = { $who } 的客户交接：{ $n } 位客户已签收，提交审批
inbox-handover-close = { $who } 的客户交接：{ $n } 位客户已全部转移，可以办结
inbox-last-day = 最后工作日 { $day }
inbox-falling = 您有 { $n } 位客户即将落入公海
inbox-reviews = { $n } 位高级客户的访问复核待完成
