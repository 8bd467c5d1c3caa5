/** validations[]: what must be true of signatures and attestations together, once all of them passed. */
import assert from "node:assert/strict";
import { attestationRule, attestedBy, compiledAttestationRule, judge, told } from "./attestations.ts";
import { candidate, entry, KEYS } from "./resources.ts";

const fourEyes = "attestations.vuln.all(a, signatures.all(s, s.signer.keyID != a.signer.keyID))";
const asked = (expression: string, scanner = KEYS.a): ReturnType<typeof compiledAttestationRule> =>
  compiledAttestationRule(
    attestationRule(
      { attestors: [{ entries: [entry("scanner", scanner)] }] },
      {
        attestors: [{ entries: [entry("release", KEYS.b)] }],
        validations: [{ expression, message: "whoever scans may not sign" }],
      },
    ),
  );
const signed = candidate("cosign", KEYS.b);

describe("validations", () => {
  it("pass when signatures and attestations fit together", () => {
    const verdict = judge(asked(fourEyes), [signed, attestedBy(KEYS.a, {})]);
    assert.equal(verdict.outcome, "Pass");
    assert.equal(verdict.summary, "1 of 1 required signatures accepted, and 1 of 1 required attestations accepted");
    assert.equal(verdict.evidence.length, 2);
  });

  it("fail with the operator's words when they do not", () => {
    const verdict = judge(asked(fourEyes, KEYS.b), [signed, attestedBy(KEYS.b, {})]);
    assert.equal(verdict.outcome, "Fail");
    const last = verdict.findings.at(-1);
    assert.deepEqual([last?.subject, last?.code], ["validations", "ValidationNotMet"]);
    assert.match(
      last?.reason ?? "",
      /^Cannot accept the image: whoever scans may not sign: validation 1 is false at line 1/,
    );
    assert.match(verdict.summary, /and together they are not valid$/);
  });

  it("are not met by an error", () => {
    const verdict = judge(asked("attestations.vuln[0].predicate.runId == 1"), [signed, attestedBy(KEYS.a, {})]);
    assert.equal(verdict.findings.at(-1)?.code, "ValidationError");
    assert.equal(verdict.outcome, "Fail");
  });

  it("are not asked while something else is missing", () => {
    assert.match(told(judge(asked("false"), [signed])), /NoAttestationFound$/);
    assert.match(told(judge(asked("false"), [attestedBy(KEYS.a, {})])), /^Fail (?!.*Validation)/);
  });

  it("see statements that passed, and image and now", () => {
    const expression =
      "attestations.vuln.size() == 1 && attestations.vuln[0].statement.subject.size() == 1 && signatures[0].annotations.size() == 0 && image.host == 'ghcr.io' && now > timestamp('2020-01-01T00:00:00Z')";
    assert.equal(judge(asked(expression), [signed, attestedBy(KEYS.a, {})]).outcome, "Pass");
  });
});
