# 出错时接口与页面说的话：标题、说明，以及值、文件、行里的毛病。花括号里的由程序填写。

## 一类问题：标题与说明

problem-sign-in = 需要登录
problem-sign-in-text = 没有登录，或登录已过期。
problem-cross-site = 来自别处的请求
problem-cross-site-text = 这个请求不是本系统的页面发出的，没有执行。
problem-not-found = 没有这一项
problem-not-found-text = 地址不对，或者它不存在，或者不归您看。
problem-malformed = 请求格式不对
problem-malformed-text = 请求的写法与接口文档不符，没有写入任何内容。
problem-invalid = 有一项不对
problem-invalid-text = 有一项的值不对，没有写入任何内容。
problem-unwritable = 账本写不进去
problem-unwritable-text = 账本暂时写不进去，闸门已关，没有打开也没有写入任何内容。稍后再试。
problem-internal = 出错了
problem-internal-text = 系统出错，问题已记下。没有写入任何内容。
problem-denied = 未放行
problem-denied-text = 访问策略没有放行。
problem-term = 查找内容太短
problem-term-text = 要输入完整的手机号、邮箱、证件号、卡号、名称或客户编号；太短的内容不查，也不会返回全部。
problem-purpose = 事由不成立
problem-purpose-text = 这个任务、通话、订单或审批不存在、不是您的、已经结束，或与这位客户无关。一次审批通过后，每个字段只能打开一次。
problem-conflict = 已被改动
problem-conflict-text = 别人刚改过，或者这件事已经办过。刷新后再试，没有写入任何内容。
problem-too-much = 一次太多
problem-too-much-text = 一个证据包最多 10,000 笔。请缩小时间范围，分几次制作。
problem-no-font = 没有中文字体
problem-no-font-text = 服务器上没有可以嵌入 PDF 的中文字体。请在服务器上安装 fonts-noto-cjk 软件包。
problem-uncovered = 尚未联署
problem-uncovered-text = 最新的记录还没有进入获得足够见证方联署的检查点。等见证方恢复后再试。
problem-taken = 编号已被占用
problem-taken-text = 这个编号已经有了，换一个。
problem-key-reused = 幂等键用过了
problem-key-reused-text = 这个 Idempotency-Key 已用于另一个请求，换一个新的。
problem-policy = 策略有错
problem-policy-text = 策略文本没有通过检查，现行版本不变。
problem-cursor = 翻页标记不对
problem-cursor-text = cursor 不是本系统给出的，从第一页重新开始。
problem-file = 文件用不了
problem-file-text = 这个文件无法导入，没有写入任何内容。
problem-wrong = 登录不对
problem-wrong-text = 工号或密码不对。
problem-code-required = 还要动态码
problem-code-required-text = 密码正确。请再给出验证器动态码或恢复码。
problem-wrong-code = 动态码不对
problem-wrong-code-text = 动态码不对，或者已经用过。等下一个再试。
problem-too-late = 超时了
problem-too-late-text = 登录分两步，第二步来得太晚。请从头再来。
problem-wrong-activation = 登记码不对
problem-wrong-activation-text = 工号或登记码不对，或者登记码已用过、已过期。
problem-throttled = 试得太频繁
problem-throttled-text = 试得太频繁，{ $seconds } 秒后再试。账号没有被锁。
problem-occupied = 正在处理别的文件
problem-occupied-text = 别的文件还在处理，{ $seconds } 秒后再试。没有写入任何内容。
problem-too-large = 太大了
problem-too-large-text = 内容超过上限，没有写入任何内容。

## 请求写法

malformed-json = JSON 在 { $place } 处（行:列）不符合接口文档。
malformed-key = Idempotency-Key 要 1 到 100 个字符。
malformed-query = 地址里的参数不符合接口文档。
malformed-form = 表单不完整，或者传了不认识的内容。

## 值的毛病

invalid-sentence = { $field }：{ $problem }
invalid-empty = 要填
invalid-too_long = 太长
invalid-too_many = 太多
invalid-formula = 开头像表格公式，不收
invalid-control_character = 含有控制字符或看不见的字符
invalid-bad_format = 格式不对
invalid-bad_mobile = 不是 11 位大陆手机号
invalid-bad_check_digit = 身份证号校验位不对
invalid-bad_luhn = 银行卡号校验位不对
invalid-bad_email = 不是邮箱地址
invalid-bad_date = 不是日历上的日期
invalid-bad_number = 不是合适的数字
invalid-negative = 不能是负数
invalid-rounded_number = 长数字被表格软件四舍五入了，把这一列设为文本后重新导出
invalid-bad_choice = 不在可选范围内
invalid-keys_none = 请填收件人公钥
invalid-keys_many = 最多 5 个公钥
invalid-keys_long = 太长，不像公钥：每行一个，最多 5 个
invalid-keys_twice = 同一个公钥填了两次
invalid-keys_secret = 这是私钥，不能填在这里：请只填 age1 开头的公钥；贴出来的私钥请不要再用
invalid-keys_ssh = 不支持 SSH 公钥：请收件人用 age-keygen 另生成一个
invalid-keys_form = 不是 age 公钥：应以 age1 开头、共 62 个字符，每行一个；请核对有无抄错
invalid-unknown_field = 没有这个字段
invalid-setting = 超出允许的范围
invalid-password-too_short = 至少 12 个字符
invalid-password-too_long = 太长
invalid-password-too_easy = 太容易猜到，换一句只有您知道的话

## 整个文件的毛病

file-wrong_name = 文件名与内容不符：名字说是{ $name }，内容是{ $content }。
file-unsupported = 认不出这种文件。请用 UTF-8 或 GB18030 的 CSV，或 XLSX；可以用 gzip 压缩。旧的 .xls 请另存为 .xlsx。
file-too_large = 解压后超过 { $limit } MB，不收。请分成几份。
file-too_many_rows = 超过 { $limit } 行。请分成几份。
file-too_many_columns = 超过 { $limit } 列，不像要导入的表。
file-damaged = 文件已损坏，无法解开或读取。
file-empty_file = 文件是空的，连表头也没有。
file-no_header = 第一行里没有认识的列名。第一行要是表头；因为它可能是数据，这里不显示。
file-columns = 列对不上。
file-unreadable = 文件读不出来，没有写入任何内容。
file-columns-unknown = 不认识的列：{ $names }。指明它是什么，或者不要它。
file-columns-missing = 缺少的列：{ $names }。
file-columns-twice = 重复的列：{ $names }。
file-columns-overrides = 对不上的指定：{ $names }。
file-kind-text = 文本表格（CSV）
file-kind-workbook = 工作簿（XLSX）
file-kind-gzip = gzip 压缩文件
file-kind-other = 别的东西

## 一行里的毛病

line-too_long = 超过 { $max } 个字
line-column_count = 有 { $found } 列，表头是 { $expected } 列
line-quotes = 引号没有配对
line-long_line = 一行超过 { $max } 字节
line-encoding = 含有文件编码读不出的字节
line-duplicate = 编号与第 { $first } 行重复
line-unreadable = 从这里读不下去，后面的内容缺失
