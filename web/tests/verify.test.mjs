// The verification of evidence bundles: what holds, and that nothing else does.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { ed25519 } from "@noble/curves/ed25519.js";
import { chromium } from "playwright-core";
import * as kit from "./verify-kit.mjs";

let core, folder, ec, rsa;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "verify-"));
  const outfile = path.join(folder, "core.mjs");
  await build({
    stdin: {
      contents: ["verify", "note", "policy", "merkle", "zip", "timestamp", "x509", "json", "bytes", "der", "leaf", "ed25519", "times"]
        .map((name) => `export * from "./${name}";`).join("\n"),
      resolveDir: fileURLToPath(new URL("../verify/", import.meta.url)),
    },
    bundle: true, format: "esm", outfile, logLevel: "warning",
  });
  core = await import(pathToFileURL(outfile));
  ec = new kit.Authority("-algorithm EC -pkeyopt ec_paramgen_curve:P-256");
  rsa = new kit.Authority("-algorithm RSA -pkeyopt rsa_keygen_bits:2048");
});

after(async () => {
  ec?.close();
  rsa?.close();
  await rm(folder, { recursive: true, force: true });
});

const crls = (authority) => authority.text("inner.crl") + authority.text("root.crl");
const stamps = () => [{ authority: ec, size: 30, crls: crls(ec) }, { authority: rsa, size: 57 }];
const files = () => kit.bundleFiles({ stamps: stamps() });

/** The first step that fails, and its fault; or that none does. */
async function outcome(zip, options) {
  const report = await core.verify(zip, options);
  const failed = report.findings.find(({ state }) => state === "fails");
  assert.equal(report.holds, failed === undefined);
  assert.equal(report.findings.length, 9);
  return failed ? `${failed.step} ${failed.fault.code}` : "holds";
}

test("a bundle with everything holds, and is read as it was meant", async () => {
  const zip = kit.seal(files());
  const report = await core.verify(zip);
  assert.deepEqual(report.findings.map(({ step, state, fault, count }) => [step, state, fault?.message ?? count]), [
    ["container", "holds", 38], ["keys", "holds", 2], ["manifest", "holds", 37], ["checkpoint", "holds", 2],
    ["entries", "holds", 11], ["inclusion", "holds", 11], ["newer", "holds", 57], ["stamps", "holds", 2], ["times", "holds", 11],
  ]);
  assert.ok(report.holds && report.witnessed);
  assert.deepEqual(report.compared, { log: false, witnesses: false, authorities: false });
  assert.equal(report.hash, kit.sha256(zip).toString("hex"));
  assert.equal(report.keys[0].fingerprint, kit.sha256(kit.log.vkey).toString("hex"));
  assert.deepEqual([report.checkpoint.size, report.newer.size], [50, 57]);
  assert.deepEqual(report.cosignatures.map(({ time }) => time !== null), [true, false, true]);
  assert.deepEqual(report.entries.map(({ index }) => index), kit.indexes);
  const [first, reveal] = report.entries;
  assert.equal(first.leaf.action, "customer.reveal");
  assert.equal(reveal.leaf.decision, "denied");
  assert.deepEqual(reveal.body.fields, ["id_number", "bank_card"]);
  assert.deepEqual(reveal.body.purpose, { kind: "call", reference: "K-7" });
  const gone = report.entries.filter(({ erased }) => erased);
  assert.deepEqual(gone.map(({ index, raw, erased }) => [index, raw, erased.entry]), [[17, null, 40], [18, null, 40]]);
  assert.deepEqual(report.stamps.map((stamp) => [stamp.authority, stamp.size, stamp.revocationChecked, stamp.accuracy]), [
    ["CN=tsa, O=Tinsel", 30, true, 1000], ["CN=tsa, O=Tinsel", 57, false, 1000],
  ]);
  for (const stamp of report.stamps) assert.ok(Math.abs(stamp.time - Date.now()) < 3_600_000);
});

test("a bundle without what may be left out holds", async () => {
  const plain = kit.bundleFiles({ newer: false });
  const report = await core.verify(kit.seal(plain));
  assert.ok(report.holds);
  assert.deepEqual(report.findings.slice(-3, -1).map(({ state }) => state), ["absent", "absent"]);
  const alone = kit.bundleFiles({ newer: false });
  alone.set("policy", `log ${kit.log.vkey}\nquorum none\n`);
  alone.set("vkey", `${kit.log.vkey}\n`);
  kit.withCheckpoint(alone, kit.checkpoint(kit.SIZE, [], { quantum: false }));
  const unwitnessed = await core.verify(kit.seal(alone));
  assert.ok(unwitnessed.holds && !unwitnessed.witnessed);
  // Another log's ML-DSA line missing is a fault only where `vkey` names that key.
  alone.set("vkey", `${kit.log.vkey}\n${kit.second.vkey}\n`);
  assert.equal(await outcome(kit.seal(alone)), "checkpoint note-unsigned");
});

test("what the reader brought along is compared", async () => {
  const zip = kit.seal(kit.bundleFiles());
  const finger = kit.sha256(kit.log.vkey).toString("hex");
  const other = kit.signer(kit.origin, 1, 99);
  for (const [trusted, expected] of [
    [kit.log.vkey, "holds"],
    [`\r\n ${kit.log.vkey} \r\n${kit.second.vkey}\r\n`, "holds"],
    [finger.toUpperCase().replace(/(....)/g, "$1 "), "holds"],
    [kit.policy, "holds"],
    ["  \n", "holds"],
    [other.vkey, "keys trusted-other"],
    [`${kit.log.vkey}\n${kit.witnesses[2].vkey}`, "keys trusted-other"],
    [finger.replace(/^./, (digit) => (digit === "0" ? "1" : "0")), "keys trusted-other"],
    [kit.policy.replace(kit.log.vkey, other.vkey), "keys trusted-other"],
    [kit.policy.replace("2 W1", "all W1"), "checkpoint quorum"],
    [kit.policy.replace(/log .*\n/, ""), "keys trusted-form"],
    [kit.log.vkey.replace(/.$/, "!"), "keys key-form"],
    ["some words", "keys policy-form"],
  ]) assert.equal(await outcome(zip, { trusted }), expected, trusted);
  // A company may ask less of itself than the reader does.
  const weak = kit.bundleFiles({ cosigned: [0] });
  weak.set("policy", kit.policy.replace("2 W1", "1 W1"));
  assert.equal(await outcome(kit.seal(weak)), "holds");
  assert.equal(await outcome(kit.seal(weak), { trusted: kit.policy }), "checkpoint quorum");
});

