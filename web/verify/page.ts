// The page: takes a bundle, shows what its verification found. Data becomes text nodes, never markup.
import { fingerprint } from "./note";
import { type Entry, type Fault, type Finding, type Mark, type Report, STEPS, interval, marksOf, verify } from "./verify";
import { hex, toBase64 } from "./bytes";
import { type Language, WORDS, faultWords, fill, stepWords, visible } from "./words";
import { MAX_BUNDLE } from "./zip";

type Child = Node | string | null | false;
type Props = Readonly<Record<string, string | boolean | ((event: Event) => void)>>;

const SVG = "http://www.w3.org/2000/svg";
/** So many records are put on the page at a time. */
const PORTION = 200;

const state: {
  language: Language;
  file: { readonly name: string; readonly bytes: Uint8Array } | null;
  trusted: string;
  findings: Finding[];
  report: Report | null;
  busy: boolean;
  unread: boolean;
  shown: number;
  /** Counts the verifications, so that one that was overtaken stays silent. */
  run: number;
} = {
  language: navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en",
  file: null, trusted: "", findings: [], report: null, busy: false, unread: false, shown: PORTION, run: 0,
};

const words = () => WORDS[state.language];

// ---------- building blocks ----------

function h(tag: string, props: Props, ...children: readonly Child[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, value);
  }
  for (const child of children) if (child !== null && child !== false) element.append(child);
  return element;
}

function svg(viewBox: string, className: string, paths: readonly string[]): SVGElement {
  const element = document.createElementNS(SVG, "svg");
  element.setAttribute("viewBox", viewBox);
  element.setAttribute("class", className);
  element.setAttribute("aria-hidden", "true");
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    element.append(path);
  }
  return element;
}

const ICONS = {
  holds: ["M3 8.5 6.5 12 13 4.5"],
  fails: ["M4 4l8 8M12 4l-8 8"],
  absent: ["M4 8h8"],
  unchecked: ["M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11", "M6.4 6.4a1.7 1.7 0 1 1 2.3 1.7c-.5.2-.7.5-.7 1", "M8 11v.1"],
  denied: ["M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11", "M4.2 4.2l7.6 7.6"],
  recorded: ["M4 3h8v10H4z", "M6 6h4M6 8.5h4"],
} as const;

const icon = (name: keyof typeof ICONS) => svg("0 0 16 16", "i", ICONS[name]);
const mark = () => svg("0 0 24 24", "mark", [
  "M3 4.2 7.4 6.4H10v6.8h2.5V22C6.9 21.7 3 18.3 3 13.5v-.3h3.4v-1.8H3z",
  "M21 4.2 16.6 6.4H11.7v5h2.5v10.5c4.1-1 6.8-4.2 6.8-8.4v-.3h-3.4v-1.8H21z",
]);

function panel(title: string, aside: string, ...children: readonly Child[]): HTMLElement {
  return h("section", { class: "p" },
    h("header", {}, h("h2", {}, title), aside !== "" && h("span", { class: "qq" }, aside)), ...children);
}

function pairs(...list: readonly (readonly [string, Child] | null)[]): HTMLElement {
  const kept = list.filter((pair) => pair !== null);
  return h("dl", { class: "kv" }, ...kept.flatMap(([term, value]) => [h("dt", {}, term), h("dd", {}, value)]));
}

// ---------- times and numbers ----------

const two = (value: number) => String(value).padStart(2, "0");

