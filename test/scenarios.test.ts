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

/** A whole text of the file, of more than one word: a title, or the name of a row that is part of one. */
function isTitle(title: string, text: string): boolean {
  return title.includes(" ") && ['"', "`"].some((quote) => text.includes(`${quote}${title}${quote}`));
}

describe("the scenarios of other suites", () => {
  it("are looked for by whole titles", () => {
    const text = 'it("denies what is unsigned", …)';
    assert.deepEqual(
      ["denies what is unsigned", "denies what", "denies"].map((title) => isTitle(title, text)),
      [true, false, false],
    );
    assert.equal(isTitle("keys", '{ "keys": 1 }'), false);
  });

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
        assert.ok(isTitle(title, readFileSync(file, "utf8")), `${file}: ${title}`);
      }
    });
  }
});