// ---------- tampering ----------

/** Changes a byte of a file, in its text or its bytes. */
function flip(files, name, dice) {
  const bytes = Buffer.from(files.get(name));
  const at = dice.below(bytes.length);
  bytes[at] ^= 1 + dice.below(255);
  files.set(name, bytes);
  return `${name} byte ${at}`;
}

const edit = (files, name, change) => {
  const changed = change(files.get(name).toString());
  assert.notEqual(changed, files.get(name).toString());
  files.set(name, changed);
};
const editEntry = (files, index, change) => edit(files, kit.entryName(index), (text) => {
  const entry = JSON.parse(text);
  change(entry);
  return JSON.stringify(entry);
});

/** What somebody can do who has the log's key and signs the manifest anew; and where that ends. */
const CHEATS = {
  "an index is another's": [/^entries entry-index/, (files) => editEntry(files, 8, (entry) => { entry.index = 9; })],
  "a body is changed": [/^entries entry-body/, (files, dice) => editEntry(files, dice.of([6, 7, 8, 11]), (entry) => {
    entry.body = entry.body.replace(/[0-9]/, (digit) => String((Number(digit) + 1) % 10));
  })],
  "a salt is changed": [/^entries entry-body/, (files, dice) => editEntry(files, 11, (entry) => {
    const salt = Buffer.from(entry.salt, "base64");
    salt[dice.below(32)] ^= 1 + dice.below(255);
    entry.salt = salt.toString("base64");
  })],
  "body, salt and leaf are forged": [/^inclusion inclusion/, (files, dice) => {
    const forged = kit.makeEntry(21, "customer.reveal", "allowed", { actor: `S${dice.below(999)}` }, { salt: kit.sha256(`${dice.below(1e9)}`) });
    files.set(kit.entryName(21), kit.entryFile(forged));
  }],
  "the time in a leaf is changed": [/^inclusion inclusion/, (files, dice) => editEntry(files, 7, (entry) => {
    const leaf = Buffer.from(entry.leaf, "base64");
    leaf[21 + dice.below(4)] ^= 1 + dice.below(255);
    entry.leaf = leaf.toString("base64");
  })],
  "a decision is turned": [/^inclusion inclusion/, (files) => editEntry(files, 7, (entry) => {
    const leaf = Buffer.from(entry.leaf, "base64");
    leaf[25] = 1;
    entry.leaf = leaf.toString("base64");
  })],
  "two entries change places": [/^entries entry-index/, (files) => {
    const [a, b] = [kit.entryName(6), kit.entryName(11)];
    const [left, right] = [files.get(a), files.get(b)];
    files.set(a, right);
    files.set(b, left);
  }],
  "an entry is moved to another index": [/^inclusion inclusion/, (files) => {
    files.set(kit.entryName(8), kit.entryFile({ ...kit.ledger[9], index: 8 }));
  }],
  "a proof is another's": [/^inclusion proof-index/, (files) => files.set(kit.proofName(8), files.get(kit.proofName(11)))],
  "a proof claims another index": [/^inclusion proof-index/, (files) => edit(files, kit.proofName(8), (text) => text.replace("index 8", "index 9"))],
  "a hash of a proof is changed": [/^inclusion (inclusion|proof-form|base64)/, (files, dice) => edit(files, kit.proofName(22), (text) => {
    const lines = text.split("\n");
    const line = 2 + dice.below(4);
    const hash = Buffer.from(lines[line], "base64");
    hash[dice.below(32)] ^= 1 + dice.below(255);
    lines[line] = hash.toString("base64");
    return lines.join("\n");
  })],
  "a proof is cut short": [/^inclusion inclusion/, (files) => edit(files, kit.proofName(22), (text) => text.replace(/(index 22\n)[^\n]+\n/, "$1"))],
  "a proof leads to another checkpoint": [/^inclusion proof-checkpoint/, (files) =>
    files.set(kit.proofName(6), kit.tlogProof(6, 51, kit.checkpoint(51, [0, 2])))],
  "the log shows another past": [/^checkpoint quorum/, (files, dice) => {
    const tree = [...kit.hashes];
    tree[dice.below(50)] = kit.sha256(`${dice.below(1e9)}`);
    kit.withCheckpoint(files, kit.checkpoint(kit.SIZE, [], { tree }));
  }],
  "cosignatures are moved to another checkpoint": [/^checkpoint note-signature/, (files) => {
    const lines = files.get("checkpoint").split("\n").filter((line) => line.startsWith("— witness"));
    kit.withCheckpoint(files, `${kit.checkpoint(51)}${lines.join("\n")}\n`);
  }],
  "a cosignature is missing": [/^checkpoint quorum/, (files, dice) => kit.withCheckpoint(files, kit.checkpoint(kit.SIZE, [dice.below(3)]))],
  "a cosignature is there twice": [/^checkpoint quorum/, (files) => {
    const once = kit.checkpoint(kit.SIZE, [0]);
    const line = once.split("\n").find((text) => text.startsWith("— witness"));
    kit.withCheckpoint(files, `${once}${line}\n`);
  }],
  "a cosignature's time is changed": [/^checkpoint note-signature/, (files, dice) => {
    const lines = files.get("checkpoint").split("\n");
    const { name: whose } = kit.witnesses[dice.of([0, 2])];
    const at = lines.findIndex((line) => line.startsWith(`— ${whose}`));
    const [dash, name, encoded] = lines[at].split(" ");
    const bytes = Buffer.from(encoded, "base64");
    bytes[8 + dice.below(4)] ^= 1 + dice.below(255);
    lines[at] = [dash, name, bytes.toString("base64")].join(" ");
    kit.withCheckpoint(files, lines.join("\n"));
  }],
  "the checkpoint is changed by a byte": [/^checkpoint |^inclusion /, (files, dice) => {
    const old = files.get("checkpoint");
    for (;;) {
      const bytes = Buffer.from(old);
      bytes[dice.below(bytes.length)] ^= 1 + dice.below(255);
      if (Buffer.compare(Buffer.from(bytes.toString()), bytes) !== 0) continue;
      kit.withCheckpoint(files, bytes.toString());
      return;
    }
  }],
  "the checkpoint lacks the log's second line": [/^checkpoint note-unsigned/, (files) =>
    kit.withCheckpoint(files, kit.checkpoint(kit.SIZE, [0, 2], { quantum: false }))],
  "the checkpoint is by somebody else": [/^checkpoint note-unsigned/, (files) =>
    kit.withCheckpoint(files, kit.checkpoint(kit.SIZE, [0, 2], { by: kit.signer(kit.origin, 1, 50) }))],
  "newer is older": [/^newer consistency-size/, (files) => files.set("newer", kit.addCheckpoint(30, 50, kit.checkpoint(50)))],
  "newer is rolled back": [/^newer consistency/, (files, dice) => {
    const size = 20 + dice.below(30);
    files.set("newer", `old ${kit.SIZE}\n\n${kit.checkpoint(size)}`);
  }],
  "newer is the same": [/^newer newer-same/, (files) => files.set("newer", `old ${kit.SIZE}\n\n${kit.checkpoint(kit.SIZE)}`)],
  "newer forgot an entry": [/^newer consistency$/, (files, dice) => {
    const tree = [...kit.hashes];
    tree.splice(dice.below(50), 1);
    files.set("newer", kit.addCheckpoint(kit.SIZE, kit.NEWER, kit.checkpoint(kit.NEWER, [], { tree }), tree));
  }],
  "newer is changed by a byte": [/^newer /, (files, dice) => {
    files.set("newer", kit.addCheckpoint(kit.SIZE, kit.NEWER, kit.checkpoint(kit.NEWER, [], { quantum: false })));
    flip(files, "newer", dice);
  }],
  "a stamp is over another note": [/^stamps stamp-imprint/, (files, dice) => {
    const [from, to] = dice.of([[1, 2], [2, 1]]);
    files.set(`stamps/${to}/token.tst`, files.get(`stamps/${from}/token.tst`));
    files.set(`stamps/${to}/anchors.pem`, files.get(`stamps/${from}/anchors.pem`));
  }],
  "a stamped note is changed by a byte": [/^stamps stamp-imprint/, (files, dice) => flip(files, `stamps/${dice.of([1, 2])}/note`, dice)],
  "a token is changed by a byte": [/^stamps /, (files, dice) => flip(files, `stamps/${dice.of([1, 2])}/token.tst`, dice)],
  "a stamp's root is another's": [/^stamps stamp-chain/, (files) => files.set("stamps/1/anchors.pem", files.get("stamps/2/anchors.pem"))],
  "a stamp's root is missing": [/^stamps file-missing/, (files) => files.delete("stamps/2/anchors.pem")],
  "a stamp's consistency is changed by a byte": [/^stamps /, (files, dice) => {
    files.set("stamps/2/consistency", kit.addCheckpoint(kit.SIZE, 57, kit.checkpoint(57, [], { quantum: false })));
    flip(files, "stamps/2/consistency", dice);
  }],
  "a stamp's consistency is with another": [/^stamps consistency/, (files, dice) =>
    files.set("stamps/1/consistency", dice.of([kit.addCheckpoint(30, 51, kit.checkpoint(51)), kit.addCheckpoint(31, 50, kit.checkpoint(50))]))],
  "the authority's certificate was revoked": [/^stamps stamp-revoked/, (files) => files.set("stamps/1/crls.pem", ec.text("revoked.crl"))],
  "a revocation list is by somebody else": [/^stamps stamp-crl/, (files) => files.set("stamps/1/crls.pem", rsa.text("inner.crl"))],
  "an erasure was never ordered": [/^entries entry-erased/, (files) => files.set(kit.entryName(22), kit.entryFile(kit.ledger[22], 40))],
  "an erasure was ordered by another action": [/^entries entry-erased/, (files) => files.set(kit.entryName(17), kit.entryFile(kit.ledger[17], 21))],
  "an erasure was ordered elsewhere": [/^entries entry-erased/, (files) => files.set(kit.entryName(17), kit.entryFile(kit.ledger[17], 41))],
  "a body stands beside an erasure": [/^entries json/, (files) => edit(files, kit.entryName(17), (text) => text.replace(',"erased"', ',"body":"{}","erased"'))],
  "an entry is missing": [/^entries entries-other/, (files, dice) => files.delete(kit.entryName(dice.of(kit.indexes)))],
  "a proof is missing": [/^inclusion proofs-other/, (files, dice) => files.delete(kit.proofName(dice.of(kit.indexes)))],
  "an entry is over": [/^entries entries-other/, (files) => files.set(kit.entryName(9), kit.entryFile(kit.ledger[9]))],
  "a proof is over": [/^inclusion proofs-other/, (files) => files.set(kit.proofName(9), kit.tlogProof(9, 50, files.get("checkpoint")))],
  "an entry is changed by a byte": [/^entries |^inclusion /, (files, dice) => flip(files, kit.entryName(dice.of([6, 7, 8, 11, 21])), dice)],
  "a proof is changed by a byte": [/^inclusion /, (files, dice) => flip(files, kit.proofName(dice.of(kit.indexes)), dice)],
  "the keys are changed by a byte": [/^keys /, (files, dice) => flip(files, "vkey", dice)],
  "the policy is about another log": [/^keys policy-other/, (files) =>
    edit(files, "policy", (text) => text.replace(kit.log.vkey, kit.signer(kit.origin, 1, 60).vkey))],
  "an entry claims a time after it was witnessed": [/^times time-after/, (files) =>
    kit.rewrite(files, kit.makeEntry(49, "customer.view", "allowed", {}, { time: kit.START + 400_000 }))],
  "an entry claims a time before its neighbour's": [/^times time-order/, (files) =>
    kit.rewrite(files, kit.makeEntry(22, "customer.view", "allowed", {}, { time: kit.START - 300_000 }))],
  "an entry was made after the bundle": [/^times time-made/, (files) =>
    kit.rewrite(files, kit.makeEntry(8, "customer.view", "allowed", {}, { time: kit.START + 500_000 }))],
  "an entry of another run's count": [/^times time-count/, (files, dice) =>
    kit.rewrite(files, kit.makeEntry(22, "customer.view", "allowed", {}, { count: dice.of([21, 3, 37, 900]) }))],
  "an erasure was refused": [/^entries entry-erased/, (files) => kit.rewrite(files, { ...kit.makeEntry(40, "customer.erase", "denied", kit.ledger[40].body) })],
  "a witness is counted twice": [/^keys policy-same/, (files) =>
    edit(files, "policy", (text) => text.replace(kit.witnesses[1].vkey, kit.signer(kit.witnesses[0].name, 4, 78).vkey))],
  "the policy names two logs": [/^keys policy-logs/, (files) => edit(files, "policy", (text) => `${text}log ${kit.signer("x", 1, 60).vkey}\n`)],
};

