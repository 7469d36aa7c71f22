// Trust policies (C2SP tlog-policy): which logs, which witnesses, and how many of them must have cosigned.
import { longer } from "./bytes";
import { Fault } from "./fault";
import { type Note, type VerifierKey, readKey, sameKey, signedAt } from "./note";

const MAX_POLICY = 256 * 1024;
/** More lines of a sort than this are refused; the specification asks for at least 32. */
const MAX_ENTITIES = 128;

export interface Witness {
  /** What the policy calls it. */
  readonly name: string;
  readonly key: VerifierKey;
}

interface Group {
  readonly name: string;
  readonly least: number;
  readonly members: readonly Member[];
}

type Member = Witness | Group;

export interface Policy {
  readonly logs: readonly VerifierKey[];
  readonly witnesses: readonly Witness[];
  /** `null` if no witness has to cosign. */
  readonly quorum: Member | null;
}

/** A witness, and when it cosigned (POSIX seconds). */
export interface Cosignature {
  readonly witness: Witness;
  readonly time: bigint | null;
}

/** Reads a policy. A fault names its line, from 1; line 0 is the whole. */
export function readPolicy(text: string): Policy {
  if (longer(text, MAX_POLICY)) throw new Fault("policy-form", { line: 0 });
  const reader = new Reader();
  for (const [at, line] of text.split("\n").entries()) {
    const before = reader.logs.length + reader.witnesses.length;
    if (!reader.line(line)) throw new Fault("policy-form", { line: at + 1 });
    const grown = reader.logs.length + reader.witnesses.length > before;
    if (grown && countsTwice(reader)) throw new Fault("policy-same", { line: at + 1 });
  }
  if (reader.quorum === undefined) throw new Fault("policy-form", { line: 0 });
  return { logs: reader.logs, witnesses: reader.witnesses, quorum: reader.quorum };
}

/** Whether a witness is the log or another witness, by its key or by its key's name: who holds two keys is one witness. */
function countsTwice({ logs, witnesses }: Pick<Policy, "logs" | "witnesses">): boolean {
  const same = (a: VerifierKey, b: VerifierKey) => a.name === b.name || sameKey(a, b);
  return witnesses.some(({ key }, at) =>
    witnesses.slice(0, at).some((other) => same(other.key, key)) || logs.some((log) => same(log, key)));
}

class Reader {
  readonly logs: VerifierKey[] = [];
  readonly witnesses: Witness[] = [];
  quorum: Member | null | undefined;
  readonly #names = new Map<string, Member>();
  readonly #grouped = new Set<Member>();
  #groups = 0;

  /** Takes a line in; false if it is not one of a policy. */
  line(line: string): boolean {
    // Of the control characters only the tab may stand in a line.
    if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(line)) return false;
    const [kind, ...words] = line.split(/[ \t]+/).filter((word) => word !== "");
    if (kind === undefined || kind.startsWith("#")) return true;
    const [first, second] = words;
    if (first === undefined) return false;
    switch (kind) {
      case "log": return words.length <= 2 && this.#log(first);
      case "witness": return second !== undefined && words.length <= 3 && this.#witness(first, second);
      case "group": return second !== undefined && this.#group(first, second, words.slice(2));
      case "quorum": return words.length === 1 && this.#quorum(first);
      default: return false;
    }
  }

  #log(written: string): boolean {
    const key = keyOf(written);
    if (key === null || key.kind === "ed25519-cosignature" || this.logs.length === MAX_ENTITIES) return false;
    if (this.logs.some((known) => sameKey(known, key))) return false;
    this.logs.push(key);
    return true;
  }

  #witness(name: string, written: string): boolean {
    const key = keyOf(written);
    if (key === null || key.kind === "ed25519" || this.witnesses.length === MAX_ENTITIES) return false;
    const witness = { name, key };
    this.witnesses.push(witness);
    return this.#name(name, witness);
  }

  #group(name: string, threshold: string, names: readonly string[]): boolean {
    const members: Member[] = [];
    for (const word of names) {
      const member = this.#names.get(word);
      // Each name can be a member once, so that each witness counts in one way.
      if (member === undefined || this.#grouped.has(member)) return false;
      this.#grouped.add(member);
      members.push(member);
    }
    const least = threshold === "all" ? members.length : threshold === "any" ? 1
      : /^[1-9][0-9]{0,2}$/.test(threshold) ? Number(threshold) : 0;
    if (least < 1 || least > members.length || this.#groups++ === MAX_ENTITIES) return false;
    return this.#name(name, { name, least, members });
  }

  #quorum(name: string): boolean {
    if (this.quorum !== undefined) return false;
    this.quorum = name === "none" ? null : this.#names.get(name);
    return this.quorum !== undefined;
  }

  #name(name: string, member: Member): boolean {
    if (name === "none" || this.#names.has(name)) return false;
    this.#names.set(name, member);
    return true;
  }
}

function keyOf(written: string): VerifierKey | null {
  try {
    return readKey(written);
  } catch {
    return null;
  }
}

/** Which witnesses cosigned, and when. A cosignature that claims a witness's key must hold. */
export function cosignatures(policy: Policy, note: Note): Cosignature[] {
  return policy.witnesses.map((witness) => ({ witness, time: signedAt(witness.key, note) }));
}

/** Whether those who cosigned are enough. */
export function quorumMet(policy: Policy, cosigned: readonly Cosignature[]): boolean {
  const there = new Set(cosigned.filter(({ time }) => time !== null).map(({ witness }) => witness));
  const reached = (member: Member): boolean =>
    "key" in member ? there.has(member) : member.members.filter(reached).length >= member.least;
  return policy.quorum === null || reached(policy.quorum);
}
