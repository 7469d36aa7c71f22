// Bringing a file in: `<form data-upload>` with one `.drop` around its file input. The file is sent with its
// progress shown; the page that the server answers (the report) takes the place of this one.
import { all, fill, near, one } from "./dom";

const UNITS = ["B", "KB", "MB", "GB"];

function size(bytes: number): string {
  let unit = 0;
  for (; bytes >= 1024 && unit < UNITS.length - 1; unit += 1) bytes /= 1024;
  return `${bytes.toFixed(unit === 0 || bytes >= 100 ? 0 : 1)} ${UNITS[unit] ?? ""}`;
}

function chosen(drop: HTMLElement): File | null {
  return one<HTMLInputElement>("input[type=file]", drop)?.files?.[0] ?? null;
}

function show(drop: HTMLElement): void {
  const file = chosen(drop);
  const limit = Number(drop.dataset["max"] ?? Infinity);
  const tooLarge = file !== null && file.size > limit;
  drop.classList.toggle("has", file !== null && !tooLarge);
  const name = one("[data-part='name']", drop);
  const note = one("[data-part='note']", drop);
  const error = one("[data-part='error']", drop);
  if (name && file) name.textContent = file.name;
  if (note && file) note.textContent = size(file.size);
  if (error) {
    error.hidden = !tooLarge;
    error.textContent = fill(error.dataset["text"] ?? "", { max: size(limit) });
  }
  one<HTMLInputElement>("input[type=file]", drop)?.setCustomValidity(tooLarge ? (error?.textContent ?? "!") : "");
}

/** Puts the answered page in place of this one, under the address it came from. */
function turn(html: string, address: string): void {
  const page = new DOMParser().parseFromString(html, "text/html");
  const main = one("main", page);
  const here = one("main");
  if (!main || !here) return location.assign(address);
  here.replaceWith(main);
  const trail = one(".trail", page);
  if (trail) one(".trail")?.replaceWith(trail);
  document.title = page.title;
  if (address !== location.href) history.pushState(null, "", address);
  scrollTo(0, 0);
  main.tabIndex = -1;
  main.focus({ preventScroll: true });
}

function send(form: HTMLFormElement, submitter: HTMLElement | null): void {
  const progress = one("[data-part='progress']", form);
  const bar = progress && one<HTMLProgressElement>("progress", progress);
  const text = progress && one("[data-text-sending]", progress);
  const data = new FormData(form);
  if (submitter instanceof HTMLButtonElement && submitter.name) data.append(submitter.name, submitter.value);

  const say = (key: string, values = {}): void => {
    if (text) text.textContent = fill(text.dataset[key] ?? "", values);
  };
  const finish = (key: string): void => {
    form.removeAttribute("aria-busy");
    if (bar) bar.hidden = true;
    say(key);
  };

  form.setAttribute("aria-busy", "true");
  if (progress) progress.hidden = false;
  if (bar) bar.hidden = false;
  const request = new XMLHttpRequest();
  request.upload.onprogress = (event) => {
    if (bar) {
      bar.max = event.total;
      bar.value = event.loaded;
    }
    say("textSending", { done: size(event.loaded), total: size(event.total) });
  };
  request.upload.onload = () => {
    bar?.removeAttribute("value");
    say("textChecking");
  };
  request.onload = () => {
    if (request.getResponseHeader("content-type")?.startsWith("text/html")) turn(request.responseText, request.responseURL);
    else finish("textFailed");
  };
  request.onerror = () => finish("textFailed");
  request.open("POST", submitter?.getAttribute("formaction") ?? form.action);
  request.setRequestHeader("X-Requested-With", "tigertally");
  request.send(data);
}

function drops(): void {
  document.addEventListener("change", (event) => {
    const drop = near(event, ".drop");
    if (drop) show(drop);
  });
  for (const kind of ["dragover", "dragleave", "drop"] as const) {
    document.addEventListener(kind, (event) => {
      const drop = near(event, ".drop");
      // A file that misses the target must not make the browser leave the page.
      if (one("[data-upload]")) event.preventDefault();
      all(".drop.over").forEach((other) => other.classList.remove("over"));
      if (drop && kind === "dragover") drop.classList.add("over");
      const files = event.dataTransfer?.files;
      const input = drop && one<HTMLInputElement>("input[type=file]", drop);
      if (kind === "drop" && input && files?.length) {
        input.files = files;
        show(drop);
      }
    });
  }
}

export function upload(): void {
  drops();
  document.addEventListener("submit", (event) => {
    const form = near<HTMLFormElement>(event, "form[data-upload]");
    if (!form) return;
    event.preventDefault();
    if (form.getAttribute("aria-busy") !== "true") send(form, event.submitter);
  });
}
