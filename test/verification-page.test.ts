/** docs/verification.md makes no claim that no test holds: each link to a test file has the title of a test in it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

describe("docs/verification.md", () => {
  const page = readFileSync(join(root, "docs/verification.md"), "utf8");
  const claims = [...page.matchAll(/\[((?:[^[\]]|\[[^[\]]*\])+)\]\(\.\.\/(test\/[^)]+\.test\.ts)\)/g)].map(
    ([, title = "", file = ""]) => ({ title: title.replace(/\s+/g, " "), file }),
  );

  it("links its claims to tests", () => assert.ok(claims.length >= 25, `${claims.length} claims`));

  for (const { title, file } of claims) {
    it(`has a test behind "${title}"`, () => {
      const text = readFileSync(join(root, file), "utf8");
      assert.ok(text.includes(title), `no test of ${file} has this title`);
    });
  }

  it("has a test in every row of its table of steps", () => {
    const rows = page.split("\n").filter((line) => /^\| (?:\d+ \w|\| )/.test(line));
    const bare = rows.filter((row) => !row.includes(".test.ts)"));
    assert.deepEqual(bare, []);
  });
});
