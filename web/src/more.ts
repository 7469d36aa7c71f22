// Older items of a list: `<a data-more>` under a `[data-more-list]` is fetched, and what its page lists is put under what is
// here. Without scripts the link leads to that page.
import { near, one } from "./dom";

async function load(link: HTMLAnchorElement): Promise<void> {
  const list = one("[data-more-list]", link.closest("section") ?? document.body);
  if (!list) return location.assign(link.href);
  link.setAttribute("aria-busy", "true");
  const response = await fetch(link.href, { credentials: "same-origin", cache: "no-store" }).catch(() => null);
  const page = response?.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
  const older = page && one("[data-more-list]", page);
  if (!older) return location.assign(link.href);
  const first = older.firstElementChild;
  list.append(...older.children);
  const next = page && one<HTMLAnchorElement>("a[data-more]", page);
  link.removeAttribute("aria-busy");
  if (next) link.href = next.getAttribute("href") ?? link.href;
  else link.remove();
  // Who reads with the keyboard goes on where the new items begin.
  if (first instanceof HTMLElement) {
    first.tabIndex = -1;
    first.focus({ preventScroll: true });
  }
}

export function more(): void {
  document.addEventListener("click", (event) => {
    const link = near<HTMLAnchorElement>(event, "a[data-more]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.getAttribute("aria-busy") !== "true") void load(link);
  });
}
