// One rule against evidence, with the real verification and real signatures.
import assert from "node:assert/strict";
import { attempt } from "../../src/failure/attempt.ts";
import { VerificationFailure } from "../../src/failure/failure.ts";
import { compilePolicy } from "../../src/policy/compile.ts";
import { evaluateRule } from "../../src/policy/evaluate.ts";
import {
  compiledRule,
  ABSENT,
  NO_TRUST_ROOTS,
  KEYS,
  NOW,
  READ,
  UNREAD,
  candidate,
  entry,
  evidence,
  policy,
  rule,
  type Json,
  type TestKey,
} from "./resources.ts";

const threeTeams = (count?: number): Json => ({
  attestors: [
    {
      ...(count === undefined ? {} : { count }),
      entries: [entry("dev", KEYS.a), entry("qa", KEYS.b), entry("sec", KEYS.c)],
    },
  ],
});

/** Two parties, of which one rotates its key. */
const rotating: Json = {
  attestors: [
    {
      entries: [
        entry("dev", KEYS.a),
        entry("sec-new", KEYS.b, { party: "sec" }),
        entry("sec-old", KEYS.c, { party: "sec" }),
      ],
    },
  ],
};

describe("policy/evaluate", () => {
  it("passes with the evidence that earned it", () => {
    const verdict = evaluateRule(compiledRule(), evidence([candidate("cosign a", KEYS.a)]), NOW);
    assert.equal(verdict.outcome, "Pass");
    assert.equal(verdict.summary, "1 of 1 required signatures accepted");
    assert.equal(verdict.evidence.length, 1);
    assert.deepEqual(verdict.findings, []);
  });

  it("fails a signature by another key, and says the hint once", () => {
    const verdict = evaluateRule(compiledRule(), evidence([candidate("x", KEYS.b), candidate("y", KEYS.c)]), NOW);
    assert.equal(verdict.outcome, "Fail");
    assert.equal(verdict.summary, "0 of 1 required signatures accepted");
    assert.deepEqual(
      verdict.findings.map(({ subject, entry: name, code }) => [subject, name, code]),
      [
        ["x", "release", "SignatureInvalid"],
        ["y", "release", "SignatureInvalid"],
      ],
    );
    assert.deepEqual(
      verdict.findings.map(({ hint }) => hint !== undefined),
      [true, false],
    );
  });

  const PARTIES: readonly [string, readonly TestKey[], boolean, string, string][] = [
    ["either key of the party that rotates", [KEYS.a, KEYS.c], false, "Pass", "2 of 2"],
    ["both keys of one party, who count once", [KEYS.b, KEYS.c], false, "Fail", "1 of 2"],
    ["one party, and a place that is unread", [KEYS.b], true, "Undetermined", "1 of 2"],
  ];
  for (const [name, keys, isUnread, outcome, accepted] of PARTIES) {
    it(`counts parties: ${name}`, () => {
      const candidates = keys.map((key, i) => candidate(`cosign ${i}`, key));
      const found = evidence(candidates, isUnread ? [UNREAD] : [READ]);
      const verdict = evaluateRule(compiledRule(rotating), found, NOW);
      assert.equal(verdict.outcome, outcome);
      assert.ok(verdict.summary.startsWith(`${accepted} required signatures accepted`), verdict.summary);
    });
  }

  it("passes or refuses without looking, in the operator's words", () => {
    const judged = (verdict: Json): ReturnType<typeof evaluateRule> =>
      evaluateRule(compiledRule({ attestors: undefined, static: verdict }), evidence([]), NOW);
    assert.equal(judged({ action: "Pass" }).outcome, "Pass");
    const refused = judged({ action: "Fail", message: "images come from ghcr.io/acme" });
    assert.equal(refused.outcome, "Fail");
    assert.deepEqual(
      refused.findings.map(({ code, reason }) => [code, reason]),
      [["RefusedByRule", "images come from ghcr.io/acme"]],
    );
    assert.match(judged({ action: "Fail" }).findings[0]?.reason ?? "", /refuses every image that it covers/);
  });

  it("fails a signature of another digest", () => {
    const verdict = evaluateRule(compiledRule(), evidence([candidate("x", KEYS.a, `sha256:${"2".repeat(64)}`)]), NOW);
    assert.equal(verdict.outcome, "Fail");
    assert.equal(verdict.evidence.length, 0);
  });

  it("says NoSignatureFound, and how to sign, when nothing is there", () => {
    const verdict = evaluateRule(compiledRule(), evidence([], [ABSENT, READ]), NOW);
    assert.equal(verdict.outcome, "Fail");
    assert.deepEqual(
      verdict.findings.map(({ code }) => code),
      ["NoSignatureFound"],
    );
    assert.match(verdict.findings[0]?.hint ?? "", /cosign sign/);
  });

  it("keeps the reason of a candidate that could not be read, once", () => {
    const broken = attempt<never>(() => {
      throw new VerificationFailure("KeyMalformed", "Cannot parse it");
    });
    const verdict = evaluateRule(compiledRule(threeTeams(1)), evidence([{ subject: "bad", entity: broken }]), NOW);
    assert.equal(verdict.outcome, "Fail");
    assert.deepEqual(
      verdict.findings.map(({ subject, code }) => [subject, code]),
      [["bad", "KeyMalformed"]],
    );
  });

  it("is undetermined when a place that could hold the signature was not read", () => {
    const verdict = evaluateRule(compiledRule(), evidence([candidate("x", KEYS.b)], [READ, UNREAD]), NOW);
    assert.equal(verdict.outcome, "Undetermined");
    assert.deepEqual(verdict.causes, ["RegistryError"]);
    assert.match(verdict.summary, /^0 of 1 required signatures accepted, and not every place could be read$/);
    assert.deepEqual(verdict.findings.at(-1), {
      subject: "referrers tag",
      code: "RegistryError",
      reason: "503 from ghcr.io",
    });
  });

  it("passes in spite of an unread place when enough was seen", () => {
    const verdict = evaluateRule(compiledRule(), evidence([candidate("x", KEYS.a)], [READ, UNREAD]), NOW);
    assert.equal(verdict.outcome, "Pass");
    assert.deepEqual(verdict.causes, []);
  });

  const signedBy = (...names: readonly (keyof typeof KEYS)[]): ReturnType<typeof evidence> =>
    evidence(names.map((name, i) => candidate(`${i} ${name}`, KEYS[name])));
  const counts: readonly [string, Json, ReturnType<typeof evidence>, string, string][] = [
    ["all of three when count is absent", threeTeams(), signedBy("a", "b"), "Fail", "2 of 3"],
    ["two of three", threeTeams(2), signedBy("a", "c"), "Pass", "2 of 2"],
    ["one team that signed twice", threeTeams(2), signedBy("a", "a"), "Fail", "1 of 2"],
    [
      "every set",
      { attestors: [{ entries: [entry("one", KEYS.a)] }, { entries: [entry("two", KEYS.b)] }] },
      signedBy("a"),
      "Fail",
      "1 of 2",
    ],
    [
      "both sets",
      { attestors: [{ entries: [entry("one", KEYS.a)] }, { entries: [entry("two", KEYS.b)] }] },
      signedBy("b", "a"),
      "Pass",
      "2 of 2",
    ],
  ];
  for (const [name, more, given, outcome, summary] of counts) {
    it(`counts ${name}: ${outcome}`, () => {
      const verdict = evaluateRule(compiledRule(more), given, NOW);
      assert.equal(verdict.outcome, outcome);
      assert.equal(verdict.summary, `${summary} required signatures accepted`);
    });
  }

  it("is PolicyInvalid with the paths when the rule does not compile", () => {
    const bad = compiledRule({ attestors: [{ count: 2, entries: [entry("release", KEYS.a)] }] });
    const verdict = evaluateRule(bad, signedBy("a"), NOW);
    assert.equal(verdict.outcome, "Undetermined");
    assert.deepEqual(verdict.causes, ["PolicyInvalid"]);
    assert.match(verdict.summary, /spec\.verifyImages\[0\]\.attestors\[0\]\.count/);
    assert.equal(verdict.evidence.length, 0);
  });

  it("asks for no signature in a rule about digests alone", () => {
    const { attestors: _none, ...digestRule } = rule({ verifyDigest: true });
    const [first] = compilePolicy(policy({ verifyImages: [digestRule] }), NO_TRUST_ROOTS).rules;
    assert.ok(first);
    assert.equal(evaluateRule(first, evidence([]), NOW).outcome, "Pass");
  });

  it("lets a defect fly on", () => {
    const defect = (): never => {
      throw new TypeError("defect");
    };
    assert.throws(() => evaluateRule(compiledRule(), signedBy("a"), NOW, defect), TypeError);
  });
});
