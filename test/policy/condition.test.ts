/** Conditions over predicates of any shape: only true is met, and every evaluation ends with a short, safe reason. */
import assert from "node:assert/strict";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { checkCondition, checkConditions, compileConditions } from "../../src/policy/condition.ts";
import { StepBudget, withSharedSteps } from "../../src/policy/cel/budget.ts";
import { celOf } from "../../src/policy/cel/values.ts";
import { failsWith } from "../support/failures.ts";
import { attestationRule, attestedBy, attestedBytes, compiledAttestationRule, judge, told } from "./attestations.ts";
import { IMAGE_DIGEST, KEYS, NOW } from "./resources.ts";

const asked = (expression: string): ReturnType<typeof compiledAttestationRule> =>
  compiledAttestationRule(attestationRule({ conditions: [{ expression }] }));

describe("a condition", () => {
  const findings = Array.from({ length: 100_000 }, (_, i) => ({ id: `CVE-${i}`, severity: "LOW" }));
  const rows: Readonly<Record<string, [string, unknown, string]>> = {
    "over a predicate that is text": ["predicate == 'x'", "x", "Pass"],
    "over a predicate that is a list": ["predicate.size() == 2 && predicate[0] == 1", [1, 2], "Pass"],
    "over a list that it takes for a map": ["predicate.a == 1", [1], "Fail ConditionError"],
    "over text that it takes for a map": ["predicate.a.b == 1", "x", "Fail ConditionError"],
    "over a number": ["predicate == 7", 7, "Pass"],
    "over false": ["predicate == false", false, "Pass"],
    "over members that JavaScript has too": [
      "predicate.constructor == 1 && predicate['__proto__'].polluted && !has(predicate.toString)",
      JSON.parse('{"constructor":1,"__proto__":{"polluted":true}}'),
      "Pass",
    ],
    "over what is absent": ["predicate.missing == 1", {}, "Fail ConditionError"],
    "over what is absent, guarded": ["!has(predicate.missing) || predicate.missing == 1", {}, "Pass"],
    "that divides by zero": ["1 / predicate.n == 1", { n: 0 }, "Fail ConditionError"],
    "that is no bool": ["predicate.n", { n: 1 }, "Fail ConditionError"],
    "that loops over a hundred thousand findings": [
      "predicate.all(f, f.severity != 'CRITICAL')",
      findings,
      "Fail ConditionError",
    ],
    "that loops over a thousand findings": [
      "predicate.all(f, f.severity != 'CRITICAL')",
      findings.slice(0, 1000),
      "Pass",
    ],
    "that explodes": [
      "predicate.all(a, predicate.all(b, predicate.all(c, predicate.all(d, a == b || c == d))))",
      findings.slice(0, 500),
      "Fail ConditionError",
    ],
  };
  for (const [name, [expression, predicate, expected]] of Object.entries(rows)) {
    it(`${name}: ${expected}`, () =>
      assert.equal(told(judge(asked(expression), [attestedBy(KEYS.a, predicate)])), expected));
  }

  it("never sees a statement without predicate, or with null for one", () => {
    for (const text of ["null", undefined]) {
      const predicate = text === undefined ? "" : `,"predicate":${text}`;
      const payload = `{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"${IMAGE_DIGEST.slice(7)}"}}],"predicateType":"https://cosign.sigstore.dev/attestation/vuln/v1"${predicate}}`;
      const verdict = judge(asked("true"), [attestedBytes(KEYS.a, encodeUtf8(payload))]);
      assert.equal(told(verdict), "Fail StatementPredicateMissing NoAttestationFound");
    }
  });

  it("sees every subject of the statement, so that a predicate about several images can be told", () => {
    const several = attestedBy(
      KEYS.a,
      {},
      {
        statement: (written) => ({
          ...written,
          subject: [{ digest: { sha256: "2".repeat(64) } }, { digest: { sha256: IMAGE_DIGEST.slice(7) } }],
        }),
      },
    );
    assert.equal(told(judge(asked("statement.subject.size() == 2"), [several])), "Pass");
    assert.equal(
      told(judge(asked("statement.subject.all(s, s.digest.sha256 == image.digest.substring(7))"), [several])),
      "Fail ConditionNotMet",
    );
  });

  it("sees image, signer, statement and now", () => {
    const expression = [
      "image.host == 'ghcr.io' && image.path == 'acme/app' && image.tag == 'v1' && image.reference.startsWith('ghcr.io/acme/app:v1@sha256:')",
      "signer.kind == 'key' && signer.entry == 'scanner' && signer.party == 'scanner' && signer.issuer == '' && signer.keyID != '' && !has(signer.time)",
      "statement.predicateType.endsWith('/vuln/v1') && statement.predicate == predicate",
      `now == timestamp('${new Date(NOW).toISOString()}')`,
    ].join(" && ");
    assert.equal(told(judge(asked(expression), [attestedBy(KEYS.a, { n: 1 })])), "Pass");
  });

  it("tells where an error is, and shows no more than a cut of anybody's text", () => {
    const evil = `\n\u001b[31m"forged"\u202e${"x".repeat(100_000)}`;
    const shown =
      judge(asked("true &&\n  predicate.s == 'y'"), [attestedBy(KEYS.a, { s: evil })]).findings[0]?.reason ?? "";
    assert.match(
      shown,
      /condition 1 is false at line 2, column 3, where it found "\\u\{a\}\\u\{1b\}\[31m\\"forged\\"\\u\{202e\}x+/,
    );
    assert.match(shown, /^[ -~…]{1,400}$/u);
    const key = judge(asked("{'a': 1}[predicate.s] == 1"), [attestedBy(KEYS.a, { s: evil })]).findings[0]?.reason ?? "";
    assert.match(key, /^[ -~…]{1,1500}$/u);
    const absent =
      judge(asked("has(predicate.a) ||\n predicate.missing == 1"), [attestedBy(KEYS.a, {})]).findings[0]?.reason ?? "";
    assert.match(absent, /condition 1 has no result: field not found: missing \(line 2, column 11\), want true/);
  });
});

