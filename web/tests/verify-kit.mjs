// Makes evidence bundles of a made-up company, by other means than those that verify them: Node's own Ed25519, a naive
// tree, and time stamps of OpenSSL.
import { spawnSync } from "node:child_process";
import { createHash, createHmac, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ed25519 } from "@noble/curves/ed25519.js";
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";
import { crc32 } from "node:zlib";

export const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

// ---------- keys and notes ----------

/** A key that signs: type 1 notes, type 4 and 6 cosignatures. */
export function signer(name, type, seedByte) {
  const seed = Buffer.alloc(32, seedByte);
  let publicKey, make;
  if (type === 6) {
    const keys = ml_dsa44.keygen(seed);
    publicKey = Buffer.from(keys.publicKey);
    make = (message) => Buffer.from(ml_dsa44.sign(message, keys.secretKey));
  } else {
    const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
    const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    publicKey = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
    make = (message) => sign(null, message, key);
  }
  return signerOf(name, type, publicKey, make);
}

/** A key of these bytes, whatever they are, that signs by this function. */
export function signerOf(name, type, publicKey, make) {
  const typed = Buffer.concat([Buffer.from([type]), publicKey]);
  const id = sha256(`${name}\n`, typed).subarray(0, 4);
  const line = (bytes) => `— ${name} ${Buffer.concat([id, bytes]).toString("base64")}\n`;
  return {
    name, type, vkey: `${name}+${id.toString("hex")}+${typed.toString("base64")}`,
    note: (text) => `${text}\n${line(make(Buffer.from(text)))}`,
    /** A cosignature line of a checkpoint's text. */
    cosign(text, time) {
      const stamp = Buffer.alloc(8);
      stamp.writeBigUInt64BE(BigInt(time));
      if (type === 4) return line(Buffer.concat([stamp, make(Buffer.from(`cosignature/v1\ntime ${time}\n${text}`))]));
      const [origin, size, root] = text.split("\n");
      const opaque = (value) => Buffer.concat([Buffer.from([Buffer.byteLength(value)]), Buffer.from(value)]);
      const numbers = Buffer.alloc(16);
      numbers.writeBigUInt64BE(BigInt(size), 8);
      const message = Buffer.concat([
        Buffer.from("subtree/v1\n\0"), opaque(name), stamp, opaque(origin), numbers, Buffer.from(root, "base64"),
      ]);
      return line(Buffer.concat([stamp, make(message)]));
    },
  };
}

// ---------- signatures that verifiers differ over ("Taming the many EdDSAs", SSR 2020) ----------

const { Point } = ed25519;
const ORDER = Point.Fn.ORDER;
/** A point of order eight. */
export const TORSION = Point.fromBytes(Buffer.from("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", "hex"));
const little = (bytes) => BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
const toLittle = (value) => Buffer.from(value.toString(16).padStart(64, "0"), "hex").reverse();

export const basePoint = (n) => Point.BASE.multiply(n).toBytes();
/** The same signature with S + L. */
export const addOrder = (signature) => Buffer.concat([signature.slice(0, 32), toLittle(little(signature.slice(32)) + ORDER)]);

/** A key that has a part of order eight, and its signature: it holds with the cofactor always, without it by chance. */
export function mixedOrderSignature(message, nonce, secret = 7n) {
  const key = Point.BASE.multiply(secret).add(TORSION).toBytes();
  const r = Point.BASE.multiply(nonce).toBytes();
  const k = little(createHash("sha512").update(r).update(key).update(message).digest()) % ORDER;
  return { key, signature: Buffer.concat([r, toLittle((nonce + k * secret) % ORDER)]), holds: k % 8n === 0n };
}

// ---------- the tree of RFC 6962, section 2.1 ----------

export const leafHash = (leaf) => sha256(Buffer.from([0]), leaf);
const nodeHash = (left, right) => sha256(Buffer.from([1]), left, right);
const split = (n) => 2 ** Math.floor(Math.log2(n - 1));

export function root(hashes) {
  if (hashes.length === 0) return sha256("");
  if (hashes.length === 1) return hashes[0];
  const k = split(hashes.length);
  return nodeHash(root(hashes.slice(0, k)), root(hashes.slice(k)));
}

export function inclusion(m, hashes) {
  if (hashes.length <= 1) return [];
  const k = split(hashes.length);
  return m < k ? [...inclusion(m, hashes.slice(0, k)), root(hashes.slice(k))]
    : [...inclusion(m - k, hashes.slice(k)), root(hashes.slice(0, k))];
}

