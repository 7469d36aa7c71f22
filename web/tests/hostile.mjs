// Writes bundles that two verifiers could differ over, and what each is: for every verifier of the format, ours and those
// of others. `node tests/hostile.mjs` writes crates/ledger/tests/hostile anew; the same bytes come out each time.
process.env.EVIDENCE_START = String(Date.UTC(2026, 9, 12, 1, 30));
const { mkdir, rm, writeFile } = await import("node:fs/promises");
const kit = await import("./verify-kit.mjs");

const folder = new URL("../../crates/ledger/tests/hostile/", import.meta.url);
const [ERASED, ORDER, LAST] = [17, 40, 49];
const INDEXES = [6, ERASED, ORDER, LAST];

/** A small bundle that holds. */
function plain({ by = kit.log, cosigned = [0, 1], policy = kit.policy } = {}) {
  const files = new Map();
  const note = kit.checkpoint(kit.SIZE, cosigned, { by, quantum: false });
  files.set("vkey", `${by.vkey}\n`);
  files.set("policy", policy.replace(kit.log.vkey, by.vkey).replace(/witness W3 .*\n/, "").replace(" W3", ""));
  files.set("checkpoint", note);
  for (const index of INDEXES) {
    files.set(kit.entryName(index), kit.entryFile(kit.ledger[index], index === ERASED ? ORDER : null));
    files.set(kit.proofName(index), kit.tlogProof(index, kit.SIZE, note));
  }
  return files;
}

const seal = (files, changes = {}, by = kit.log) => kit.seal(files, { entries: INDEXES, ...changes }, by);
/** The manifest's text is changed after it was made, and then signed. */
function sealedText(change, files = plain()) {
  const text = kit.manifestText(files, { entries: INDEXES });
  const changed = change(text);
  if (changed === text) throw new Error("nothing was changed");
  return kit.zip(new Map([...files, ["manifest", kit.log.note(changed)]]));
}
function edited(name, change) {
  const files = plain();
  const changed = change(files.get(name));
  if (changed === files.get(name)) throw new Error(`nothing was changed in ${name}`);
  return seal(files.set(name, changed));
}
const entry = (change, index = 6) => edited(kit.entryName(index), change);
const vkey = (change) => edited("vkey", change);
const policy = (change) => edited("policy", change);
const rewritten = (made, options) => seal(kit.rewrite(plain(), made, [0, 1], { quantum: false, ...options }));
const at = (index, time) => rewritten(kit.makeEntry(index, "customer.view", "allowed", {}, { time: kit.START + time }));
const order = (body, decision = "allowed", action = "customer.erase") => rewritten(kit.makeEntry(ORDER, action, decision, body));
const orderBody = (entries, more = "") => `{"actor":"M002","detail":{"entries":[${entries}]${more}}}`;

/** Checkpoint and proofs with another note; the tree stays. */
function noted(change) {
  const files = plain();
  const note = files.get("checkpoint");
  const changed = change(note);
  if (changed === note) throw new Error("nothing was changed");
  return seal(kit.withCheckpoint(files, changed));
}

/** A log whose key has a part of order eight: each note is signed with a nonce of the wanted sort. */
function mixedOrder(holds) {
  const { key } = kit.mixedOrderSignature(Buffer.alloc(0), 1n);
  const by = kit.signerOf(kit.origin, 1, key, (message) => {
    for (let nonce = 1n; ; nonce++) {
      const made = kit.mixedOrderSignature(message, nonce);
      if (made.holds === holds) return made.signature;
    }
  });
  return seal(plain({ by }), {}, by);
}

/** A key of small order: R = S·B and S of anybody's choice, where k·A vanishes. */
function weak(hex) {
  const by = kit.signerOf(kit.origin, 1, Buffer.from(hex, "hex"), () => Buffer.concat([kit.basePoint(1n), Buffer.from("01".padEnd(64, "0"), "hex")]));
  return seal(plain({ by }), {}, by);
}

const deep = (n) => `{"actor":"M002","x":${"[".repeat(n)}${"]".repeat(n)},"detail":{"entries":[${ERASED}]}}`;
/** A letter of base64 with another last bit. */
const next = (letter) => String.fromCharCode(letter.charCodeAt(0) + 1);
const moreThanExact = "9007199254740992";