/** The reader's zone at a moment, such as `UTC+08:00`. */
function zone(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? "−" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function day(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function clock(date: Date): string {
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** A moment with its zone. */
function moment(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "?" : `${day(date)} ${clock(date)} (${zone(date)})`;
}

/** A time as somebody wrote it (RFC 3339): as a moment, if it is one. */
function written(time: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(time) ? moment(Date.parse(time)) : visible(time);
}

const number = (value: number) => value.toLocaleString("en");
const spaced = (digits: string) => digits.replace(/(.{4})(?=.)/g, "$1 ");

/** A word of a list, or the thing itself where there is none. */
function named(list: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(list, name) ? (list[name] ?? name) : visible(name);
}

// ---------- the parts of the page ----------

function render(focus?: string): void {
  const w = words();
  document.documentElement.lang = w.lang;
  document.title = w.title;
  const app = document.getElementById("app");
  app?.replaceChildren(
    h("a", { class: "skip", href: "#result" }, w.skip),
    h("header", { class: "bar" }, mark(), h("b", {}, w.brand), h("small", {}, w.brandNote),
      h("button", { id: "language", type: "button", lang: w.otherLang, click: switchLanguage }, w.other)),
    h("main", {},
      h("h1", {}, w.title),
      h("p", { class: "lead" }, w.lead),
      h("p", { class: "lead qq" }, w.offline + w.space + w.page),
      opener(),
      h("div", { id: "result", tabindex: "-1" }, verdict(), ...result()),
    ),
  );
  if (focus) document.getElementById(focus)?.focus();
}

function switchLanguage(): void {
  state.language = state.language === "zh" ? "en" : "zh";
  render("language");
}

/** Where a bundle is dropped or chosen, and what it is compared with. */
function opener(): HTMLElement {
  const w = words();
  const input = h("input", { id: "file", type: "file", accept: ".zip,application/zip", hidden: true, change: chosen });
  const choose = h("button", { id: "choose", type: "button", class: state.file ? "b" : "b go", click: () => input.click() },
    state.file ? w.again : w.choose);
  const drop = h("div", { class: state.file ? "drop small" : "drop" },
    state.file ? h("span", { class: "name" }, visible(state.file.name)) : h("span", {}, w.drop), choose, input);
  const text = h("textarea", {
    id: "trusted", spellcheck: "false", autocomplete: "off", "aria-describedby": "trusted-note", "aria-label": w.trusted,
    placeholder: w.trustedHint, input: (event: Event) => { state.trusted = (event.target as HTMLTextAreaElement).value; },
  }) as HTMLTextAreaElement;
  text.value = state.trusted;
  return h("section", { class: "p open", "aria-label": w.choose }, drop,
    state.unread && h("p", { class: "fault", role: "alert" }, w.unread),
    h("details", { class: "trusted", open: state.trusted !== "" },
      h("summary", {}, w.trusted), h("p", { id: "trusted-note" }, w.trustedNote), text,
      state.file && h("button", { id: "recheck", type: "button", class: "b", click: () => void check("recheck") }, w.recheck)));
}

function chosen(event: Event): void {
  const [file] = (event.target as HTMLInputElement).files ?? [];
  if (file) void open(file);
}

/** The answer, before anything else. */
function verdict(): HTMLElement | null {
  const w = words();
  const { report } = state;
  if (state.busy) {
    const done = state.findings.length;
    return h("div", { class: "verdict busy", role: "status" }, h("div", {}, h("h2", {}, w.reading), h("p", {}, `${done} / ${STEPS.length}`)));
  }
  if (!report) return null;
  const failed = report.findings.filter(({ state }) => state === "fails").map(({ step }) => stepWords(step, state.language).name);
  const text = report.holds ? w.verdictHoldsText
    : failed.length === 1 ? fill(w.verdictFailsText, { step: failed[0] ?? "" })
    : fill(w.verdictFailsCount, { n: failed.length, steps: failed.join(w.comma) });
  return h("div", { class: `verdict ${report.holds ? "holds" : "fails"}`, role: "status" },
    icon(report.holds ? "holds" : "fails"),
    h("div", {},
      h("h2", {}, report.holds ? w.verdictHolds : w.verdictFails),
      h("p", {}, text),
      report.holds && h("ul", { class: "own" }, ...cautions(report).map((caution) => h("li", {}, caution)))),
    h("button", { type: "button", class: "b", click: () => window.print() }, w.print));
}

/** What the reader has to know of a bundle that holds. */
function cautions({ compared, witnessed, stamps }: Report): string[] {
  const w = words();
  return [
    !compared.log && w.ownLog,
    !witnessed && w.noWitness,
    witnessed && !compared.witnesses && w.ownWitnesses,
    stamps.length === 0 && w.noStamp,
    stamps.length > 0 && !compared.authorities && w.ownRoots,
    w.notChecked,
  ].filter((caution) => caution !== false);
}

function result(): Child[] {
  const { report } = state;
  if (!report) return state.busy ? [] : [plan(), limits()];
  return [steps(report), keys(report), about(report), ledger(report), entries(report), limits()];
}

/** What will be checked, before there is anything to check. */
function plan(): HTMLElement {
  const w = words();
  return panel(w.plan, "", h("ol", { class: "steps plan" }, ...STEPS.map((step) =>
    h("li", {}, h("h3", {}, stepWords(step, state.language).name), h("p", { class: "means" }, stepWords(step, state.language).means)))));
}

function steps(report: Report): HTMLElement {
  const w = words();
  const good = report.findings.filter(({ state }) => state === "holds").length;
  const counted = report.findings.filter(({ state }) => state !== "absent").length;
  return panel(w.steps, fill(w.stepsDone, { n: good, of: counted }),
    h("ol", { class: "steps" }, ...report.findings.map((finding) => step(finding, report))));
}

function step(finding: Finding, report: Report): HTMLElement {
  const w = words();
  const { name, means, holds, absent } = stepWords(finding.step, state.language);
  const found = finding.state === "holds" ? (finding.step === "checkpoint" && !report.witnessed ? w.noQuorum : fill(holds, { n: number(finding.count), of: number(finding.of ?? 0) }))
    : finding.state === "absent" ? (absent ?? "")
    : finding.state === "fails" ? w.because + w.colon + sentence(finding.fault) : "";
  return h("li", { class: `is-${finding.state}`, "data-step": finding.step, "data-state": finding.state },
    icon(finding.state), h("h3", {}, name), h("span", { class: "state" }, w.states[finding.state]),
    h("p", { class: "means" }, means), found !== "" && h("p", { class: "found" }, found));
}

/** What a fault means, in words. */
function sentence(fault: Fault): string {
  return fill(faultWords(fault.code, state.language), fault.data);
}

function keys(report: Report): HTMLElement | null {
  const w = words();
  if (report.keys.length === 0) return null;
  const other = report.findings.some((finding) => finding.state === "fails" && finding.fault.code === "trusted-other");
  const [tone, said] = other ? ["bad", w.keysOther]
    : !report.compared.log ? ["warn", w.keysOwn]
    : ["good", report.compared.witnesses ? w.keysComparedPolicy : w.keysCompared];
  return panel(w.keys, "", h("p", { class: `say ${tone}` }, said),
    ...report.keys.map(({ key, fingerprint }) => h("div", { class: "key" }, pairs(
      [w.kind[key.kind], h("span", { class: "mono" }, visible(key.name))],
      [w.fingerprint, h("span", { class: "mono" }, spaced(fingerprint))],
      [w.publicKey, key.text.length < 200 ? h("span", { class: "mono" }, visible(key.text))
        : h("details", {}, h("summary", {}, `${number(key.text.length)} B`), h("p", { class: "mono" }, visible(key.text)))],
    ))));
}

function about(report: Report): HTMLElement {
  const w = words();
  const { manifest } = report;
  const scope = manifest?.scope;
  const parts = scope ? [
    scope.customer !== null && fill(w.scopeCustomer, { v: scope.customer }),
    scope.staff !== null && fill(w.scopeStaff, { v: scope.staff }),
    scope.entries.length > 0 && fill(w.scopeEntries, { v: scope.entries.slice(0, 50).join(", ") + (scope.entries.length > 50 ? " …" : "") }),
    scope.from !== null && fill(w.scopeFrom, { v: written(scope.from) }),
    scope.to !== null && fill(w.scopeTo, { v: written(scope.to) }),
  ].filter((part) => part !== false) : [];
  return panel(w.about, "",
    pairs(
      [w.file, visible(state.file?.name ?? "")],
      [w.size, `${number(report.bytes)} B`],
      report.hash === "" ? null : [w.hash, h("span", { class: "mono" }, spaced(report.hash))],
      manifest && [w.origin, h("span", { class: "mono" }, visible(manifest.origin))],
      manifest && [w.made, written(manifest.made)],
      manifest && [w.madeBy, visible(manifest.madeBy)],
      manifest && [w.matter, h("span", {}, number(manifest.matter), " ", h("span", { class: "qq" }, w.matterNote))],
      manifest && [w.scope, parts.length > 0 ? parts.join(w.comma) : w.none],
    ),
    manifest && h("p", { class: "note qq" }, w.claimed));
}

/** Checkpoint, witnesses and time stamps. */
function ledger(report: Report): HTMLElement | null {
  const w = words();
  const { checkpoint, newer } = report;
  if (!checkpoint) return null;
  const witnesses = report.cosignatures.map(({ witness, time }) => h("li", { class: time === null ? "off" : "" },
    icon(time === null ? "absent" : "holds"),
    h("div", {}, h("b", {}, visible(witness.name)), " ", h("span", { class: "mono" }, visible(witness.key.name)),
      h("div", { class: "qq" }, w.kind[witness.key.kind], w.clause, w.fingerprint, w.colon,
        h("span", { class: "mono" }, spaced(fingerprint(witness.key).slice(0, 16)), " …"))),
    h("span", {}, time === null ? w.notCosigned : fill(w.cosigned, { t: moment(Number(time) * 1000) }))));
  const all = report.manifest?.entries ?? [];
  const stampsFail = report.findings.some((finding) => finding.step === "stamps" && finding.state === "fails");
  const stamps = report.stamps.map((stamp) => {
    const covered = all.filter((index) => index < stamp.size).length;
    const cover = covered === 0 ? w.stampNone : fill(covered === all.length ? w.stampAll : w.stampSome, { k: number(covered), of: number(all.length) });
    return h("li", {}, icon("holds"),
      h("div", {},
        h("b", {}, fill(w.stampText, { t: moment(stamp.time), n: number(stamp.size) })), w.clause, cover,
        h("div", { class: "qq" }, [
          visible(stamp.authority),
          ...(stamp.accuracy === null ? [] : [fill(w.accuracy, { n: stamp.accuracy / 1000 })]),
          stamp.revocationChecked ? w.revoked : w.notRevoked,
        ].join(" · ")),
        h("div", { class: "qq" }, w.rootOf, w.colon, h("span", { class: "mono" }, spaced(stamp.root)))));
  });
  return panel(w.checkpoint, "",
    pairs(
      [w.checkpointSize, number(checkpoint.size)],
      [w.root, h("span", { class: "mono" }, toBase64(checkpoint.root))],
      newer && [w.newer, h("span", {}, fill(w.newerText, { n: number(newer.size) }), " ", h("span", { class: "mono" }, toBase64(newer.root)))],
    ),
    h("h3", { class: "sub" }, w.witnesses),
    !report.witnessed && h("p", { class: "pad" }, w.noQuorumShort),
    witnesses.length > 0 ? h("ul", { class: "rows" }, ...witnesses) : report.witnessed && h("p", { class: "pad" }, w.noWitnesses),
    h("h3", { class: "sub" }, w.stamps),
    stampsFail && h("p", { class: "say bad" }, w.stampsFail),
    stamps.length > 0 ? h("ul", { class: "rows" }, ...stamps) : !stampsFail && h("p", { class: "pad" }, w.noStamps));
}

function entries(report: Report): HTMLElement | null {
  const w = words();
  const [first] = report.entries;
  if (!first) return null;
  const shown = report.entries.slice(0, state.shown);
  const left = report.entries.length - shown.length;
  const marks = marksOf(report);
  const heads = [w.index, w.time, w.who, w.action, w.customer, w.fields, w.purpose, w.decision];
  return panel(`${w.entries} · ${number(report.entries.length)}`, fill(w.zone, { z: zone(new Date(marks[0]?.time ?? first.leaf.time)) }),
    report.holds ? null : h("p", { class: "say bad" }, w.entriesFailed),
    h("div", { class: "scroll" }, h("table", {},
      h("thead", {}, h("tr", {}, ...heads.map((head, at) => h("th", { scope: "col", class: at === 0 ? "n" : "" }, head)))),
      h("tbody", {}, ...shown.flatMap((entry) => rows(entry, marks))))),
    left > 0 && h("div", { class: "more" },
      h("button", { id: "more", type: "button", class: "b", click: () => { state.shown += PORTION; render("more"); } },
        fill(w.more, { n: number(Math.min(left, PORTION)) })),
      h("span", { class: "qq" }, fill(w.shown, { n: number(shown.length), of: number(report.entries.length) }))),
    h("p", { class: "note qq" }, w.entriesNote));
}

/** A record, and the row of its particulars, which is empty until it is asked for. */
function rows(entry: Entry, marks: readonly Mark[]): HTMLElement[] {
  const w = words();
  const { leaf, body, erased, changed } = entry;
  const date = new Date(leaf.time);
  const cell = (label: string, className: string, ...children: readonly Child[]) => {
    const kept = children.filter((child) => child !== null && child !== false && child !== "");
    return h("td", { class: kept.length > 0 ? className : `${className} empty`, "data-label": label }, h("div", {}, ...kept));
  };
  const head = [
    cell(w.index, "n", number(entry.index)),
    Number.isNaN(date.getTime()) ? cell(w.time, "t", w.none)
      : cell(w.time, "t", h("span", {}, day(date)), " ", h("span", {}, `${clock(date)}.${String(date.getMilliseconds()).padStart(3, "0")}`)),
  ];
  const { after, before } = interval(entry.index, marks);
  const outside = ([[w.after, after], [w.before, before]] as const).flatMap(([text, mark]) =>
    (mark === null ? [] : [fill(text, { t: moment(mark.time), who: mark.name })]));
  const action = [named(w.actions, leaf.action), h("small", { class: "mono" }, visible(leaf.action))];
  const outcome = h("span", { class: `dec ${leaf.decision}` },
    icon(leaf.decision === "allowed" ? "holds" : leaf.decision === "recorded" ? "recorded" : "denied"), w.decisions[leaf.decision]);
  const particulars = () => h("dl", {},
    ...(outside.length > 0 ? [h("dt", {}, w.time), h("dd", {}, outside.join(w.clause))] : []),
    ...(body && body.rules.length > 0 ? [h("dt", {}, w.rules), h("dd", {}, body.rules.map(visible).join(w.comma))] : []),
    ...(body && body.staff !== "" ? [h("dt", {}, w.staff), h("dd", {}, visible(body.staff))] : []),
    h("dt", {}, w.run), h("dd", { class: "mono" }, `${leaf.run} ${leaf.count}`),
    h("dt", {}, w.leaf), h("dd", { class: "mono" }, hex(leaf.commitment)));
  const place = h("td", { class: "wide", colspan: "8" });
  const below = h("tr", { class: "parts", hidden: true }, place);
  const toggle = h("button", { type: "button", class: "lk", "aria-expanded": "false", click: () => {
    if (!place.hasChildNodes()) place.append(particulars(), ...(entry.raw === null ? [] : [h("pre", {}, multiline(entry.raw))]));
    below.hidden = !below.hidden;
    toggle.setAttribute("aria-expanded", String(!below.hidden));
    toggle.closest("tr")?.classList.toggle("open", !below.hidden);
  } }, entry.raw === null ? w.particulars : w.raw);
  if (erased || changed) {
    const said = erased ? fill(w.erasedText, { n: number(erased.entry), t: written(erased.time) }) : "";
    const cells = [
      h("td", { class: "wide", colspan: "3" }, h("div", {}, h("span", { class: "tag" }, erased ? w.erased : w.changed),
        said !== "" && h("small", {}, said), toggle)),
      cell(w.decision, "", outcome),
    ];
    return [h("tr", { class: changed ? "wrong" : "gone", "data-index": String(entry.index) },
      ...head, cell(w.who, "", w.none), cell(w.action, "", ...action), ...cells), below];
  }
  const role = body?.role ? named(w.roles, body.role) : "";
  const actor = body ? (Object.hasOwn(w.roles, body.actor) && role === "" ? named(w.roles, body.actor) : visible(body.actor)) : w.none;
  const customers = body?.customers ?? [];
  return [h("tr", { "data-index": String(entry.index) },
    ...head,
    cell(w.who, "", actor, role !== "" && h("small", {}, role)),
    cell(w.action, "", ...action, toggle),
    cell(w.customer, "", customers.slice(0, 20).map(visible).join(w.comma) + (customers.length > 20 ? ` … (${number(customers.length)})` : "")),
    cell(w.fields, "", (body?.fields ?? []).map((field) => named(w.fieldNames, field)).join(w.comma)),
    cell(w.purpose, "", body?.purpose ? `${named(w.purposes, body.purpose.kind)} ${visible(body.purpose.reference)}` : ""),
    cell(w.decision, "", outcome)), below];
}

/** A body as it was written; its lines stay lines. */
function multiline(text: string): string {
  return text.split("\n").map(visible).join("\n");
}

function limits(): HTMLElement {
  const w = words();
  const list = (items: readonly string[]) => h("ul", { class: "dots pad" }, ...items.map((item) => h("li", {}, item)));
  return h("div", { class: "two" }, panel(w.limits, "", list(w.limitList)), panel(w.trust, "", list(w.trustList)));
}

// ---------- what happens ----------

async function open(file: File): Promise<void> {
  state.report = null;
  state.file = null;
  state.unread = false;
  state.shown = PORTION;
  const run = ++state.run;
  try {
    if (file.size > MAX_BUNDLE) throw new RangeError();
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (run !== state.run) return;
    state.file = { name: file.name, bytes };
  } catch {
    if (run !== state.run) return;
    state.unread = true;
    render("choose");
    return;
  }
  await check("result");
}

async function check(focus: string): Promise<void> {
  if (!state.file) return;
  const run = ++state.run;
  state.busy = true;
  state.report = null;
  state.findings = [];
  render();
  const breath = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
  await breath();
  const report = await verify(state.file.bytes, {
    trusted: state.trusted,
    progress: async (finding) => {
      if (run !== state.run) return;
      state.findings.push(finding);
      const told = document.querySelector(".verdict.busy p");
      if (told) told.textContent = `${state.findings.length} / ${STEPS.length}`;
      await breath();
    },
  });
  if (run !== state.run) return;
  state.busy = false;
  state.report = report;
  render(focus);
}

// A file that misses the drop area would replace the page: the whole page takes it.
for (const kind of ["dragenter", "dragover", "dragleave", "drop"] as const) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    document.querySelector(".drop")?.classList.toggle("over", kind === "dragenter" || kind === "dragover");
    const [file] = kind === "drop" ? (event.dataTransfer?.files ?? []) : [];
    if (file) void open(file);
  });
}
render();
