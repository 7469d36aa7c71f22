// Menus: `<details class="menu" data-menu>`. One is open at a time; a press outside or Esc closes it.
import { all, near, one } from "./dom";

function close(except: Element | null): void {
  for (const menu of all<HTMLDetailsElement>("details[data-menu][open]")) if (menu !== except) menu.open = false;
}

export function menu(): void {
  document.addEventListener("click", (event) => close(near(event, "details[data-menu]")));
  document.addEventListener("keydown", (event) => {
    const open = one<HTMLDetailsElement>("details[data-menu][open]");
    if (!open || open.contains(one("dialog[open]"))) return;
    if (event.key === "Escape") {
      event.stopImmediatePropagation();
      open.open = false;
      one("summary", open)?.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const items = all(".pop a, .pop button, .pop input", open);
      if (items.length === 0) return;
      event.preventDefault();
      const at = items.indexOf(document.activeElement as HTMLElement);
      const step = event.key === "ArrowDown" ? 1 : -1;
      items[(at + step + items.length) % items.length]?.focus();
    }
  });
}
