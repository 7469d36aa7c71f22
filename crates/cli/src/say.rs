//! Errors in the reader's language. No sentence here carries a value of a customer.

use tigertally_core::{
    OpenError, StoreError,
    desk::DeskError,
    identity::SignInError,
    import::{FileFault, LineFault},
    policy::Denial,
    record::Invalid,
};

use crate::{
    client::Answered,
    exit::{Exit, Failure},
    lang::Lang,
};

/// How a command ended that failed, and why in words.
pub(crate) fn error(error: &anyhow::Error, lang: Lang) -> (Exit, String) {
    if let Some(failure) = error.downcast_ref::<Failure>() {
        return (failure.exit, failure.text.clone());
    }
    if let Some(answered) = error.downcast_ref::<Answered>() {
        return (answered.exit(), answered.text(lang));
    }
    if let Some(desk) = error.downcast_ref::<DeskError>() {
        return of_desk(desk, lang);
    }
    if let Some(open) = error.downcast_ref::<OpenError>() {
        return of_open(open, lang);
    }
    if let Some(store) = error.downcast_ref::<StoreError>() {
        return of_store(store, lang);
    }
    if let Some(file) = error.downcast_ref::<FileFault>() {
        return (Exit::Failed, of_file(file, lang));
    }
    if let Some(sign_in) = error.downcast_ref::<SignInError>() {
        return of_sign_in(sign_in, lang);
    }
    (Exit::Failed, format!("{error:#}"))
}

fn of_desk(error: &DeskError, lang: Lang) -> (Exit, String) {
    match error {
        DeskError::Denied { denial, receipt } => {
            let written = match lang {
                Lang::Zh => format!("（拒绝已记入账本第 {} 条）", receipt.index),
                Lang::En => format!("(the denial is entry {} of the ledger)", receipt.index),
            };
            (Exit::Denied, format!("{} {written}", denied(denial, lang)))
        }
        DeskError::Store(error) => of_store(error, lang),
        DeskError::File(fault) => (Exit::Failed, of_file(fault, lang)),
        DeskError::PolicyFaults(faults) => {
            let lines: Vec<String> = faults.iter().map(|fault| format!("  {fault}")).collect();
            let head = lang.pick("策略有错误：", "the policy has faults:");
            (Exit::Fault, format!("{head}\n{}", lines.join("\n")))
        }
        DeskError::Invalid { field, problem } => {
            let told = invalid(*problem, lang);
            (Exit::Failed, lang.pick(&format!("{field}：{told}"), &format!("{field}: {told}")).to_owned())
        }
        other if lang == Lang::En => (Exit::Failed, other.to_string()),
        DeskError::NotFound(what) => (Exit::Failed, format!("没有这样的对象（{what}）")),
        DeskError::Conflict => (Exit::Failed, "期间已被修改，或已完成".to_owned()),
        DeskError::Taken => (Exit::Failed, "编号已被占用".to_owned()),
        other => (Exit::Failed, other.to_string()),
    }
}

/// A denial with its reasons and what would permit.
fn denied(denial: &Denial, lang: Lang) -> String {
    let pick = |zh: &str, en: &str| lang.pick(zh, en).to_owned();
    let reasons: Vec<String> = denial.reasons.iter().map(|reason| pick(&reason.zh, &reason.en)).collect();
    let ways: Vec<String> =
        denial.way_out.iter().map(|way| way.sentence()).map(|s| pick(&s.zh, &s.en)).collect();
    let mut text = format!("{} {}", lang.pick("策略拒绝：", "denied:"), reasons.join(" "));
    if !ways.is_empty() {
        text.push_str(&format!(" {} {}.", lang.pick("可行的办法：", "What would do:"), ways.join("; ")));
    }
    text
}

fn of_open(error: &OpenError, lang: Lang) -> (Exit, String) {
    match error {
        OpenError::Store(error) => of_store(error, lang),
        OpenError::Exists => (
            Exit::Failed,
            lang.pick("该文件夹中已有虎符数据", "the folder holds Tigertally data already").to_owned(),
        ),
        OpenError::RootKey(_) if lang == Lang::Zh => (Exit::Failed, "根密钥打不开该数据文件夹".to_owned()),
        other => (Exit::Failed, other.to_string()),
    }
}

