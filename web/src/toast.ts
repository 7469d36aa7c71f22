// Toasts: short news at the edge of the screen. The server renders them into `.toasts`, scripts add to it; each
// goes by itself, but never while somebody reads it.
import { all, one, part, stamp } from "./dom";

const SHOWN_FOR = 6_000;

function leave(toast: HTMLElement): void {
  const later = (): void => void setTimeout(() => (toast.matches(":hover, :focus-within") ? later() : toast.remove()), SHOWN_FOR);
  later();
}

/** Shows a toast made from `<template data-toast>`. */
export function toast(text: string, more = ""): void {
  const made = stamp("template[data-toast]");
  if (!made) return;
  part(made, "text", text);
  part(made, "more", more);
  one(".toasts")?.append(made);
  leave(made);
}

export function toasts(): void {
  all(".toasts > .toast").forEach(leave);
}
