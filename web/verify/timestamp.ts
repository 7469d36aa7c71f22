// Time stamps (RFC 3161): a third party states that a digest existed at a time. The token is a CMS SignedData (RFC 5652)
// whose content is a TSTInfo.
import { sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { compare, concat, equal, hex } from "./bytes";
import { type Der, DerReader, TAG, booleanOf, context, der, oidOf, timeOf } from "./der";
import { Fault } from "./fault";
import { type Algorithm, digestOf, readAlgorithm, verifies } from "./signature";
import {
  type Certificate, type RevocationList, checkChain, checkPurpose, keyIdentifier, nameOf, readCertificate,
} from "./x509";

/** Tokens larger than this are refused unread, in bytes. */
const MAX_TOKEN = 256 * 1024;
const MAX_CERTIFICATES = 16;

const OID = {
  signedData: "1.2.840.113549.1.7.2",
  tstInfo: "1.2.840.113549.1.9.16.1.4",
  contentType: "1.2.840.113549.1.9.3",
  messageDigest: "1.2.840.113549.1.9.4",
  signingCertificate: "1.2.840.113549.1.9.16.2.12",
  signingCertificateV2: "1.2.840.113549.1.9.16.2.47",
  sha256: "2.16.840.1.101.3.4.2.1",
} as const;

/** What an authority stated, and what vouches for it. */
export interface StampedTime {
  /** The time stated, Unix milliseconds. */
  readonly time: number;
  /** How far off it may be, milliseconds, where the authority says so. */
  readonly accuracy: number | null;
  /** Serial number of the token, hexadecimal. */
  readonly serial: string;
  /** Subject of the signing certificate. */
  readonly authority: string;
  /** SHA-256 of the root certificate that it leads to, hexadecimal. */
  readonly root: string;
  /** Whether a revocation list was there for each certificate below the root. */
  readonly revocationChecked: boolean;
}

interface TstInfo {
  readonly imprint: { readonly algorithm: Algorithm; readonly hash: Uint8Array };
  readonly serial: Uint8Array;
  readonly time: number;
  readonly accuracy: number | null;
}

interface Signer {
  readonly issuer: Uint8Array | null;
  readonly serial: Uint8Array | null;
  readonly keyIdentifier: Uint8Array | null;
  readonly digest: Algorithm;
  readonly attributes: ReadonlyMap<string, Der>;
  /** The attributes as they are signed: a SET OF in DER's order. */
  readonly signed: Uint8Array;
  readonly algorithm: Algorithm;
  readonly signature: Uint8Array;
}

/** Verifies a token over these bytes; gives what it states. */
export function verifyToken(
  token: Uint8Array, stamped: Uint8Array, roots: readonly Certificate[], lists: readonly RevocationList[],
): StampedTime {
  if (token.length > MAX_TOKEN) throw new Fault("stamp-form");
  const { digests, content, certificates, signer } = readToken(token);
  const info = readInfo(content);
  if (info.imprint.algorithm.oid !== OID.sha256) {
    throw new Fault("stamp-algorithm", { algorithm: info.imprint.algorithm.oid });
  }
  digestOf(info.imprint.algorithm);
  if (!equal(info.imprint.hash, sha256(stamped))) throw new Fault("stamp-imprint");
  if (!digests.includes(signer.digest.oid)) throw new Fault("stamp-form");
  const certificate = certificates.find((candidate) => isOf(signer, candidate));
  if (!certificate) throw new Fault("stamp-chain");
  checkSignature(signer, certificate, content);
  checkPurpose(certificate);
  const { root, revocationChecked } = checkChain(certificate, certificates, roots, lists, info.time);
  return {
    time: info.time,
    accuracy: info.accuracy,
    serial: hex(info.serial),
    authority: nameOf(certificate.subject),
    root: hex(sha256(root.raw)),
    revocationChecked,
  };
}

/** ContentInfo { signedData, [0] SignedData } (RFC 5652, sections 3 and 5.1). */
function readToken(token: Uint8Array) {
  const outer = new DerReader(der(token, TAG.sequence).body);
  if (outer.oid() !== OID.signedData) throw new Fault("stamp-form");
  const wrapped = outer.enter(context(0));
  outer.end();
  const data = wrapped.enter(TAG.sequence);
  wrapped.end();
  const version = data.small();
  const set = data.enter(TAG.set);
  const digests: string[] = [];
  while (!set.done) {
    const algorithm = readAlgorithm(set);
    digestOf(algorithm);
    digests.push(algorithm.oid);
  }
  const encapsulated = data.enter(TAG.sequence);
  if (encapsulated.oid() !== OID.tstInfo) throw new Fault("stamp-form");
  const content = encapsulated.enter(context(0));
  encapsulated.end();
  const { body } = content.next(TAG.octets);
  content.end();
  const chain = data.optional(context(0));
  const choices = chain ? new DerReader(chain.body).rest() : [];
  const certificates = choices.filter(({ tag }) => tag === TAG.sequence);
  if (choices.length > MAX_CERTIFICATES) throw new Fault("stamp-form");
  // Version 3, because the content is not plain data; more, if there are certificates of another sort.
  const sorts = [context(3), context(2)].findIndex((tag) => choices.some((choice) => choice.tag === tag));
  if (version !== (sorts === 0 ? 5 : sorts === 1 ? 4 : 3)) throw new Fault("stamp-form");
  // Revocation lists inside a token are not read: those beside it are.
  data.optional(context(1));
  const signers = data.enter(TAG.set);
  data.end();
  const signer = readSigner(signers.enter(TAG.sequence));
  // One signer: the authority (RFC 3161, section 2.4.2).
  signers.end();
  return { digests, content: body, certificates: certificates.map(({ raw }) => readCertificate(raw)), signer };
}

/** SignerInfo (RFC 5652, section 5.3). */
function readSigner(members: DerReader): Signer {
  const version = members.small();
  const identifier = members.next();
  let [issuer, serial, key]: [Uint8Array | null, Uint8Array | null, Uint8Array | null] = [null, null, null];
  if (version === 1 && identifier.tag === TAG.sequence) {
    const inside = new DerReader(identifier.body);
    issuer = inside.next(TAG.sequence).raw;
    serial = inside.integer();
    inside.end();
  } else if (version === 3 && identifier.tag === context(0, false)) {
    key = identifier.body;
  } else {
    throw new Fault("stamp-form");
  }
  const digest = readAlgorithm(members);
  const list = new DerReader(members.next(context(0)).body).rest(TAG.sequence);
  const attributes = new Map<string, Der>();
  for (const attribute of list) {
    const inside = new DerReader(attribute.body);
    const oid = inside.oid();
    const values = inside.enter(TAG.set);
    inside.end();
    const value = values.next();
    values.end();
    if (attributes.has(oid)) throw new Fault("stamp-attributes");
    attributes.set(oid, value);
  }
  const algorithm = readAlgorithm(members);
  const signature = members.next(TAG.octets).body;
  // Unsigned attributes, which vouch for nothing.
  members.optional(context(1));
  members.end();
  const sorted = list.map(({ raw }) => raw).sort(compare);
  return {
    issuer, serial, keyIdentifier: key, digest, attributes, algorithm, signature,
    signed: setOf(sorted),
  };
}

/** SET OF these values: what is signed bears the tag of a set, not the [0] that it is sent with (RFC 5652, 5.4). */
function setOf(values: readonly Uint8Array[]): Uint8Array {
  const body = concat(...values);
  const length: number[] = [];
  for (let rest = body.length; rest > 0; rest = Math.floor(rest / 256)) length.unshift(rest % 256);
  const head = body.length < 0x80 ? [TAG.set, body.length] : [TAG.set, 0x80 | length.length, ...length];
  return concat(Uint8Array.from(head), body);
}

/** TSTInfo (RFC 3161, section 2.4.2). */
function readInfo(content: Uint8Array): TstInfo {
  const members = new DerReader(der(content, TAG.sequence).body);
  if (members.small() !== 1) throw new Fault("stamp-form");
  members.oid();
  const imprint = members.enter(TAG.sequence);
  const algorithm = readAlgorithm(imprint);
  const hash = imprint.next(TAG.octets).body;
  imprint.end();
  const serial = members.integer();
  const time = timeOf(members.next(TAG.generalizedTime), true);
  const accuracy = members.optional(TAG.sequence);
  const ordering = members.optional(TAG.boolean);
  if (ordering) booleanOf(ordering);
  if (members.optional(TAG.integer)?.body.length === 0) throw new Fault("der");
  members.optional(context(0));
  const extensions = members.optional(context(1));
  members.end();
  for (const extension of extensions ? new DerReader(extensions.body).rest(TAG.sequence) : []) {
    const inside = new DerReader(extension.body);
    const oid = inside.oid();
    const critical = inside.optional(TAG.boolean);
    // What an authority marks as critical must be understood, and nothing here is.
    if (critical && booleanOf(critical)) throw new Fault("stamp-critical", { extension: oid });
  }
  return { imprint: { algorithm, hash }, serial, time, accuracy: accuracy ? readAccuracy(accuracy) : null };
}

/** Accuracy { seconds, [0] millis, [1] micros }, in milliseconds, rounded up. */
function readAccuracy(value: Der): number {
  const members = new DerReader(value.body);
  const part = (tag: number) => {
    const found = members.optional(tag);
    return found ? found.body.reduce((sum, byte) => sum * 256 + byte, 0) : 0;
  };
  const accuracy = part(TAG.integer) * 1000 + part(context(0, false)) + Math.ceil(part(context(1, false)) / 1000);
  members.end();
  return accuracy;
}

function isOf(signer: Signer, certificate: Certificate): boolean {
  if (signer.issuer !== null && signer.serial !== null) {
    return equal(signer.issuer, certificate.issuer) && equal(signer.serial, certificate.serial);
  }
  const own = keyIdentifier(certificate);
  return own !== null && signer.keyIdentifier !== null && equal(own, signer.keyIdentifier);
}

/** The signature over the signed attributes, and that these speak of the content and of the certificate. */
function checkSignature(signer: Signer, certificate: Certificate, content: Uint8Array): void {
  const bad = new Fault("stamp-attributes");
  const attribute = (oid: string, tag: number) => {
    const value = signer.attributes.get(oid);
    return value?.tag === tag ? value : null;
  };
  const type = attribute(OID.contentType, TAG.oid);
  if (type === null || oidOf(type) !== OID.tstInfo) throw bad;
  const digest = attribute(OID.messageDigest, TAG.octets);
  if (digest === null || !equal(digest.body, digestOf(signer.digest)(content))) throw bad;
  const second = attribute(OID.signingCertificateV2, TAG.sequence);
  const first = attribute(OID.signingCertificate, TAG.sequence);
  const named = second ? names(second, certificate, sha256)
    // RFC 2634 knows SHA-1 only. It merely points at the certificate here; what vouches is the chain.
    : first !== null && names(first, certificate, sha1);
  if (!named) throw bad;
  if (!verifies(certificate.key, signer.algorithm, signer.digest, signer.signed, signer.signature)) {
    throw new Fault("stamp-signature");
  }
}

/** Whether the first ESSCertID (RFC 2634) or ESSCertIDv2 (RFC 5035) of the attribute is this certificate's. */
function names(attribute: Der, certificate: Certificate, usual: (bytes: Uint8Array) => Uint8Array): boolean {
  const list = new DerReader(attribute.body).enter(TAG.sequence);
  const id = list.enter(TAG.sequence);
  let digest = usual;
  if (usual === sha256 && id.bytes[0] === TAG.sequence) digest = digestOf(readAlgorithm(id));
  const hash = id.next(TAG.octets).body;
  const beside = id.optional(TAG.sequence);
  id.end();
  if (!equal(hash, digest(certificate.raw))) return false;
  if (beside === null) return true;
  // IssuerSerial: GeneralNames with one directory name, [4], and the serial number.
  const members = new DerReader(beside.body);
  const issuer = members.enter(TAG.sequence).next(context(4));
  return equal(issuer.body, certificate.issuer) && equal(members.integer(), certificate.serial);
}