fn of_store(error: &StoreError, lang: Lang) -> (Exit, String) {
    let text = match error {
        StoreError::InUse => {
            lang.pick("数据文件夹正被另一个进程使用", "another process is using the data folder")
        }
        StoreError::Unwritable => lang.pick(
            "账本无法写入（磁盘已满？）；恢复之前不会打开任何数据",
            "the ledger cannot be written (is the disk full?); nothing is opened until it can",
        ),
        other => return (Exit::Failed, other.to_string()),
    };
    (Exit::Busy, text.to_owned())
}

fn of_sign_in(error: &SignInError, lang: Lang) -> (Exit, String) {
    match error {
        SignInError::Store(error) => of_store(error, lang),
        SignInError::Throttled { .. } => (Exit::Busy, error.to_string()),
        SignInError::Wrong if lang == Lang::Zh => (Exit::Denied, "工号或密码不对".to_owned()),
        SignInError::WrongCode if lang == Lang::Zh => (Exit::Denied, "验证码不对，或已用过".to_owned()),
        SignInError::Wrong | SignInError::WrongCode => (Exit::Denied, error.to_string()),
        other => (Exit::Failed, other.to_string()),
    }
}

/// Why a file cannot be taken at all.
fn of_file(fault: &FileFault, lang: Lang) -> String {
    if lang == Lang::En {
        return fault.to_string();
    }
    match fault {
        FileFault::WrongName { .. } => "文件内容与扩展名不符".to_owned(),
        FileFault::Unsupported => "既不是 UTF-8 或 GB18030 文本表格，也不是 XLSX 工作簿".to_owned(),
        FileFault::TooLarge { limit } => format!("解压后超过 {limit} 字节"),
        FileFault::TooManyRows { limit } => format!("超过 {limit} 行"),
        FileFault::TooManyColumns { limit } => format!("超过 {limit} 列"),
        FileFault::Damaged => "文件已损坏".to_owned(),
        FileFault::Empty => "文件是空的".to_owned(),
        FileFault::NoHeader => "第一行没有认识的列名".to_owned(),
        FileFault::Columns(columns) => {
            let parts = [
                ("不认识的列（用 --map 指定，或映射为 - 忽略）", columns.unknown.join("、")),
                ("缺少的列", columns.missing.join("、")),
                ("重复的列", columns.twice.join("、")),
                ("对不上的映射", columns.overrides.join("、")),
            ];
            let parts = parts.into_iter().filter(|(_, names)| !names.is_empty());
            parts.map(|(what, names)| format!("{what}：{names}")).collect::<Vec<_>>().join("；")
        }
        FileFault::Unreadable(kind) => format!("文件无法读取（{kind}）"),
    }
}

/// What is wrong in a line.
pub(crate) fn problem(fault: &LineFault, lang: Lang) -> String {
    use tigertally_core::import::Problem;
    if lang == Lang::En {
        return fault.problem.to_string();
    }
    match fault.problem {
        Problem::Value(problem) => invalid(problem, lang),
        Problem::Columns { expected, found } => format!("有 {found} 列，应为 {expected} 列"),
        Problem::Quotes => "引号不配对".to_owned(),
        Problem::LongLine { max } => format!("长于 {max} 字节"),
        Problem::Encoding => "含有不属于该文件编码的字节".to_owned(),
        Problem::Duplicate { first } => format!("与第 {first} 行编号重复"),
        Problem::Unreadable => "从此处起无法读取".to_owned(),
    }
}

fn invalid(problem: Invalid, lang: Lang) -> String {
    if lang == Lang::En {
        return problem.to_string();
    }
    match problem {
        Invalid::Empty => "不能为空",
        Invalid::TooLong { max } => return format!("超过 {max} 个字符"),
        Invalid::TooMany { max } => return format!("超过 {max} 个"),
        Invalid::Formula => "以公式开头",
        Invalid::ControlCharacter => "含有控制字符或不可见字符",
        Invalid::BadFormat => "格式不对",
        Invalid::BadMobile => "不是中国大陆手机号（11 位）",
        Invalid::BadCheckDigit => "身份证号校验位不对",
        Invalid::BadLuhn => "银行卡号校验位不对",
        Invalid::BadEmail => "不是邮箱地址",
        Invalid::BadDate => "不是日历上的日期",
        Invalid::BadNumber => "不是这里可用的数字",
        Invalid::Negative => "不能为负数",
        Invalid::RoundedNumber => "长数字已被表格软件四舍五入：请把该列设为文本后重新导出",
        Invalid::BadChoice => "不在可选范围内",
    }
    .to_owned()
}
