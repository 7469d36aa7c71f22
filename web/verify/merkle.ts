// The tree of RFC 6962, section 2.1: hashes, and the two proofs as RFC 9162 (sections 2.1.3.2 and 2.1.4.2) checks them.
import { sha256 } from "@noble/hashes/sha2.js";
import { base64, concat, equal } from "./bytes";
import { type Fault, asForm } from "./fault";

/** A tree of 2^63 entries is no deeper. */
const MAX_HASHES = 63;
export const HASH_LEN = 32;

export function leafHash(leaf: Uint8Array): Uint8Array {
  return sha256(concat(Uint8Array.of(0), leaf));
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concat(Uint8Array.of(1), left, right));
}

/** Lines of one base64 hash each, as C2SP tlog-proof and tlog-witness write a proof; at most 63. */
export function hashLines(lines: readonly string[], bad: Fault): Uint8Array[] {
  if (lines.length > MAX_HASHES) throw bad;
  return lines.map((line) => {
    // 32 bytes are 44 letters: nothing longer is decoded at all.
    const hash = line.length === 44 ? asForm(bad.code, () => base64(line)) : null;
    if (hash?.length !== HASH_LEN) throw bad;
    return hash;
  });
}

/** Whether the entry with this leaf hash stands at this index in the tree of this size and root. */
export function includes(
  leaf: Uint8Array, index: number, size: number, proof: readonly Uint8Array[], root: Uint8Array,
): boolean {
  if (index >= size) return false;
  let [node, last] = [BigInt(index), BigInt(size - 1)];
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0n) return false;
    if (node & 1n || node === last) {
      hash = nodeHash(sibling, hash);
      // The right-most node of a level may stand there unpaired: go up to where it has a sibling.
      while (!(node & 1n) && node !== 0n) [node, last] = [node >> 1n, last >> 1n];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [node >> 1n, last >> 1n];
  }
  return last === 0n && equal(hash, root);
}

/** Whether the tree of size `old` is a prefix of the tree of size `size`. */
export function consistent(
  old: number, oldRoot: Uint8Array, size: number, root: Uint8Array, proof: readonly Uint8Array[],
): boolean {
  if (old > size) return false;
  if (old === size) return proof.length === 0 && equal(oldRoot, root);
  if (old === 0) return proof.length === 0 && equal(oldRoot, sha256(new Uint8Array()));
  // A power of two is one whole subtree of the new tree: its root is known and not repeated in the proof.
  const whole = (BigInt(old) & BigInt(old - 1)) === 0n;
  const [first, ...rest] = whole ? [oldRoot, ...proof] : proof;
  if (!first) return false;
  let [node, last] = [BigInt(old - 1), BigInt(size - 1)];
  while (node & 1n) [node, last] = [node >> 1n, last >> 1n];
  let [before, after] = [first, first];
  for (const sibling of rest) {
    if (last === 0n) return false;
    if (node & 1n || node === last) {
      before = nodeHash(sibling, before);
      after = nodeHash(sibling, after);
      while (!(node & 1n) && node !== 0n) [node, last] = [node >> 1n, last >> 1n];
    } else {
      after = nodeHash(after, sibling);
    }
    [node, last] = [node >> 1n, last >> 1n];
  }
  return last === 0n && equal(before, oldRoot) && equal(after, root);
}