export function consistency(m, hashes, whole = true) {
  if (m === 0 || m === hashes.length) return whole || m === 0 ? [] : [root(hashes)];
  const k = split(hashes.length);
  return m <= k ? [...consistency(m, hashes.slice(0, k), whole), root(hashes.slice(k))]
    : [...consistency(m - k, hashes.slice(k), false), root(hashes.slice(0, k))];
}

// ---------- the container ----------

export function zip(files) {
  const u16 = (value) => Buffer.from([value & 255, value >> 8]);
  const u32 = (value) => { const out = Buffer.alloc(4); out.writeUInt32LE(value >>> 0); return out; };
  const [body, directory] = [[], []];
  let at = 0;
  for (const name of [...files.keys()].sort()) {
    const bytes = Buffer.from(files.get(name));
    const common = Buffer.concat([
      u16(20), u16(0x800), u16(0), u16(0), u16(0x21), u32(sum(bytes)), u32(bytes.length), u32(bytes.length),
      u16(name.length), u16(0),
    ]);
    directory.push(u32(0x02014b50), u16(20), common, Buffer.alloc(10), u32(at), Buffer.from(name));
    body.push(u32(0x04034b50), common, Buffer.from(name), bytes);
    at += 30 + name.length + bytes.length;
  }
  const central = Buffer.concat(directory);
  return Buffer.concat([
    ...body, central, u32(0x06054b50), u32(0), u16(files.size), u16(files.size), u32(central.length), u32(at), u16(0),
  ]);
}

