/** Bundles the page's scripts and styles into static/dist; the same sources always give the same bytes. */

import { existsSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const outdir = process.argv[2] ?? join(here, "dist");
const entries = ["src/page.ts", "src/list.ts", "src/sign_in.ts", "src/css/main.css", "src/css/admin.css"]
  .map((name) => join(here, name))
  .filter(existsSync);
const LIMIT = 230 * 1024;

await rm(outdir, { recursive: true, force: true });
const result = await build({
  absWorkingDir: here,
  entryPoints: entries,
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
});

for (const [path, output] of Object.entries(result.metafile.outputs)) {
  const packed = gzipSync(readFileSync(join(here, path)), { level: 9 }).length;
  console.log(`${path} ${output.bytes} bytes, ${packed} gzipped`);
  if (packed > LIMIT) {
    console.error(`${path} is ${packed} bytes gzipped; at most ${LIMIT} are allowed.`);
    process.exitCode = 1;
  }
}
