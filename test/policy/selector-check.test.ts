// What no schema can say about a label selector, by the path of each fault.
import assert from "node:assert/strict";
import { checkSelector } from "../../src/policy/selector-check.ts";
import type { Json } from "./resources.ts";

const paths = (selector: unknown): readonly string[] => checkSelector(selector, "s").map(({ path }) => path);
const expression = (more: Json): Json => ({ matchExpressions: [{ key: "a", ...more }] });

describe("policy/selector-check", () => {
  it("takes what is right, and what the schema speaks of", () => {
    for (const selector of [undefined, {}, 1, { matchLabels: { "a.b/c": "d" } }, expression({ operator: "Exists" })]) {
      assert.deepEqual(paths(selector), [], JSON.stringify(selector));
    }
    assert.deepEqual(paths(expression({ operator: "In", values: ["b"] })), []);
  });

  it("refuses keys that are no label names", () => {
    for (const key of ["", "-a", "a/b/c", "/a", "a".repeat(318)]) {
      assert.deepEqual(paths({ matchLabels: { [key]: "x" } }), ["s.matchLabels"], key);
    }
  });

  it("asks for values with In and NotIn, and refuses them with the others", () => {
    for (const more of [{ operator: "In" }, { operator: "NotIn", values: [] }, { operator: "Exists", values: ["b"] }]) {
      assert.deepEqual(paths(expression(more)), ["s.matchExpressions[0].values"], JSON.stringify(more));
    }
  });
});
