// `npm test` and `npm run demo` are the only command a newcomer types: this installs what they need, then ends by
// starting the real script through npm, so that the Node of node_modules (not the system's) is found first on PATH.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const [script, ...args] = process.argv.slice(2);
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Sealgate needs Node 20.19 or later, this is ${process.versions.node}.`);
  process.exit(2);
}

const stamp = "node_modules/.sealgate-installed";
const wanted = createHash("sha256").update(readFileSync("package-lock.json")).digest("hex");
if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
  console.error("Installing dependencies (npm ci); this takes half a minute the first time …");
  const started = Date.now();
  npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  writeFileSync(stamp, wanted);
  console.error(`Installed in ${((Date.now() - started) / 1000).toFixed(0)} s.`);
}
npm(["run", "--silent", script, "--", ...args]);

function npm(parameters) {
  const run = spawnSync("npm", parameters, { stdio: "inherit" });
  if (run.status !== 0) process.exit(run.status ?? 1);
}
