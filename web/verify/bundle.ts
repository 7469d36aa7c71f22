// The files of an evidence bundle in their written forms: the manifest, the entries, the proofs.
import { base64, compare, decimal, text, utf8 } from "./bytes";
import { Fault, asForm } from "./fault";
import { type Json, type JsonObject, Members, parseJson, writeJson } from "./json";
import { hashLines } from "./merkle";

export const FORMAT = "tigertally-evidence/1";
/** No text file of a bundle is larger, in bytes. */
const MAX_TEXT = 64 * 1024 * 1024;
const PROOF_HEADER = "c2sp.org/tlog-proof@v1";

export interface Scope {
  readonly customer: string | null;
  readonly staff: string | null;
  readonly entries: readonly number[];
  readonly from: string | null;
  readonly to: string | null;
}

/** What a bundle says of itself, under the log's signature. */
export interface Manifest {
  readonly format: string;
  readonly origin: string;
  readonly made: string;
  readonly matter: number;
  readonly madeBy: string;
  readonly scope: Scope;
  readonly entries: readonly number[];
  readonly files: ReadonlyMap<string, string>;
}

/** An entry as its file has it. */
export interface StoredEntry {
  readonly index: number;
  /** Base64, as is the salt. */
  readonly leaf: string;
  readonly content: { readonly salt: string; readonly body: string } | null;
  readonly erased: Erased | null;
}

/** That an entry's body was erased: when, and the index of the entry that ordered it. */
export interface Erased {
  readonly time: string;
  readonly entry: number;
}

/** Inclusion in a checkpoint (C2SP tlog-proof). */
export interface InclusionProof {
  readonly index: number;
  readonly hashes: readonly Uint8Array[];
  readonly checkpoint: string;
}

/** Consistency of two checkpoints, as the body of an `add-checkpoint` request (C2SP tlog-witness). */
export interface ConsistencyProof {
  readonly old: number;
  readonly hashes: readonly Uint8Array[];
  readonly checkpoint: string;
}

/** A file's text. */
export function textOf(bytes: Uint8Array): string {
  if (bytes.length > MAX_TEXT) throw new Fault("file-large");
  return text(bytes);
}

export function entryName(index: number): string {
  return `entries/${String(index).padStart(12, "0")}.json`;
}

export function proofName(index: number): string {
  return `proofs/${String(index).padStart(12, "0")}.tlog-proof`;
}

export function readManifest(written: string): Manifest {
  const members = new Members(parseJson(written));
  const format = members.string("format");
  if (format !== FORMAT) throw new Fault("manifest-format");
  const manifest = {
    format,
    origin: members.string("origin"),
    made: members.string("made"),
    matter: members.count("matter"),
    madeBy: members.string("made_by"),
    scope: readScope(members.object("scope")),
    entries: members.counts("entries"),
    files: readHashes(members.object("files")),
  };
  members.none();
  if (`${writeJson(manifestJson(manifest), "  ")}\n` !== written) throw new Fault("form");
  return manifest;
}

type Pair = readonly [string, Json];

/** A manifest's members in the order in which they are written. */
function manifestJson({ format, origin, made, matter, madeBy, scope, entries, files }: Manifest): JsonObject {
  const known = (name: string, value: string | null): Pair[] => (value === null ? [] : [[name, value]]);
  return new Map<string, Json>([
    ["format", format], ["origin", origin], ["made", made], ["matter", matter], ["made_by", madeBy],
    ["scope", new Map<string, Json>([
      ...known("customer", scope.customer), ...known("staff", scope.staff),
      ...(scope.entries.length > 0 ? [["entries", scope.entries] as Pair] : []),
      ...known("from", scope.from), ...known("to", scope.to),
    ])],
    ["entries", entries],
    ["files", new Map([...files].sort(([a], [b]) => compare(utf8(a), utf8(b))))],
  ]);
}

function readScope(value: JsonObject): Scope {
  const members = new Members(value);
  const optional = (name: string) => (members.optional(name) ? members.string(name) : null);
  const scope = {
    customer: optional("customer"),
    staff: optional("staff"),
    entries: members.has("entries") ? members.counts("entries") : [],
    from: optional("from"),
    to: optional("to"),
  };
  members.none();
  return scope;
}

function readHashes(value: JsonObject): Map<string, string> {
  const hashes = new Map<string, string>();
  for (const [name, hash] of value) {
    if (typeof hash !== "string") throw new Fault("json");
    hashes.set(name, hash);
  }
  return hashes;
}

