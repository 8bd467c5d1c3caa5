import assert from "node:assert/strict";
import { budgetMs } from "../../src/webhook/deadline.ts";

describe("budgetMs()", () => {
  const table: readonly [string, unknown, number][] = [
    ["seconds, less the reserve", "10s", 9_500],
    ["one second", "1s", 500],
    ["milliseconds", "1500ms", 1_000],
    ["the longest that a webhook may have", "30s", 29_500],
    ["longer than a webhook may have", "3600s", 29_500],
    ["less than the reserve", "100ms", 100],
    ["nothing left", "0s", 100],
    ["absent", undefined, 9_500],
    ["written twice", ["1s", "2s"], 9_500],
    ["no unit", "10", 9_500],
    ["a negative", "-1s", 9_500],
    ["a unit of hours", "1h", 9_500],
    ["too many digits", "9999999s", 9_500],
    ["something after it", "10s&x", 9_500],
  ];
  for (const [what, timeout, milliseconds] of table) {
    it(what, () => assert.equal(budgetMs(timeout, { maxMs: 30_000, reserveMs: 500 }), milliseconds));
  }

  it("never more than the operator allows, less what he reserves", () => {
    assert.equal(budgetMs("30s", { maxMs: 4_000, reserveMs: 1_000 }), 3_000);
    assert.equal(budgetMs("2s", { maxMs: 4_000, reserveMs: 1_000 }), 1_000);
  });
});