test("a thousand tamperings are refused", async () => {
  const dice = kit.random(20261127);
  const whole = files();
  const good = kit.seal(whole);
  const manifest = kit.log.note(kit.manifestText(whole));
  assert.equal(await outcome(good), "holds");
  const cheats = Object.entries(CHEATS);
  const steps = new Map();
  for (let n = 0; n < 1000; n++) {
    let told, zip, expected;
    if (n % 4 === 0) {
      // Any byte of the file.
      zip = Buffer.from(good);
      const at = dice.below(zip.length);
      zip[at] ^= 1 + dice.below(255);
      [told, expected] = [`byte ${at}`, /^container /];
    } else if (n % 4 === 1) {
      // A byte of any file within a container that is made anew.
      const changed = new Map([...whole, ["manifest", manifest]]);
      told = flip(changed, dice.of([...changed.keys()]), dice);
      [zip, expected] = [kit.zip(changed), /^(keys|manifest) /];
    } else if (n % 8 === 2) {
      // The hashes fit what was done, but nobody signed them.
      const changed = new Map(whole);
      const [name, [, cheat]] = dice.of(cheats);
      cheat(changed, dice);
      const [, signature] = manifest.split("\n\n");
      changed.set("manifest", `${kit.manifestText(changed)}\n${signature}`);
      [told, zip, expected] = [`unsigned: ${name}`, kit.zip(changed), /^(keys|manifest) /];
    } else {
      // Somebody with the log's key did it, and signed.
      const changed = new Map(whole);
      const [name, [step, cheat]] = dice.of(cheats);
      cheat(changed, dice);
      [told, zip, expected] = [name, kit.seal(changed), step];
    }
    const result = await outcome(zip);
    assert.match(result, expected, `${n}: ${told}`);
    steps.set(result.split(" ")[0], (steps.get(result.split(" ")[0]) ?? 0) + 1);
  }
  assert.equal(steps.size, 9, JSON.stringify([...steps]));
});

