/** Every item of the test list (registry.md §15) has a test that runs with `--grep registry`; and the finder is no rubber stamp. */
import assert from "node:assert/strict";
import { TEST_LIST, untested } from "../support/registry/test-list.ts";

describe("registry: the test list", () => {
  it("has a test for every item", function () {
    assert.deepEqual(untested(titlesBelow(rootOf(this.test))), []);
  });

  it("finds the item that no test names, or only one elsewhere", () => {
    const titles = Object.values(TEST_LIST)
      .flat()
      .map((word) => `registry: ${word}`);
    assert.deepEqual(untested(titles), []);
    const others = titles.map((title) => (title.includes("a tarpit") ? title.replace("registry: ", "") : title));
    assert.deepEqual(untested(others), ["tarpit"]);
    assert.deepEqual(untested([], { nothing: [] }), ["nothing"]);
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
