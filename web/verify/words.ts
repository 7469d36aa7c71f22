// All that the page says, in its two languages. A text with holes is written "{n} 笔" and filled by `fill`. What it says
// of steps and faults it shares with the command line.
import shared from "../../crates/ledger/src/bundle/words.json";
import type { FaultCode } from "./fault";
import type { Decision } from "./leaf";
import type { KeyKind } from "./note";
import type { Finding, Step } from "./verify";

export type Language = "zh" | "en";

/** A step: its name, what it means to a reader who is no engineer, and what it says when it holds. */
export interface StepWords {
  readonly name: string;
  readonly means: string;
  readonly holds: string;
  readonly absent?: string;
}

export function stepWords(step: Step, language: Language): StepWords {
  return shared.steps[step][language];
}

/** The sentence of a fault, with its holes. */
export function faultWords(code: FaultCode, language: Language): string {
  return shared.faults[code][language];
}

export interface Words {
  readonly lang: string;
  readonly title: string;
  readonly brand: string;
  readonly brandNote: string;
  readonly other: string;
  readonly otherLang: string;
  readonly skip: string;
  readonly lead: string;
  readonly offline: string;
  readonly page: string;
  readonly drop: string;
  readonly choose: string;
  readonly again: string;
  readonly trusted: string;
  readonly trustedNote: string;
  readonly trustedHint: string;
  readonly recheck: string;
  readonly reading: string;
  readonly unread: string;
  readonly noZip: string;
  readonly verdictHolds: string;
  readonly verdictHoldsText: string;
  readonly ownLog: string;
  readonly noWitness: string;
  readonly ownWitnesses: string;
  readonly noStamp: string;
  readonly ownRoots: string;
  readonly notChecked: string;
  readonly verdictFails: string;
  readonly verdictFailsText: string;
  readonly verdictFailsCount: string;
  readonly print: string;
  readonly plan: string;
  readonly steps: string;
  readonly stepsDone: string;
  readonly states: Readonly<Record<Finding["state"], string>>;
  readonly noQuorum: string;
  readonly noQuorumShort: string;
  readonly because: string;
  readonly keys: string;
  readonly keysOwn: string;
  readonly keysCompared: string;
  readonly keysComparedPolicy: string;
  readonly keysOther: string;
  readonly fingerprint: string;
  readonly publicKey: string;
  readonly kind: Readonly<Record<KeyKind, string>>;
  readonly about: string;
  readonly file: string;
  readonly size: string;
  readonly hash: string;
  readonly origin: string;
  readonly made: string;
  readonly matter: string;
  readonly matterNote: string;
  readonly madeBy: string;
  readonly scope: string;
  readonly scopeCustomer: string;
  readonly scopeStaff: string;
  readonly scopeEntries: string;
  readonly scopeFrom: string;
  readonly scopeTo: string;
  readonly claimed: string;
  readonly checkpoint: string;
  readonly checkpointSize: string;
  readonly root: string;
  readonly newer: string;
  readonly newerText: string;
  readonly witnesses: string;
  readonly cosigned: string;
  readonly notCosigned: string;
  readonly noWitnesses: string;
  readonly stamps: string;
  readonly stampText: string;
  readonly stampAll: string;
  readonly stampSome: string;
  readonly stampNone: string;
  readonly accuracy: string;
  readonly rootOf: string;
  readonly revoked: string;
  readonly notRevoked: string;
  readonly noStamps: string;
  readonly stampsFail: string;
  readonly entries: string;
  readonly entriesNote: string;
  readonly entriesFailed: string;
  readonly zone: string;
  readonly index: string;
  readonly time: string;
  readonly who: string;
  readonly action: string;
  readonly customer: string;
  readonly fields: string;
  readonly purpose: string;
  readonly decision: string;
  readonly raw: string;
  readonly particulars: string;
  readonly rules: string;
  readonly staff: string;
  readonly run: string;
  readonly leaf: string;
  readonly after: string;
  readonly before: string;
  readonly erased: string;
  readonly erasedText: string;
  readonly changed: string;
  readonly more: string;
  readonly shown: string;
  readonly limits: string;
  readonly limitList: readonly string[];
  readonly trust: string;
  readonly trustList: readonly string[];
  readonly none: string;
  readonly decisions: Readonly<Record<Decision, string>>;
  readonly actions: Readonly<Record<string, string>>;
  readonly roles: Readonly<Record<string, string>>;
  readonly fieldNames: Readonly<Record<string, string>>;
  readonly purposes: Readonly<Record<string, string>>;
  /** Between the items of a list, between clauses, after a label, and between sentences. */
  readonly comma: string;
  readonly clause: string;
  readonly colon: string;
  readonly space: string;
}

