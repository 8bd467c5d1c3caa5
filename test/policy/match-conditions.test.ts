// Conditions on a request: what is refused when a policy is read, with path and position.
import assert from "node:assert/strict";
import { checkConditions, compileConditions } from "../../src/policy/match-conditions.ts";

const one = (expression: unknown): object => ({ conditions: [{ name: "one", expression }] });

describe("policy/match-conditions", () => {
  const REFUSED: readonly [string, string, RegExp][] = [
    ["no CEL", "object.", /is no expression of CEL: line 1, column \d+/],
    ["a name that is not there", "pod.kind == 'Pod'", /pod/],
    ["more than 2048 characters", `'${"x".repeat(2048)}' == ''`, /want at most 2048/],
  ];
  for (const [name, source, message] of REFUSED) {
    it(`refuses ${name}`, () => {
      const [error, ...more] = checkConditions(one(source), "match");
      assert.deepEqual([error?.path, more], ["match.conditions[0].expression", []]);
      assert.match(error?.message ?? "", message);
      assert.match(error?.message ?? "", / \(condition "one"\)$/);
      assert.throws(() => compileConditions([{ name: "one", expression: source }]), /after it was validated/);
    });
  }

  it("leaves to the schema what has not the right shape", () => {
    for (const match of [undefined, null, {}, { conditions: 7 }, { conditions: [null, "x", {}] }, one(7)]) {
      assert.deepEqual(checkConditions(match, "match"), []);
    }
  });

  it("compiles what it takes", () => {
    const [program] = compileConditions([{ name: "one", expression: "request == 1" }]);
    assert.deepEqual(program?.evaluate({ request: 1n }), { kind: "bool", value: true });
  });
});
