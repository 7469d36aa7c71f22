// JSON (RFC 8259), strictly: no member twice, no numbers but whole ones that every language holds exactly (RFC 7493,
// I-JSON), a limit to depth. Objects become maps, so that no name in hostile input means anything to the language.
import { Fault } from "./fault";

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export type JsonObject = ReadonlyMap<string, Json>;

/** So many objects and lists may stand one in another. */
const MAX_DEPTH = 127;
/** Not followed by what would make it another number. */
const NUMBER = /(?:0|-?[1-9][0-9]*)(?![0-9.eE])/y;
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;

export function parseJson(text: string): Json {
  const parser = new Parser(text);
  const value = parser.value(0);
  parser.end();
  return value;
}

class Parser {
  #at = 0;

  constructor(readonly text: string) {}

  end(): void {
    this.#space();
    if (this.#at !== this.text.length) throw new Fault("json");
  }

  value(depth: number): Json {
    this.#space();
    switch (this.text[this.#at]) {
      case "{": return this.#object(depth);
      case "[": return this.#array(depth);
      case '"': return this.#string();
      case "t": return this.#word("true", true);
      case "f": return this.#word("false", false);
      case "n": return this.#word("null", null);
      default: return this.#number();
    }
  }

  #object(depth: number): JsonObject {
    const members = new Map<string, Json>();
    this.#enter(depth);
    if (this.#take("}")) return members;
    do {
      this.#space();
      const name = this.#string();
      if (members.has(name) || !this.#take(":")) throw new Fault("json");
      members.set(name, this.value(depth + 1));
    } while (this.#take(","));
    if (!this.#take("}")) throw new Fault("json");
    return members;
  }

  #array(depth: number): Json[] {
    const list: Json[] = [];
    this.#enter(depth);
    if (this.#take("]")) return list;
    do list.push(this.value(depth + 1));
    while (this.#take(","));
    if (!this.#take("]")) throw new Fault("json");
    return list;
  }

  #enter(depth: number): void {
    if (depth >= MAX_DEPTH) throw new Fault("json");
    this.#at++;
  }

  #string(): string {
    const value: unknown = JSON.parse(this.#match(STRING));
    // Half of a surrogate pair is no text.
    if (typeof value !== "string" || /\p{Surrogate}/u.test(value)) throw new Fault("json");
    return value;
  }

  #number(): number {
    const value = Number(this.#match(NUMBER));
    if (!Number.isSafeInteger(value)) throw new Fault("json");
    return value;
  }

  #word<T extends Json>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.#at)) throw new Fault("json");
    this.#at += word.length;
    return value;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0];
    if (!found) throw new Fault("json");
    this.#at += found.length;
    return found;
  }

  #take(sign: string): boolean {
    this.#space();
    if (this.text[this.#at] !== sign) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    while (" \t\n\r".includes(this.text[this.#at] ?? "-")) this.#at++;
  }
}

/** Members of an object of a known form: each is asked for once, and none may be left over. */
export class Members {
  readonly #left: Map<string, Json>;

  constructor(value: Json | undefined) {
    if (!(value instanceof Map)) throw new Fault("json");
    this.#left = new Map(value as JsonObject);
  }

  #take(name: string): Json | undefined {
    const value = this.#left.get(name);
    this.#left.delete(name);
    return value;
  }

  has(name: string): boolean {
    return this.#left.has(name);
  }

  /** As `has`, and passes over a member that is null: when written again, it is left out. */
  optional(name: string): boolean {
    if (this.#left.get(name) === null) this.#left.delete(name);
    return this.#left.has(name);
  }

  string(name: string): string {
    const value = this.#take(name);
    if (typeof value !== "string") throw new Fault("json");
    return value;
  }

  /** A whole number from 0. */
  count(name: string): number {
    return countOf(this.#take(name));
  }

  counts(name: string): number[] {
    const value = this.#take(name);
    if (!Array.isArray(value)) throw new Fault("json");
    return (value as readonly Json[]).map(countOf);
  }

  object(name: string): JsonObject {
    const value = this.#take(name);
    if (!(value instanceof Map)) throw new Fault("json");
    return value as JsonObject;
  }

  none(): void {
    if (this.#left.size > 0) throw new Fault("json");
  }
}

function countOf(value: Json | undefined): number {
  if (typeof value !== "number" || value < 0) throw new Fault("json");
  return value;
}

/** Writes JSON: strings as RFC 8785 has them, members as they stand; with `indent`, each on a line of its own. */
export function writeJson(value: Json, indent = "", line = "\n"): string {
  if (!Array.isArray(value) && !(value instanceof Map)) return JSON.stringify(value);
  const inner = indent === "" ? "" : line + indent;
  const colon = indent === "" ? ":" : ": ";
  const deeper = (item: Json) => writeJson(item, indent, inner);
  const parts = value instanceof Map
    ? [...(value as JsonObject)].map(([name, item]) => `${JSON.stringify(name)}${colon}${deeper(item)}`)
    : (value as readonly Json[]).map(deeper);
  const [open, close] = value instanceof Map ? "{}" : "[]";
  const end = indent === "" || parts.length === 0 ? "" : line;
  return `${open}${parts.map((part) => inner + part).join(",")}${end}${close}`;
}
