// DER (ITU-T X.690), as strictly as certificates and time stamps are written: one form of each value, lengths that fit,
// tags of one byte.
import { text } from "./bytes";
import { Fault } from "./fault";

export const TAG = {
  boolean: 0x01, integer: 0x02, bits: 0x03, octets: 0x04, null: 0x05, oid: 0x06, utf8: 0x0c, enumerated: 0x0a,
  sequence: 0x30, set: 0x31, utcTime: 0x17, generalizedTime: 0x18,
} as const;

/** One value: its tag, its content, and the whole of its bytes. */
export interface Der {
  readonly tag: number;
  readonly body: Uint8Array;
  readonly raw: Uint8Array;
}

/** A context-specific tag: `[n]`, constructed or primitive. */
export function context(n: number, constructed = true): number {
  return 0x80 | (constructed ? 0x20 : 0) | n;
}

/** Reads the values of a content, one after the other. */
export class DerReader {
  #at = 0;

  constructor(readonly bytes: Uint8Array) {}

  get done(): boolean {
    return this.#at >= this.bytes.length;
  }

  /** The next value; of this tag, if one is given. */
  next(tag?: number): Der {
    const bad = new Fault("der");
    const start = this.#at;
    const found = this.bytes[start];
    let length = this.bytes[start + 1];
    if (found === undefined || length === undefined || (found & 0x1f) === 0x1f || found === 0) throw bad;
    if (tag !== undefined && found !== tag) throw bad;
    let body = start + 2;
    if (length >= 0x80) {
      const digits = length & 0x7f;
      // Indefinite lengths are BER; more than four digits are larger than any file here.
      if (digits === 0 || digits > 4) throw bad;
      length = 0;
      for (let digit = 0; digit < digits; digit++) length = length * 256 + (this.bytes[body + digit] ?? 0);
      if (length < 0x80 || length < 256 ** (digits - 1)) throw bad;
      body += digits;
    }
    if (body + length > this.bytes.length) throw bad;
    this.#at = body + length;
    return { tag: found, body: this.bytes.subarray(body, this.#at), raw: this.bytes.subarray(start, this.#at) };
  }

  /** The next value, if it is of this tag. */
  optional(tag: number): Der | null {
    return this.bytes[this.#at] === tag ? this.next(tag) : null;
  }

  /** The content of the next value, to be read in turn. */
  enter(tag: number): DerReader {
    return new DerReader(this.next(tag).body);
  }

  /** Every value that is left. */
  rest(tag?: number): Der[] {
    const list: Der[] = [];
    while (!this.done) list.push(this.next(tag));
    return list;
  }

  end(): void {
    if (!this.done) throw new Fault("der");
  }

  oid(): string {
    return oidOf(this.next(TAG.oid));
  }

  /** An integer in its shortest form; content as it stands, sign and all. */
  integer(): Uint8Array {
    return integerOf(this.next(TAG.integer));
  }

  /** A whole number from 0 that is small. */
  small(tag: number = TAG.integer): number {
    const bytes = integerOf(this.next(tag));
    if (bytes.length > 4 || (bytes[0] ?? 0) & 0x80) throw new Fault("der");
    return bytes.reduce((value, byte) => value * 256 + byte, 0);
  }

  /** A bit string of whole bytes. */
  bits(): Uint8Array {
    const { body } = this.next(TAG.bits);
    if (body[0] !== 0) throw new Fault("der");
    return body.subarray(1);
  }
}

/** The one value that these bytes are. */
export function der(bytes: Uint8Array, tag?: number): Der {
  const reader = new DerReader(bytes);
  const value = reader.next(tag);
  reader.end();
  return value;
}

function integerOf(value: Der): Uint8Array {
  const { body } = value;
  const [first, second] = body;
  if (first === undefined) throw new Fault("der");
  if (second !== undefined && (first === 0 || first === 0xff) && (first & 0x80) === (second & 0x80)) {
    throw new Fault("der");
  }
  return body;
}

/** An integer from 0, as a number of any size. */
export function unsigned(bytes: Uint8Array): bigint {
  if ((bytes[0] ?? 0x80) & 0x80) throw new Fault("der");
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

export function booleanOf(value: Der): boolean {
  const [byte] = value.body;
  if (value.body.length !== 1 || (byte !== 0 && byte !== 0xff)) throw new Fault("der");
  return byte === 0xff;
}

/** An object identifier with dots. */
export function oidOf(value: Der): string {
  const parts: number[] = [];
  let part = 0;
  let begun = false;
  for (const byte of value.body) {
    if (!begun && byte === 0x80) throw new Fault("der");
    part = part * 128 + (byte & 0x7f);
    if (!Number.isSafeInteger(part)) throw new Fault("der");
    begun = (byte & 0x80) !== 0;
    if (begun) continue;
    if (parts.length === 0) {
      const root = Math.min(Math.floor(part / 40), 2);
      parts.push(root, part - 40 * root);
    } else {
      parts.push(part);
    }
    part = 0;
  }
  if (begun || parts.length === 0) throw new Fault("der");
  return parts.join(".");
}

/**
 * A time, Unix milliseconds: `YYMMDDHHMMSSZ` (RFC 5280, section 4.1.2.5.1) or `YYYYMMDDHHMMSS[.f]Z`, where a fraction
 * is allowed only to time stamps (RFC 3161, section 2.4.2).
 */
export function timeOf(value: Der, fraction = false): number {
  const bad = new Fault("der");
  const written = text(value.body);
  const form = value.tag === TAG.utcTime ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
    : value.tag === TAG.generalizedTime ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d{1,12})?Z$/ : null;
  const [, year, month, day, hour, minute, second, part] = form?.exec(written) ?? [];
  if (year === undefined || (part !== undefined && !fraction)) throw bad;
  const century = year.length === 4 ? "" : Number(year) < 50 ? "20" : "19";
  const iso = `${century}${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const time = Date.parse(`${iso}.000Z`);
  // A calendar that rolls 31 June over to July would read two forms of one time.
  if (Number.isNaN(time) || new Date(time).toISOString() !== `${iso}.000Z`) throw bad;
  return time + Math.floor(Number(`0${part ?? ""}`) * 1000);
}
