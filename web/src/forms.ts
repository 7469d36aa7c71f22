// Forms: a counter where a length counts, a warning before typed text is lost, no double submission, and a
// question before what cannot be undone.
import { all, fill, near, one, part, stamp } from "./dom";

/** `<textarea data-count minlength="10" maxlength="200">` with `<span class="count" data-text="[n]/[max]">`. */
function count(field: HTMLTextAreaElement | HTMLInputElement): void {
  const counter = one(`[data-counter-for="${field.id}"]`);
  if (!counter) return;
  const n = [...field.value.trim()].length;
  counter.classList.toggle("short", field.minLength > 0 && n < field.minLength);
  counter.textContent = fill(counter.dataset["text"] ?? "[n]", { n, min: field.minLength, max: field.maxLength });
}

function counters(): void {
  const counted = "textarea[data-count], input[data-count]";
  all<HTMLTextAreaElement>(counted).forEach(count);
  document.addEventListener("input", (event) => {
    const field = near<HTMLTextAreaElement>(event, counted);
    if (field) count(field);
  });
}

/** `<form data-keep>` asks before a page with unsaved text is left. */
function keep(): void {
  const touched = new Set<HTMLFormElement>();
  document.addEventListener("input", (event) => {
    const form = near<HTMLFormElement>(event, "form[data-keep]");
    if (form) touched.add(form);
  });
  document.addEventListener("submit", (event) => {
    if (event.target instanceof HTMLFormElement) touched.delete(event.target);
  });
  addEventListener("beforeunload", (event) => {
    if ([...touched].some((form) => form.isConnected)) event.preventDefault();
  });
}

/** A form on its way is not sent again. The button keeps its name and value for the request, so it is only
 *  marked busy, never disabled. */
function once(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || event.defaultPrevented || form.method === "dialog") return;
    if (form.getAttribute("aria-busy") === "true") return event.preventDefault();
    form.setAttribute("aria-busy", "true");
    event.submitter?.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", () => all("[aria-busy='true']:is(form, button)").forEach((busy) => busy.removeAttribute("aria-busy")));
}

/** The question before a dangerous act, from `<template data-confirm-dialog>`: the title is the button's
 *  `data-confirm`, the effect `data-confirm-text`, the act `data-confirm-act`; `data-confirm-type` is a text that
 *  has to be typed first. Resolves to whether it was confirmed; focus returns to the button. */
function ask(button: HTMLElement): Promise<boolean> {
  const dialog = stamp("template[data-confirm-dialog]");
  if (!(dialog instanceof HTMLDialogElement)) return Promise.resolve(true);
  const act = one<HTMLButtonElement>("[data-part='act']", dialog);
  const typed = one<HTMLInputElement>("input", dialog);
  const word = button.dataset["confirmType"] ?? "";
  part(dialog, "title", button.dataset["confirm"] ?? "");
  part(dialog, "text", button.dataset["confirmText"] ?? "");
  part(dialog, "act", button.dataset["confirmAct"] ?? button.textContent?.trim() ?? "");
  if (act && typed && word) {
    const label = one("label", dialog);
    if (label) label.textContent = fill(label.dataset["text"] ?? "[word]", { word });
    act.disabled = true;
    typed.addEventListener("input", () => (act.disabled = typed.value.trim() !== word));
  } else {
    one("[data-part='typed']", dialog)?.remove();
  }
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      button.focus();
      resolve(dialog.returnValue === "act");
    });
  });
}

function confirmations(): void {
  const confirmed = new WeakSet<Element>();
  document.addEventListener("click", async (event) => {
    const button = near<HTMLButtonElement>(event, "button[data-confirm]");
    if (!button || confirmed.delete(button)) return;
    event.preventDefault();
    if (button.form && !button.form.reportValidity()) return;
    if (!(await ask(button))) return;
    confirmed.add(button);
    button.click();
  });
}

/** `<select data-submit>` and checkboxes of a filter form send it at once. */
function autosubmit(): void {
  document.addEventListener("change", (event) => near<HTMLInputElement>(event, "[data-submit]")?.form?.requestSubmit());
}

export function forms(): void {
  counters();
  keep();
  confirmations();
  autosubmit();
  once();
}