const zh: Words = {
  lang: "zh-CN",
  title: "证据包核验",
  brand: "虎符",
  brandNote: "证据包核验",
  other: "English",
  otherLang: "en",
  skip: "跳到核验结果",
  lead: "证据包是公司从其账本中取出的一组记录，附有密码学证明。本页只凭证据包本身逐项核验：记录自写入后是否被改动，是否确在账本之中，由谁在何时见证。",
  offline: "全部运算在您的电脑上完成。本页不连接网络，也不发送任何内容，断网亦可使用。",
  page: "本页随证据包一并提供。如不愿信任证据包中的程序，请从虎符的正式发行版另取本页，或运行 tigertally evidence verify。",
  drop: "把 bundle.zip 拖到这里，或",
  choose: "选择证据包",
  again: "另选证据包",
  trusted: "您另行取得的公钥、指纹、信任策略或根证书（可不填）",
  trustedNote: "证据包只能为自己所附的公钥作证。如您从公司以外的途径（合同附件、公证书、监管备案、以前收到的文件）取得过公司的核验公钥、其 SHA-256 指纹或信任策略，请粘贴在此，本页会逐字比对；粘贴信任策略的，还会改按该策略核对见证方。另行取得时间戳机构根证书（PEM）的，也可一并粘贴，时间戳须能追溯到它。",
  trustedHint: "例如 tigertally/4f2a…+1a2b3c4d+AbCd…",
  recheck: "重新核验",
  reading: "正在核验…",
  unread: "浏览器读不了这个文件：文件过大，或者已被移动。",
  noZip: "请选择一个文件。",
  verdictHolds: "核验通过",
  verdictHoldsText: "各项核验全部通过。记录内容与写入账本时一致，证据包未被改动。",
  ownLog: "账本公钥来自证据包自身，尚未与其他来源比对：请核对下方指纹，或在上方粘贴您另行取得的公钥、指纹或信任策略。",
  noWitness: "没有见证方联署：账本未被整体重写，只由公司自己的签名支持。",
  ownWitnesses: "见证方的公钥来自证据包自身，公司也可以自己冒充见证方：请粘贴您从见证方得到的信任策略。",
  noStamp: "没有时间戳：时间只来自公司自己的时钟（和见证方的时钟）。",
  ownRoots: "时间戳机构的根证书来自证据包自身，未经确认：请与该机构公布的 SHA-256 核对，或粘贴其根证书（PEM）。",
  notChecked: "未核验：报告中的文字是公司的陈述；这些是否为全部记录；两个外部时间之间的确切时刻。",
  verdictFails: "核验未通过",
  verdictFailsText: "“{step}”一项不成立。不应依据本证据包认定事实。",
  verdictFailsCount: "下列 {n} 项不成立：{steps}。不应依据本证据包认定事实。",
  print: "打印核验结果",
  plan: "核验哪些内容",
  steps: "逐项核验",
  stepsDone: "{n} / {of} 项成立",
  states: { holds: "成立", absent: "未附", fails: "不成立", unchecked: "未核验" },
  noQuorum: "公司已签名。信任策略不要求见证方联署：账本未被整体重写这一点，只有公司自己的签名支持",
  noQuorumShort: "信任策略不要求联署。账本未被整体重写这一点，只有公司自己的签名支持。",
  because: "原因",
  keys: "账本公钥",
  keysOwn: "这些公钥是证据包自带的。任何人都能用自己的公钥做出一个自洽的证据包，因此请把下列指纹与您从其他途径取得的核对；在上方粘贴，本页可代为比对。",
  keysCompared: "与您提供的公钥一致。",
  keysComparedPolicy: "您提供的信任策略认可此公钥，见证方按您的策略核对。",
  keysOther: "与您提供的不一致。",
  fingerprint: "指纹（SHA-256）",
  publicKey: "公钥全文",
  kind: {
    ed25519: "Ed25519",
    "ed25519-cosignature": "Ed25519",
    "ml-dsa-44-cosignature": "ML-DSA-44（抗量子）",
  },
  about: "证据包",
  file: "文件",
  size: "大小",
  hash: "证据包 SHA-256",
  origin: "账本",
  made: "制作时间",
  matter: "案由编号",
  matterNote: "公司内部编号",
  madeBy: "制作人",
  scope: "提取范围",
  scopeCustomer: "客户 {v}",
  scopeStaff: "员工 {v}",
  scopeEntries: "指定记录 {v}",
  scopeFrom: "自 {v}",
  scopeTo: "至 {v}（不含）",
  claimed: "以上各项由公司自行填写并签名。",
  checkpoint: "检查点",
  checkpointSize: "账本记录数",
  root: "根哈希",
  newer: "后续检查点",
  newerText: "{n} 笔，与本检查点一致",
  witnesses: "见证方",
  cosigned: "{t} 联署",
  notCosigned: "未联署",
  noWitnesses: "没有见证方。",
  stamps: "时间戳",
  stampText: "在 {t} 之前，序号小于 {n} 的记录已经存在",
  stampAll: "涵盖本证据包全部 {of} 笔记录",
  stampSome: "涵盖本证据包 {of} 笔记录中的 {k} 笔",
  stampNone: "未涵盖本证据包中的记录",
  accuracy: "误差 ± {n} 秒",
  rootOf: "根证书 SHA-256",
  revoked: "已对照吊销列表",
  notRevoked: "吊销状态未核验：证据包未附完整的吊销列表",
  noStamps: "没有时间戳。",
  stampsFail: "有时间戳核验未通过，见上文；下列（如有）是此前已核验有效的。",
  entries: "记录",
  entriesNote: "时间来自公司的时钟；展开一笔可见外部时间：“早于”由证明支持，“晚于”依据服务器总让最新检查点得到联署或时间戳的规则。先后顺序由账本证明。人员与客户以编号表示。",
  entriesFailed: "核验未通过，以下内容仅供查找问题，不可作为依据。",
  zone: "时间按 {z} 显示",
  index: "序号",
  time: "时间",
  who: "操作人",
  action: "事项",
  customer: "客户",
  fields: "字段",
  purpose: "事由",
  decision: "结果",
  raw: "记录原文",
  particulars: "技术细节",
  rules: "依据规则",
  staff: "涉及人员",
  run: "服务器运行编号与流水号",
  leaf: "内容指纹（HMAC-SHA-256）",
  after: "晚于 {t}（{who}）",
  before: "早于 {t}（{who}）",
  erased: "内容已销毁",
  erasedText: "依据第 {n} 笔记录中的指令，公司称销毁于 {t}。这笔记录存在过、在账本中的位置，仍然得到证明。",
  changed: "内容与账本不符，不予显示",
  more: "再显示 {n} 笔",
  shown: "已显示 {n} / {of} 笔",
  limits: "本核验不能证明什么",
  limitList: [
    "不证明记录齐全：放入哪些由公司选择，只有取一整段账本才能看出缺口。",
    "不证明操作的是本人，而不是使用其登录的其他人。",
    "不证明录入系统的内容符合客观事实。",
    "不证明两个外部时间（联署或时间戳）之间某笔记录的准确时刻：先后顺序得到证明，时间只是公司的陈述。",
    "不证明报告（report）中的文字说明：公司对其签了名，本页只核验记录本身。",
  ],
  trust: "怎样进一步确认",
  trustList: [
    "向公司以外的来源核对公钥指纹：合同附件、公证、监管备案，或见证方。",
    "向见证方查询其联署过的检查点是否与上列根哈希一致。",
    "时间戳可用 OpenSSL 单独验证：openssl ts -verify -in token.tst -token_in -data note -CAfile anchors.pem",
  ],
  none: "—",
  decisions: { recorded: "已入账", allowed: "放行", denied: "未放行", failed: "失败" },
  actions: {
    "customer.list": "看客户列表", "customer.search": "精确查找", "customer.view": "看客户页", "customer.reveal": "查看字段",
    "customer.accesses": "看访问记录", "customer.create": "新建客户", "customer.change": "修改客户",
    "customer.assign": "分派客户", "customer.review": "复核访问", "customer.retier": "重新分级",
    "customer.erase": "永久删除客户", outcome: "执行结果", import: "导入", "task.create": "建任务", "task.close": "结任务",
    "work.read": "看任务与审批", "call.begin": "开始通话", "call.end": "结束通话", "approval.request": "申请批准",
    "approval.decide": "审批", absence: "离岗与代理", "export.request": "申请导出", "export.run": "开始导出",
    "export.rows": "导出客户", "export.made": "导出完成", "export.take": "取走导出文件", "export.read": "看导出记录", sign_in: "登录", sign_out: "退出登录", credential: "设置登录方式", "staff.read": "看人员",
    "staff.change": "修改人员", "ledger.read": "看账本", "ledger.verify": "核验账本", witness: "见证方",
    time_stamp: "时间戳", "evidence.make": "制作证据", "record.read": "看本人记录", "team.read": "看团队活动",
    "settings.change": "修改设置", "settings.read": "看设置", "policy.read": "看策略", "policy.change": "换策略版本",
    init: "系统初始化", "root_key.change": "更换根密钥", denied: "未放行的请求",
  },
  roles: {
    staff: "销售", manager: "部门经理", service: "售后服务", marketing: "市场", compliance: "合规", dpo: "数据保护负责人",
    security: "安全", hr: "人力资源", legal: "法务", administrator: "系统管理员", auditor: "审计", operator: "本机命令行",
    system: "系统",
  },
  fieldNames: {
    name: "名称", contact: "联系人", mobile: "手机", id_number: "证件号", bank_card: "银行卡", email: "邮箱", address: "地址",
    needs: "需求意向",
  },
  purposes: { task: "任务", call: "通话", order: "订单", matter: "案由", approval: "审批" },
  comma: "、",
  clause: "，",
  colon: "：",
  space: "",
};