test("every cheat is refused where it should be", async () => {
  const dice = kit.random(7);
  const whole = files();
  for (const [name, [step, cheat]] of Object.entries(CHEATS)) {
    const changed = new Map(whole);
    cheat(changed, dice);
    assert.match(await outcome(kit.seal(changed)), step, name);
  }
});

test("the manifest says what is there, once, and of this log", async () => {
  const whole = kit.bundleFiles();
  const { sha256 } = kit;
  const hashes = Object.fromEntries([...whole].map(([name, bytes]) => [name, sha256(bytes).toString("hex")]));
  for (const [changes, expected] of [
    [{}, "holds"],
    [{ format: "tigertally-evidence/2" }, "manifest manifest-format"],
    [{ origin: "tigertally/other" }, "manifest manifest-origin"],
    [{ entries: [...kit.indexes].reverse() }, "manifest manifest-order"],
    [{ entries: [6, ...kit.indexes] }, "manifest manifest-order"],
    [{ entries: kit.indexes.slice(1) }, "entries entries-other"],
    [{ entries: [-1] }, "manifest json"],
    [{ entries: [1.5] }, "manifest json"],
    [{ extra: 1 }, "manifest json"],
    [{ matter: "7" }, "manifest json"],
    [{ scope: { anything: "else" } }, "manifest json"],
    [{ files: { ...hashes, extra: "00".repeat(32) } }, "manifest manifest-absent"],
    [{ files: { ...hashes, manifest: "00".repeat(32) } }, "manifest manifest-absent"],
    [{ files: { ...hashes, vkey: hashes.vkey.toUpperCase() } }, "manifest manifest-hash"],
    [{ files: Object.fromEntries(Object.entries(hashes).slice(1)) }, "manifest manifest-unlisted"],
  ]) assert.equal(await outcome(kit.seal(whole, changes)), expected, JSON.stringify(changes).slice(0, 80));
  assert.equal(await outcome(kit.seal(whole, {}, kit.signer(kit.origin, 1, 77))), "manifest note-unsigned");
  const twice = kit.manifestText(whole).replace('"matter": 7,', '"matter": 7, "matter": 8,');
  assert.equal(await outcome(kit.zip(new Map([...whole, ["manifest", kit.log.note(twice)]]))), "manifest json");
});

