/** ENVIRONMENT: RE2 behind `matches`, and that patterns pay from the budget. */
import assert from "node:assert/strict";
import { celEnv, isCelError, parse, plan, type CelInput } from "@bufbuild/cel";
import { EXCEEDED, MAX_STEPS, spend, withBudget } from "../../../src/policy/cel/budget.ts";
import { COUNT_TURN, ENVIRONMENT } from "../../../src/policy/cel/environment.ts";

function evaluate(source: string, facts: Readonly<Record<string, CelInput>> = {}): unknown {
  return plan(ENVIRONMENT, parse(source).expr)(facts);
}

/** Whether `run` can be paid with so many steps. */
function costsAtMost(steps: number, run: () => unknown): boolean {
  return withBudget(() => (spend(MAX_STEPS - steps), run())) !== EXCEEDED;
}

describe("the environment of expressions", () => {
  it("finds a pattern anywhere, and all of the text by anchors", () => {
    assert.equal(evaluate("'refs/heads/main'.matches('heads')"), true);
    assert.equal(evaluate("'refs/heads/main'.matches('^heads$')"), false);
  });

  it("has the syntax of RE2 and no other", () => {
    assert.equal(evaluate(String.raw`'a1'.matches('\\pL\\d')`), true);
    for (const pattern of ["(?=a)", "(a)\\\\1", "("]) assert.ok(isCelError(evaluate(`'a'.matches('${pattern}')`)));
  });

  it("bounds a pattern that comes out of a statement", () => {
    assert.equal(evaluate("'b'.matches(p)", { p: "a".repeat(512) }), false);
    const refused = evaluate("'b'.matches(p)", { p: "a".repeat(513) });
    assert.ok(isCelError(refused));
    assert.match(refused.message, /more than 512 characters/);
  });

  it("pays for a pattern when it is first seen, and for the text each time", () => {
    const compile = (pattern: string): unknown => evaluate("''.matches(p)", { p: pattern });
    assert.ok(!costsAtMost(9, () => compile("first seen")) && costsAtMost(10, () => compile("first seen")));
    assert.ok(costsAtMost(0, () => compile("first seen")));
    const search = (): unknown => evaluate("s.matches('x')", { s: "y".repeat(6400) });
    search();
    assert.ok(!costsAtMost(99, search) && costsAtMost(100, search));
  });

  it("still matches after more patterns than are remembered", () => {
    for (let i = 0; i < 600; i += 1) assert.equal(evaluate("'n7'.matches(p)", { p: `^n${i}$` }), i === 7);
  });

  it("compares texts as the library does, and leaves what else is compared to it", () => {
    const values: readonly CelInput[] = ["a", "b", "", "1", 1n, 1, 2n, true, null, new Map([["a", "b"]])];
    const standard = celEnv();
    for (const left of values) {
      for (const right of values) {
        for (const operator of ["==", "!="]) {
          const { expr } = parse(`left ${operator} right`);
          assert.equal(plan(ENVIRONMENT, expr)({ left, right }), plan(standard, expr)({ left, right }));
        }
      }
    }
    assert.ok(isCelError(evaluate("'a' != missing")) && isCelError(evaluate("missing == 'a'")));
  });

  it("counts each turn of a loop once", () => {
    const turn = {
      id: 1n,
      exprKind: {
        case: "callExpr",
        value: {
          function: COUNT_TURN,
          args: [
            { id: 2n, exprKind: { case: "constExpr", value: { constantKind: { case: "boolValue", value: true } } } },
          ],
        },
      },
    };
    const run = (): unknown => plan(ENVIRONMENT, turn as unknown as Parameters<typeof plan>[1])({});
    assert.equal(run(), true);
    assert.ok(!costsAtMost(0, run) && costsAtMost(1, run));
  });
});