export const CASES = {
  "holds": ["holds", () => seal(plain())],
  "entry-spaces": ["entries form", () => entry((text) => text.replaceAll('","', '", "'))],
  "entry-order": ["entries form", () => entry((text) => text.replace('{"index":6,', "{").replace(/}$/, ',"index":6}'))],
  "entry-null": ["entries form", () => entry((text) => text.replace(/}$/, ',"erased":null}'))],
  "entry-newline": ["entries form", () => entry((text) => `${text}\n`)],
  "entry-escape": ["entries form", () => entry((text) => text.replace('"leaf"', '"\\u006ceaf"'))],
  "entry-mark": ["entries json", () => entry((text) => `\ufeff${text}`)],
  "entry-twice": ["entries json", () => entry((text) => text.replace('"index":6', '"index":6,"index":6'))],
  "entry-float": ["entries json", () => entry((text) => text.replace('"index":6', '"index":6.0'))],
  "entry-exponent": ["entries json", () => entry((text) => text.replace('"index":6', '"index":6e0'))],
  "entry-large": ["entries json", () => entry((text) => text.replace('"index":6', `"index":${moreThanExact}`))],
  "entry-negative": ["entries json", () => entry((text) => text.replace('"index":6', '"index":-6'))],
  "entry-member": ["entries json", () => entry((text) => text.replace(/}$/, ',"more":1}'))],
  "entry-base64": ["entries base64", () => entry((text) => text.replace(/"leaf":"([^"]*)"/, '"leaf":"$1="'))],
  "entry-bits": ["entries base64", () => entry((text) => text.replace(/(.)=","body"/, (_, letter) => `${next(letter)}=","body"`))],
  "entry-both": ["entries json", () => entry((text) => text.replace(',"erased"', ',"body":"{}","erased"'), ERASED)],
  "entry-neither": ["entries json", () => entry((text) => text.replace(/,"salt".*}$/, "}"))],
  "manifest-line": ["manifest form", () => sealedText((text) => JSON.stringify(JSON.parse(text)) + "\n")],
  "manifest-newline": ["manifest form", () => sealedText((text) => text.replace(/\n$/, " \n"))],
  "manifest-null": ["manifest form", () => sealedText((text) => text.replace('"customer": "C00003"', '"customer": "C00003",\n    "staff": null'))],
  "manifest-empty": ["manifest form", () => sealedText((text) => text.replace('"from"', '"entries": [],\n    "from"'))],
  "manifest-order": ["manifest form", () => sealedText((text) => text.replace('"matter": 7,\n  "made_by": "M014"', '"made_by": "M014",\n  "matter": 7'))],
  "manifest-files": ["manifest form", () => sealedText((text) => {
    const [, first, second] = text.match(/"files": \{\n(.*\n)(.*\n)/);
    return text.replace(first + second, second + first);
  })],
  "manifest-twice": ["manifest json", () => sealedText((text) => text.replace('"matter": 7', '"matter": 8,\n  "matter": 7'))],
  "manifest-file-twice": ["manifest json", () => sealedText((text) => text.replace(/("files": \{\n)(.*\n)/, "$1$2$2"))],
  "manifest-large": ["manifest json", () => sealedText((text) => text.replace('"matter": 7', `"matter": ${moreThanExact}`))],
  "manifest-version": ["manifest manifest-format", () => sealedText((text) => text.replace("evidence/1", "evidence/2").replace('"matter": 7,\n', ""))],
  "manifest-upper": ["manifest manifest-hash", () => sealedText((text) => text.replace(/"vkey": "(.*)"/, (_, hash) => `"vkey": "${hash.toUpperCase()}"`))],
  "made-zone": ["times form", () => sealedText((text) => text.replace(/("made": ".*)Z"/, '$1+00:00"'))],
  "made-fraction": ["times form", () => sealedText((text) => text.replace(/("made": ".*)Z"/, '$1.0Z"'))],
  "made-no-day": ["times form", () => sealedText((text) => text.replace(/"made": ".*"/, '"made": "2026-02-30T00:00:00Z"'))],
  "made-before": ["times time-made", () => sealedText((text) => text.replace(/"made": ".*"/, `"made": "${kit.rfc3339(kit.START - 400_000)}"`))],
  "vkey-return": ["keys key-form", () => vkey((text) => text.replace("\n", "\r\n"))],
  "vkey-no-newline": ["keys key-form", () => vkey((text) => text.trim())],
  "vkey-blank": ["keys key-form", () => vkey((text) => `${text}\n`)],
  "vkey-twice": ["keys key-second", () => vkey((text) => text + text)],
  "vkey-kind": ["keys key-kind", () => vkey(() => `${kit.signer(kit.origin, 4, 1).vkey}\n`)],
  "vkey-weak-0": ["keys key-weak", () => weak("0".repeat(64))],
  "vkey-weak-1": ["keys key-weak", () => weak("01".padEnd(64, "0"))],
  "vkey-weak-8": ["keys key-weak", () => weak("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")],
  "vkey-not-canonical": ["keys key-weak", () => weak(`ee${"ff".repeat(30)}7f`)],
  "vkey-no-point": ["manifest note-signature", () => weak(`02${"00".repeat(31)}`)],
  "cofactor": ["manifest note-signature", () => mixedOrder(false)],
  "no-cofactor": ["holds", () => mixedOrder(true)],
  "s-and-order": ["checkpoint note-signature", () => noted((note) => note.replace(/(— tigertally\S* )(.*)/, (_, name, line) => {
    const bytes = Buffer.from(line, "base64");
    return name + Buffer.concat([bytes.subarray(0, 4), kit.addOrder(bytes.subarray(4))]).toString("base64");
  }))],
  "cosigned-s-and-order": ["checkpoint note-signature", () => noted((note) => note.replace(/(— witness\S*accountants )(.*)/, (_, name, line) => {
    const bytes = Buffer.from(line, "base64");
    return name + Buffer.concat([bytes.subarray(0, 12), kit.addOrder(bytes.subarray(12))]).toString("base64");
  }))],
  "signature-cut": ["checkpoint note-form", () => noted((note) => `${note}— x AAAA\n`)],
  "signature-space": ["checkpoint note-form", () => noted((note) => `${note}— a\u00a0b AAAAAAA=\n`)],
  "signature-other": ["holds", () => noted((note) => `${note}— somebody AAAAAAA=\n`)],
  "signature-unknown-id": ["holds", () => noted((note) => `${note}— ${kit.origin} AAAAAAA=\n`)],
  "checkpoint-large": ["checkpoint checkpoint-form", () => {
    const text = `${kit.origin}\n${moreThanExact}\n${kit.root(kit.hashes).toString("base64")}\n`;
    return seal(kit.withCheckpoint(plain(), kit.log.note(text) + kit.witnesses[0].cosign(text, 1_791_768_000) + kit.witnesses[1].cosign(text, 1_791_768_000)));
  }],
  "proof-large": ["inclusion proof-form", () => edited(kit.proofName(6), (text) => text.replace("index 6", `index ${moreThanExact}`))],
  "proof-zero": ["inclusion proof-form", () => edited(kit.proofName(6), (text) => text.replace("index 6", "index 06"))],
  "proof-bits": ["inclusion proof-form", () => edited(kit.proofName(6), (text) => text.replace(/(.)=\n/, (_, letter) => `${next(letter)}=\n`))],
  "proof-extra": ["holds", () => edited(kit.proofName(6), (text) => text.replace("index", "extra AAAA\nindex"))],
  "proof-extra-bits": ["inclusion proof-form", () => edited(kit.proofName(6), (text) => text.replace("index", "extra AAB=\nindex"))],
  "policy-same-name": ["keys policy-same", () => policy((text) => text.replace(kit.witnesses[1].vkey, kit.signer(kit.witnesses[0].name, 4, 78).vkey))],
  "policy-same-key": ["keys policy-same", () => policy((text) => text.replace(kit.witnesses[1].vkey, kit.signer("another", 4, 11).vkey))],
  "policy-own-key": ["keys policy-same", () => policy((text) => text.replace(kit.witnesses[1].vkey, kit.signer("another", 4, 1).vkey))],
  "policy-return": ["keys policy-form", () => policy((text) => text.replace("quorum enough\n", "quorum enough\r\n"))],
  "policy-weak": ["keys policy-form", () => policy((text) => text.replace(kit.witnesses[1].vkey, kit.signerOf("weak", 4, Buffer.alloc(32), null).vkey))],
  "policy-comment": ["holds", () => policy((text) => `# 见证方\u2028 quorum none\n${text}`)],
  "time-order": ["times time-order", () => at(6, 380_000)],
  "time-after": ["times time-after", () => at(LAST, 400_000)],
  "time-made": ["times time-made", () => at(LAST, 500_000)],
  "time-range": ["times time-range", () => rewritten(kit.makeEntry(6, "customer.view", "allowed", {}, { time: 2n ** 64n - 1n }))],
  "time-exact": ["times time-range", () => rewritten(kit.makeEntry(6, "customer.view", "allowed", {}, { time: 253_402_300_800_000 }))],
  "time-last": ["times time-made", () => rewritten(kit.makeEntry(6, "customer.view", "allowed", {}, { time: 253_402_300_799_999 }))],
  "time-count": ["times time-count", () => rewritten(kit.makeEntry(ORDER, "customer.erase", "allowed", orderBody(ERASED), { count: 900 }))],
  "time-cosigned-late": ["times time-made", () => {
    const text = kit.checkpointText(kit.SIZE);
    const far = Math.floor(kit.START / 1000) + 500;
    return noted((note) => kit.log.note(text) + kit.witnesses[0].cosign(text, far) + kit.witnesses[1].cosign(text, far));
  }],
  "time-cosigned-never": ["times time-range", () => {
    const text = kit.checkpointText(kit.SIZE);
    return noted(() => kit.log.note(text) + kit.witnesses[0].cosign(text, 2n ** 63n - 1n) + kit.witnesses[1].cosign(text, 1_791_768_000));
  }],
  "time-cosigned-over": ["checkpoint note-signature", () => {
    const text = kit.checkpointText(kit.SIZE);
    return noted(() => kit.log.note(text) + kit.witnesses[0].cosign(text, 2n ** 63n) + kit.witnesses[1].cosign(text, 1_791_768_000));
  }],
  "erased": ["holds", () => order(orderBody(ERASED))],
  "erased-denied": ["entries entry-erased", () => order(orderBody(ERASED), "denied")],
  "erased-action": ["entries entry-erased", () => order(orderBody(ERASED), "allowed", "customer.erased")],
  "erased-other": ["entries entry-erased", () => order(orderBody(18))],
  "erased-float": ["entries entry-erased", () => order(orderBody("17.0"))],
  "erased-text": ["entries entry-erased", () => order(orderBody('"17"'))],
  "erased-twice": ["entries entry-erased", () => order(orderBody(18, `,"entries":[${ERASED}]`))],
  "erased-fraction": ["entries entry-erased", () => order(orderBody(ERASED, ',"share":0.5'))],
  "erased-deep": ["holds", () => order(deep(126))],
  "erased-too-deep": ["entries entry-erased", () => order(deep(127))],
  "erased-surrogate": ["entries entry-erased", () => order(orderBody(ERASED, ',"x":"\\ud800"'))],
  "erased-zone": ["entries entry-erased", () => entry((text) => text.replace('Z","entry"', '+00:00","entry"'), ERASED)],
  "erased-second": ["entries entry-erased", () => entry((text) => text.replace(/"time":"[^"]*"/, `"time":"${kit.rfc3339(kit.START)}"`), ERASED)],
  "erased-itself": ["entries entry-erased", () => entry((text) => text.replace('"entry":40', '"entry":17'), ERASED)],
};

if (process.argv[1] === new URL(import.meta.url).pathname) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const expected = {};
  for (const [name, [outcome, make]] of Object.entries(CASES)) {
    await writeFile(new URL(`${name}.zip`, folder), make());
    expected[name] = outcome;
  }
  await writeFile(new URL("expected.json", folder), `${JSON.stringify(expected, null, 2)}\n`);
}