test("the container has one form", async () => {
  const plain = new Map([["checkpoint", "x"], ["entries/000000000001.json", "{}"], ["verify.html", ""]]);
  const zip = kit.zip(plain);
  assert.deepEqual([...core.unzip(zip).keys()], [...plain.keys()]);
  assert.equal(core.unzip(kit.zip(new Map())).size, 0);
  for (let bit = 0; bit < zip.length * 8; bit++) {
    const changed = Buffer.from(zip);
    changed[bit >> 3] ^= 1 << (bit & 7);
    assert.throws(() => core.unzip(changed), core.Fault, `bit ${bit}`);
  }
  for (let length = 0; length < zip.length; length++) assert.throws(() => core.unzip(zip.subarray(0, length)), core.Fault);
  for (const around of [[zip, Buffer.alloc(1)], [Buffer.alloc(1), zip], [zip, zip]]) {
    assert.throws(() => core.unzip(Buffer.concat(around)), core.Fault);
  }
  for (const name of ["/etc/passwd", "../x", "a//b", "a/./b", "客户", "a\\b", "a b", "a".repeat(201), ""]) {
    assert.throws(() => core.unzip(kit.zip(new Map([[name, ""]]))), core.Fault, name);
  }
  assert.equal(core.crc32(Buffer.from("123456789")), 0xcbf43926);
});

// ---------- known answers ----------

