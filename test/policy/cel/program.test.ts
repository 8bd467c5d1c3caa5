/** parseCel(): what expressions mean over strictly read JSON, what is refused at once, and that every evaluation ends. */
import assert from "node:assert/strict";
import { parseJson } from "../../../src/encoding/json.ts";
import { parseCel, type CelOutcome } from "../../../src/policy/cel/program.ts";
import { celOf } from "../../../src/policy/cel/values.ts";

function evaluate(source: string, predicate: unknown = {}): CelOutcome {
  const result = parseCel(source, ["predicate"]);
  assert.ok(result.ok, result.ok ? "" : result.message);
  const json = parseJson(JSON.stringify(predicate), { maxValues: Infinity, roundIntegers: true });
  return result.program.evaluate({ predicate: celOf(json) });
}

function refusal(source: string): string {
  const result = parseCel(source, ["predicate", "now"]);
  assert.ok(!result.ok, `want a refusal of ${source}`);
  return result.message;
}

const NO_CRITICAL =
  "predicate.results.all(t, !has(t.found) || t.found == null || t.found.all(v, v.severity != 'CRITICAL'))";

describe("an expression", () => {
  const holds: Readonly<Record<string, [string, unknown?]>> = {
    "takes whole numbers for int": ["predicate.n + 1 == 3", { n: 2 }],
    "takes others for double": ["predicate.n > 2.4 && predicate.n < 3", { n: 2.5 }],
    "takes null for present": ["has(predicate.a) && predicate.a == null && 'a' in predicate", { a: null }],
    "reads members that JavaScript has too": [
      "predicate.constructor == 'x' && predicate['toString'] == 'y' && !has(predicate.valueOf)",
      { constructor: "x", toString: "y" },
    ],
    "reads lists by index, size and membership": [
      "predicate.l[1] == 'b' && size(predicate.l) == 2 && 'a' in predicate.l",
      { l: ["a", "b"] },
    ],
    "loops over lists": [
      "predicate.l.all(x, x > 0) && predicate.l.exists_one(x, x == 2) && predicate.l.filter(x, x > 1).size() == 2",
      { l: [1, 2, 3] },
    ],
    "loops over the names of a map": [
      "predicate.all(k, k.startsWith('a')) && predicate.map(k, predicate[k]).exists(v, v == 2)",
      { a1: 1, a2: 2 },
    ],
    "compares maps and lists deeply": [
      "predicate == {'l': [1, {'a': true}], 'n': null}",
      { l: [1, { a: true }], n: null },
    ],
    "finds a pattern anywhere, as CEL has it": ["'https://github.com/acme/app'.matches('acme')"],
    "has the strings extension": [
      "predicate.s.lowerAscii().split('b') == ['a', 'c'] && ['x', 'y'].join('-') == 'x-y'",
      { s: "ABC" },
    ],
    "has functions with a namespace": ["strings.quote('a') == '\"a\"'"],
    "has times and durations": [
      "timestamp(predicate.t) + duration('24h') > timestamp('2026-02-01T12:00:00Z')",
      { t: "2026-02-01T00:00:00Z" },
    ],
    "has the names of types": [
      "type(predicate.l) == list && int('1') == 1 && string(predicate.n) == '7'",
      { l: [], n: 7 },
    ],
    "makes maps and lists": ["{'a': 1}['a'] == 1 && [1, 2][0] == 1 && (true ? 1 : 2) == 1 && -1 < 0 && 5 % 2 == 1"],
    "takes a scan without criticals": [
      NO_CRITICAL,
      { results: [{ found: [{ severity: "LOW" }] }, { found: null }, {}] },
    ],
  };
  for (const [name, [source, predicate]] of Object.entries(holds)) {
    it(name, () => assert.deepEqual(evaluate(source, predicate), { kind: "bool", value: true }));
  }

  it("says no to a scan with a critical finding", () => {
    const results = [{ found: [{ severity: "LOW" }, { severity: "CRITICAL" }] }];
    assert.deepEqual(evaluate(NO_CRITICAL, { results }), { kind: "bool", value: false });
  });

  it("takes an integer that JSON cannot hold for no int at all", () => {
    const json = parseJson('{"n": 9007199254740993}', { roundIntegers: true });
    const result = parseCel("predicate.n == 9007199254740993", ["predicate"]);
    assert.ok(result.ok);
    assert.deepEqual(result.program.evaluate({ predicate: celOf(json) }), { kind: "bool", value: false });
  });
});