describe("conditions of a rule", () => {
  it("are refused with path, line and column where they do not compile", () => {
    const errors = checkConditions([{ expression: "true" }, { expression: "predicate..a" }], "spec.x", "condition");
    assert.deepEqual(
      errors.map(({ path }) => path),
      ["spec.x[1].expression"],
    );
    assert.match(errors[0]?.message ?? "", /line 1, column 10/);
  });

  it("name what is theirs alone", () => {
    const refused = (expression: string, kind: "condition" | "validation"): string =>
      checkConditions([{ expression }], "x", kind)[0]?.message ?? "";
    assert.match(
      refused("signatures.size() == 1", "condition"),
      /want one of predicate, statement, image, signer, now$/,
    );
    assert.match(refused("predicate.a == 1", "validation"), /want one of image, signatures, attestations, now$/);
  });

  it("are told apart from those for which their request has no steps left", () => {
    const [condition] = compileConditions([{ expression: "predicate == 1" }], "condition");
    assert.ok(condition);
    const budget = new StepBudget();
    budget.left = 0;
    const check = (): void =>
      withSharedSteps(budget, () => checkCondition(condition, "condition", "it", { predicate: celOf(1) }));
    failsWith("TooManyCandidates", check);
    budget.left = 10;
    assert.doesNotThrow(check);
  });

  it("fail by their kind", () => {
    const check = (expression: string, kind: "condition" | "validation") => (): void => {
      const [condition] = compileConditions([{ expression }], kind);
      assert.ok(condition);
      checkCondition(condition, kind, "it", { image: celOf(new Map()), now: 1n });
    };
    failsWith("ConditionNotMet", check("false", "condition"));
    failsWith("ConditionError", check("image.a == 1", "condition"));
    failsWith("ValidationNotMet", check("false", "validation"));
    failsWith("ValidationError", check("image.a == 1", "validation"));
    assert.doesNotThrow(check("true", "validation"));
  });
});
