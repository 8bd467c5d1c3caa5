// Lenient readers of resources of any shape: they never throw, and they never follow a prototype.
import assert from "node:assert/strict";
import { duplicateNames, itemsOf, memberOf } from "../../src/policy/field-errors.ts";

describe("policy/field-errors", () => {
  it("reads own members alone", () => {
    assert.equal(memberOf({ name: "a" }, "name"), "a");
    for (const [what, value, name] of [
      ["an inherited member", {}, "toString"],
      ["a member of null", null, "name"],
      ["a member of a string", "text", "length"],
      ["a member of nothing", undefined, "name"],
    ] as const) {
      assert.equal(memberOf(value, name), undefined, what);
    }
  });

  it("gives items with their paths, and nothing for what is no list", () => {
    assert.deepEqual(itemsOf(["a", 1], "spec.rules"), [
      { value: "a", path: "spec.rules[0]" },
      { value: 1, path: "spec.rules[1]" },
    ]);
    for (const value of [undefined, null, {}, "text", { length: 1, 0: "a" }]) assert.deepEqual(itemsOf(value, "p"), []);
  });

  it("reports each later use of a name, and shortens what it repeats", () => {
    const long = "x".repeat(100);
    const errors = duplicateNames([{ name: "a" }, { name: long }, { name: "a" }, {}, {}, { name: long }], "spec.rules");
    assert.deepEqual(errors, [
      { path: "spec.rules[2].name", message: 'is used twice: "a"' },
      { path: "spec.rules[5].name", message: `is used twice: "${"x".repeat(64)}"` },
    ]);
  });
});
