// Opening a sealed field on a customer's page: ask why, show for some seconds under a watermark, close again.
//
// One field is open at a time. What was opened stands in the document only while it is shown: closing by hand, the
// end of the countdown, Esc, another field, or a page that is no longer looked at all take the text away.
import { type Problem, post, words } from "./api";
import { all, announce, fill, near, one, part, stamp } from "./dom";

interface Revealed {
  fields: Record<string, string>;
  receipt: { index: number; time_ms: number };
}

/** How people read a number in groups: shown with gaps, copied without. */
const GROUPS: Record<string, number[]> = { mobile: [3, 4, 4], id_number: [6, 8, 4], bank_card: [4, 4, 4, 4, 4] };

/** The field that is asked about, open or refused now. */
let active: Field | null = null;

/** Day and time in the company's zone, as the ledger has them: `11-24 09:44`. */
function clock(time: number, zone: string | undefined): string {
  const parts = { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  const format = new Intl.DateTimeFormat("en", { ...parts, timeZone: zone || undefined });
  const part = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]));
  return `${part["month"]}-${part["day"]} ${part["hour"]}:${part["minute"]}`;
}

class Field {
  private readonly slot: HTMLElement;
  private readonly widened: HTMLElement[];
  private readonly request = new AbortController();
  private timer = 0;

  constructor(private readonly root: HTMLElement) {
    this.slot = one(".slot", root) ?? root.appendChild(Object.assign(document.createElement("dd"), { className: "slot" }));
    // What opens takes the whole width; so does the field beside it, or the row would keep a hole.
    const beside = all(":scope > .f", root.parentElement ?? root).filter((other) => other.offsetTop === root.offsetTop);
    this.widened = beside.length > 0 ? beside : [root];
    for (const field of this.widened) field.classList.add("full");
  }

  get name(): string {
    return this.root.dataset["field"] ?? "";
  }

  get shown(): boolean {
    return this.root.classList.contains("is-open");
  }

  private get label(): string {
    return one("dt", this.root)?.textContent?.trim() ?? this.name;
  }

  /** Why? The purposes are the tasks, calls, orders and approvals that the server found for this customer. */
  ask(): void {
    const form = stamp("template[data-purposes]");
    if (!(form instanceof HTMLFormElement)) return;
    part(form, "title", fill(form.dataset["title"] ?? "", { field: this.label }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation();
      const chosen = one<HTMLInputElement>("input:checked", form);
      if (chosen) void this.open(chosen, form);
    });
    this.put(form);
    document.body.toggleAttribute("data-asking", true);
    (one("input:checked", form) ?? one("input:not(:disabled)", form) ?? one("[data-close]", form))?.focus();
  }

  private async open(purpose: HTMLInputElement, form: HTMLFormElement): Promise<void> {
    if (form.getAttribute("aria-busy") === "true") return;
    form.setAttribute("aria-busy", "true");
    const { kind = "", reference = "", label = "" } = purpose.dataset;
    const customer = encodeURIComponent(this.root.dataset["customer"] ?? "");
    try {
      const answer = await post<Revealed>(
        `/api/v1/customers/${customer}/reveal`,
        { fields: [this.name], purpose: { kind, ref: reference } },
        this.request.signal,
      );
      if (active === this) this.show(answer, label);
    } catch (problem) {
      if (active === this) this.refuse(problem as Problem);
    }
  }

  private show(answer: Revealed, purpose: string): void {
    const value = answer.fields[this.name];
    const open = stamp("template[data-reveal-open]");
    if (document.hidden || value === undefined || !open) return this.close();
    const at = clock(answer.receipt.time_ms, open.dataset["zone"]);
    part(open, "label", this.label);
    part(open, "mark", `${open.dataset["person"] ?? ""} · ${at}`);
    part(open, "purpose", fill(open.dataset["purpose"] ?? "", { purpose }));
    const receipt = one<HTMLAnchorElement>("[data-part='receipt']", open);
    if (receipt) {
      receipt.href = `/ledger/${answer.receipt.index}`;
      receipt.textContent = fill(open.dataset["receipt"] ?? "", { index: answer.receipt.index.toLocaleString("en") });
    }
    const shown = one("[data-part='value']", open);
    shown?.replaceChildren(...this.pieces(value));
    shown?.classList.toggle("text", value.length > 40 || this.name === "address" || this.name === "needs");
    this.put(open);
    this.root.classList.add("is-open");
    one("[data-close]", open)?.focus();
    announce(fill(open.dataset["opened"] ?? "", { field: this.label, n: open.dataset["seconds"] ?? "" }));
    this.countDown(open, Number(open.dataset["seconds"] ?? 30));
  }

