/** judgeAttestation(): which statements count, which must meet the conditions, and what was not seen. */
import assert from "node:assert/strict";
import { attempt } from "../../src/failure/attempt.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { VerificationFailure } from "../../src/failure/failure.ts";
import type { Candidate } from "../../src/policy/evidence.ts";
import { entityFromBundle } from "../../src/verify/entity.ts";
import { email } from "../support/virtual-sigstore/identity.ts";
import { VirtualSigstore } from "../support/virtual-sigstore/virtual-sigstore.ts";
import { attestationRule, attestedBy, compiledAttestationRule, judge, told, VULN } from "./attestations.ts";
import { candidate, entry, IMAGE_DIGEST, KEYS, READ, UNREAD, type Json } from "./resources.ts";

const CLEAN = { critical: 0 };
const BAD = { critical: 1 };
/** Deeper than we read, in a statement that is well signed. */
const TOO_DEEP: unknown = JSON.parse("[".repeat(70) + "]".repeat(70));
const conditions = [{ expression: "predicate.critical == 0", message: "critical vulnerabilities" }];
const clean = attestedBy(KEYS.a, CLEAN);
const bad = attestedBy(KEYS.a, BAD, { subject: "bundle sha256:02" });

const rule = (more: Json = {}): ReturnType<typeof compiledAttestationRule> =>
  compiledAttestationRule(attestationRule({ conditions, ...more }));

const leftOut = (code: FailureCode): Candidate => ({
  subject: "referrers",
  entity: attempt<never>(() => {
    throw new VerificationFailure(code, "Cannot look at all");
  }),
});
const cut = leftOut("TooManyCandidates");

