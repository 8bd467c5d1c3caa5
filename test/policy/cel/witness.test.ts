/** Why an expression is false: the conjunct that is, and the values that it compares. */
import assert from "node:assert/strict";
import { parseJson } from "../../../src/encoding/json.ts";
import { parseCel } from "../../../src/policy/cel/program.ts";
import { celOf } from "../../../src/policy/cel/values.ts";

function witness(source: string, predicate: unknown): string | undefined {
  const result = parseCel(source, ["predicate"]);
  assert.ok(result.ok);
  return result.program.witness({ predicate: celOf(parseJson(JSON.stringify(predicate), { maxValues: Infinity })) });
}

describe("a witness", () => {
  const rows: Readonly<Record<string, [string, unknown, string]>> = {
    "of a comparison shows what is not the policy's own": [
      "predicate.a == 1",
      { a: 2 },
      "line 1, column 1, where it found 2",
    ],
    "of two values shows both": [
      "predicate.a == predicate.b",
      { a: "x", b: null },
      'line 1, column 1, where it found "x" and null',
    ],
    "of a conjunction is the first part that is false": [
      "predicate.a == 1 && (predicate.b > 2 && predicate.c)",
      { a: 1, b: 2, c: false },
      "line 1, column 22, where it found 2",
    ],
    "of a method shows what it was called on": [
      "predicate.uri.startsWith('pkg:')",
      { uri: "http:" },
      'line 1, column 1, where it found "http:"',
    ],
    "of a loop is its place alone": ["predicate.all(x, x == 1)", [1, 2], "line 1, column 1"],
    "of a value that is no scalar is its place": ["predicate == {}", { a: 1 }, "line 1, column 1"],
    "of a long text is cut": [
      "predicate.s == ''",
      { s: "y".repeat(1000) },
      `line 1, column 1, where it found "${"y".repeat(80)}\\u{2026}"`,
    ],
  };
  for (const [name, [source, predicate, expected]] of Object.entries(rows)) {
    it(name, () => assert.equal(witness(source, predicate), expected));
  }

  it("costs no more than the expression may", () => {
    const many = Array.from({ length: 60_000 }, () => 1);
    assert.equal(witness("predicate.all(x, x == 1) && predicate.all(x, x == 1) && false", many), undefined);
  });
});
