/** rewrite(): loops count their turns and what they go over, all else stays as it was parsed, and scopes are those of CEL. */
import assert from "node:assert/strict";
import { parse, plan, type CelInput } from "@bufbuild/cel";
import { EXCEEDED, MAX_STEPS, spend, withBudget } from "../../../src/policy/cel/budget.ts";
import { ENVIRONMENT } from "../../../src/policy/cel/environment.ts";
import { rewrite, type Expr } from "../../../src/policy/cel/rewrite.ts";

type Facts = Readonly<Record<string, CelInput>>;

function parsed(source: string): Expr {
  return parse(source).expr as unknown as Expr;
}

function evaluate(source: string, facts: Facts): unknown {
  const { expr } = rewrite(parsed(source), Object.keys(facts));
  return plan(ENVIRONMENT, expr as unknown as ReturnType<typeof parse>["expr"])(facts);
}

function costsAtMost(steps: number, source: string, facts: Facts): boolean {
  return withBudget(() => (spend(MAX_STEPS - steps), evaluate(source, facts))) !== EXCEEDED;
}

describe("rewrite()", () => {
  for (const source of [
    "1 + a.b[0] * -2",
    "{'k': [a, !a, a ? 1 : 2]}",
    "a.b.startsWith('x') || 'y' in a",
    "has(a.b)",
  ]) {
    it(`leaves ${source} as it was parsed`, () =>
      assert.deepEqual(rewrite(parsed(source), ["a"]).expr, parsed(source)));
  }

  const loops: Readonly<Record<string, [string, Facts, number]>> = {
    "a turn for each element": ["l.all(x, true)", { l: [1, 2, 3] }, 3 + 1],
    "the turns that a loop ends early": ["l.exists(x, x == 1)", { l: [1, 2, 3] }, 1 + 1 + 1],
    "the range by stretches of 32": ["l.exists(x, true)", { l: Array.from({ length: 65 }, () => 1) }, 1 + 1 + 3],
    "the turns of loops in loops": ["l.all(x, l.all(y, true))", { l: [1, 2] }, 2 + 1 + 2 * (2 + 1)],
    "the names of a map": ["m.all(k, true)", { m: { a: 1, b: 2 } }, 2 + 1],
  };
  for (const [name, [source, facts, cost]] of Object.entries(loops)) {
    it(`counts ${name}`, () => {
      assert.ok(costsAtMost(cost, source, facts), `more than ${cost} steps`);
      assert.ok(!costsAtMost(cost - 1, source, facts), `less than ${cost} steps`);
    });
  }

  it("knows the variable of a loop in its body alone, and there before one of the same name", () => {
    assert.equal(evaluate("l.all(a, a > 0) && a == 0", { l: [1, 2], a: 0 }), true);
    assert.throws(() => rewrite(parsed("x.all(x, true)"), ["l"]), /it names "x", want one of l$/);
    assert.throws(() => rewrite(parsed("l.map(x, x)[x]"), ["l"]), /it names "x"/);
  });

  it("looks for names wherever an expression may stand", () => {
    const places = ["l.all(x, z)", "[z]", "{z: 1}", "{1: z}", "l[z]", "z.b", "z.startsWith('')", "size(z)", "!z"];
    for (const source of places) assert.throws(() => rewrite(parsed(source), ["l"]), /it names "z"/, source);
  });

  it("knows a function by its name in its namespace alone", () => {
    assert.equal(evaluate("strings.quote('a') == '\"a\"'", {}), true);
    assert.throws(() => rewrite(parsed("strings.size('a')"), []), /it names "strings"/);
    assert.throws(() => rewrite(parsed("other.quote('a')"), []), /it calls the function "quote"/);
  });

  it("tells what an expression reads", () => {
    assert.deepEqual([...rewrite(parsed("a.b == 1"), ["a", "now"]).read], ["a"]);
  });
});
