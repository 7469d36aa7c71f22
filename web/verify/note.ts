// Signed notes (C2SP signed-note), their keys, checkpoints (C2SP tlog-checkpoint), and the two kinds of cosignature
// (C2SP tlog-cosignature).
import { sha256 } from "@noble/hashes/sha2.js";
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";
import { base64, concat, decimal, equal, hex, longer, readU64, u64, utf8 } from "./bytes";
import { isWeak, verifyEd25519 } from "./ed25519";
import { Fault } from "./fault";
import { HASH_LEN } from "./merkle";

const MAX_NOTE = 8_000_000;
/** The specification asks for at least 16. */
const MAX_SIGNATURES = 100;
const MAX_EXTENSIONS = 16;
const ID_LEN = 4;
/** What comes before a cosignature: the time (8). */
const TIME_LEN = 8;
const MAX_TIME = 2n ** 63n - 1n;

/** Type of a key: the byte before it in its written form, and the length of key and signature. */
const KINDS = {
  1: { kind: "ed25519", key: 32, signature: 64 },
  4: { kind: "ed25519-cosignature", key: 32, signature: 64 },
  6: { kind: "ml-dsa-44-cosignature", key: 1312, signature: 2420 },
} as const;
export type KeyKind = (typeof KINDS)[keyof typeof KINDS]["kind"];

/** A named public key, written `name+key id+key`. */
export interface VerifierKey {
  readonly name: string;
  readonly id: Uint8Array;
  readonly kind: KeyKind;
  readonly public: Uint8Array;
  /** The written form. */
  readonly text: string;
  readonly signatureLength: number;
}

interface Signature {
  readonly name: string;
  readonly id: Uint8Array;
  readonly bytes: Uint8Array;
}

/** A note that was read and not verified: nothing in it may be believed yet. */
export interface Note {
  /** The text with its final newline. */
  readonly text: string;
  readonly signatures: readonly Signature[];
}

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/** Not empty, no spaces of any script, no plus sign, no control characters. */
function isKeyName(name: string): boolean {
  return name !== "" && !/[\p{White_Space}\p{Cc}+]/u.test(name);
}

/** Reads a key, which must be written exactly as this program would write it. */
export function readKey(text: string): VerifierKey {
  const bad = new Fault("key-form");
  const [name, id, encoded, ...more] = splitKey(text);
  if (name === undefined || id === undefined || encoded === undefined || more.length > 0) throw bad;
  let typed: Uint8Array;
  try {
    typed = base64(encoded);
  } catch {
    throw bad;
  }
  if (typed.length === 0) throw bad;
  const kind = KINDS[typed[0] as keyof typeof KINDS] as (typeof KINDS)[keyof typeof KINDS] | undefined;
  if (kind === undefined) throw new Fault("key-kind");
  if (!isKeyName(name) || typed.length !== 1 + kind.key) throw bad;
  if (kind.kind !== "ml-dsa-44-cosignature" && isWeak(typed.subarray(1))) throw new Fault("key-weak");
  const expected = sha256(concat(utf8(`${name}\n`), typed)).subarray(0, ID_LEN);
  if (id !== hex(expected)) throw bad;
  return { name, id: expected, kind: kind.kind, public: typed.subarray(1), text, signatureLength: kind.signature };
}

/** Base64 may hold plus signs; a name and an id may not. */
function splitKey(text: string): string[] {
  const first = text.indexOf("+");
  const second = text.indexOf("+", first + 1);
  return first < 0 || second < 0 ? [] : [text.slice(0, first), text.slice(first + 1, second), text.slice(second + 1)];
}

/** SHA-256 of the written form: what two people read to each other. */
export function fingerprint(key: VerifierKey): string {
  return hex(sha256(utf8(key.text)));
}

/** Whether two keys are the same key, whatever they are called. */
export function sameKey(a: VerifierKey, b: VerifierKey): boolean {
  return equal(a.public, b.public);
}

export function readNote(note: string): Note {
  const bad = new Fault("note-form");
  // Control characters other than the newline have no place in a note.
  if (longer(note, MAX_NOTE) || /[\u0000-\u0009\u000b-\u001f]/.test(note)) throw bad;
  const blank = note.lastIndexOf("\n\n");
  if (blank < 0 || !note.endsWith("\n") || blank + 2 === note.length) throw bad;
  const lines = note.slice(blank + 2, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) throw bad;
  return { text: note.slice(0, blank + 1), signatures: lines.map(readSignature) };
}

