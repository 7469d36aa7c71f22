// The container: a ZIP file (PKWARE APPNOTE 6.3) of one canonical form. What was read is written again in that form and
// compared, so that no byte can be changed unseen: order, sums, dates, directory, gaps, comments.
import { utf8 } from "./bytes";
import { Fault } from "./fault";

/** The files of a bundle, by name, in the order of their names. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** A bundle's largest size, in bytes. */
export const MAX_BUNDLE = 2 ** 31;
const MAX_FILES = 65_535;
const MAX_NAME = 200;

const LOCAL = 0x0403_4b50;
const CENTRAL = 0x0201_4b50;
const END = 0x0605_4b50;
const LOCAL_LEN = 30;
const VERSION = 20;
/** Names are UTF-8. */
const FLAGS = 0x0800;
/** 1980-01-01, the first day that a ZIP file knows. */
const DATE = 0x0021;

/** Reads a bundle that has the canonical form, and only such a one. The files are views of the same bytes. */
export function unzip(zip: Uint8Array): Files {
  if (zip.length > MAX_BUNDLE) throw new Fault("zip-large");
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const files = new Map<string, Uint8Array>();
  let at = 0;
  while (at + 4 <= zip.length && view.getUint32(at, true) === LOCAL) {
    if (at + LOCAL_LEN > zip.length) throw new Fault("zip-cut");
    const size = view.getUint32(at + 18, true);
    const start = at + LOCAL_LEN + view.getUint16(at + 26, true);
    const end = start + size;
    if (end > zip.length) throw new Fault("zip-cut");
    const name = nameOf(zip.subarray(at + LOCAL_LEN, start));
    if (files.has(name)) throw new Fault("zip-twice", { file: name });
    if (files.size === MAX_FILES) throw new Fault("zip-large");
    files.set(name, zip.subarray(start, end));
    at = end;
  }
  // Names are ASCII, so that JavaScript's order of strings is the order of their bytes.
  const sorted = new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
  let compared = 0;
  for (const piece of canonical(sorted)) {
    // A file's bytes that stand in their place are compared with themselves.
    const inPlace = piece.buffer === zip.buffer && piece.byteOffset === zip.byteOffset + compared;
    for (let byte = 0; byte < piece.length && !inPlace; byte++) {
      if (zip[compared + byte] !== piece[byte]) throw new Fault("zip-form", { at: compared + byte });
    }
    compared += piece.length;
  }
  if (compared !== zip.length) throw new Fault("zip-form", { at: compared });
  return sorted;
}

/** The canonical form, piece by piece, so that a large bundle need not stand in memory twice. */
function* canonical(files: Files): Generator<Uint8Array> {
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [name, bytes] of files) {
    const path = utf8(name);
    const common = new Writer(26)
      .u16(VERSION).u16(FLAGS)
      .u16(0) // stored
      .u16(0).u16(DATE)
      .u32(crc32(bytes)).u32(bytes.length).u32(bytes.length)
      .u16(path.length)
      .u16(0).bytes; // no extra field
    yield new Writer(4).u32(LOCAL).bytes;
    yield common;
    yield path;
    yield bytes;
    directory.push(
      new Writer(6).u32(CENTRAL).u16(VERSION).bytes,
      common,
      // No comment, disk 0, no attributes.
      new Writer(14).u16(0).u16(0).u16(0).u32(0).u32(at).bytes,
      path,
    );
    at += LOCAL_LEN + path.length + bytes.length;
  }
  const length = directory.reduce((sum, piece) => sum + piece.length, 0);
  yield* directory;
  yield new Writer(22)
    .u32(END).u16(0).u16(0)
    .u16(files.size).u16(files.size)
    .u32(length).u32(at)
    .u16(0).bytes;
}

/** Letters, digits, `.`, `-`, `_` in parts that are separated by `/`; no part is empty, `.` or `..`. */
function nameOf(bytes: Uint8Array): string {
  const name = String.fromCharCode(...bytes.subarray(0, MAX_NAME + 1));
  const fits = /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/.test(name) && bytes.length <= MAX_NAME;
  if (!fits || name.split("/").some((part) => part === "." || part === "..")) throw new Fault("zip-name");
  return name;
}

/** Little-endian numbers into bytes. */
class Writer {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.#view = new DataView(this.bytes.buffer);
  }

  u16(value: number): this {
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
    return this;
  }

  u32(value: number): this {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
    return this;
  }
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb8_8320 : rest >>> 1;
  return rest;
});

/** CRC-32 as ZIP has it (ISO 3309). */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffff_ffff) >>> 0;
}
