// The live ledger: `<section data-live="/ledger/live?…">`. The server sends each entry as a rendered `<li>`
// (escaped there); the newest stands on top.
import { all, fill, near, one } from "./dom";

const KEPT = 200;

class Feed {
  private source: EventSource | null = null;
  private waiting: Element[] = [];
  private paused = false;

  constructor(private readonly root: HTMLElement) {
    this.connect();
  }

  connect(): void {
    if (this.source || !this.root.isConnected) return;
    this.source = new EventSource(this.root.dataset["live"] ?? "");
    this.source.onopen = () => this.show();
    this.source.onerror = () => this.show();
    this.source.onmessage = (message: MessageEvent<string>) => this.take(message.data);
  }

  /** Browsers keep six connections to a server: a page that is not looked at gives its own back. */
  disconnect(): void {
    this.source?.close();
    this.source = null;
  }

  toggle(): void {
    this.paused = !this.paused;
    if (!this.paused) this.waiting.splice(0).forEach((entry) => this.add(entry));
    this.show();
  }

  private take(html: string): void {
    const template = document.createElement("template");
    template.innerHTML = html;
    for (const entry of template.content.children) {
      if (!this.paused) this.add(entry);
      else this.waiting = [...this.waiting, entry].slice(-KEPT);
    }
    if (this.paused) this.show();
  }

  private add(entry: Element): void {
    const list = one("[data-live-list]", this.root);
    if (!list) return;
    one("[data-live-empty]", this.root)?.remove();
    entry.classList.add("new");
    list.prepend(entry);
    while (list.childElementCount > KEPT) list.lastElementChild?.remove();
  }

  private show(): void {
    const connected = this.source?.readyState === EventSource.OPEN;
    const name = this.paused ? "paused" : connected ? "on" : "off";
    for (const state of all("[data-live-state]", this.root)) {
      state.hidden = state.dataset["liveState"] !== name;
      const text = one("[data-text]", state);
      if (text) text.textContent = fill(text.dataset["text"] ?? "", { n: this.waiting.length });
    }
    const button = one("[data-live-toggle]", this.root);
    if (button) button.textContent = (this.paused ? button.dataset["resume"] : button.dataset["pause"]) ?? "";
  }
}

export function livefeed(): void {
  const feeds = new Map(all("[data-live]").map((root) => [root, new Feed(root)]));
  if (feeds.size === 0) return;
  document.addEventListener("click", (event) => {
    const root = near(event, "[data-live-toggle]")?.closest<HTMLElement>("[data-live]");
    if (root) feeds.get(root)?.toggle();
  });
  addEventListener("pagehide", () => feeds.forEach((feed) => feed.disconnect()));
  addEventListener("pageshow", () => feeds.forEach((feed) => feed.connect()));
}
