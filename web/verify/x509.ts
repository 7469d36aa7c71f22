// Certificates and revocation lists (RFC 5280), as far as time stamping needs them.
import { base64, equal, hex, longer, text } from "./bytes";
import { type Der, DerReader, TAG, booleanOf, context, der, oidOf, timeOf } from "./der";
import { Fault, asForm, faultOf } from "./fault";
import { type Algorithm, type PublicKey, readAlgorithm, verifies } from "./signature";

const MAX_PEM = 1 << 20;
/** A chain longer than this is refused. */
const MAX_DEPTH = 8;
/** So many issuers are tried on the way up. */
const MAX_TRIES = 64;

const OID = {
  keyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  alternativeName: "2.5.29.17",
  constraints: "2.5.29.19",
  policies: "2.5.29.32",
  extendedUsage: "2.5.29.37",
  timeStamping: "1.3.6.1.5.5.7.3.8",
} as const;
/** What may be critical because it is looked at here, or cannot widen what a certificate is for. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  OID.keyIdentifier, OID.keyUsage, OID.alternativeName, OID.constraints, OID.policies, OID.extendedUsage,
]);
/** Bits of KeyUsage, from the first. */
const USAGE = { digitalSignature: 0, nonRepudiation: 1, certificates: 5, lists: 6 } as const;

interface Extension {
  readonly critical: boolean;
  readonly value: Uint8Array;
}

interface Signed {
  /** What is signed, and how. */
  readonly signed: Uint8Array;
  readonly algorithm: Algorithm;
  readonly signature: Uint8Array;
}

export interface Certificate extends Signed {
  readonly raw: Uint8Array;
  /** DER of the names, and the serial number as it stands. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly serial: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly key: PublicKey;
  readonly extensions: ReadonlyMap<string, Extension>;
}

export interface RevocationList extends Signed {
  readonly issuer: Uint8Array;
  /** Serial number in hexadecimal, and when it was revoked. */
  readonly revoked: ReadonlyMap<string, number>;
  /** Whether it holds critical parts that are not understood here, so that silence in it means nothing. */
  readonly partial: boolean;
}

/** SEQUENCE { what is signed, algorithm, signature }. */
function readSigned(bytes: Uint8Array): Signed & { inside: DerReader } {
  const outer = new DerReader(der(bytes, TAG.sequence).body);
  const body = outer.next(TAG.sequence);
  const algorithm = readAlgorithm(outer);
  const signature = outer.bits();
  outer.end();
  return { signed: body.raw, algorithm, signature, inside: new DerReader(body.body) };
}

/** The algorithm stands twice, inside and outside of what is signed, and must be the same. */
function checkAlgorithm(inside: DerReader, outside: Algorithm): void {
  if (!equal(readAlgorithm(inside).raw, outside.raw)) throw new Fault("der");
}

export function readCertificate(bytes: Uint8Array): Certificate {
  const { inside, ...signed } = readSigned(bytes);
  // Version 3 is written as 2, and version 1 by nothing at all; only a root may be as old as that.
  const version = inside.optional(context(0));
  if (version !== null && new DerReader(version.body).small() !== 2) throw new Fault("der");
  const serial = inside.integer();
  checkAlgorithm(inside, signed.algorithm);
  const issuer = inside.next(TAG.sequence).raw;
  const validity = inside.enter(TAG.sequence);
  const [from, to] = [timeOf(validity.next()), timeOf(validity.next())];
  validity.end();
  const subject = inside.next(TAG.sequence).raw;
  const info = inside.enter(TAG.sequence);
  const key = { algorithm: readAlgorithm(info), bytes: info.bits() };
  info.end();
  // Unique identifiers, which nobody uses.
  inside.optional(context(1, false));
  inside.optional(context(2, false));
  const extensions = readExtensions(version === null ? null : inside.optional(context(3)));
  inside.end();
  return { ...signed, raw: bytes, issuer, subject, serial, from, to, key, extensions };
}

