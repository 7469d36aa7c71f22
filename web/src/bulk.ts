// Choosing many customers: how many are chosen, the whole page or the whole list at once, and `x` on the row that the
// keyboard walks. The form works without: the boxes belong to it.
import { all, announce, fill, near, one, typing } from "./dom";

const BOX = "input.pick";

function update(bar: HTMLFormElement): void {
  const boxes = all<HTMLInputElement>(BOX);
  const whole = one<HTMLInputElement>("[data-bulk-all]", bar);
  const page = one<HTMLInputElement>("[data-bulk-page]", bar);
  const ticked = boxes.filter((box) => box.checked).length;
  const n = whole?.checked ? Number(whole.dataset["total"] ?? ticked) : ticked;
  const count = one("[data-bulk-count]", bar);
  if (count) count.textContent = n > 0 ? fill(bar.dataset["text"] ?? "[n]", { n }) : (bar.dataset["none"] ?? "");
  if (page) {
    page.checked = ticked === boxes.length && ticked > 0;
    page.indeterminate = ticked > 0 && ticked < boxes.length;
  }
  bar.classList.toggle("on", n > 0);
  for (const button of all<HTMLButtonElement>("button[name='act']", bar)) button.disabled = n === 0;
}

function tick(boxes: HTMLInputElement[], checked: boolean): void {
  for (const box of boxes) box.checked = checked;
}

export function bulk(): void {
  const bar = one<HTMLFormElement>("form[data-bulk]");
  if (!bar) return;
  const whole = one<HTMLInputElement>("[data-bulk-all]", bar);
  for (const hidden of all("[data-script]", bar)) hidden.hidden = false;
  document.addEventListener("change", (event) => {
    const box = near<HTMLInputElement>(event, `${BOX}, [data-bulk-page], [data-bulk-all]`);
    if (!box) return;
    const boxes = all<HTMLInputElement>(BOX);
    if (box.matches("[data-bulk-page], [data-bulk-all]")) tick(boxes, box.checked);
    // Who takes one out does not mean all of the list any more.
    if (whole && box !== whole && !box.checked) whole.checked = false;
    update(bar);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing(event.target) || one("dialog[open]")) return;
    const row = document.activeElement?.closest("tr");
    const box = row && one<HTMLInputElement>(BOX, row);
    if (!box) return;
    event.preventDefault();
    box.click();
    announce(one("[data-bulk-count]", bar)?.textContent ?? "");
  });
  // A page that is gone back to keeps its ticks.
  addEventListener("pageshow", () => update(bar));
  update(bar);
}
