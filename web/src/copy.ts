// Copying what is no secret (hashes, codes, recovery codes): `<button data-copy-from="#id" data-copied="已复制">`;
// and printing the page: `<button data-print>`.
import { near, one } from "./dom";
import { toast } from "./toast";

async function write(text: string): Promise<boolean> {
  // Without TLS on a company network browsers offer no clipboard; the old way still works there.
  if (navigator.clipboard) return navigator.clipboard.writeText(text).then(() => true, () => false);
  const area = document.createElement("textarea");
  area.className = "sr";
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

export function copy(): void {
  document.addEventListener("click", async (event) => {
    const button = near<HTMLButtonElement>(event, "[data-copy-from]");
    const source = button && one(button.dataset["copyFrom"] ?? "");
    if (!button || !source) return;
    const text = source instanceof HTMLInputElement ? source.value : (source.innerText ?? "").trim();
    if ((await write(text)) && button.dataset["copied"]) toast(button.dataset["copied"]);
    button.focus();
  });
  document.addEventListener("click", (event) => {
    if (near(event, "[data-print]")) print();
  });
}