function readRevocationList(bytes: Uint8Array): RevocationList {
  const { inside, ...signed } = readSigned(bytes);
  if (inside.small() !== 1) throw new Fault("der");
  checkAlgorithm(inside, signed.algorithm);
  const issuer = inside.next(TAG.sequence).raw;
  timeOf(inside.next());
  const following = inside.optional(TAG.utcTime) ?? inside.optional(TAG.generalizedTime);
  if (following) timeOf(following);
  const revoked = new Map<string, number>();
  const lines = inside.optional(TAG.sequence);
  for (const line of lines ? new DerReader(lines.body).rest(TAG.sequence) : []) {
    const members = new DerReader(line.body);
    const serial = hex(members.integer());
    const time = timeOf(members.next());
    members.optional(TAG.sequence);
    members.end();
    revoked.set(serial, Math.min(time, revoked.get(serial) ?? time));
  }
  const extensions = readExtensions(inside.optional(context(0)));
  inside.end();
  return { ...signed, issuer, revoked, partial: [...extensions.values()].some(({ critical }) => critical) };
}

function readExtensions(value: Der | null): Map<string, Extension> {
  const extensions = new Map<string, Extension>();
  if (value === null) return extensions;
  for (const line of new DerReader(der(value.body, TAG.sequence).body).rest(TAG.sequence)) {
    const members = new DerReader(line.body);
    const oid = members.oid();
    const flag = members.optional(TAG.boolean);
    if (extensions.has(oid)) throw new Fault("der");
    extensions.set(oid, { critical: flag !== null && booleanOf(flag), value: members.next(TAG.octets).body });
    members.end();
  }
  return extensions;
}

