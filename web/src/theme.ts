// Light or dark: `[data-theme-toggle]` switches, a cookie remembers, the server renders it next time.
import { near } from "./dom";

const YEAR = 31_536_000;

function current(): string {
  const chosen = document.documentElement.dataset["theme"];
  if (chosen) return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function theme(): void {
  document.addEventListener("click", (event) => {
    if (!near(event, "[data-theme-toggle]")) return;
    const next = current() === "dark" ? "light" : "dark";
    document.documentElement.dataset["theme"] = next;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${next}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  });
}
