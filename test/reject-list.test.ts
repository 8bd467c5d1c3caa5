/** Every clause of the reject list (verification-spec §12) has a test that names it; and the finder of those is no rubber stamp. */
import assert from "node:assert/strict";
import { REJECT_LIST, unnamedClauses } from "./support/reject-list.ts";

describe("the tests of the reject list", () => {
  it("name every clause", function () {
    const titles = titlesBelow(rootOf(this.test));
    assert.deepEqual(unnamedClauses(titles), []);
    const clauses = Object.values(REJECT_LIST).flat().length;
    const tests = titles.filter((title) => title.includes("reject list: ")).length;
    console.log(`\n  reject list: ${clauses} clauses, ${tests} tests\n`);
  });
});

describe("unnamedClauses()", () => {
  const all = Object.entries(REJECT_LIST).flatMap(([list, clauses]) =>
    clauses.map((clause) => `refuses, reject list: ${list}: ${clause} (a case of it)`),
  );

  it("is content with a title for every clause", () => assert.deepEqual(unnamedClauses(all), []));

  it("finds the clause that no title names", () => {
    const titles = all.filter((title) => !title.includes("SCT: none"));
    assert.deepEqual(unnamedClauses(titles), ["SCT: none"]);
  });

  it("does not take the words of one list for those of another, nor the start of a word for the word", () => {
    const titles = all.filter((title) => !title.includes("TSA: bad signature") && !title.includes("leaf is CA"));
    const more = ["reject list: bad signature", "reject list: leaf is CAreless"];
    assert.deepEqual(unnamedClauses([...titles, ...more]), ["Certificate: leaf is CA", "TSA: bad signature"]);
  });
});

function rootOf(test: Mocha.Runnable | undefined): Mocha.Suite {
  let suite = test?.parent;
  while (suite?.parent !== undefined) suite = suite.parent;
  return suite ?? assert.fail("a test has a suite");
}

function titlesBelow(suite: Mocha.Suite): readonly string[] {
  return [...suite.tests.map((test) => test.fullTitle()), ...suite.suites.flatMap(titlesBelow)];
}