test("notes: the example of the reference implementation", () => {
  // golang.org/x/mod/sumdb/note, which C2SP signed-note was written from.
  const key = core.readKey("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const note = `${text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;
  assert.equal(core.openNote(note, key), text);
  for (let at = 0; at < note.length; at++) {
    const changed = note.slice(0, at) + String.fromCharCode(note.charCodeAt(at) ^ 1) + note.slice(at + 1);
    assert.throws(() => core.openNote(changed, key), core.Fault, `letter ${at}`);
  }
});

test("notes: forms of the specification", () => {
  // C2SP signed-note: its example has an empty line in the text.
  const example = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";
  const note = core.readNote(example);
  assert.ok(note.text.endsWith("\n\ned è subito sera.\n"));
  assert.deepEqual([note.signatures.length, note.signatures[0].name], [1, "quasimodo.example/salvatore"]);
  // C2SP tlog-cosignature: its example of a checkpoint, and the message that its witness signed.
  const checkpoint = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
  assert.equal(core.readCheckpoint(checkpoint).size, 20852163);
  const message = core.cosignedMessage({ kind: "ed25519-cosignature" }, checkpoint, 1679315147n);
  assert.equal(Buffer.from(message).toString(), `cosignature/v1\ntime 1679315147\n${checkpoint}`);
  for (const bad of ["", "x\n", "x\n\n", "x\n\n— a b\n", "x\n\n— a AAAAAA==\n", "x\r\n\n— a AAAAAAA=\n", "x\n\n— a+b AAAAAAA=\n",
    "x\n\n—  AAAAAAA=\n", "x\n\n— a AAAAAAA=", "x\n\n- a AAAAAAA=\n", "x\n\n— a AAAAAAB=\n", "x\n\n— a AAAAAAA= \n"]) {
    assert.throws(() => core.readNote(bad), core.Fault, JSON.stringify(bad));
  }
  for (const bad of ["x\n1\n", "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", "x\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
    "x\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", "x\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
    "x\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n", "x\n99999999999999999999\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"]) {
    assert.throws(() => core.readCheckpoint(bad), core.Fault, JSON.stringify(bad));
  }
});

test("trees: the known roots, and every proof of small trees", () => {
  // The leaves and root of RFC 6962's reference implementation.
  const leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
  const known = leaves.map((leaf) => core.leafHash(Buffer.from(leaf, "hex")));
  assert.equal(kit.root(known.map(Buffer.from)).toString("hex"), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
  const tree = kit.hashes.slice(0, 33);
  for (let size = 1; size <= tree.length; size++) {
    const part = tree.slice(0, size);
    const root = kit.root(part);
    for (let index = 0; index < size; index++) {
      const proof = kit.inclusion(index, part);
      assert.ok(core.includes(tree[index], index, size, proof, root), `${index} of ${size}`);
      assert.ok(!core.includes(tree[index], index + size, size, proof, root));
      assert.ok(!core.includes(tree[index], index, size, [...proof, root], root));
      if (proof.length > 0) assert.ok(!core.includes(tree[index], index, size, proof.slice(1), root));
      if (size > 1) assert.ok(!core.includes(tree[(index + 1) % size], index, size, proof, root));
    }
    for (let old = 0; old <= size; old++) {
      const [before, proof] = [kit.root(tree.slice(0, old)), kit.consistency(old, part)];
      assert.ok(core.consistent(old, before, size, root, proof), `${old} to ${size}`);
      assert.ok(!core.consistent(old, before, size, root, [...proof, root]));
      assert.ok(!core.consistent(old, kit.sha256("other"), size, root, proof));
      assert.ok(!core.consistent(old, before, size, kit.sha256("other"), proof) || old === 0);
      if (proof.length > 0) assert.ok(!core.consistent(old, before, size, root, proof.slice(0, -1)));
    }
  }
});

test("policies: their lines", () => {
  const [one, two] = kit.witnesses.map((witness) => witness.vkey);
  const key = kit.log.vkey;
  for (const good of [
    "quorum none\n", `# ${"x".repeat(20)}\n\n \tlog\t${key} https://x\nquorum none`,
    `witness W ${one} https://x\nquorum W\n`,
    `witness W ${one}\nwitness V ${two}\ngroup G any W\ngroup H all G V\nquorum H\n`,
  ]) core.readPolicy(good);
  for (const [bad, line] of [
    ["", 0], [`log ${key}\n`, 0], [`quorum none\nlog ${key}\nlog ${key}\n`, 3], [`log ${one}\nquorum none\n`, 1],
    [`witness W ${key}\nquorum W\n`, 1], [`witness none ${one}\nquorum none\n`, 1],
    [`witness W ${one}\nwitness W ${two}\nquorum W\n`, 2],
    [`witness W ${one}\ngroup G 2 W\nquorum G\n`, 2], [`witness W ${one}\ngroup G 0 W\nquorum G\n`, 2],
    [`witness W ${one}\ngroup G 01 W\nquorum G\n`, 2], [`witness W ${one}\ngroup G any\nquorum G\n`, 2],
    [`witness W ${one}\ngroup G any W W\nquorum G\n`, 2], [`witness W ${one}\ngroup G any W\ngroup H any W\nquorum G\n`, 3],
    [`group G any W\nwitness W ${one}\nquorum G\n`, 1], [`witness W ${one}\nquorum W\nquorum none\n`, 3],
    ["quorum W\n", 1], ["quorum none extra\n", 1], ["weather fine\nquorum none\n", 1], ["quorum none\r\n", 1],
  ]) {
    assert.throws(() => core.readPolicy(bad), (fault) => fault.code === "policy-form" && fault.data.line === line, bad);
  }
  // Who holds two keys is one witness, and a log is none of its own.
  const again = kit.signer(kit.witnesses[0].name, 4, 77).vkey;
  const own = kit.signer("another", 4, 1).vkey;
  for (const [bad, line] of [
    [`witness W ${one}\nwitness V ${one}\nquorum W\n`, 2], [`witness W ${one}\nwitness V ${again}\nquorum W\n`, 2],
    [`log ${key}\n\nwitness W ${own}\nquorum W\n`, 3], [`witness W ${own}\nlog ${key}\nquorum W\n`, 2],
  ]) {
    assert.throws(() => core.readPolicy(bad), (fault) => fault.code === "policy-same" && fault.data.line === line, bad);
  }
});

test("JSON: one reading only", () => {
  assert.deepEqual(core.parseJson(' {"a":[1,-2,"\\u00e9",null,true]} '), new Map([["a", [1, -2, "é", null, true]]]));
  assert.ok(core.parseJson('{"__proto__":1}').has("__proto__"));
  for (const bad of ["", "{", '{"a":1,"a":2}', '{"a":1,}', "[1,]", "01", "1.", "+1", "9007199254740993", "1e999", '"\\ud800"',
    '"a\nb"', "'a'", "nul", "[1] 2", "[".repeat(128) + "]".repeat(128), "1.0", "-0", "1e3", "-9007199254740992", '{"a" 1}', "NaN", "\u00a01"]) {
    assert.throws(() => core.parseJson(bad), core.Fault, bad);
  }
});

test("base64: one writing of each value", () => {
  for (let length = 0; length < 50; length++) {
    const bytes = kit.sha256("a", "b").subarray(0, length);
    assert.deepEqual(Buffer.from(core.base64(bytes.toString("base64"))), bytes);
    assert.equal(core.toBase64(bytes), bytes.toString("base64"));
  }
  for (const bad of ["A", "AA", "AAA", "AB==", "AAB=", "AA==AAAA", "=AAA", "A===", "AA-_", "AAA\n", "AA= ", "===="]) {
    assert.throws(() => core.base64(bad), core.Fault, bad);
  }
});

test("what verifiers could differ over: the same outcome as the command's", async () => {
  const corpus = new URL("../../crates/ledger/tests/hostile/", import.meta.url);
  const expected = JSON.parse(await readFile(new URL("expected.json", corpus), "utf8"));
  assert.ok(Object.keys(expected).length > 80);
  for (const [name, told] of Object.entries(expected)) {
    assert.equal(await outcome(await readFile(new URL(`${name}.zip`, corpus))), told, name);
  }
});

test("times: an entry cannot pass for older than a mark without it", () => {
  const entry = (index, time, count = index) => ({ index, leaf: { time, run: "r", count: BigInt(count) } });
  const made = 1_000_000_000;
  const marks = [{ name: "A", size: 5, time: 500_000_000 }, { name: "B", size: 9, time: 600_000_000 }];
  const fault = (entries, others = marks) => {
    try {
      core.checkTimes(entries, others, made);
      return "holds";
    } catch (thrown) {
      return thrown.code;
    }
  };
  for (const [entries, expected] of [
    [[entry(4, 500_300_000), entry(5, 500_000_000)], "holds"],
    [[entry(5, 499_700_000)], "holds"],
    [[entry(5, 499_699_999)], "time-before"],
    [[entry(4, 500_300_001)], "time-after"],
    [[entry(8, 600_300_001)], "time-after"],
    [[entry(2, 2), entry(3, 1)], "holds"],
    [[entry(2, 300_002), entry(3, 1)], "time-order"],
    [[entry(2, 1), entry(3, 1, 2)], "time-count"],
    [[entry(9, made + 300_001)], "time-made"],
    [[entry(9, 253_402_300_800_000)], "time-range"],
    [[entry(9, Number(2n ** 64n - 1n))], "time-range"],
  ]) assert.equal(fault(entries), expected, JSON.stringify(entries.map(({ index, leaf }) => [index, leaf.time])));
  assert.equal(fault([], [marks[0], { ...marks[1], time: 499_699_999 }]), "time-marks");
  assert.deepEqual(core.interval(5, marks), { after: marks[0], before: marks[1] });
  assert.deepEqual(core.interval(9, marks), { after: marks[1], before: null });
  for (const [time, ms] of [["2026-11-27T09:14:02Z", Date.UTC(2026, 10, 27, 9, 14, 2)], ["1970-01-01T00:00:00Z", 0],
    ["2026-11-27T09:14:02+00:00", null], ["2026-11-27T09:14:02.5Z", null], ["2026-02-30T00:00:00Z", null],
    ["1969-12-31T23:59:59Z", null], ["2026-11-27T24:00:00Z", null], ["", null]]) assert.equal(core.read(time), ms, time);
});

test("Ed25519: what other libraries differ over", () => {
  const { Point } = ed25519;
  const torsion = kit.TORSION;
  assert.ok(torsion.multiplyUnsafe(8n).is0() && !torsion.multiplyUnsafe(4n).is0());
  for (let n = 0n; n < 8n; n++) {
    const point = torsion.multiplyUnsafe(n).toBytes();
    assert.ok(core.isWeak(point));
    assert.ok(core.isWeak(point.with(31, point[31] ^ 0x80)));
  }
  assert.ok(!core.isWeak(Point.BASE.toBytes()));
  const dice = kit.random(5);
  let [cofactored, strict] = [0, 0];
  for (let n = 0; n < 40; n++) {
    const message = Buffer.from(`message ${n}`);
    // Ordinary signatures, and with S + L.
    const secret = Buffer.from(Array.from({ length: 32 }, () => dice.below(256)));
    const key = ed25519.getPublicKey(secret);
    const signature = ed25519.sign(message, secret);
    assert.ok(core.verifyEd25519(key, message, signature));
    const more = kit.addOrder(signature);
    assert.ok(!core.verifyEd25519(key, message, more));
    const changed = signature.with(dice.below(64), dice.below(256));
    assert.equal(core.verifyEd25519(key, message, changed), Buffer.compare(changed, signature) === 0);
    // A key with a part of small order: the cofactored equation holds for every signature, this one for some.
    const mixed = kit.mixedOrderSignature(message, BigInt(1 + n));
    cofactored += ed25519.verify(mixed.signature, message, mixed.key, { zip215: false });
    strict += core.verifyEd25519(mixed.key, message, mixed.signature);
  }
  assert.equal(cofactored, 40);
  assert.ok(strict > 0 && strict < 15, String(strict));
});

// ---------- time stamps ----------

function stampFault(token, note, authority, lists = "") {
  try {
    core.verifyToken(token, Buffer.from(note), core.readCertificates(authority), core.readRevocationLists(lists));
    return "holds";
  } catch (fault) {
    assert.ok(fault instanceof core.Fault, String(fault.stack));
    return fault.code;
  }
}

test("time stamps: the algorithms of the day", () => {
  for (const newKey of [
    "-algorithm EC -pkeyopt ec_paramgen_curve:P-384", "-algorithm EC -pkeyopt ec_paramgen_curve:P-521",
    "-algorithm RSA -pkeyopt rsa_keygen_bits:3072",
  ]) {
    const authority = new kit.Authority(newKey);
    try {
      for (const section of ["tsa_config", "old_config"]) {
        const token = authority.stamp("a note", "tsa", section);
        assert.equal(stampFault(token, "a note", authority.text("root.pem"), crls(authority)), "holds", `${newKey} ${section}`);
        assert.equal(stampFault(token, "a note", authority.text("tsa.pem")), "holds");
        assert.equal(stampFault(token, "another", authority.text("root.pem")), "stamp-imprint");
      }
    } finally {
      authority.close();
    }
  }
});

test("time stamps: certificates and lists that do not fit", () => {
  const root = ec.text("root.pem");
  // OpenSSL itself refuses to stamp with these.
  for (const name of ["not_critical", "two_uses", "inner"]) {
    const [certificate] = core.readCertificates(ec.text(`${name}.pem`));
    assert.throws(() => core.checkPurpose(certificate), (fault) => fault.code === "stamp-purpose", name);
  }
  assert.equal(stampFault(ec.stamp("n", "tsa", "tsa_config", "sha512"), "n", root), "stamp-algorithm");
  const token = ec.stamp("n");
  assert.equal(stampFault(token, "n", rsa.text("root.pem")), "stamp-chain");
  assert.equal(stampFault(token, "n", ec.text("not_critical.pem")), "stamp-chain");
  assert.equal(stampFault(token, "n", root, ec.text("revoked.crl")), "stamp-revoked");
  assert.equal(stampFault(token, "n", root + rsa.text("root.pem"), ec.text("inner.crl")), "holds");
  assert.equal(stampFault(Buffer.concat([token, Buffer.alloc(1)]), "n", root), "der");
});

test("time stamps: no bit of a token can be changed", () => {
  const token = ec.stamp("n");
  const root = ec.text("root.pem");
  assert.equal(stampFault(token, "n", root), "holds");
  for (let at = 0; at < token.length; at++) {
    const changed = Buffer.from(token);
    changed[at] ^= 1 << (at % 8);
    assert.notEqual(stampFault(changed, "n", root), "holds", `byte ${at}`);
  }
});

test("hostile bytes are read without harm", async () => {
  const dice = kit.random(99);
  for (let n = 0; n < 2000; n++) {
    const bytes = Buffer.from(Array.from({ length: dice.below(60) }, () => dice.of([0, 1, 2, 4, 6, 0x30, 0x31, 0x80, 0x82, 0xa0, dice.below(256)])));
    stampFault(bytes, "n", ec.text("root.pem"));
    try { core.readLeaf(bytes); } catch (fault) { assert.ok(fault instanceof core.Fault); }
    const report = await core.verify(Buffer.concat([Buffer.from("PK\x03\x04"), bytes]));
    assert.ok(!report.holds);
    assert.notEqual(report.findings[0].fault.code, "unforeseen");
  }
});

// ---------- the page ----------

test("the page is one file that loads nothing, and says in two languages what holds and what fails", async () => {
  const page = fileURLToPath(new URL("../dist/verify.html", import.meta.url));
  const html = await readFile(page, "utf8");
  const live = html.replace(/<!--.*-->/s, "");
  assert.doesNotMatch(live, /<(link|img|iframe|base)\b|\ssrc=|url\(|@import|https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
  const pictures = process.env.PICTURES;
  const good = path.join(folder, "bundle.zip");
  await writeFile(good, kit.seal(files()));
  const forged = path.join(folder, "forged.zip");
  const changed = files();
  CHEATS["a body is changed"][1](changed, kit.random(1));
  CHEATS["a stamp is over another note"][1](changed, kit.random(1));
  await writeFile(forged, kit.seal(changed));
  const torn = path.join(folder, "torn.zip");
  await writeFile(torn, kit.seal(files()).subarray(0, 5000));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
  try {
    for (const [locale, said] of [
      ["zh-CN", { holds: "核验通过", own: "尚未与其他来源比对", fails: "核验未通过", body: "第 8 笔记录的内容被改动过", compared: "与您提供的公钥一致", torn: "不完整" }],
      ["en-GB", { holds: "The bundle holds", own: "compared with nothing else", fails: "The bundle does not hold", body: "What record 8 says was changed", compared: "The same as the one that you gave", torn: "cut short" }],
    ]) {
      const context = await browser.newContext({ locale, timezoneId: "Asia/Shanghai", viewport: { width: 1280, height: 900 } });
      const tab = await context.newPage();
      const [errors, requests] = [[], []];
      tab.on("pageerror", (error) => errors.push(error.message));
      tab.on("console", (message) => errors.push(message.text()));
      tab.on("request", (request) => requests.push(request.url()));
      const picture = async (name) => {
        if (pictures) await tab.screenshot({ path: path.join(pictures, `verify-${name}-${locale.slice(0, 2)}.png`), fullPage: true });
      };
      const choose = async (file) => {
        await tab.setInputFiles("#file", file);
        await tab.waitForSelector(".verdict.holds, .verdict.fails");
      };
      const states = () => tab.$$eval("[data-step]", (list) => list.map((item) => `${item.dataset.step} ${item.dataset.state}`));
      await tab.goto(pathToFileURL(page).href);
      await picture("empty");
      await choose(good);
      assert.match(await tab.textContent(".verdict.holds"), new RegExp(`${said.holds}.*${said.own}`, "s"));
      assert.deepEqual((await states()).filter((state) => !state.endsWith("holds")), []);
      assert.equal(await tab.locator("tbody tr[data-index]").count(), kit.indexes.length);
      assert.equal(await tab.locator("tr.gone").count(), 2);
      await tab.click("tr[data-index='6'] button");
      assert.equal(await tab.textContent("tr.parts:not([hidden]) pre"), kit.ledger[6].body);
      await tab.click("tr[data-index='8'] button");
      const hostile = await tab.textContent("tr[data-index='8'] + tr pre");
      assert.ok(hostile.includes("<img src=x onerror=alert(1)>\\u202egnp.exe"), hostile);
      assert.equal(await tab.locator("img").count(), 0);
      await picture("holds");
      // Another language, by keyboard, keeps the result.
      await tab.focus("#language");
      await tab.keyboard.press("Enter");
      assert.doesNotMatch(await tab.textContent(".verdict.holds"), new RegExp(said.holds));
      await tab.keyboard.press("Enter");
      // A key from elsewhere.
      await tab.click(".trusted summary");
      await tab.fill("#trusted", kit.sha256(kit.log.vkey).toString("hex"));
      await tab.click("#recheck");
      await tab.waitForSelector(".say.good");
      assert.match(await tab.textContent(".say.good"), new RegExp(said.compared));
      await tab.fill("#trusted", kit.signer(kit.origin, 1, 99).vkey);
      await tab.click("#recheck");
      await tab.waitForSelector(".say.bad");
      assert.equal((await states())[1], "keys fails");
      await picture("other");
      await tab.fill("#trusted", "");
      await choose(forged);
      assert.match(await tab.textContent(".verdict.fails"), new RegExp(said.fails));
      assert.deepEqual((await states()).filter((state) => state.endsWith("fails")), ["entries fails", "stamps fails"]);
      assert.match(await tab.textContent("[data-step=entries]"), new RegExp(said.body));
      assert.equal(await tab.locator("tr.wrong").count(), 1);
      await picture("fails");
      // Dropped anywhere on the page.
      await tab.evaluate((bytes) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([Uint8Array.from(bytes)], "dropped.zip"));
        document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
      }, [...await readFile(good)]);
      await tab.waitForSelector(".verdict.holds");
      assert.equal(await tab.textContent(".drop .name"), "dropped.zip");
      await choose(torn);
      assert.match(await tab.textContent("[data-step=container]"), new RegExp(said.torn));
      assert.deepEqual((await states()).slice(1).filter((state) => !state.endsWith("unchecked")), []);
      await picture("torn");
      await tab.setViewportSize({ width: 390, height: 844 });
      await tab.emulateMedia({ colorScheme: "dark" });
      await choose(good);
      const wide = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(wide, 0);
      await picture("phone");
      await tab.setViewportSize({ width: 1280, height: 900 });
      await picture("dark");
      await tab.emulateMedia({ media: "print", colorScheme: "light" });
      await tab.setViewportSize({ width: 673, height: 900 });
      await picture("paper");
      if (pictures) await tab.pdf({ path: path.join(pictures, `verify-${locale.slice(0, 2)}.pdf`), preferCSSPageSize: true });
      assert.deepEqual(errors, []);
      assert.deepEqual(requests, [pathToFileURL(page).href]);
      await context.close();
    }
  } finally {
    await browser.close();
  }
});
