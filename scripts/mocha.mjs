// Runs one suite of compiled tests: `node scripts/mocha.mjs unit|e2e [mocha options]`.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const [suite, ...options] = process.argv.slice(2);
const all = testFiles("dist/test");
const isE2e = (file) => file.startsWith(join("dist", "test", "e2e"));
const files = all.filter((file) => (suite === "e2e") === isE2e(file));
const extra = suite === "e2e" ? ["--timeout", "240000"] : [];
const environment = { SEALGATE_REPORTER: suite === "e2e" ? "spec" : "dot", ...process.env };
const run = spawnSync(
  process.execPath,
  ["node_modules/mocha/bin/mocha.js", "--reporter", "scripts/counting-reporter.cjs", ...extra, ...options, ...files],
  {
    stdio: "inherit",
    env: environment,
  },
);
process.exit(run.status ?? 1);

function testFiles(folder) {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.js"))
    .map((name) => join(folder, name))
    .toSorted();
}