export function readEntry(written: string): StoredEntry {
  const members = new Members(parseJson(written));
  const index = members.count("index");
  const leaf = members.string("leaf");
  const optional = (name: string) => (members.optional(name) ? members.string(name) : null);
  const [salt, body] = [optional("salt"), optional("body")];
  let erased: Erased | null = null;
  if (members.optional("erased")) {
    const order = new Members(members.object("erased"));
    erased = { time: order.string("time"), entry: order.count("entry") };
    order.none();
  }
  members.none();
  const again = new Map<string, Json>([["index", index], ["leaf", leaf]]);
  if (salt !== null) again.set("salt", salt);
  if (body !== null) again.set("body", body);
  if (erased !== null) again.set("erased", new Map<string, Json>([["time", erased.time], ["entry", erased.entry]]));
  if (writeJson(again) !== written) throw new Fault("form");
  const content = salt !== null && body !== null ? { salt, body } : null;
  // A body with its salt, or what erased both; and nothing of the other.
  if ((content === null) === (erased === null) || (content === null && (salt !== null || body !== null))) {
    throw new Fault("json");
  }
  return { index, leaf, content, erased };
}

export function readInclusion(written: string): InclusionProof {
  const bad = new Fault("proof-form");
  const { head, checkpoint } = split(written, bad);
  if (head.shift() !== PROOF_HEADER) throw bad;
  // Extra data is not authenticated, and nothing here uses it.
  if (head[0]?.startsWith("extra ")) asForm("proof-form", () => base64(head.shift()?.slice(6) ?? ""));
  return { index: numberAfter("index ", head.shift(), bad), hashes: hashLines(head, bad), checkpoint };
}

export function readConsistency(written: string): ConsistencyProof {
  const bad = new Fault("consistency-form");
  const { head, checkpoint } = split(written, bad);
  return { old: numberAfter("old ", head.shift(), bad), hashes: hashLines(head, bad), checkpoint };
}

/** The lines before the first empty one, and all that follows it. */
function split(written: string, bad: Fault): { head: string[]; checkpoint: string } {
  const blank = written.indexOf("\n\n");
  if (blank < 0) throw bad;
  return { head: written.slice(0, blank).split("\n"), checkpoint: written.slice(blank + 2) };
}

function numberAfter(label: string, line: string | undefined, bad: Fault): number {
  const value = line?.startsWith(label) ? decimal(line.slice(label.length)) : null;
  if (value === null) throw bad;
  return value;
}

/** The body of an entry as far as it is shown. Whatever does not have the expected form is left out: the raw text stays. */
export interface Body {
  readonly actor: string;
  readonly role: string;
  readonly customers: readonly string[];
  readonly staff: string;
  readonly fields: readonly string[];
  readonly purpose: { readonly kind: string; readonly reference: string } | null;
  readonly rules: readonly string[];
  /** `detail.entries`: in an erasure, the entries whose bodies it destroyed. */
  readonly named: readonly number[];
}

export function readBody(written: string): Body | null {
  let value: Json;
  try {
    value = parseJson(written);
  } catch {
    return null;
  }
  if (!(value instanceof Map)) return null;
  const body = value as JsonObject;
  const string = (from: JsonObject, name: string) => {
    const found = from.get(name);
    return typeof found === "string" ? found : "";
  };
  const list = <T extends Json>(from: JsonObject, name: string, is: (item: Json) => item is T): T[] => {
    const found = from.get(name);
    return Array.isArray(found) ? (found as readonly Json[]).filter(is) : [];
  };
  const isString = (item: Json): item is string => typeof item === "string";
  const isIndex = (item: Json): item is number => typeof item === "number" && Number.isSafeInteger(item) && item >= 0;
  const object = (name: string): JsonObject | null => {
    const found = body.get(name);
    return found instanceof Map ? (found as JsonObject) : null;
  };
  const purpose = object("purpose");
  const customer = string(body, "customer");
  return {
    actor: string(body, "actor"),
    role: string(body, "role"),
    customers: [...(customer ? [customer] : []), ...list(body, "customers", isString)],
    staff: string(body, "staff"),
    fields: list(body, "fields", isString),
    purpose: purpose ? { kind: string(purpose, "kind"), reference: string(purpose, "ref") } : null,
    rules: list(body, "rules", isString),
    named: list(object("detail") ?? new Map<string, Json>(), "entries", isIndex),
  };
}
