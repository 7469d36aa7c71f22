// A made-up company served by the real program, and a real browser in front of it.
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../../", import.meta.url));
const program = process.env.TIGERTALLY_BIN ?? path.join(root, "target/debug/tigertally");
const browserPath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** A port that nobody uses. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** The code that an authenticator shows (RFC 6238). */
export function code(secret, time = Date.now()) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((c) => alphabet.indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(time / 30_000)));
  const mac = createHmac("sha1", key).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fff_ffff) % 1_000_000).padStart(6, "0");
}

/** Starts the program with a small company; resolves when it serves. */
export async function company(customers = 300) {
  const folder = await mkdtemp(path.join(tmpdir(), "tigertally-"));
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const args = ["demo", "--data", folder, "--listen", `127.0.0.1:${port}`, "--no-open", "--customers", String(customers)];
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (status) => reject(new Error(`the program ended with ${status}: ${said}`)));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (text) => {
        said += text;
        if (said.includes(address)) resolve();
      });
    }
  });
  child.removeAllListeners("exit");
  const signIns = JSON.parse(await readFile(path.join(folder, "demo-sign-ins.json"), "utf8"));
  const browser = await chromium.launch({
    executablePath: browserPath,
    args: [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ],
  });
  const visits = new Map();
  return {
    address,
    person: (role, nth = 0) => signIns.filter((person) => person.role === role)[nth],
    visit: (lang) => visit(browser, address, lang),
    /** Everybody signs in once: a code works once, and there are not enough of them in a minute. */
    async signedIn(person, lang) {
      if (!visits.has(person.staff_no)) {
        const visited = await visit(browser, address, lang);
        await signIn(visited.page, person);
        visits.set(person.staff_no, visited);
      }
      const visited = visits.get(person.staff_no);
      await visited.context.addCookies([{ name: "lang", value: lang.slice(0, 2), url: address }]);
      return visited;
    },
    async close() {
      await browser.close();
      const ended = new Promise((resolve) => child.on("exit", resolve));
      child.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A browser of somebody's own, in a language. `errors` holds what the page complained of, content policy included. */
async function visit(browser, address, lang) {
  const context = await browser.newContext({ locale: lang, viewport: { width: 1280, height: 900 }, baseURL: address });
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    // A refused request is part of some stories; what a page itself does wrong never is.
    if (message.type() === "error" && !message.text().includes("status of 4")) errors.push(message.text());
  });
  return { context, page, errors };
}

/** The last step of each authenticator that was used: a code works once, and one of the next half minute as well. */
const used = new Map();

/** A code of somebody's that has not been used. */
export function freshCode({ totp_secret: secret }) {
  const step = Math.max(Math.floor(Date.now() / 30_000), (used.get(secret) ?? 0) + 1);
  used.set(secret, step);
  return code(secret, step * 30_000);
}

/** Signs somebody in with password and code. */
export async function signIn(page, person) {
  await page.goto("/sign-in");
  await page.fill("input[name=staff_no]", person.staff_no);
  await page.fill("input[name=password]", person.password);
  await page.press("input[name=password]", "Enter");
  await page.fill("input[name=code]", freshCode(person));
  await page.press("input[name=code]", "Enter");
  await page.waitForURL("**/");
}

/** Keeps pictures of a story, where they are wanted: `PICTURES` names the folder. */
export function pictures(story) {
  return async (page, name, lang) => {
    const folder = process.env.PICTURES;
    if (folder) await page.screenshot({ path: `${folder}/${story}-${name}-${lang.slice(0, 2)}.png`, fullPage: true });
  };
}