describe("an attestation", () => {
  const places = [READ, UNREAD];
  const rows: Readonly<Record<string, [Json, readonly Candidate[], string, boolean?]>> = {
    "passes with a statement that meets the conditions": [{}, [clean], "Pass"],
    "fails with one that does not": [{}, [bad], "Fail ConditionNotMet"],
    "fails without any": [{}, [], "Fail NoAttestationFound"],
    "is not determined without any when a place was not read": [{}, [], "Undetermined RegistryError", true],
    "takes no image signature for it": [{}, [candidate("x", KEYS.a)], "Fail StatementMissing NoAttestationFound"],
    "takes no other predicate type for it (CVE-2022-35929, CVE-2022-35930)": [
      {},
      [attestedBy(KEYS.a, CLEAN, { type: "https://spdx.dev/Document" })],
      "Fail PredicateTypeMismatch NoAttestationFound",
    ],
    "takes no longer predicate type for it": [
      {},
      [attestedBy(KEYS.a, CLEAN, { type: `${VULN}/x` })],
      "Fail PredicateTypeMismatch NoAttestationFound",
    ],
    "takes no other signer": [{}, [attestedBy(KEYS.b, CLEAN)], "Fail SignatureInvalid NoAttestationFound"],
    "takes one of several types": [
      { predicateTypes: ["spdx", "https://acme.example/v1"] },
      [attestedBy(KEYS.a, CLEAN, { type: "https://acme.example/v1" })],
      "Pass",
    ],
    "asks for presence alone without conditions": [{ conditions: undefined }, [bad], "Pass"],
    "All: one bad statement is a Fail": [{}, [clean, bad], "Fail ConditionNotMet"],
    "All: a bad one that was seen is a Fail, whatever was not read": [
      {},
      [clean, bad],
      "Fail ConditionNotMet RegistryError",
      true,
    ],
    "All: what was not read could be a bad one": [{}, [clean], "Undetermined RegistryError", true],
    "All: what a limit left out could be a bad one": [{}, [clean, cut], "Fail TooManyCandidates"],
    "All: what is too large to be looked at could be a bad one": [
      {},
      [clean, leftOut("RegistryAnswerTooLarge")],
      "Fail RegistryAnswerTooLarge",
    ],
    "All: what takes too long to be looked at could be a bad one": [
      {},
      [clean, leftOut("EvidenceTooCostly")],
      "Fail EvidenceTooCostly",
    ],
    "All: a signed statement that is too large to be read could be a bad one": [
      {},
      [clean, attestedBy(KEYS.a, TOO_DEEP)],
      "Fail StatementTooLarge",
    ],
    "All: what is no statement at all takes nothing away": [
      {},
      [clean, leftOut("BundleMalformed")],
      "Pass BundleMalformed",
    ],
    "Any: one that meets them suffices": [{ match: "Any" }, [bad, clean], "Pass ConditionNotMet"],
    "Any: it suffices whatever was not read": [{ match: "Any" }, [clean], "Pass RegistryError", true],
    "Any: bad ones alone do not": [{ match: "Any" }, [bad], "Fail ConditionNotMet"],
    "Any: what was not read could be a good one": [
      { match: "Any" },
      [bad],
      "Undetermined ConditionNotMet RegistryError",
      true,
    ],
    "Any: what a limit left out takes nothing away": [{ match: "Any" }, [clean, cut], "Pass TooManyCandidates"],
    "Any: what is too large takes nothing away": [
      { match: "Any" },
      [clean, leftOut("RegistryAnswerTooLarge")],
      "Pass RegistryAnswerTooLarge",
    ],
    "two statements by two principals": [
      { attestors: [{ entries: [entry("one", KEYS.a), entry("two", KEYS.b)] }] },
      [clean, attestedBy(KEYS.b, CLEAN)],
      "Pass SignatureInvalid SignatureInvalid",
    ],
    "two statements by one principal are not two": [
      { attestors: [{ entries: [entry("one", KEYS.a), entry("two", KEYS.b)] }] },
      [clean, clean],
      "Fail SignatureInvalid SignatureInvalid",
    ],
    "every set": [
      { attestors: [{ entries: [entry("one", KEYS.a)] }, { entries: [entry("two", KEYS.b)] }] },
      [clean],
      "Fail SignatureInvalid",
    ],
  };
  for (const [name, [more, candidates, expected, hasUnread]] of Object.entries(rows)) {
    it(name, () => assert.equal(told(judge(rule(more), candidates, hasUnread ? { places } : {})), expected));
  }

  it("names itself, the condition and what was found, in the operator's words", () => {
    const verdict = judge(rule(), [bad]);
    assert.equal(verdict.summary, "0 of 1 required attestations accepted");
    assert.deepEqual(
      verdict.findings.map(({ subject, entry: of, reason }) => [subject, of, reason]),
      [
        [
          "bundle sha256:02",
          "scanner",
          'Cannot accept attestation "vuln": critical vulnerabilities: condition 1 is false at line 1, column 1, where it found 1',
        ],
      ],
    );
  });

  it("shows its conditions everything that they may name", () => {
    for (const expression of [
      "predicate.critical == 0",
      `statement.predicateType == '${VULN}'`,
      `image.digest == '${IMAGE_DIGEST}'`,
      "signer.party == 'scanner' && signer.entry == 'scanner'",
      "now == timestamp('2026-06-01T00:00:00Z')",
    ]) {
      assert.equal(told(judge(rule({ conditions: [{ expression }] }), [clean])), "Pass", expression);
    }
  });

  it("says which types are missing", () => {
    assert.equal(judge(rule(), []).findings[0]?.code, "NoAttestationFound");
    assert.match(
      judge(rule(), []).findings[0]?.reason ?? "",
      /attestation "vuln": no statement of ".*vuln\/v1" by these signers/,
    );
  });

  it("asks for the annotations of the subject that is the image", () => {
    const asked = rule({ attestors: [{ entries: [entry("scanner", KEYS.a, { annotations: { env: "prod" } })] }] });
    const annotated = (env: string): Candidate =>
      attestedBy(KEYS.a, CLEAN, {
        statement: (written) => ({
          ...written,
          subject: [{ digest: { sha256: IMAGE_DIGEST.slice(7) }, annotations: { env } }],
        }),
      });
    assert.equal(told(judge(asked, [annotated("prod")])), "Pass");
    assert.equal(told(judge(asked, [annotated("test")])), "Fail AnnotationMismatch NoAttestationFound");
    assert.equal(told(judge(asked, [clean])), "Fail AnnotationMissing NoAttestationFound");
  });

  it("says why it is not determined: the place that was not read, and the trust root that its entry lacks", () => {
    assert.deepEqual(judge(rule(), [], { places }).causes, ["RegistryError"]);
    const attestors = [{ entries: [entry("scanner", KEYS.a, { insecureIgnoreTlog: false })] }];
    assert.deepEqual(judge(rule({ attestors }), [clean], { places }).causes, ["RegistryError", "TrustRootMissing"]);
  });

  it("is not determined without its trust root", () => {
    const asked = rule({ attestors: [{ entries: [entry("scanner", KEYS.a, { insecureIgnoreTlog: false })] }] });
    assert.equal(told(judge(asked, [clean])), "Undetermined TrustRootMissing");
  });
});

