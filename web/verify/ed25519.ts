// Ed25519 (RFC 8032), so strictly that two programs never differ over a signature: canonical encodings, no key of small
// order, and the equation without the cofactor ("Taming the many EdDSAs", SSR 2020). Libraries check the looser one.
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { concat, equal } from "./bytes";

const { Point } = ed25519;
const PRIME = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
/** The y coordinates of the eight points of small order. */
const SMALL_ORDER: ReadonlySet<bigint> = new Set([
  0n, 1n, PRIME - 1n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
]);

function number(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/** Whether an encoded point is not canonical, or of small order: for such a key anybody can make signatures. */
export function isWeak(point: Uint8Array): boolean {
  if (point.length !== 32) return true;
  const y = number(point) & (2n ** 255n - 1n);
  return y >= PRIME || SMALL_ORDER.has(y);
}

/** Whether the signature holds. Of a weak key none does. */
export function verifyEd25519(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (isWeak(key) || signature.length !== 64) return false;
  const [r, s] = [signature.subarray(0, 32), number(signature.subarray(32))];
  if (s >= ORDER) return false;
  let point;
  try {
    point = Point.fromBytes(key);
  } catch {
    return false; // On no point of the curve.
  }
  const k = number(sha512(concat(r, key, message))) % ORDER;
  return equal(Point.BASE.multiplyUnsafe(s).subtract(point.multiplyUnsafe(k)).toBytes(), r);
}