/** A bit of KeyUsage; `null` if the certificate has none. */
function usage(certificate: Certificate, bit: number): boolean | null {
  const extension = certificate.extensions.get(OID.keyUsage);
  if (!extension) return null;
  const { body } = der(extension.value, TAG.bits);
  const unused = body[0];
  if (unused === undefined || unused > 7) throw new Fault("der");
  return ((body[1 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) !== 0;
}

export function keyIdentifier(certificate: Certificate): Uint8Array | null {
  const extension = certificate.extensions.get(OID.keyIdentifier);
  return extension ? der(extension.value, TAG.octets).body : null;
}

/** That the certificate is for time stamping and nothing else, and says so critically (RFC 3161, section 2.3). */
export function checkPurpose(certificate: Certificate): void {
  const extension = certificate.extensions.get(OID.extendedUsage);
  const purposes = extension ? new DerReader(der(extension.value, TAG.sequence).body).rest(TAG.oid).map(oidOf) : [];
  const signs = (usage(certificate, USAGE.digitalSignature) ?? true) || usage(certificate, USAGE.nonRepudiation);
  if (!extension?.critical || purposes.length !== 1 || purposes[0] !== OID.timeStamping || !signs) {
    throw new Fault("stamp-purpose");
  }
}

/** The root that a chain ends at, and whether a revocation list was there for each certificate below it. */
export interface Chain {
  readonly root: Certificate;
  readonly revocationChecked: boolean;
}

/**
 * Finds the way from a certificate up to one of these roots, each valid at this time and not revoked before it. Names are
 * not unique: every issuer of the name is tried, within reason.
 */
export function checkChain(
  certificate: Certificate, others: readonly Certificate[], roots: readonly Certificate[],
  lists: readonly RevocationList[], time: number,
): Chain {
  const isRoot = (candidate: Certificate) => roots.some((root) => equal(root.raw, candidate.raw));
  let tries = MAX_TRIES;
  const climb = (current: Certificate, depth: number): Chain => {
    checkItself(current, time);
    if (isRoot(current)) return { root: current, revocationChecked: true };
    let first: Fault | null = null;
    for (const issuer of [...roots, ...others]) {
      if (depth + 1 > MAX_DEPTH || tries === 0) break;
      if (!issues(issuer, current, depth)) continue;
      tries--;
      try {
        const checked = checkRevocation(current, issuer, lists, time);
        const { root, revocationChecked } = climb(issuer, depth + 1);
        return { root, revocationChecked: checked && revocationChecked };
      } catch (thrown) {
        first ??= faultOf(thrown);
      }
    }
    throw first ?? new Fault("stamp-chain");
  };
  return climb(certificate, 0);
}

function checkItself(certificate: Certificate, time: number): void {
  // Until the end of the last second.
  if (time < certificate.from || time >= certificate.to + 1000) throw new Fault("stamp-expired");
  for (const [oid, { critical }] of certificate.extensions) {
    if (critical && !UNDERSTOOD.has(oid)) throw new Fault("stamp-critical", { extension: oid });
  }
}

/** Whether the one issued the other: its name, its right to, and its key. */
function issues(issuer: Certificate, of: Certificate, depth: number): boolean {
  return equal(issuer.subject, of.issuer) && mayIssue(issuer, depth) && signedBy(of, issuer);
}

/** Basic constraints say that it is an authority, with this many below it; its key usage, if any, allows it. */
function mayIssue(certificate: Certificate, depth: number): boolean {
  const extension = certificate.extensions.get(OID.constraints);
  if (!extension) return false;
  const members = new DerReader(der(extension.value, TAG.sequence).body);
  const flag = members.optional(TAG.boolean);
  if (flag === null || !booleanOf(flag)) return false;
  const most = members.done ? Number.POSITIVE_INFINITY : members.small();
  members.end();
  return depth <= most && (usage(certificate, USAGE.certificates) ?? true);
}

function signedBy(what: Signed, issuer: Certificate): boolean {
  try {
    return verifies(issuer.key, what.algorithm, null, what.signed, what.signature);
  } catch {
    return false;
  }
}

/** Looks the certificate up in its issuer's lists. False if there is none. */
function checkRevocation(
  certificate: Certificate, issuer: Certificate, lists: readonly RevocationList[], time: number,
): boolean {
  let checked = false;
  for (const list of lists) {
    if (!equal(list.issuer, certificate.issuer)) continue;
    if (usage(issuer, USAGE.lists) === false || !signedBy(list, issuer)) throw new Fault("stamp-crl");
    const revoked = list.revoked.get(hex(certificate.serial));
    if (revoked !== undefined && revoked <= time) throw new Fault("stamp-revoked");
    checked ||= !list.partial;
  }
  return checked;
}

/** The certificates of a PEM text (RFC 7468); at least one. */
export function readCertificates(pem: string): Certificate[] {
  const found = blocks(pem, "CERTIFICATE").map(readCertificate);
  if (found.length === 0) throw new Fault("der");
  return found;
}

export function readRevocationLists(pem: string): RevocationList[] {
  return blocks(pem, "X509 CRL").map(readRevocationList);
}

/** What stands in the blocks of this label; text between them, such as OpenSSL's, is passed over. */
function blocks(pem: string, label: string): Uint8Array[] {
  if (longer(pem, MAX_PEM)) throw new Fault("der");
  const [begin, end] = [`-----BEGIN ${label}-----`, `-----END ${label}-----`];
  const found: Uint8Array[] = [];
  for (let at = pem.indexOf(begin); at >= 0; at = pem.indexOf(begin, at)) {
    const stop = pem.indexOf(end, at);
    if (stop < 0) throw new Fault("der");
    const body = pem.slice(at + begin.length, stop).replace(/[ \t\r\n\f]/g, "");
    found.push(asForm("der", () => base64(body)));
    at = stop + end.length;
  }
  return found;
}

const NAMES: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.10": "O", "2.5.4.11": "OU",
};

/** A name for people, the most particular part first (RFC 4514). */
export function nameOf(name: Uint8Array): string {
  const parts = new DerReader(der(name, TAG.sequence).body).rest(TAG.set).flatMap((set) =>
    new DerReader(set.body).rest(TAG.sequence).map((pair) => {
      const members = new DerReader(pair.body);
      const oid = members.oid();
      const value = members.next();
      return `${Object.hasOwn(NAMES, oid) ? NAMES[oid] : oid}=${stringOf(value)}`;
    }));
  return parts.reverse().join(", ");
}

function stringOf({ tag, body }: Der): string {
  // BMPString is UTF-16; UTF-8 holds IA5String and PrintableString, too.
  if (tag === 0x1e) return new TextDecoder("utf-16be").decode(body);
  try {
    return text(body);
  } catch {
    return hex(body);
  }
}
