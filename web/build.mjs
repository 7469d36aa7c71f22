// Builds what the server embeds and serves under /assets/: one stylesheet, one script, the page of the API; and the page
// that verifies evidence bundles, one file that needs no other.
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const dist = here("./dist/");

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });

await build({
  entryPoints: {
    console: here("./src/console.ts"),
    "api-docs": here("./src/api-docs.ts"),
  },
  outdir: dist,
  bundle: true,
  minify: true,
  format: "iife",
  charset: "utf8",
  legalComments: "none",
  target: ["chrome105", "edge105", "firefox115", "safari16"],
  logLevel: "warning",
});

await build({
  entryPoints: {
    console: here("./src/styles/console.css"),
    "api-docs": here("./src/styles/api-docs.css"),
  },
  outdir: dist,
  bundle: true,
  minify: true,
  charset: "utf8",
  target: ["chrome105", "edge105", "firefox115", "safari16"],
  logLevel: "warning",
});

// Swagger UI comes as it is, without the pointer to its source map, which we do not serve.
const swagger = here("./node_modules/swagger-ui-dist/");
for (const name of ["swagger-ui.css", "swagger-ui-bundle.js"]) {
  const text = await readFile(swagger + name, "utf8");
  await writeFile(dist + name, text.replace(/\/[/*]# sourceMappingURL=.*$/m, ""));
}
await copyFile(swagger + "LICENSE", dist + "swagger-ui.LICENSE.txt");

for (const name of await readdir(here("./public/"))) await copyFile(here("./public/" + name), dist + name);

await writeFile(dist + "verify.html", await verifyPage());

/** The page that verifies evidence bundles: script and style stand in it, and its policy allows these two and nothing else. */
async function verifyPage() {
  const inline = async (entry) => {
    const { outputFiles } = await build({
      entryPoints: [here(entry)],
      bundle: true,
      minify: true,
      write: false,
      format: "iife",
      charset: "utf8",
      legalComments: "none",
      target: ["chrome105", "edge105", "firefox115", "safari16"],
      logLevel: "warning",
    });
    return outputFiles[0].text.trim();
  };
  const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const [script, style] = await Promise.all([inline("./verify/page.ts"), inline("./verify/page.css")]);
  const policy = [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
  const licences = await Promise.all(["hashes", "curves", "post-quantum"].map(async (name) => {
    const text = await readFile(here(`./node_modules/@noble/${name}/LICENSE`), "utf8");
    return `@noble/${name}\n\n${text.trim()}\n`;
  }));
  const parts = { policy, style, script, licences: `<!--\n${licences.join("\n").replaceAll("--", "- -")}-->` };
  const page = await readFile(here("./verify/page.html"), "utf8");
  return page.replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
}
