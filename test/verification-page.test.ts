/** The pages on verification make no claim that no test holds: each link to a test file has the title of a test in it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

const read = (page: string): string => readFileSync(join(root, page), "utf8");

interface Claim {
  readonly title: string;
  readonly file: string;
}

function claimsOf(page: string): readonly Claim[] {
  return [...read(page).matchAll(/\[((?:[^[\]]|\[[^[\]]*\])+)\]\(\.\.\/(test\/[^)]+\.test\.ts)\)/g)].map(
    ([, title = "", file = ""]) => ({ title: title.replace(/\s+/g, " "), file }),
  );
}

for (const [page, least] of Object.entries({ "docs/verification.md": 25, "docs/cosign-differences.md": 7 })) {
  describe(page, () => {
    const claims = claimsOf(page);

    it("links its claims to tests", () => assert.ok(claims.length >= least, `${claims.length} claims`));

    for (const { title, file } of claims) {
      it(`has a test behind "${title}"`, () => {
        assert.ok(read(file).includes(title), `no test of ${file} has this title`);
      });
    }
  });
}

describe("docs/verification.md", () => {
  it("has a test in every row of its table of steps", () => {
    const rows = read("docs/verification.md")
      .split("\n")
      .filter((line) => /^\| (?:\d+ \w|\| )/.test(line));
    const bare = rows.filter((row) => !row.includes(".test.ts)"));
    assert.deepEqual(bare, []);
  });
});
