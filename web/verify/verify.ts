// Verifies an evidence bundle from its bytes alone, step by step, as the section "What a verifier does" of
// docs/evidence-format.md has it. No page, no network, no clock: the same bytes give the same report anywhere.
import { sha256 } from "@noble/hashes/sha2.js";
import {
  type Body, type Erased, type Manifest, entryName, proofName, readBody, readConsistency, readEntry, readInclusion,
  readManifest, textOf,
} from "./bundle";
import { base64, hex } from "./bytes";
import { Fault, asForm, faultOf } from "./fault";
import { type Leaf, commits, readLeaf } from "./leaf";
import { consistent, includes, leafHash } from "./merkle";
import {
  type Checkpoint, type VerifierKey, fingerprint, openCheckpoint, openNote, readKey, readNote, sameCheckpoint, signedAt,
} from "./note";
import { type Cosignature, type Policy, cosignatures, quorumMet, readPolicy } from "./policy";
import { type Mark, checkTimes, interval, read, written } from "./times";
import { type StampedTime, verifyToken } from "./timestamp";
import { type Certificate, readCertificates, readRevocationLists } from "./x509";
import { type Files, unzip } from "./zip";

export const STEPS = [
  "container", "keys", "manifest", "checkpoint", "entries", "inclusion", "newer", "stamps", "times",
] as const;
export type Step = (typeof STEPS)[number];

/** What came of a step. */
export type Finding =
  /** It holds; `count` of whatever the step is about, and of how many where there could be more. */
  | { readonly step: Step; readonly state: "holds"; readonly count: number; readonly of: number | null }
  /** The bundle has nothing of the kind, and need not. */
  | { readonly step: Step; readonly state: "absent" }
  /** The first fault. */
  | { readonly step: Step; readonly state: "fails"; readonly fault: Fault }
  /** It rests on a step that failed. */
  | { readonly step: Step; readonly state: "unchecked" };

/** An entry. What it says is here only if its leaf commits to it. */
export interface Entry {
  readonly index: number;
  readonly leaf: Leaf;
  readonly raw: string | null;
  readonly body: Body | null;
  readonly erased: Erased | null;
  /** Whether the leaf commits to another body than the bundle has. */
  readonly changed: boolean;
}

export interface Stamp extends StampedTime {
  /** Entries with an index below this stood before. */
  readonly size: number;
}

/** What the reader brought along, come by another way than the bundle. */
export interface Trusted {
  readonly keys: readonly VerifierKey[] | null;
  /** Of the log's key. */
  readonly fingerprint: string | null;
  /** Used instead of the bundle's. */
  readonly policy: Policy | null;
  /** Certificates at which every chain of a time stamp has to end. */
  readonly anchors: readonly Certificate[] | null;
}

/** Which keys were compared with what the reader brought along. For the others, the bundle's own word stands. */
export interface Compared {
  /** The log's key. */
  readonly log: boolean;
  /** The witnesses' keys, and how many of them have to cosign. */
  readonly witnesses: boolean;
  /** The roots of the time-stamp authorities. */
  readonly authorities: boolean;
}

export interface Report {
  /** Whether every step holds. */
  holds: boolean;
  findings: Finding[];
  /** Number of files and of bytes. */
  files: number;
  bytes: number;
  /** SHA-256 of the whole bundle. */
  hash: string;
  /** The log's key, and its post-quantum key. */
  keys: { readonly key: VerifierKey; readonly fingerprint: string }[];
  compared: Compared;
  manifest: Manifest | null;
  checkpoint: Checkpoint | null;
  /** Whether the policy asks for any witness. */
  witnessed: boolean;
  cosignatures: Cosignature[];
  entries: Entry[];
  newer: Checkpoint | null;
  stamps: Stamp[];
}

export interface Options {
  /**
   * What the reader pasted: a verifier key (or two lines of them), its fingerprint, or a trust policy; and certificates
   * (PEM) of time-stamp authorities.
   */
  readonly trusted?: string;
  /** Called after each step, so that a page can show it. */
  readonly progress?: (finding: Finding) => Promise<void> | void;
}