/** `— name base64(key id ‖ signature)` */
function readSignature(line: string): Signature {
  const bad = new Fault("note-form");
  const [dash, name, encoded, ...more] = line.split(" ");
  if (dash !== "—" || name === undefined || encoded === undefined || more.length > 0 || !isKeyName(name)) throw bad;
  let bytes: Uint8Array;
  try {
    bytes = base64(encoded);
  } catch {
    throw bad;
  }
  if (bytes.length <= ID_LEN) throw bad;
  return { name, id: bytes.subarray(0, ID_LEN), bytes: bytes.subarray(ID_LEN) };
}

/** Reads the text of a checkpoint. Extension lines, which other logs may add, are checked for form and left out. */
export function readCheckpoint(text: string): Checkpoint {
  const bad = new Fault("checkpoint-form");
  if (!text.endsWith("\n")) throw bad;
  const [origin, size, root, ...extensions] = text.slice(0, -1).split("\n");
  if (!origin || size === undefined || root?.length !== 44) throw bad;
  if (extensions.length > MAX_EXTENSIONS || extensions.some((line) => line === "")) throw bad;
  const entries = decimal(size);
  if (entries === null) throw bad;
  let hash: Uint8Array;
  try {
    hash = base64(root);
  } catch {
    throw bad;
  }
  if (hash.length !== HASH_LEN) throw bad;
  return { origin, size: entries, root: hash };
}

/**
 * When the key signed the note, POSIX seconds: the latest, if several times; 0 for a key that signs without a time;
 * `null` if it did not. Every signature that claims the key must hold.
 */
export function signedAt(key: VerifierKey, note: Note): bigint | null {
  let latest: bigint | null = null;
  for (const signature of note.signatures) {
    // The same name with another id, or the same id with another name, is another key: not ours to judge.
    if (signature.name !== key.name || !equal(signature.id, key.id)) continue;
    const time = check(key, note.text, signature.bytes);
    if (time === null) throw new Fault("note-signature", { key: key.name });
    if (latest === null || time > latest) latest = time;
  }
  return latest;
}

function check(key: VerifierKey, text: string, bytes: Uint8Array): bigint | null {
  if (key.kind === "ed25519") return holds(key, utf8(text), bytes) ? 0n : null;
  if (bytes.length !== TIME_LEN + key.signatureLength) return null;
  const time = readU64(bytes, 0);
  if (time > MAX_TIME) return null;
  return holds(key, cosignedMessage(key, text, time), bytes.subarray(TIME_LEN)) ? time : null;
}

function holds(key: VerifierKey, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== key.signatureLength) return false;
  try {
    return key.kind === "ml-dsa-44-cosignature" ? ml_dsa44.verify(signature, message, key.public)
      : verifyEd25519(key.public, message, signature);
  } catch {
    return false;
  }
}

/** What a cosigner signs: for Ed25519 two lines and the text, for ML-DSA-44 the structure `cosigned_message`. */
export function cosignedMessage(key: VerifierKey, text: string, time: bigint): Uint8Array {
  const checkpoint = readCheckpoint(text);
  if (key.kind !== "ml-dsa-44-cosignature") return utf8(`cosignature/v1\ntime ${time}\n${text}`);
  const opaque = (value: string) => {
    const bytes = utf8(value);
    if (bytes.length > 255) throw new Fault("checkpoint-form");
    return concat(Uint8Array.of(bytes.length), bytes);
  };
  return concat(
    utf8("subtree/v1\n\0"),
    opaque(key.name), u64(time),
    opaque(checkpoint.origin), u64(0n), u64(BigInt(checkpoint.size)), checkpoint.root,
  );
}

/** The text of a note that the key signed. */
export function openNote(note: string, key: VerifierKey): string {
  const parsed = readNote(note);
  if (signedAt(key, parsed) === null) throw new Fault("note-unsigned", { key: key.name });
  return parsed.text;
}

/** A checkpoint that the log of this key signed. */
export function openCheckpoint(note: string, key: VerifierKey): Checkpoint {
  const checkpoint = readCheckpoint(openNote(note, key));
  if (checkpoint.origin !== key.name) throw new Fault("checkpoint-origin");
  return checkpoint;
}

export function sameCheckpoint(a: Checkpoint, b: Checkpoint): boolean {
  return a.origin === b.origin && a.size === b.size && equal(a.root, b.root);
}