describe("policy liveness: the age of an attestation", () => {
  const sigstore = new VirtualSigstore({ name: "attestations" });
  const root = {
    material: sigstore.trust(),
    requires: { transparencyLog: true, signedCertificateTimestamp: true, timestamp: false },
  };
  const DAY = 86_400_000;
  const start = sigstore.now;
  const scanner = email("scanner@acme.io");
  const at = (day: number, predicate: unknown, subject: string): Candidate => {
    sigstore.now = start + day * DAY;
    const bytes = sigstore.signBundle(IMAGE_DIGEST, sigstore.certify(scanner), {
      predicate: { type: VULN, predicate },
    });
    return { subject, entity: attempt(() => entityFromBundle(bytes)) };
  };
  const keyless = { name: "scanner", keyless: { issuer: scanner.issuer, subject: "scanner@acme.io" } };
  const dated = (more: Json): ReturnType<typeof compiledAttestationRule> =>
    compiledAttestationRule(attestationRule({ conditions, attestors: [{ entries: [keyless] }], ...more }), () => root);
  const old = { clean: at(0, CLEAN, "old"), bad: at(0, BAD, "old") };
  const young = { clean: at(5, CLEAN, "young"), bad: at(5, BAD, "young") };
  const now = start + 8 * DAY;

  const rows: Readonly<Record<string, [Json, readonly Candidate[], string]>> = {
    "Latest: a good one after a bad one": [{ match: "Latest" }, [old.bad, young.clean], "Pass"],
    "Latest: a bad one after a good one": [{ match: "Latest" }, [young.bad, old.clean], "Fail ConditionNotMet"],
    "Latest: what is too large could be newer": [
      { match: "Latest" },
      [young.clean, leftOut("RegistryAnswerTooLarge")],
      "Fail RegistryAnswerTooLarge",
    ],
    "Latest: a signed statement that is too large to be read could be newer": [
      { match: "Latest" },
      [old.clean, at(5, TOO_DEEP, "young")],
      "Fail StatementTooLarge",
    ],
    "Latest: of two at the same moment both": [{ match: "Latest" }, [young.bad, young.clean], "Fail ConditionNotMet"],
    "maxAge puts the old one aside first": [{ maxAge: "7d" }, [old.bad, young.clean], "Pass AttestationTooOld"],
    "maxAge leaves none": [{ maxAge: "2d" }, [young.clean], "Fail AttestationTooOld"],
    "maxAge of Latest": [
      { maxAge: "7d", match: "Latest" },
      [old.clean, young.bad],
      "Fail AttestationTooOld ConditionNotMet",
    ],
  };
  for (const [name, [more, candidates, expected]] of Object.entries(rows)) {
    it(name, () => assert.equal(told(judge(dated(more), candidates, { now })), expected));
  }

  it("Latest is not determined when something was not read, be the newest that was seen good or bad", () => {
    for (const seen of [young.clean, young.bad]) {
      const verdict = judge(dated({ match: "Latest" }), [seen], { now, places: [UNREAD] });
      assert.equal(verdict.outcome, "Undetermined");
    }
  });

  it("grows old as time passes, to the millisecond", () => {
    const asked = dated({ maxAge: "7d" });
    const made = Math.floor((start + 5 * DAY) / 1000) * 1000;
    assert.equal(told(judge(asked, [young.clean], { now: made + 7 * DAY })), "Pass");
    const { outcome, findings } = judge(asked, [young.clean], { now: made + 7 * DAY + 1 });
    assert.deepEqual([outcome, ...findings.map(({ code }) => code)], ["Fail", "AttestationTooOld"]);
  });
});
