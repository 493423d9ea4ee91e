/** Bundles the page's scripts and styles into static/dist; the same sources always give the same bytes. */

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const outdir = process.argv[2] ?? join(here, "dist");
const entries = ["src/page.ts", "src/list.ts", "src/sign_in.ts", "src/css/main.css", "src/css/admin.css"]
  .map((name) => join(here, name))
  .filter(existsSync);
/** What a browser keeps of ours, to open pages while the server does not answer. */
const KEPT = ["page.js", "list.js", "sign_in.js", "main.css"];
const LIMIT = 230 * 1024;

const options = {
  absWorkingDir: here,
  entryNames: "[name]",
  outdir,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  charset: "utf8",
  metafile: true,
  write: true,
  logLevel: "warning",
};

await rm(outdir, { recursive: true, force: true });
const pages = await build({ ...options, entryPoints: entries });
const worker = await build({
  ...options,
  entryPoints: { service_worker: join(here, "src/offline/worker.ts") },
  define: { VERSION: JSON.stringify(versionOf(pages)), FILES: JSON.stringify(KEPT.map((name) => `/static/${name}`)) },
});

/** The same for the same files: a worker of another version keeps them anew. */
function versionOf({ metafile }) {
  const hash = createHash("sha256");
  for (const path of Object.keys(metafile.outputs).sort()) {
    if (KEPT.includes(basename(path))) hash.update(readFileSync(join(here, path)));
  }
  return hash.digest("hex").slice(0, 16);
}

for (const [path, output] of Object.entries({ ...pages.metafile.outputs, ...worker.metafile.outputs })) {
  const packed = gzipSync(readFileSync(join(here, path)), { level: 9 }).length;
  console.log(`${path} ${output.bytes} bytes, ${packed} gzipped`);
  if (packed > LIMIT) {
    console.error(`${path} is ${packed} bytes gzipped; at most ${LIMIT} are allowed.`);
    process.exitCode = 1;
  }
}
