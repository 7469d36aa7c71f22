// Builds what the server embeds and serves under /assets/: one stylesheet, one script, the page of the API.
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
