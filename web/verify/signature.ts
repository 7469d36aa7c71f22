// The signatures that time stamps and certificates bear: RSA with PKCS #1 v1.5 (RFC 8017, section 8.2.2), ECDSA
// (FIPS 186-5) and Ed25519 (RFC 8032). SHA-1 and older ones are refused.
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { compare, concat } from "./bytes";
import { DerReader, TAG, unsigned } from "./der";
import { verifyEd25519 } from "./ed25519";
import { Fault } from "./fault";

/** AlgorithmIdentifier: its name, its parameters' bytes, if there are any, and the whole. */
export interface Algorithm {
  readonly oid: string;
  readonly parameters: Uint8Array | null;
  readonly raw: Uint8Array;
}

export interface PublicKey {
  readonly algorithm: Algorithm;
  readonly bytes: Uint8Array;
}

const RSA = "1.2.840.113549.1.1.1";
const EC = "1.2.840.10045.2.1";
const ED25519 = "1.3.101.112";

const DIGESTS: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  "2.16.840.1.101.3.4.2.1": sha256,
  "2.16.840.1.101.3.4.2.2": sha384,
  "2.16.840.1.101.3.4.2.3": sha512,
};

/** Signature algorithms that name their digest. */
const SIGNATURES: Readonly<Record<string, readonly [key: string, digest: string]>> = {
  "1.2.840.113549.1.1.11": [RSA, "2.16.840.1.101.3.4.2.1"],
  "1.2.840.113549.1.1.12": [RSA, "2.16.840.1.101.3.4.2.2"],
  "1.2.840.113549.1.1.13": [RSA, "2.16.840.1.101.3.4.2.3"],
  "1.2.840.10045.4.3.2": [EC, "2.16.840.1.101.3.4.2.1"],
  "1.2.840.10045.4.3.3": [EC, "2.16.840.1.101.3.4.2.2"],
  "1.2.840.10045.4.3.4": [EC, "2.16.840.1.101.3.4.2.3"],
};

const CURVES = {
  "1.2.840.10045.3.1.7": p256,
  "1.3.132.0.34": p384,
  "1.3.132.0.35": p521,
} as const;

/** What stands before the digest in PKCS #1 v1.5: DigestInfo up to the octets (RFC 8017, section 9.2, note 1). */
const DIGEST_INFO: Readonly<Record<string, readonly number[]>> = {
  "2.16.840.1.101.3.4.2.1": [0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20],
  "2.16.840.1.101.3.4.2.2": [0x30, 0x41, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2, 5, 0, 4, 0x30],
  "2.16.840.1.101.3.4.2.3": [0x30, 0x51, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3, 5, 0, 4, 0x40],
};

export function readAlgorithm(reader: DerReader): Algorithm {
  const { body, raw } = reader.next(TAG.sequence);
  const inside = new DerReader(body);
  const oid = inside.oid();
  const parameters = inside.done ? null : inside.next().raw;
  inside.end();
  return { oid, parameters, raw };
}

/** The digest of this name. Its parameters are absent or NULL (RFC 5754, section 2). */
export function digestOf(algorithm: Pick<Algorithm, "oid" | "parameters">): (bytes: Uint8Array) => Uint8Array {
  const digest = Object.hasOwn(DIGESTS, algorithm.oid) ? DIGESTS[algorithm.oid] : undefined;
  if (!digest || !isNull(algorithm)) throw new Fault("stamp-algorithm", { algorithm: algorithm.oid });
  return digest;
}

function isNull({ parameters }: Pick<Algorithm, "parameters">): boolean {
  return parameters === null || (parameters.length === 2 && parameters[0] === TAG.null && parameters[1] === 0);
}

/** Whether a signature holds. CMS may name the bare algorithm of the key, with the digest beside it. */
export function verifies(
  key: PublicKey, algorithm: Algorithm, beside: Algorithm | null, message: Uint8Array, signature: Uint8Array,
): boolean {
  const refused = new Fault("stamp-algorithm", { algorithm: algorithm.oid });
  if (algorithm.oid === ED25519) {
    if (key.algorithm.oid !== ED25519 || key.algorithm.parameters || algorithm.parameters) throw refused;
    return verifyEd25519(key.bytes, message, signature);
  }
  const bare = algorithm.oid === RSA && beside !== null;
  const named = Object.hasOwn(SIGNATURES, algorithm.oid) ? SIGNATURES[algorithm.oid] : undefined;
  const [kind, digest] = bare ? [RSA, beside.oid] : named ?? [];
  if (kind === undefined || digest === undefined || key.algorithm.oid !== kind) throw refused;
  const hash = digestOf({ oid: digest, parameters: null })(message);
  if (kind === RSA) {
    if (!isNull(algorithm) || !isNull(key.algorithm)) throw refused;
    return attempt(() => rsa(key.bytes, concat(Uint8Array.from(DIGEST_INFO[digest] ?? []), hash), signature));
  }
  if (algorithm.parameters !== null || key.algorithm.parameters === null) throw refused;
  const curve = CURVES[new DerReader(key.algorithm.parameters).oid() as keyof typeof CURVES] as
    (typeof CURVES)[keyof typeof CURVES] | undefined;
  if (!curve) throw refused;
  return attempt(() => curve.verify(signature, hash, key.bytes, { prehash: false, lowS: false, format: "der" }));
}

/** What a library throws on a malformed key or signature means that it does not hold. */
function attempt(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

/** Builds the one encoding that a signature of this digest has, and compares: nothing is parsed that an attacker wrote. */
function rsa(key: Uint8Array, digestInfo: Uint8Array, signature: Uint8Array): boolean {
  const inside = new DerReader(key).enter(TAG.sequence);
  const modulus = unsigned(inside.integer());
  const exponent = unsigned(inside.integer());
  inside.end();
  const bits = modulus.toString(2).length;
  const length = Math.ceil(bits / 8);
  if (bits < 2048 || bits > 8192 || !(exponent & 1n) || exponent < 3n || exponent > 2n ** 33n) return false;
  const value = signature.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  if (signature.length !== length || value >= modulus) return false;
  const written = power(value, exponent, modulus).toString(16).padStart(2 * length, "0");
  const encoded = Uint8Array.from({ length }, (_, at) => Number.parseInt(written.slice(2 * at, 2 * at + 2), 16));
  const padding = new Uint8Array(length - digestInfo.length - 3).fill(0xff);
  return compare(encoded, concat(Uint8Array.of(0, 1), padding, Uint8Array.of(0), digestInfo)) === 0;
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let square = base; exponent > 0n; exponent >>= 1n, square = (square * square) % modulus) {
    if (exponent & 1n) result = (result * square) % modulus;
  }
  return result;
}