describe("an expression that fails", () => {
  const fails: Readonly<Record<string, [string, unknown, RegExp]>> = {
    "a member that is absent": ["predicate.missing == 1", {}, /field not found: missing/],
    "a division by zero": ["1 / predicate.n == 1", { n: 0 }, /divide by zero/],
    "a comparison of kinds": ["predicate.s > 1", { s: "a" }, /./],
    "a member of a string": ["predicate.a == 1", "text", /./],
    "a member of null": ["predicate.a == 1", null, /./],
    "an index that is no string": ["predicate[1] == 1", { a: 1 }, /./],
    "an index beyond a list": ["predicate[3] == 1", [1], /./],
    "a result that is a map": ["predicate", {}, /its result is no bool but object/],
    "a result that is text, even this one": [
      "predicate.s",
      { s: "budget exceeded" },
      /its result is no bool but string/,
    ],
    "a result that is null": ["predicate.n", { n: null }, /its result is no bool but null/],
    "a pattern of a statement that RE2 refuses": ["'a'.matches(predicate.p)", { p: "(?=a)" }, /./],
    "a pattern of a statement that is too long": ["'a'.matches(predicate.p)", { p: "a".repeat(513) }, /512 characters/],
  };
  for (const [name, [source, predicate, reason]] of Object.entries(fails)) {
    it(`by ${name} is not met`, () => {
      const outcome = evaluate(source, predicate);
      assert.ok(outcome.kind === "error", JSON.stringify(outcome));
      assert.match(outcome.reason, reason);
    });
  }
});

describe("the budget", () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i);
  const exceeds: Readonly<Record<string, [string, unknown?]>> = {
    "a hundred thousand findings": [
      "predicate.l.all(x, x != 'z')",
      { l: Array.from({ length: 100_000 }, (_, i) => `v${i}`) },
    ],
    "loops over a list in the expression": [
      `[${hundred.join()}].all(a, [${hundred.join()}].all(b, [${hundred.join()}].all(c, a + b + c >= 0)))`,
    ],
    "loops over a list that a loop made": [
      "[predicate.l.map(x, x)].all(l, l.all(a, l.all(b, true)))",
      { l: Array.from({ length: 1000 }, () => 1) },
    ],
    "comparisons of large values in a loop": [
      "predicate.l.all(x, predicate.l == predicate.l)",
      { l: Array.from({ length: 1000 }, () => 1) },
    ],
    "a pattern over megabytes of text": [
      "predicate.l.all(x, predicate.s.matches('(a|b)*c') || true)",
      { l: hundred, s: "ab".repeat(200_000) },
    ],
    "an error that a loop would swallow": [
      "predicate.l.exists(x, predicate.l.all(y, y == x)) || true",
      { l: Array.from({ length: 60_000 }, (_, i) => i) },
    ],
  };
  for (const [name, [source, predicate]] of Object.entries(exceeds)) {
    it(`ends ${name}, and that is not met`, () => {
      const outcome = evaluate(source, predicate);
      assert.deepEqual(outcome, { kind: "error", reason: "it takes more steps than one expression may" });
    });
  }

  it("begins anew with each evaluation", () => {
    const result = parseCel("predicate.l.all(x, x >= 0)", ["predicate"]);
    assert.ok(result.ok);
    const predicate = celOf(parseJson(JSON.stringify({ l: Array.from({ length: 20_000 }, () => 1) })));
    for (let i = 0; i < 10; i += 1)
      assert.deepEqual(result.program.evaluate({ predicate }), { kind: "bool", value: true });
  });

  it("bears a statement that is nested as deeply as JSON may be", () => {
    let nested: unknown = 1;
    for (let depth = 0; depth < 60; depth += 1) nested = [nested];
    assert.deepEqual(evaluate("predicate == predicate", nested), { kind: "bool", value: true });
  });

  it("takes linear time for a pattern that backtracks elsewhere", () => {
    assert.deepEqual(evaluate("predicate.s.matches('^(a+)+$')", { s: `${"a".repeat(2000)}!` }), {
      kind: "bool",
      value: false,
    });
  });
});

describe("parseCel() refuses", () => {
  const rows: Readonly<Record<string, [string, RegExp]>> = {
    "what does not parse, with line and column": ["1 +\n", /^is no expression of CEL: line 1, column 3: found \+/],
    "two dots": ["predicate..a", /line 1, column 10/],
    nothing: ["", /^is no expression of CEL/],
    "a name that nobody gives": ["predict.a == 1", /it names "predict", want one of predicate, now$/],
    "the name of a loop outside of it": ["predicate.all(x, true) && x", /it names "x"/],
    "a function that does not exist": ["predicate.foo()", /it calls the function "foo", which does not exist/],
    "a function of Kubernetes": ["isURL('a')", /"isURL"/],
    "optional types": ["optional.none() == 1", /"none"/],
    bindings: ["cel.bind(x, 1, x == 1)", /./],
    "the counters by name": ["@turn(true)", /./],
    "a protobuf message": ["google.protobuf.Timestamp{} == null", /protobuf message/],
    "more than four loops in one another": [
      "[1].all(a, [1].all(b, [1].all(c, [1].all(d, [1].all(e, true)))))",
      /it nests more than 4 loops/,
    ],
    "deep nesting": [`${"[".repeat(70)}1${"]".repeat(70)} == []`, /it is nested more than 64 deep/],
    "parentheses that exhaust the parser": [`${"(".repeat(900)}true${")".repeat(900)}`, /nested too deeply/],
    "5,000 parentheses": [`${"(".repeat(2500)}true${")".repeat(2500)}`, /characters long, want at most 2048/],
  };
  for (const [name, [source, message]] of Object.entries(rows)) {
    it(name, () => assert.match(refusal(source), message));
  }
});