/** The action of the entry that erases others. */
const ERASE = "customer.erase";
const MAX_STAMPS = 1000;

/** Reads what the reader pasted. */
export function readTrusted(pasted: string): Trusted {
  const blocks = /-----BEGIN [^-]*-----[^]*-----END [^-]*-----/;
  const pem = blocks.exec(pasted)?.[0];
  const anchors = pem === undefined ? null : asForm("trusted-anchors", () => readCertificates(pem));
  const lines = pasted.replace(blocks, "").split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== "");
  const none = { keys: null, fingerprint: null, policy: null, anchors };
  if (lines.length === 0) return none;
  const digits = lines.join("").replace(/[\s:-]/g, "").toLowerCase();
  if (/^[0-9a-f]{64}$/.test(digits)) return { ...none, fingerprint: digits };
  if (lines.length <= 2 && lines.every((line) => /^[^\s+]+\+[0-9a-f]{8}\+\S+$/.test(line))) {
    return { ...none, keys: lines.map(readKey) };
  }
  const policy = readPolicy(lines.join("\n"));
  if (policy.logs.length === 0) throw new Fault("trusted-form");
  return { ...none, policy };
}

/** Who saw the log from outside: sizes with times. */
export function marksOf({ checkpoint, cosignatures, stamps }: Report): Mark[] {
  const size = checkpoint?.size ?? 0;
  return [
    ...cosignatures.flatMap(({ witness, time }) =>
      (time === null ? [] : [{ name: witness.name, size, time: Number(time) * 1000 }])),
    ...stamps.map(({ authority, size, time }) => ({ name: authority, size, time })),
  ];
}

/** Verifies a bundle. Never throws: whatever is wrong stands in the report. */
export async function verify(zip: Uint8Array, options: Options = {}): Promise<Report> {
  return new Verifier(zip, options).run();
}

class Verifier {
  readonly #zip: Uint8Array;
  readonly #options: Options;
  readonly #report: Report;
  #files: Files = new Map();
  #policy: Policy | null = null;
  #anchors: readonly Certificate[] | null = null;