/** CRC-32, bit by bit where Node has none. */
function sum(bytes) {
  if (crc32) return crc32(bytes);
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

// ---------- time stamps ----------

const CONFIG = `
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[inner]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[tsa]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
[not_critical]
extendedKeyUsage = timeStamping
[two_uses]
extendedKeyUsage = critical, timeStamping, codeSigning
[ca]
default_ca = inner_ca
[inner_ca]
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 3650
[tsa_config]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[old_config]
serial = serial
crypto_device = builtin
signer_digest = sha512
default_policy = 1.2.3.4.1
digests = sha256
clock_precision_digits = 3
ess_cert_id_alg = sha1
`;

/** A time-stamp authority in a folder: root, intermediate, and one certificate a way to be wrong. */
export class Authority {
  constructor(newKey) {
    this.folder = mkdtempSync(path.join(tmpdir(), "tsa-"));
    for (const [name, text] of [["c.cnf", CONFIG], ["serial", "01\n"], ["crlnumber", "01\n"], ["index.txt", ""]]) {
      writeFileSync(path.join(this.folder, name), text);
    }
    const key = (name) => {
      this.openssl(`genpkey ${newKey} -out ${name}.key`);
      this.openssl(`req -new -key ${name}.key -subj /O=Tinsel/CN=${name} -config c.cnf -out ${name}.csr`);
    };
    key("root");
    this.openssl("x509 -req -in root.csr -signkey root.key -days 3650 -extfile c.cnf -extensions root -out root.pem");
    key("inner");
    const signed = "x509 -req -extfile c.cnf";
    this.openssl(`${signed} -days 3650 -in inner.csr -CA root.pem -CAkey root.key -set_serial 2 -extensions inner -out inner.pem`);
    for (const [serial, name] of [[3, "tsa"], [4, "not_critical"], [5, "two_uses"]]) {
      key(name);
      this.openssl(`${signed} -days 3650 -in ${name}.csr -CA inner.pem -CAkey inner.key -set_serial ${serial} -extensions ${name} -out ${name}.pem`);
    }
    this.openssl("ca -config c.cnf -gencrl -cert inner.pem -keyfile inner.key -out inner.crl");
    this.openssl("ca -config c.cnf -gencrl -cert root.pem -keyfile root.key -out root.crl");
    this.openssl("ca -config c.cnf -revoke tsa.pem -cert inner.pem -keyfile inner.key");
    this.openssl("ca -config c.cnf -gencrl -cert inner.pem -keyfile inner.key -out revoked.crl");
  }

  openssl(args) {
    const ran = spawnSync("openssl", args.split(" "), { cwd: this.folder, encoding: "utf8" });
    if (ran.status !== 0) throw new Error(`openssl ${args}: ${ran.stderr}`);
  }

  text(file) {
    return readFileSync(path.join(this.folder, file), "utf8");
  }

  /** A token over these bytes. */
  stamp(bytes, name = "tsa", section = "tsa_config", digest = "sha256") {
    writeFileSync(path.join(this.folder, "stamped"), bytes);
    this.openssl(`ts -query -data stamped -${digest} -cert -out request.tsq`);
    this.openssl(`ts -reply -config c.cnf -section ${section} -queryfile request.tsq -inkey ${name}.key -signer ${name}.pem -chain inner.pem -token_out -out token.tst`);
    return readFileSync(path.join(this.folder, "token.tst"));
  }

  close() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

// ---------- a ledger and its bundles ----------

export const pad = (index) => String(index).padStart(12, "0");
export const entryName = (index) => `entries/${pad(index)}.json`;
export const proofName = (index) => `proofs/${pad(index)}.tlog-proof`;

export const origin = "tigertally/4f2a19c07be3d658";
export const log = signer(origin, 1, 1);
export const second = signer(origin, 6, 2);
export const witnesses = [
  signer("witness.example/accountants", 4, 11),
  signer("witness.example/lawyers", 4, 12),
  signer("witness.example/archive", 6, 13),
];
export const policy =
  `log ${log.vkey}\n` +
  witnesses.map((witness, n) => `witness W${n + 1} ${witness.vkey}\n`).join("") +
  "group enough 2 W1 W2 W3\nquorum enough\n";

/** When the first entry was written, Unix milliseconds: so lately that a time stamp made now comes after the last one. */
export const START = Number(process.env.EVIDENCE_START ?? Math.floor(Date.now() / 1000) * 1000 - 64_000);
const STEP = 1000;
const timeOf = (index) => START + index * STEP;
/** A moment as a bundle writes it. */
export const rfc3339 = (ms) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
const DECISIONS = { recorded: 0, allowed: 1, denied: 2, failed: 3 };

/** One entry of the ledger. */
export function makeEntry(index, action, decision, body, { salt = sha256(`salt ${index}`), time = timeOf(index), count = index } = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const head = Buffer.alloc(27);
  head[0] = 1;
  head.write("7a3c91d2e04b5f68", 1, "hex");
  head.writeBigUInt64BE(BigInt(count), 9);
  head.writeBigUInt64BE(BigInt(time), 17);
  head[25] = DECISIONS[decision];
  head[26] = action.length;
  const commitment = createHmac("sha256", salt).update(text).digest();
  return { index, leaf: Buffer.concat([head, Buffer.from(action), commitment]), salt, body: text };
}

/** What a page must show as letters, and never obey. */
export const HOSTILE = "<img src=x onerror=alert(1)>\u202egnp.exe";

function story(index) {
  const actor = `S${String(100 + (index % 7)).padStart(4, "0")}`;
  const customer = `C${String(3 + (index % 3)).padStart(5, "0")}`;
  if (index === 40) {
    return ["customer.erase", "allowed", {
      actor: "M002", role: "dpo", via: "console", customer: "C00009",
      detail: { basis: "request", entries: [17, 18], order: "DSR-2026-17" },
    }];
  }
  switch (index % 5) {
    case 0: return ["customer.view", "allowed", { actor, role: "staff", via: "console", customer, tier: "high", policy: 3 }];
    case 1: return ["customer.reveal", "allowed", {
      actor, role: "staff", via: "console", customer, tier: "high", fields: ["mobile"],
      purpose: { kind: "task", ref: `T-20${50 + index}` }, rules: ["own-customer", "task-open"], policy: 3,
    }];
    case 2: return ["customer.reveal", "denied", {
      actor, role: "staff", via: "console", customer, tier: "high", fields: ["id_number", "bank_card"],
      purpose: { kind: "call", ref: `K-${index}` }, rules: ["id-number-only-for-real-name"], policy: 3,
    }];
    case 3: return ["outcome", "recorded", { actor: "system", released: [index - 2], ...(index === 8 && { detail: { file: HOSTILE } }) }];
    default: return ["customer.change", "allowed", { actor, role: "service", via: "api", customer, fields: ["address"] }];
  }
}

export const ledger = Array.from({ length: 64 }, (_, index) => makeEntry(index, ...story(index)));
export const hashes = ledger.map((entry) => leafHash(entry.leaf));

export const SIZE = 50;
export const NEWER = 57;
export const indexes = [6, 7, 8, 11, 17, 18, 21, 22, 36, 40, 49];
export const erased = [17, 18];

export function checkpointText(size, tree = hashes) {
  return `${origin}\n${size}\n${root(tree.slice(0, size)).toString("base64")}\n`;
}

/** A signed checkpoint; `cosigned` are the numbers of the witnesses, from 0. */
export function checkpoint(size, cosigned = [], { tree = hashes, by = log, quantum = true } = {}) {
  const text = checkpointText(size, tree);
  const time = Math.floor(timeOf(size) / 1000) + 2;
  let note = by.note(text);
  if (quantum) note += second.cosign(text, time);
  for (const n of cosigned) note += witnesses[n].cosign(text, time + n);
  return note;
}

export function addCheckpoint(old, size, note, tree = hashes) {
  const proof = consistency(old, tree.slice(0, size)).map((hash) => `${hash.toString("base64")}\n`);
  return `old ${old}\n${proof.join("")}\n${note}`;
}

export function tlogProof(index, size, note, tree = hashes) {
  const proof = inclusion(index, tree.slice(0, size)).map((hash) => `${hash.toString("base64")}\n`);
  return `c2sp.org/tlog-proof@v1\nindex ${index}\n${proof.join("")}\n${note}`;
}

export function entryFile(entry, order = null) {
  const leaf = entry.leaf.toString("base64");
  return JSON.stringify(order === null
    ? { index: entry.index, leaf, salt: entry.salt.toString("base64"), body: entry.body }
    : { index: entry.index, leaf, erased: { time: rfc3339(timeOf(order)), entry: order } });
}

/** Puts a stamp of a checkpoint into the files. */
export function addStamp(files, n, authority, size, { note = checkpoint(size), token = authority.stamp(note), crls = "" } = {}) {
  files.set(`stamps/${n}/note`, note);
  files.set(`stamps/${n}/token.tst`, token);
  files.set(`stamps/${n}/anchors.pem`, authority.text("root.pem"));
  const [small, large] = [Math.min(size, SIZE), Math.max(size, SIZE)];
  files.set(`stamps/${n}/consistency`, addCheckpoint(small, large, large === size ? note : files.get("checkpoint")));
  if (crls) files.set(`stamps/${n}/crls.pem`, crls);
}

/** The files of a bundle that holds, but for its manifest. */
export function bundleFiles({ cosigned = [0, 2], stamps = [], newer = true } = {}) {
  const files = new Map();
  const note = checkpoint(SIZE, cosigned);
  files.set("vkey", `${log.vkey}\n${second.vkey}\n`);
  files.set("policy", policy);
  files.set("checkpoint", note);
  for (const index of indexes) {
    files.set(entryName(index), entryFile(ledger[index], erased.includes(index) ? 40 : null));
    files.set(proofName(index), tlogProof(index, SIZE, note));
  }
  if (newer) files.set("newer", addCheckpoint(SIZE, NEWER, checkpoint(NEWER)));
  for (const [at, { authority, size, crls }] of stamps.entries()) addStamp(files, at + 1, authority, size, { crls });
  files.set("report.en.html", "<!doctype html><title>Report</title>\n");
  files.set("verify.html", "<!doctype html><title>Verify</title>\n");
  return files;
}

/** Puts another checkpoint in the place of the bundle's, and into its proofs. */
export function withCheckpoint(files, note) {
  const old = files.get("checkpoint");
  for (const [name, content] of files) {
    if (name === "checkpoint") files.set(name, note);
    else if (name.startsWith("proofs/")) files.set(name, content.replace(old, note));
  }
  return files;
}

/** Changes an entry and all that rests on it: tree, checkpoint, proofs. What rests on other checkpoints is left out. */
export function rewrite(files, entry, cosigned = [0, 2], { size = SIZE, by = log, quantum = true } = {}) {
  const tree = hashes.with(entry.index, leafHash(entry.leaf));
  const note = checkpoint(size, cosigned, { tree, by, quantum });
  for (const name of [...files.keys()]) {
    if (name === "newer" || name.startsWith("stamps/")) files.delete(name);
    if (!name.startsWith("proofs/")) continue;
    const index = Number(name.slice(7, 19));
    files.set(name, tlogProof(index, size, note, tree));
  }
  files.set("checkpoint", note);
  files.set(entryName(entry.index), entryFile(entry));
  return files;
}

export function manifestText(files, { files: hashes = hashesOf(files), ...changes } = {}) {
  return JSON.stringify({
    format: "tigertally-evidence/1", origin, made: rfc3339(timeOf(64) + 60_000), matter: 7, made_by: "M014",
    scope: { customer: "C00003", from: "2026-10-01T00:00:00Z", to: "2026-11-27T00:00:00Z" },
    entries: indexes,
    files: Object.fromEntries(Object.entries(hashes).sort(([a], [b]) => (a < b ? -1 : 1))),
    ...changes,
  }, null, 2) + "\n";
}

function hashesOf(files) {
  const listed = [...files].filter(([name]) => name !== "manifest");
  return Object.fromEntries(listed.map(([name, content]) => [name, sha256(content).toString("hex")]));
}

/** Signs the manifest over the files, and packs it all. */
export function seal(files, changes = {}, by = log) {
  const sealed = new Map(files);
  sealed.set("manifest", by.note(manifestText(files, changes)));
  return zip(sealed);
}

/** Numbers that a seed decides. */
export function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    below: (n) => Math.floor(next() * n),
    of: (list) => list[Math.floor(next() * list.length)],
  };
}
