// Label selectors as meta/v1 LabelSelector means them.
import assert from "node:assert/strict";
import { compileSelector } from "../../src/policy/selector.ts";
import type { NamespaceSelector } from "../../src/policy/types.ts";

const LABELS = new Map([
  ["env", "prod"],
  ["team", ""],
]);

const expression = (operator: "In" | "NotIn" | "Exists" | "DoesNotExist", key: string, values?: string[]): object => ({
  matchExpressions: [values === undefined ? { key, operator } : { key, operator, values }],
});

describe("policy/selector", () => {
  const table: readonly [string, NamespaceSelector, boolean][] = [
    ["an empty selector", {}, true],
    ["a label that is equal", { matchLabels: { env: "prod" } }, true],
    ["a label that differs", { matchLabels: { env: "test" } }, false],
    ["a label that is absent", { matchLabels: { zone: "a" } }, false],
    ["an empty value of a label that is absent", { matchLabels: { zone: "" } }, false],
    ["one label of two", { matchLabels: { env: "prod", zone: "a" } }, false],
    ["In with the value", expression("In", "env", ["test", "prod"]), true],
    ["In without the value", expression("In", "env", ["test"]), false],
    ["In with an empty value of an absent label", expression("In", "zone", [""]), false],
    ["In with an empty value", expression("In", "team", [""]), true],
    ["NotIn with the value", expression("NotIn", "env", ["prod"]), false],
    ["NotIn without the value", expression("NotIn", "env", ["test"]), true],
    ["NotIn of an absent label", expression("NotIn", "zone", ["a"]), true],
    ["NotIn of an absent label, with an empty value", expression("NotIn", "zone", [""]), true],
    ["NotIn with an empty value", expression("NotIn", "team", [""]), false],
    ["Exists", expression("Exists", "team"), true],
    ["Exists of an absent label", expression("Exists", "zone"), false],
    ["DoesNotExist", expression("DoesNotExist", "env"), false],
    ["DoesNotExist of an absent label", expression("DoesNotExist", "zone"), true],
    ["labels and an expression that fails", { matchLabels: { env: "prod" }, ...expression("Exists", "zone") }, false],
  ];
  for (const [name, selector, expected] of table) {
    it(`${name}: ${expected ? "matches" : "does not match"}`, () => {
      assert.equal(compileSelector(selector)(LABELS), expected);
    });
  }

  it("matches when the labels cannot be read", () => {
    assert.equal(compileSelector({ matchLabels: { env: "test" } })(undefined), true);
  });
});