  private pieces(value: string): Node[] {
    const groups = GROUPS[this.name];
    if (!groups || !/^[0-9Xx]+$/.test(value)) return [document.createTextNode(value)];
    const pieces: Node[] = [];
    for (let at = 0, i = 0; at < value.length; at += groups[i] ?? value.length, i += 1) {
      const piece = document.createElement("span");
      piece.className = "g";
      piece.textContent = value.slice(at, at + (groups[i] ?? value.length));
      pieces.push(piece);
    }
    return pieces;
  }

  private countDown(open: HTMLElement, seconds: number): void {
    const end = performance.now() + seconds * 1000;
    const bar = one<SVGRectElement>("[data-part='time']", open);
    const left = one("[data-part='left']", open);
    const [before = "", after = ""] = (open.dataset["left"] ?? "").split("[n]");
    const number = document.createElement("b");
    left?.replaceChildren(before, number, after);
    const tick = (): void => {
      const remaining = (end - performance.now()) / 1000;
      if (remaining <= 0) return this.close();
      number.textContent = String(Math.ceil(remaining));
      bar?.setAttribute("width", String((remaining / seconds) * 100));
    };
    tick();
    this.timer = window.setInterval(tick, 200);
  }

  /** Not granted: which rule, and what would help. No answer or a shut gate: what is safe. */
  private refuse(problem: Problem): void {
    const denied = problem.status >= 400 && problem.status < 500 && problem.status !== 401;
    const name = problem.status === 401 ? "signed-out" : denied ? "no" : "bad";
    const box = stamp(`template[data-reveal-${name}]`);
    if (!box) return this.close();
    if (denied) {
      const rules = (problem.rules ?? []).map((rule) => fill(box.dataset["rule"] ?? "[rule]", { rule: words(rule) }));
      const ways = problem.way_out ?? [];
      part(box, "why", rules.join(" ") || (problem.title ?? ""));
      part(box, "detail", rules.length > 0 ? null : (problem.detail ?? null));
      part(box, "way", ways.map(words).join(" "));
      const kinds = ways.map((way) => way.kind);
      for (const link of all<HTMLAnchorElement>("[data-way]", box)) {
        link.href = fill(link.getAttribute("href") ?? "", { field: this.name });
        if (!kinds.includes(link.dataset["way"] ?? "")) link.remove();
      }
    }
    this.put(box);
    one("[data-close]", box)?.focus();
  }

  close(): void {
    this.request.abort();
    clearInterval(this.timer);
    this.slot.replaceChildren();
    this.root.classList.remove("is-open");
    for (const field of this.widened) field.classList.remove("full");
    document.body.removeAttribute("data-asking");
    if (active === this) active = null;
    // Whoever is still inside the field goes back to its button.
    if (document.activeElement === document.body) one("[data-reveal]", this.root)?.focus();
  }

  private put(content: HTMLElement): void {
    document.body.removeAttribute("data-asking");
    this.slot.replaceChildren(content);
  }
}

function start(root: HTMLElement): void {
  active?.close();
  active = new Field(root);
  active.ask();
}

export function reveal(): void {
  document.addEventListener("click", (event) => {
    const root = near(event, "[data-field]");
    if (near(event, "[data-reveal]") && root) start(root);
    else if (near(event, "[data-close]") && root) active?.close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && active && !one("dialog[open]")) active.close();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && active?.shown) active.close();
  });
  addEventListener("pagehide", () => active?.close());

  // A list leads to `/customers/C00003#mobile`: the question stands open there.
  const wanted = location.hash && one(`[data-field="${CSS.escape(location.hash.slice(1))}"]`);
  if (wanted && one("[data-reveal]", wanted)) start(wanted);
}
