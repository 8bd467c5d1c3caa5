// Runs one suite of compiled tests: `node scripts/mocha.mjs unit|e2e [mocha options]`. The end-to-end suite mostly waits
// for its real parts, so it runs as three processes side by side. There can be one private Sigstore on a machine: what
// needs it is a lane. What installs the chart takes as long as all the rest, and is another. SEALGATE_E2E_LANE names the
// only one to run, SEALGATE_COVERAGE a folder for what the unit suite covers.
import { spawn } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";

const SIGSTORE_FILES = /^(?:attestations|configuration|sigstore.*|status|trust-root|virtual-sigstore)\.test\.js$/u;
const CHART_FILES = /^(?:callers|chaos|chart.*|controllers|endurance|rbac|story|two-releases|unanswered)\.test\.js$/u;

const [suite, ...options] = process.argv.slice(2);
const all = testFiles("dist/test");
const isE2e = (file) => file.startsWith(join("dist", "test", "e2e"));
const files = all.filter((file) => (suite === "e2e") === isE2e(file));

const coverage = process.env.SEALGATE_COVERAGE;
if (coverage !== undefined) rmSync(coverage, { recursive: true, force: true });
const dots = { SEALGATE_REPORTER: "dot", ...(coverage === undefined ? {} : { NODE_V8_COVERAGE: coverage }) };

process.exitCode = suite === "e2e" ? await runLanes() : await mocha(files, dots);

async function runLanes() {
  const only = process.env.SEALGATE_E2E_LANE;
  const lane = (name) =>
    mocha(
      files.filter((file) => laneOf(basename(file)) === name),
      { SEALGATE_REPORTER: "spec", SEALGATE_E2E_LANE: name },
      name,
    );
  const codes = await Promise.all((only === undefined ? ["sigstore", "chart", "gate"] : [only]).map(lane));
  return Math.max(...codes);
}

function laneOf(file) {
  if (SIGSTORE_FILES.test(file)) return "sigstore";
  return CHART_FILES.test(file) ? "chart" : "gate";
}

// With `lane`, its lines are told from the other's by their first word.
async function mocha(files, environment, lane) {
  const extra = lane === undefined ? [] : ["--timeout", "240000", ...(process.stdout.isTTY ? ["--color"] : [])];
  const child = spawn(
    process.execPath,
    [
      "node_modules/mocha/bin/mocha.js",
      "--reporter",
      "scripts/counting-reporter.cjs",
      "--require",
      "dist/test/support/secrets/root-hook.js",
      ...extra,
      ...options,
      ...files,
    ],
    {
      stdio: lane === undefined ? "inherit" : ["inherit", "pipe", "pipe"],
      env: { ...environment, ...process.env },
    },
  );
  if (lane !== undefined) {
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      createInterface(from).on("line", (line) => to.write(`${lane.padEnd(8)} | ${line}\n`));
    }
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}

function testFiles(folder) {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.js"))
    .map((name) => join(folder, name))
    .toSorted();
}
