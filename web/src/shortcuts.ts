// The keyboard: `/` goes to the search, `j` and `k` walk the rows of `[data-rows]`. A row is walked by focusing
// its link, so that Enter opens it without our help.
import { all, one, typing } from "./dom";

const LINK = "a[data-row], a.who, a[href]";

function walk(step: 1 | -1): void {
  const links = all("[data-rows]")
    .filter((rows) => rows.offsetParent !== null)
    .flatMap((rows) => all("tbody tr, :scope > li", rows))
    .map((row) => one<HTMLAnchorElement>(LINK, row))
    .filter((link) => link !== null);
  if (links.length === 0) return;
  const focused = document.activeElement?.closest("tr, li");
  const at = links.findIndex((link) => link.closest("tr, li") === focused);
  const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + step, 0), links.length - 1);
  const link = links[next];
  link?.focus();
  link?.scrollIntoView({ block: "nearest" });
}

export function shortcuts(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing(event.target)) {
      if (event.key === "Escape" && event.target instanceof HTMLElement && event.target.matches("[data-find]")) event.target.blur();
      return;
    }
    if (one("dialog[open]")) return;
    if (event.key === "/") {
      const find = all<HTMLInputElement>("[data-find]").find((input) => input.offsetParent !== null);
      if (!find) return;
      event.preventDefault();
      find.focus();
      find.select();
    } else if (event.key === "j" || event.key === "k") {
      event.preventDefault();
      walk(event.key === "j" ? 1 : -1);
    }
  });
}
