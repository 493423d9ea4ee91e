import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

test("the committed bundle is what its sources build, byte for byte", { timeout: 60_000 }, () => {
  const fresh = mkdtempSync(join(tmpdir(), "bundle-"));
  try {
    execFileSync(process.execPath, ["build.mjs", fresh], { cwd: root });
    const names = readdirSync(fresh).sort();
    expect(readdirSync(join(root, "dist")).sort()).toEqual(names);
    const stale = names.filter(
      (name) => !readFileSync(join(root, "dist", name)).equals(readFileSync(join(fresh, name))),
    );
    expect(stale, "run `npm run build` in static/").toEqual([]);
  } finally {
    rmSync(fresh, { recursive: true });
  }
});
