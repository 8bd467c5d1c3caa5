// A mocha reporter: dots (or the spec form for e2e, with the seconds of its slowest files) for people, and
// "passed failed" in a file for the gate, which adds the suites up. A pending test counts as neither.
const { randomUUID } = require("node:crypto");
const { writeFileSync } = require("node:fs");
const { basename, join } = require("node:path");
const Mocha = require("mocha");

const SLOWEST = 8;

module.exports = function counting(runner, options) {
  const form = process.env.SEALGATE_REPORTER ?? "dot";
  const Shown = Mocha.reporters[form] ?? Mocha.reporters.dot;
  const shown = new Shown(runner, options);
  if (form === "spec") timeFiles(runner);
  runner.once("end", () => {
    const folder = process.env.SEALGATE_COUNTS;
    const { passes, failures } = runner.stats;
    if (folder !== undefined) writeFileSync(join(folder, randomUUID()), `${passes} ${failures}\n`);
  });
  return shown;
};

// With their hooks, which the spec form leaves out.
function timeFiles(runner) {
  const seconds = new Map();
  let started = 0;
  runner.on("suite", (suite) => {
    if (suite.parent?.root) started = Date.now();
  });
  runner.on("suite end", ({ parent, file }) => {
    if (!parent?.root) return;
    const name = basename(file ?? "");
    seconds.set(name, (seconds.get(name) ?? 0) + (Date.now() - started) / 1000);
  });
  runner.once("end", () => {
    const slowest = [...seconds].toSorted(([, left], [, right]) => right - left).slice(0, SLOWEST);
    console.log(`  slowest files: ${slowest.map(([name, time]) => `${name} ${time.toFixed(0)} s`).join(", ")}\n`);
  });
}
