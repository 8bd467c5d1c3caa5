// A mocha reporter: dots (or the spec form for e2e) for people, and "passed failed" in a file for the gate, which adds the
// suites up. A pending test counts as neither.
const { randomUUID } = require("node:crypto");
const { writeFileSync } = require("node:fs");
const { join } = require("node:path");
const Mocha = require("mocha");

module.exports = function counting(runner, options) {
  const Shown = Mocha.reporters[process.env.SEALGATE_REPORTER ?? "dot"] ?? Mocha.reporters.dot;
  const shown = new Shown(runner, options);
  runner.once("end", () => {
    const folder = process.env.SEALGATE_COUNTS;
    const { passes, failures } = runner.stats;
    if (folder !== undefined) writeFileSync(join(folder, randomUUID()), `${passes} ${failures}\n`);
  });
  return shown;
};