const en: Words = {
  lang: "en",
  title: "Verify an evidence bundle",
  brand: "Tigertally",
  brandNote: "Evidence bundle",
  other: "中文",
  otherLang: "zh-CN",
  skip: "Skip to the result",
  lead: "An evidence bundle holds records that a company took from its ledger, with cryptographic proof. This page checks from the bundle alone, step by step, whether the records are unchanged since they were written, whether they stand in the ledger, and who witnessed that and when.",
  offline: "Everything is computed on your machine. The page opens no connection and sends nothing; it works with the network unplugged.",
  page: "This page came inside a bundle. If you would rather not trust a program from there, take the page from an official release of Tigertally, or run tigertally evidence verify.",
  drop: "Drop bundle.zip here, or",
  choose: "Choose a bundle",
  again: "Choose another bundle",
  trusted: "Key, fingerprint, trust policy or root certificates that you were given by another way (optional)",
  trustedNote: "A bundle can only vouch for its own keys. If you were given the company's verifier key, its SHA-256 fingerprint or a trust policy by another way – an annex to a contract, a notary, a filing with an authority, an earlier document – paste it here. It is compared to the letter; a trust policy also decides which witnesses count. Root certificates of time-stamp authorities (PEM) can be pasted with it: every time stamp then has to lead to one of them.",
  trustedHint: "For example tigertally/4f2a…+1a2b3c4d+AbCd…",
  recheck: "Verify again",
  reading: "Verifying…",
  unread: "The browser could not read this file: it is too large, or was moved.",
  noZip: "Choose one file.",
  verdictHolds: "The bundle holds",
  verdictHoldsText: "Every step holds. The records are as they were written to the ledger, and the bundle was not changed.",
  ownLog: "The log's key is the bundle's own and was compared with nothing else: compare the fingerprint below, or paste above the key, fingerprint or trust policy that you were given by another way.",
  noWitness: "No witness cosigned: that the ledger was not rewritten as a whole rests on the company's own signature.",
  ownWitnesses: "The witnesses' keys are the bundle's own, and a company could play its own witness: paste the trust policy that you were given by the witnesses.",
  noStamp: "There is no time stamp: the times are those of the company's own clock, and of witnesses if there are any.",
  ownRoots: "The roots of the time-stamp authorities are the bundle's own and not confirmed: compare their SHA-256 with what the authority publishes, or paste its root certificate (PEM).",
  notChecked: "Not checked: the prose of the reports, which is the company's; whether these are all records; the exact moment between two times from outside.",
  verdictFails: "The bundle does not hold",
  verdictFailsText: "The step “{step}” fails. Do not rely on this bundle.",
  verdictFailsCount: "{n} steps fail: {steps}. Do not rely on this bundle.",
  print: "Print the result",
  plan: "What is checked",
  steps: "Step by step",
  stepsDone: "{n} of {of} hold",
  states: { holds: "Holds", absent: "None", fails: "Fails", unchecked: "Not checked" },
  noQuorum: "Signed by the company. The trust policy asks for no witness: that the ledger was not rewritten as a whole rests on the company's signature alone",
  noQuorumShort: "The trust policy asks for none. That the ledger was not rewritten as a whole rests on the company's signature alone.",
  because: "Why",
  keys: "Keys of the ledger",
  keysOwn: "These keys are the bundle's own. Anybody can make a bundle that agrees with itself under keys of their own, so compare these fingerprints with what you were given by another way; paste it above, and this page compares.",
  keysCompared: "The same as the one that you gave.",
  keysComparedPolicy: "The trust policy that you gave knows this key, and decided about the witnesses.",
  keysOther: "Not the one that you gave.",
  fingerprint: "Fingerprint (SHA-256)",
  publicKey: "The whole key",
  kind: {
    ed25519: "Ed25519",
    "ed25519-cosignature": "Ed25519",
    "ml-dsa-44-cosignature": "ML-DSA-44 (post-quantum)",
  },
  about: "The bundle",
  file: "File",
  size: "Size",
  hash: "SHA-256 of the bundle",
  origin: "Ledger",
  made: "Made",
  matter: "Matter",
  matterNote: "a number of the company's own",
  madeBy: "Made by",
  scope: "Asked for",
  scopeCustomer: "customer {v}",
  scopeStaff: "staff {v}",
  scopeEntries: "records {v}",
  scopeFrom: "from {v}",
  scopeTo: "before {v}",
  claimed: "The company filled these in and signed them.",
  checkpoint: "Checkpoint",
  checkpointSize: "Records in the ledger",
  root: "Root hash",
  newer: "Later checkpoint",
  newerText: "{n} records, consistent with this one",
  witnesses: "Witnesses",
  cosigned: "cosigned {t}",
  notCosigned: "did not cosign",
  noWitnesses: "There is no witness.",
  stamps: "Time stamps",
  stampText: "Records numbered below {n} stood before {t}",
  stampAll: "all {of} of this bundle among them",
  stampSome: "{k} of the {of} of this bundle among them",
  stampNone: "none of this bundle among them",
  accuracy: "± {n} s",
  rootOf: "SHA-256 of the root certificate",
  revoked: "revocation lists looked at",
  notRevoked: "revocation not checked: the bundle has no full set of lists",
  noStamps: "There is none.",
  stampsFail: "A time stamp does not hold, as told above. Any that stand below were checked before it, and are valid.",
  entries: "Records",
  entriesNote: "Times are of the company's clock. A record opened shows the times of others: “before” is proved; “after” rests on the rule that a server has its newest checkpoint cosigned or stamped. The order is proved by the ledger. People and customers are shown by their numbers.",
  entriesFailed: "The bundle does not hold: this is shown to find out why, not to be relied on.",
  zone: "Times in {z}",
  index: "No.",
  time: "Time",
  who: "Who",
  action: "What",
  customer: "Customer",
  fields: "Fields",
  purpose: "Purpose",
  decision: "Decision",
  raw: "As written",
  particulars: "Particulars",
  rules: "Rules",
  staff: "About",
  run: "Run of the server, and its count",
  leaf: "Fingerprint (HMAC-SHA-256)",
  after: "after {t} ({who})",
  before: "before {t} ({who})",
  erased: "Destroyed",
  erasedText: "What it said was destroyed by the order in record {n}, according to the company at {t}. That the record existed, and its place in the ledger, is still proved.",
  changed: "Does not match the ledger, and is not shown",
  more: "Show {n} more",
  shown: "{n} of {of} shown",
  limits: "What this does not prove",
  limitList: [
    "That these are all the records there are. The company chose what it put in; a gap shows only in a whole stretch of the ledger.",
    "That a person acted, and not somebody with their sign-in.",
    "That what was told to the system is true of the world.",
    "The exact moment of a record between two times from outside (cosignatures or time stamps): the order is proved, the time is the company's word.",
    "The prose of the reports: the company signed it, and this page checks the records themselves.",
  ],
  trust: "How to be more certain",
  trustList: [
    "Compare the fingerprint of the key with a source other than the company: an annex to a contract, a notary, a filing, a witness.",
    "Ask a witness whether the checkpoint that it cosigned has the root hash above.",
    "Check a time stamp with OpenSSL: openssl ts -verify -in token.tst -token_in -data note -CAfile anchors.pem",
  ],
  none: "–",
  decisions: { recorded: "recorded", allowed: "allowed", denied: "not granted", failed: "failed" },
  actions: {
    "customer.list": "List customers", "customer.search": "Search", "customer.view": "View a customer",
    "customer.reveal": "Reveal fields", "customer.accesses": "See who looked", "customer.create": "Enter a customer",
    "customer.change": "Change a customer", "customer.assign": "Assign a customer", "customer.review": "Review access",
    "customer.retier": "Re-tier", "customer.erase": "Erase a customer", outcome: "Outcome", import: "Import",
    "task.create": "Make a task", "task.close": "Close a task", "work.read": "Read tasks and approvals",
    "call.begin": "Begin a call", "call.end": "End a call", "approval.request": "Ask for approval",
    "approval.decide": "Decide an approval", absence: "Absence and deputy", "export.request": "Ask for an export",
    "export.run": "Begin an export", "export.rows": "Export customers", "export.made": "Finish an export",
    "export.take": "Fetch an export", "export.read": "Read exports", sign_in: "Sign in", sign_out: "Sign out", credential: "Set up a sign-in",
    "staff.read": "Read staff", "staff.change": "Change staff", "ledger.read": "Read the ledger",
    "ledger.verify": "Verify the ledger", witness: "Witnesses", time_stamp: "Time stamp", "evidence.make": "Make evidence",
    "record.read": "Read one's own record", "team.read": "Read a team's activity", "settings.change": "Change settings",
    "settings.read": "Read settings", "policy.read": "Read the policy", "policy.change": "Change the policy",
    init: "Set up", "root_key.change": "Change the root key", denied: "Request not granted",
  },
  roles: {
    staff: "Sales", manager: "Manager", service: "Service", marketing: "Marketing", compliance: "Compliance",
    dpo: "Data protection officer", security: "Security", hr: "Human resources", legal: "Legal",
    administrator: "Administrator", auditor: "Auditor", operator: "Command line", system: "System",
  },
  fieldNames: {
    name: "Name", contact: "Contact", mobile: "Mobile", id_number: "ID number", bank_card: "Bank card", email: "E-mail",
    address: "Address", needs: "Needs",
  },
  purposes: { task: "Task", call: "Call", order: "Order", matter: "Matter", approval: "Approval" },
  comma: ", ",
  clause: ", ",
  colon: ": ",
  space: " ",
};

export const WORDS: Readonly<Record<Language, Words>> = { zh, en };

/** Fills the holes of a text. What is filled in is data: control and direction marks in it are made visible. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    return value === undefined ? "?" : visible(String(value));
  });
}

/** Text of unknown origin, with what could hide or turn around a part of it written out. */
export function visible(text: string): string {
  const hidden = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
  return text.replace(hidden, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