  constructor(zip: Uint8Array, options: Options) {
    this.#zip = zip;
    this.#options = options;
    this.#report = {
      holds: false, findings: [], files: 0, bytes: zip.length, hash: "", keys: [],
      compared: { log: false, witnesses: false, authorities: false }, manifest: null,
      checkpoint: null, witnessed: false, cosignatures: [], entries: [], newer: null, stamps: [],
    };
  }

  async run(): Promise<Report> {
    const steps: Record<Step, () => number | readonly [count: number, of: number] | null> = {
      container: () => this.#container(),
      keys: () => this.#keys(),
      manifest: () => this.#manifest(),
      checkpoint: () => this.#checkpoint(),
      entries: () => this.#entries(),
      inclusion: () => this.#inclusion(),
      newer: () => this.#newer(),
      stamps: () => this.#stamps(),
      times: () => this.#times(),
    };
    const report = this.#report;
    for (const step of STEPS) {
      const finding: Finding = this.#grounded(step) ? this.#step(step, steps[step]) : { step, state: "unchecked" };
      report.findings.push(finding);
      await this.#options.progress?.(finding);
    }
    report.holds = report.findings.every(({ state }) => state === "holds" || state === "absent");
    return report;
  }

  /** All that follows rests on the first four steps, and the times on all. */
  #grounded(step: Step): boolean {
    const ground: readonly Step[] = step === "times" ? STEPS : ["container", "keys", "manifest", "checkpoint"];
    return this.#report.findings.every(({ step, state }) => state === "holds" || state === "absent" || !ground.includes(step));
  }

  #step(step: Step, check: () => number | readonly [count: number, of: number] | null): Finding {
    try {
      const found = check();
      if (found === null) return { step, state: "absent" };
      const [count, of] = typeof found === "number" ? [found, null] : found;
      return { step, state: "holds", count, of };
    } catch (thrown) {
      return { step, state: "fails", fault: faultOf(thrown) };
    }
  }

  #bytes(name: string): Uint8Array {
    const bytes = this.#files.get(name);
    if (!bytes) throw new Fault("file-missing", { file: name });
    return bytes;
  }

  /** Reads a file in some way; a fault of it names the file. */
  #read<T>(name: string, read: (text: string) => T): T {
    const bytes = this.#bytes(name);
    try {
      return read(textOf(bytes));
    } catch (thrown) {
      throw faultOf(thrown).with({ file: name });
    }
  }

  #names(folder: string): string[] {
    return [...this.#files.keys()].filter((name) => name.startsWith(folder));
  }

  get #key(): VerifierKey {
    const first = this.#report.keys[0];
    if (!first) throw new Fault("unforeseen");
    return first.key;
  }

  get #proved(): Checkpoint {
    const { checkpoint } = this.#report;
    if (!checkpoint) throw new Fault("unforeseen");
    return checkpoint;
  }

  get #indexes(): readonly number[] {
    return this.#report.manifest?.entries ?? [];
  }

  /** Step 1: the ZIP has the canonical form. */
  #container(): number {
    this.#files = unzip(this.#zip);
    this.#report.files = this.#files.size;
    this.#report.hash = hex(sha256(this.#zip));
    return this.#files.size;
  }

  /** Step 2: `vkey` and `policy` parse, belong together, and agree with what the reader brought along. */
  #keys(): number {
    const [first, second] = this.#read("vkey", (text) => {
      const lines = text.split("\n");
      if (lines.pop() !== "" || lines.length > 2) throw new Fault("key-form");
      return lines.map(readKey);
    });
    if (first?.kind !== "ed25519") throw new Fault("key-kind", { file: "vkey" });
    if (second && (second.kind !== "ml-dsa-44-cosignature" || second.name !== first.name)) throw new Fault("key-second");
    const own = this.#read("policy", readPolicy);
    const [log, ...others] = own.logs;
    if (log === undefined || others.length > 0) throw new Fault("policy-logs");
    if (log.text !== first.text) throw new Fault("policy-other");
    const keys = second ? [first, second] : [first];
    // Shown even if they are not those of the reader, so that the two can be compared.
    this.#report.keys = keys.map((key) => ({ key, fingerprint: fingerprint(key) }));
    const trusted = readTrusted(this.#options.trusted ?? "");
    this.#compare(trusted, keys);
    this.#policy = trusted.policy ?? own;
    this.#anchors = trusted.anchors;
    this.#report.witnessed = this.#policy.quorum !== null;
    return this.#report.keys.length;
  }

  /** Compares the keys with what the reader brought along. */
  #compare({ keys, fingerprint, policy, anchors }: Trusted, own: readonly VerifierKey[]): void {
    const same = (keys?.every((key, at) => key.text === own[at]?.text) ?? true) &&
      (fingerprint ?? this.#report.keys[0]?.fingerprint) === this.#report.keys[0]?.fingerprint &&
      (policy?.logs.some((log) => log.text === own[0]?.text) ?? true);
    if (!same) throw new Fault("trusted-other");
    this.#report.compared = {
      log: keys !== null || fingerprint !== null || policy !== null,
      witnesses: policy !== null,
      authorities: anchors !== null,
    };
  }

  /** Step 3: the manifest is signed by the log, and lists every file with its hash. */
  #manifest(): number {
    const manifest = this.#read("manifest", (text) => readManifest(openNote(text, this.#key)));
    if (manifest.origin !== this.#key.name) throw new Fault("manifest-origin");
    for (const name of this.#files.keys()) {
      if (name !== "manifest" && !manifest.files.has(name)) throw new Fault("manifest-unlisted", { file: name });
    }
    for (const [name, hash] of manifest.files) {
      const bytes = name === "manifest" ? undefined : this.#files.get(name);
      if (!bytes) throw new Fault("manifest-absent", { file: name });
      if (hex(sha256(bytes)) !== hash) throw new Fault("manifest-hash", { file: name });
    }
    const ordered = manifest.entries.every((index, at) => at === 0 || index > (manifest.entries[at - 1] ?? index));
    if (!ordered) throw new Fault("manifest-order");
    this.#report.manifest = manifest;
    return manifest.files.size;
  }

  /** Step 4: the checkpoint is signed by each of the log's keys, and cosigned by the quorum of the policy. */
  #checkpoint(): readonly [count: number, of: number] {
    const policy = this.#policy;
    if (!policy) throw new Fault("unforeseen");
    return this.#read("checkpoint", (text) => {
      const checkpoint = openCheckpoint(text, this.#key);
      const note = readNote(text);
      for (const { key } of this.#report.keys) {
        if (signedAt(key, note) === null) throw new Fault("note-unsigned", { key: key.name });
      }
      const cosigned = cosignatures(policy, note);
      this.#report.cosignatures = cosigned;
      const there = cosigned.filter(({ time }) => time !== null).length;
      if (!quorumMet(policy, cosigned)) throw new Fault("quorum", { there, of: cosigned.length });
      this.#report.checkpoint = checkpoint;
      return [there, cosigned.length] as const;
    });
  }

  /** Step 5: each index has its entry, whose leaf commits to the body; or the body was erased, by order of another. */
  #entries(): number {
    this.#same("entries/", this.#indexes.map(entryName), "entries-other");
    let first: Fault | null = null;
    for (const index of this.#indexes) {
      try {
        this.#report.entries.push(this.#read(entryName(index), (text) => readOne(index, text)));
      } catch (thrown) {
        first ??= faultOf(thrown).with({ index });
      }
    }
    const byIndex = new Map(this.#report.entries.map((entry) => [entry.index, entry]));
    for (const { index, changed } of byIndex.values()) {
      if (changed) first ??= new Fault("entry-body", { index });
    }
    for (const { index, erased } of byIndex.values()) {
      if (!erased) continue;
      if (!ordered(index, erased, byIndex.get(erased.entry))) first ??= new Fault("entry-erased", { index, order: erased.entry });
    }
    if (first) throw first;
    return byIndex.size;
  }

  /** Step 6: each proof leads from its entry to this very checkpoint. */
  #inclusion(): number {
    this.#same("proofs/", this.#indexes.map(proofName), "proofs-other");
    const checkpoint = this.#proved;
    const note = this.#read("checkpoint", (text) => text);
    const byIndex = new Map(this.#report.entries.map((entry) => [entry.index, entry]));
    for (const index of this.#indexes) {
      const entry = byIndex.get(index);
      if (!entry) throw new Fault("entry-unread", { index });
      const proof = this.#read(proofName(index), readInclusion);
      if (proof.index !== index) throw new Fault("proof-index", { index });
      if (proof.checkpoint !== note) throw new Fault("proof-checkpoint", { index });
      if (!includes(leafHash(entry.leaf.bytes), index, checkpoint.size, proof.hashes, checkpoint.root)) {
        throw new Fault("inclusion", { index });
      }
    }
    return this.#indexes.length;
  }

  /** Step 7: a newer checkpoint, if there is one, continues this one. */
  #newer(): number | null {
    if (!this.#files.has("newer")) return null;
    const newer = this.#consistent("newer", this.#proved);
    if (newer.size <= this.#proved.size) throw new Fault("newer-same");
    this.#report.newer = newer;
    return newer.size;
  }

  /** Checks a file of consistency between the bundle's checkpoint and another; gives the larger of the two. */
  #consistent(name: string, other: Checkpoint): Checkpoint {
    const own = this.#proved;
    const smaller = other.size <= own.size ? other : own;
    return this.#read(name, (text) => {
      const proof = readConsistency(text);
      const larger = openCheckpoint(proof.checkpoint, this.#key);
      if (proof.old !== smaller.size) throw new Fault("consistency-size");
      if (!consistent(smaller.size, smaller.root, larger.size, larger.root, proof.hashes)) throw new Fault("consistency");
      return larger;
    });
  }

  /** Step 8: the time stamps. */
  #stamps(): number | null {
    const folders = new Set(this.#names("stamps/").map((name) => name.split("/")[1] ?? ""));
    if (folders.size === 0) return null;
    for (const folder of folders) {
      if (!/^[1-9][0-9]{0,3}$/.test(folder) || folders.size > MAX_STAMPS) throw new Fault("stamp-folder", { stamp: folder });
    }
    for (const folder of [...folders].sort((a, b) => Number(a) - Number(b))) {
      try {
        this.#report.stamps.push(this.#stamp(`stamps/${folder}`));
      } catch (thrown) {
        throw faultOf(thrown).with({ stamp: folder });
      }
    }
    return folders.size;
  }

  #stamp(folder: string): Stamp {
    const note = this.#bytes(`${folder}/note`);
    const token = this.#bytes(`${folder}/token.tst`);
    const roots = this.#read(`${folder}/anchors.pem`, readCertificates);
    const lists = this.#files.has(`${folder}/crls.pem`) ? this.#read(`${folder}/crls.pem`, readRevocationLists) : [];
    let stated = verifyToken(token, note, roots, lists);
    const anchors = this.#anchors;
    if (anchors) stated = asForm("stamp-other-root", () => verifyToken(token, note, anchors, lists));
    const stamped = this.#read(`${folder}/note`, (text) => openCheckpoint(text, this.#key));
    const own = this.#proved;
    const larger = this.#consistent(`${folder}/consistency`, stamped);
    if (!sameCheckpoint(larger, stamped.size > own.size ? stamped : own)) throw new Fault("consistency-other");
    return { ...stated, size: stamped.size };
  }

  /** Step 9: the claimed times contradict neither one another nor those from outside. */
  #times(): readonly [count: number, of: number] {
    const made = read(this.#report.manifest?.made ?? "");
    if (made === null) throw new Fault("form", { file: "manifest" });
    const marks = marksOf(this.#report);
    checkTimes(this.#report.entries, marks, made);
    return [this.#report.entries.length, marks.length];
  }

  /** That a folder holds these files and no others. */
  #same(folder: string, expected: readonly string[], code: "entries-other" | "proofs-other"): void {
    const wanted = new Set(expected);
    const over = this.#names(folder).find((name) => !wanted.has(name));
    const missing = expected.find((name) => !this.#files.has(name));
    const file = over ?? missing;
    if (file !== undefined) throw new Fault(code, { file });
  }
}

/** One entry: its leaf is canonical; whether it commits to the body is told, so that its place can still be checked. */
function readOne(index: number, text: string): Entry {
  const stored = readEntry(text);
  if (stored.index !== index) throw new Fault("entry-index");
  const leaf = readLeaf(base64(stored.leaf));
  const { content, erased } = stored;
  const held = content !== null && commits(leaf, base64(content.salt), content.body);
  return {
    index, leaf, erased,
    raw: held ? content.body : null,
    body: held ? readBody(content.body) : null,
    changed: content !== null && !held,
  };
}

/**
 * Whether the erasure was ordered: by an entry that is here and stands after it, was allowed, is of that action, names the
 * erased entry, and was written when the mark says.
 */
function ordered(index: number, erased: Erased, order: Entry | undefined): boolean {
  return order !== undefined && order.index > index && order.leaf.action === ERASE && order.leaf.decision === "allowed" &&
    written(order.leaf.time) === erased.time && (order.body?.named.includes(index) ?? false);
}

export { Fault, faultOf, interval };
export type { Checkpoint, Cosignature, Leaf, Manifest, Mark, VerifierKey };
