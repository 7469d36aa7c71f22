// Helpers that every module shares. Texts always come from the page, in the reader's language: a text with
// holes is written "还剩 [n] 秒" and filled here.

/** The first element that matches, typed. */
export function one<T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T | null {
  return root.querySelector<T>(selector);
}

/** All elements that match, typed. */
export function all<T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T[] {
  return [...root.querySelectorAll<T>(selector)];
}

/** The nearest ancestor of an event's target that matches. */
export function near<T extends Element = HTMLElement>(event: Event, selector: string): T | null {
  return event.target instanceof Element ? event.target.closest<T>(selector) : null;
}

/** Fills the holes of a text: `fill("还剩 [n] 秒", { n: 23 })`. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\[(\w+)\]/g, (hole, name: string) => String(values[name] ?? hole));
}

/** A copy of what stands in the `<template>` that matches. */
export function stamp(selector: string): HTMLElement | null {
  const copy = one<HTMLTemplateElement>(selector)?.content.firstElementChild?.cloneNode(true);
  return copy instanceof HTMLElement ? copy : null;
}

/** Puts a text into the part of `root` named by `data-part`; without a text the part is taken away. */
export function part(root: ParentNode, name: string, text: string | null): void {
  for (const element of all(`[data-part="${name}"]`, root)) {
    if (text === null || text === "") element.remove();
    else element.textContent = text;
  }
}

/** Whether somebody is typing. */
export function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}

/** Says something to a screen reader. */
export function announce(text: string): void {
  const place = one("[data-announce]");
  if (place) place.textContent = text;
}
