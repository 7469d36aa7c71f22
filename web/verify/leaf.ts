// The leaf of an entry: version 1 ‖ run (8) ‖ count (8) ‖ Unix milliseconds (8) ‖ decision (1) ‖ length of the action (1)
// ‖ action ‖ commitment (32). The commitment is HMAC-SHA-256 (RFC 2104) of the body under the salt.
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { equal, hex, readU64, utf8 } from "./bytes";
import { Fault } from "./fault";

export const DECISIONS = ["recorded", "allowed", "denied", "failed"] as const;
export type Decision = (typeof DECISIONS)[number];

export interface Leaf {
  /** The canonical bytes: what is hashed into the tree. */
  readonly bytes: Uint8Array;
  /** Random name of the server's run that wrote it. */
  readonly run: string;
  /** Entries that the run wrote before. */
  readonly count: bigint;
  /** When it was written, Unix milliseconds, by the server's clock. */
  readonly time: number;
  readonly decision: Decision;
  readonly action: string;
  readonly commitment: Uint8Array;
}

const ACTION = 27;
const MAX_ACTION = 64;
export const SALT_LEN = 32;

/** Reads a leaf. Its form leaves no choice, so that what is read has exactly these bytes. */
export function readLeaf(bytes: Uint8Array): Leaf {
  const bad = new Fault("leaf-form");
  const length = bytes[ACTION - 1];
  const decision = DECISIONS[bytes[25] ?? DECISIONS.length];
  if (bytes[0] !== 1 || length === undefined || length < 1 || length > MAX_ACTION || decision === undefined) throw bad;
  if (bytes.length !== ACTION + length + 32) throw bad;
  const action = bytes.subarray(ACTION, ACTION + length);
  if (action.some((byte) => byte < 0x21 || byte > 0x7e)) throw bad;
  return {
    bytes,
    run: hex(bytes.subarray(1, 9)),
    count: readU64(bytes, 9),
    // Beyond 2^53 it is rounded, and far beyond any time that passes.
    time: Number(readU64(bytes, 17)),
    decision,
    action: String.fromCharCode(...action),
    commitment: bytes.subarray(ACTION + length),
  };
}

/** Whether the leaf was made for this body under this salt. */
export function commits(leaf: Leaf, salt: Uint8Array, body: string): boolean {
  return salt.length === SALT_LEN && equal(hmac(sha256, salt, utf8(body)), leaf.commitment);
}
