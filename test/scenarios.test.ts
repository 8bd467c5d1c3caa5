// docs/reports/scenarios.md: the tests that it names are there, and each scenario has one or says why it has none.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";

const page = readFileSync("docs/reports/scenarios.md", "utf8");
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| scenario "))
  .map((line) => line.split(" | "));

/** Each title with the file that stands before it. */
function named(cell: string): readonly (readonly [file: string, title: string])[] {
  let file = "";
  return [...cell.matchAll(/`(test\/[^`]+\.ts)`|"((?:[^"$]|\$\{[^}]*\})+)"/gu)].flatMap(([, path, title = ""]) => {
    file = path ?? file;
    return path === undefined ? [[file, title] as const] : [];
  });
}

describe("the scenarios of other suites", () => {
  it("are rows of two cells", () => {
    assert.ok(rows.length > 50);
    for (const cells of rows) assert.equal(cells.length, 2, cells.join(" | "));
  });

  for (const [scenario = "", cell = ""] of rows) {
    it(`${scenario.slice(2)}: a test that is there, or a reason`, () => {
      const tests = named(cell);
      if (tests.length === 0) assert.match(cell, /^None(?: yet)?: .{20,}\. \|$|^None(?: yet)?: .{20,}\. ?\|$/u);
      for (const [file, title] of tests) {
        assert.ok(existsSync(file), file);
        assert.ok(readFileSync(file, "utf8").includes(title), `${file}: ${title}`);
      }
    });
  }
});
