// All that the page says, in its two languages. A text with holes is written "{n} 笔" and filled by `fill`.
import type { FaultCode } from "./fault";
import type { Decision } from "./leaf";
import type { KeyKind } from "./note";
import type { Finding, Step } from "./verify";

export type Language = "zh" | "en";

/** A step: its name, what it means to a reader who is no engineer, and what it says when it holds. */
interface StepWords {
  readonly name: string;
  readonly means: string;
  readonly holds: string;
  readonly absent?: string;
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
  readonly verdictHoldsOwn: string;
  readonly verdictFails: string;
  readonly verdictFailsText: string;
  readonly verdictFailsCount: string;
  readonly print: string;
  readonly plan: string;
  readonly steps: string;
  readonly stepsDone: string;
  readonly states: Readonly<Record<Finding["state"], string>>;
  readonly step: Readonly<Record<Step, StepWords>>;
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
  readonly faults: Readonly<Record<FaultCode, string>>;
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
  trusted: "您另行取得的公钥、指纹或信任策略（可不填）",
  trustedNote: "证据包只能为自己所附的公钥作证。如您从公司以外的途径（合同附件、公证书、监管备案、以前收到的文件）取得过公司的核验公钥、其 SHA-256 指纹或信任策略，请粘贴在此，本页会逐字比对；粘贴信任策略的，还会改按该策略核对见证方。",
  trustedHint: "例如 tigertally/4f2a…+1a2b3c4d+AbCd…",
  recheck: "重新核验",
  reading: "正在核验…",
  unread: "浏览器读不了这个文件：文件过大，或者已被移动。",
  noZip: "请选择一个文件。",
  verdictHolds: "核验通过",
  verdictHoldsText: "各项核验全部通过。记录内容与写入账本时一致，证据包未被改动。",
  verdictHoldsOwn: "所用公钥为证据包自带，尚未与其他来源比对。请核对下方指纹。",
  verdictFails: "核验未通过",
  verdictFailsText: "“{step}”一项不成立。不应依据本证据包认定事实。",
  verdictFailsCount: "下列 {n} 项不成立：{steps}。不应依据本证据包认定事实。",
  print: "打印核验结果",
  plan: "核验哪些内容",
  steps: "逐项核验",
  stepsDone: "{n} / {of} 项成立",
  states: { holds: "成立", absent: "未附", fails: "不成立", unchecked: "未核验" },
  step: {
    container: {
      name: "文件完整",
      means: "证据包只有一种合法的写法，任何一个字节的改动、增删都会显现。",
      holds: "共 {n} 个文件，写法规范",
    },
    keys: {
      name: "公钥与信任策略",
      means: "核验签名所用的公钥可以读取，且信任策略所指正是这一账本。",
      holds: "{n} 把账本公钥",
    },
    manifest: {
      name: "清单签名",
      means: "公司对证据包内全部文件的清单作了签名，文件不多、不少，也未被替换。",
      holds: "清单列明 {n} 个文件，哈希值逐一相符",
    },
    checkpoint: {
      name: "检查点与联署",
      means: "检查点是公司对整个账本当时状态的签名陈述；见证方各自核对账本只增不改之后才予联署。",
      holds: "公司已签名，{of} 家见证方中有 {n} 家联署，达到信任策略要求的数量",
    },
    entries: {
      name: "记录内容",
      means: "每笔记录的内容都与账本中的指纹相符，即写入之后未被改动。内容已销毁的，其销毁指令也在证据包内。",
      holds: "{n} 笔记录的内容相符",
    },
    inclusion: {
      name: "收录证明",
      means: "每笔记录都确实位于上述检查点所固定的账本之中，序号无误。",
      holds: "{n} 笔记录均在账本之中",
    },
    newer: {
      name: "后续检查点",
      means: "此后账本继续增长时，原有记录未被改写。",
      holds: "账本增至 {n} 笔，原有部分未变",
      absent: "证据包未附后续检查点",
    },
    stamps: {
      name: "时间戳",
      means: "时间戳机构声明检查点在某一时间已经存在，因此其中的记录不是在那之后补造的——前提是该机构可信：根证书来自证据包，请与机构公布的核对。",
      holds: "{n} 枚时间戳有效",
      absent: "没有时间戳机构作证，时间来自公司自己的时钟",
    },
  },
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
  revoked: "已对照吊销列表",
  notRevoked: "吊销状态未核验：证据包未附完整的吊销列表",
  noStamps: "没有时间戳。",
  stampsFail: "有时间戳核验未通过，见上文；下列（如有）是此前已核验有效的。",
  entries: "记录",
  entriesNote: "时间来自公司的时钟；先后顺序由账本证明。人员与客户以编号表示。",
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
    "不证明两次时间戳之间某笔记录的准确时间：先后顺序得到证明，时间只是公司的陈述。",
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
    "approval.decide": "审批", sign_in: "登录", sign_out: "退出登录", credential: "设置登录方式", "staff.read": "看人员",
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
  faults: {
    "zip-large": "证据包过大。",
    "zip-cut": "文件不完整，像是只下载了一部分。",
    "zip-name": "含有不允许的文件名。",
    "zip-twice": "文件 {file} 出现了两次。",
    "zip-form": "自第 {at} 字节起与规范写法不符：文件被改动或重新压缩过，或者不是证据包。",
    "file-missing": "缺少文件 {file}。",
    "file-large": "文件 {file} 过大。",
    "file-text": "文件 {file} 不是有效的文本。",
    json: "文件 {file} 的格式不符。",
    base64: "文件 {file} 中有一处编码无效。",
    "key-form": "公钥的写法无效。",
    "key-kind": "公钥的类型不适用。",
    "key-second": "第二把公钥不属于这一账本。",
    "policy-form": "信任策略第 {line} 行无效。",
    "policy-logs": "信任策略应当只指一个账本。",
    "policy-other": "信任策略所指是另一个账本。",
    "trusted-form": "您提供的信任策略没有列出账本。",
    "trusted-other": "证据包的公钥与您提供的不一致：证据包可能出自他人之手，或者公司更换过公钥。",
    "note-form": "文件 {file} 不是有效的签名文书。",
    "note-unsigned": "文件 {file} 没有 {key} 应有的签名。",
    "note-signature": "文件 {file} 上 {key} 的签名无效：内容在签名之后被改动过。",
    "checkpoint-form": "文件 {file} 不是有效的检查点。",
    "checkpoint-origin": "文件 {file} 是另一个账本的检查点。",
    quorum: "联署不足：{of} 家见证方中只有 {there} 家联署，未达到信任策略要求的数量。",
    "manifest-format": "清单的格式版本无法识别。",
    "manifest-origin": "清单属于另一个账本。",
    "manifest-unlisted": "文件 {file} 不在签名清单之内。",
    "manifest-absent": "签名清单列有文件 {file}，证据包中却没有。",
    "manifest-hash": "文件 {file} 在签名之后被改动过。",
    "manifest-order": "清单中的记录序号重复或顺序不对。",
    "entries-other": "记录与清单不符：{file}。",
    "entry-form": "第 {index} 笔记录的格式不符。",
    "entry-index": "第 {index} 笔记录的位置上放的是另一笔。",
    "entry-body": "第 {index} 笔记录的内容被改动过：与账本中的指纹不符。",
    "entry-erased": "第 {index} 笔记录称内容已销毁，但第 {order} 笔记录并不是针对它的销毁指令，或者不在证据包内。",
    "leaf-form": "第 {index} 笔记录在账本中的叶子格式不符。",
    "proofs-other": "收录证明与清单不符：{file}。",
    "proof-form": "收录证明 {file} 的格式不符。",
    "proof-index": "第 {index} 笔记录所附的是另一笔的收录证明。",
    "proof-checkpoint": "第 {index} 笔记录的收录证明指向另一个检查点。",
    inclusion: "第 {index} 笔记录不在该检查点的账本之中：记录或证明是伪造的。",
    "entry-unread": "第 {index} 笔记录无法读取，因而无从核验。",
    "consistency-form": "一致性证明 {file} 的格式不符。",
    "consistency-size": "一致性证明 {file} 针对的是另一个记录数。",
    consistency: "两个检查点互相矛盾（{file}）：账本的历史被改写过。",
    "consistency-other": "第 {stamp} 枚时间戳的一致性证明针对的是另一个检查点。",
    "newer-same": "所附的后续检查点并不比本检查点更新。",
    "stamp-folder": "时间戳的文件夹名无效：{stamp}。",
    der: "证书或时间戳的编码无效（时间戳 {stamp}）。",
    "stamp-form": "第 {stamp} 枚时间戳的格式不符。",
    "stamp-algorithm": "第 {stamp} 枚时间戳用了不被接受的算法 {algorithm}。",
    "stamp-imprint": "第 {stamp} 枚时间戳并非针对所附的检查点。",
    "stamp-attributes": "第 {stamp} 枚时间戳的签名属性与内容不符。",
    "stamp-signature": "第 {stamp} 枚时间戳的签名无效。",
    "stamp-purpose": "第 {stamp} 枚时间戳的证书不是专用于时间戳的证书。",
    "stamp-expired": "第 {stamp} 枚时间戳所述时间，有证书不在有效期内。",
    "stamp-chain": "第 {stamp} 枚时间戳的证书不能追溯到所附的根证书。",
    "stamp-critical": "第 {stamp} 枚时间戳含有本页不能识别的关键扩展 {extension}。",
    "stamp-crl": "第 {stamp} 枚时间戳所附的吊销列表签名无效。",
    "stamp-revoked": "第 {stamp} 枚时间戳的证书在所述时间之前已被吊销。",
    "stamp-roots": "第 {stamp} 枚时间戳没有附根证书。",
    unforeseen: "发生了未预料的错误，该项未能完成。",
  },
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
  trusted: "Key, fingerprint or trust policy that you were given by another way (optional)",
  trustedNote: "A bundle can only vouch for its own keys. If you were given the company's verifier key, its SHA-256 fingerprint or a trust policy by another way – an annex to a contract, a notary, a filing with an authority, an earlier document – paste it here. It is compared to the letter; a trust policy also decides which witnesses count.",
  trustedHint: "For example tigertally/4f2a…+1a2b3c4d+AbCd…",
  recheck: "Verify again",
  reading: "Verifying…",
  unread: "The browser could not read this file: it is too large, or was moved.",
  noZip: "Choose one file.",
  verdictHolds: "The bundle holds",
  verdictHoldsText: "Every step holds. The records are as they were written to the ledger, and the bundle was not changed.",
  verdictHoldsOwn: "The keys are the bundle's own and were compared with nothing else. Compare the fingerprint below.",
  verdictFails: "The bundle does not hold",
  verdictFailsText: "The step “{step}” fails. Do not rely on this bundle.",
  verdictFailsCount: "{n} steps fail: {steps}. Do not rely on this bundle.",
  print: "Print the result",
  plan: "What is checked",
  steps: "Step by step",
  stepsDone: "{n} of {of} hold",
  states: { holds: "Holds", absent: "None", fails: "Fails", unchecked: "Not checked" },
  step: {
    container: {
      name: "The file is whole",
      means: "A bundle can be written in one way only, so that a change of a single byte shows.",
      holds: "Files: {n}, in the canonical form",
    },
    keys: {
      name: "Keys and trust policy",
      means: "The keys that signatures are checked with can be read, and the trust policy is about this very ledger.",
      holds: "Keys of the ledger: {n}",
    },
    manifest: {
      name: "Signed list of files",
      means: "The company signed a list of all files of the bundle. None is missing, added or exchanged.",
      holds: "Files listed: {n}, and each has its hash",
    },
    checkpoint: {
      name: "Checkpoint and witnesses",
      means: "A checkpoint is the company's signed statement of its whole ledger at that time. Each witness cosigned only after checking that the ledger had grown and nothing before had changed.",
      holds: "Signed by the company and cosigned by {n} of {of} witnesses, as many as the trust policy asks for",
    },
    entries: {
      name: "What the records say",
      means: "Each record matches its fingerprint in the ledger: it was not changed after it was written. Where one was destroyed, the order to do so is in the bundle, too.",
      holds: "Records that match: {n}",
    },
    inclusion: {
      name: "Place in the ledger",
      means: "Each record stands in the ledger that the checkpoint fixes, at its number.",
      holds: "Records in the ledger: {n}",
    },
    newer: {
      name: "A later checkpoint",
      means: "As the ledger grew on, what had been in it stayed as it was.",
      holds: "The ledger grew to {n} records and kept these",
      absent: "The bundle has no later checkpoint",
    },
    stamps: {
      name: "Time stamps",
      means: "An authority states that a checkpoint existed at a time, so that the records in it were not made up after it, if the authority can be trusted: its root certificate is the bundle’s own; compare it with what the authority publishes.",
      holds: "Valid time stamps: {n}",
      absent: "No time-stamp authority vouches: the times are those of the company's own clock",
    },
  },
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
  revoked: "revocation lists looked at",
  notRevoked: "revocation not checked: the bundle has no full set of lists",
  noStamps: "There is none.",
  stampsFail: "A time stamp does not hold, as told above. Any that stand below were checked before it, and are valid.",
  entries: "Records",
  entriesNote: "Times are of the company's clock; the order is proved by the ledger. People and customers are shown by their numbers.",
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
    "The exact time of a record between two time stamps: the order is proved, the time is the company's word.",
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
    "approval.decide": "Decide an approval", sign_in: "Sign in", sign_out: "Sign out", credential: "Set up a sign-in",
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
  faults: {
    "zip-large": "The bundle is too large.",
    "zip-cut": "The file is cut short, as if only part of it was downloaded.",
    "zip-name": "It holds a file name that is not allowed.",
    "zip-twice": "The file {file} stands in it twice.",
    "zip-form": "From byte {at} it is not in the canonical form: it was changed or packed anew, or is no evidence bundle.",
    "file-missing": "The file {file} is missing.",
    "file-large": "The file {file} is too large.",
    "file-text": "The file {file} is not valid text.",
    json: "The file {file} does not have its form.",
    base64: "Something in the file {file} is not encoded as it should be.",
    "key-form": "A key is malformed.",
    "key-kind": "A key is of a type that does not fit.",
    "key-second": "The second key is not this ledger's.",
    "policy-form": "Line {line} of the trust policy is malformed.",
    "policy-logs": "The trust policy should be about one ledger.",
    "policy-other": "The trust policy is about another ledger.",
    "trusted-form": "The trust policy that you gave names no ledger.",
    "trusted-other": "The keys of the bundle are not what you gave: somebody else may have made it, or the company has new keys.",
    "note-form": "The file {file} is not a signed note.",
    "note-unsigned": "The file {file} lacks the signature of {key}.",
    "note-signature": "The signature of {key} on the file {file} does not hold: the text was changed after it was signed.",
    "checkpoint-form": "The file {file} is not a checkpoint.",
    "checkpoint-origin": "The file {file} is a checkpoint of another ledger.",
    quorum: "Too few witnesses: {there} of {of} cosigned, which is less than the trust policy asks for.",
    "manifest-format": "The list of files is of a version that is not known.",
    "manifest-origin": "The list of files is of another ledger.",
    "manifest-unlisted": "The file {file} is not in the signed list.",
    "manifest-absent": "The signed list has the file {file}, and the bundle does not.",
    "manifest-hash": "The file {file} was changed after the list was signed.",
    "manifest-order": "The numbers of the records are out of order or repeated.",
    "entries-other": "The records are not those of the list: {file}.",
    "entry-form": "Record {index} does not have its form.",
    "entry-index": "In the place of record {index} there is another one.",
    "entry-body": "What record {index} says was changed: it does not match its fingerprint in the ledger.",
    "entry-erased": "Record {index} is said to be destroyed, but record {order} is not an order to do so, or is not in the bundle.",
    "leaf-form": "The leaf of record {index} does not have its form.",
    "proofs-other": "The proofs are not those of the list: {file}.",
    "proof-form": "The proof {file} does not have its form.",
    "proof-index": "Record {index} comes with another one's proof.",
    "proof-checkpoint": "The proof of record {index} leads to another checkpoint.",
    inclusion: "Record {index} is not in the ledger of the checkpoint: record or proof is forged.",
    "entry-unread": "Record {index} could not be read, so that its place could not be checked.",
    "consistency-form": "The proof {file} does not have its form.",
    "consistency-size": "The proof {file} is about another size of the ledger.",
    consistency: "Two checkpoints contradict each other ({file}): the past of the ledger was rewritten.",
    "consistency-other": "The consistency of time stamp {stamp} is with another checkpoint.",
    "newer-same": "The later checkpoint is no later one.",
    "stamp-folder": "A folder of time stamps has a name that is not allowed: {stamp}.",
    der: "A certificate or time stamp is not encoded as it should be (time stamp {stamp}).",
    "stamp-form": "Time stamp {stamp} does not have its form.",
    "stamp-algorithm": "Time stamp {stamp} uses the algorithm {algorithm}, which is not accepted.",
    "stamp-imprint": "Time stamp {stamp} is over something other than the checkpoint beside it.",
    "stamp-attributes": "What time stamp {stamp} signs does not fit what it says.",
    "stamp-signature": "The signature of time stamp {stamp} does not hold.",
    "stamp-purpose": "The certificate of time stamp {stamp} is not one for time stamping alone.",
    "stamp-expired": "A certificate of time stamp {stamp} was not valid at the time stated.",
    "stamp-chain": "The certificates of time stamp {stamp} do not lead to a root beside it.",
    "stamp-critical": "Time stamp {stamp} has a critical extension that is not known here: {extension}.",
    "stamp-crl": "The signature of a revocation list of time stamp {stamp} does not hold.",
    "stamp-revoked": "A certificate of time stamp {stamp} was revoked before the time stated.",
    "stamp-roots": "Time stamp {stamp} comes without a root certificate.",
    unforeseen: "Something unforeseen went wrong, and the step could not be done.",
  },
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
