/** proveRule(): each entry with what it accepts and why it refuses the rest, whatever the verdict will be. */
import assert from "node:assert/strict";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { attempt } from "../../src/failure/attempt.ts";
import { VerificationFailure } from "../../src/failure/failure.ts";
import { proveRule } from "../../src/policy/prove.ts";
import type { verify } from "../../src/verify/verifier.ts";
import { statementOf } from "../support/virtual-sigstore/statement.ts";
import { attestationRule, attestedBytes, compiledAttestationRule, VULN } from "./attestations.ts";
import { candidate, compiledRule, entry, evidence, IMAGE_DIGEST, KEYS, NOW, UNREAD } from "./resources.ts";

describe("proveRule()", () => {
  const twoTeams = { attestors: [{ entries: [entry("dev", KEYS.a), entry("qa", KEYS.b)] }] };

  it("says of each entry which candidates meet it, and why others do not", () => {
    const proof = proveRule(compiledRule(twoTeams), evidence([candidate("x", KEYS.a), candidate("y", KEYS.b)]), NOW);
    assert.deepEqual(
      proof.sets[0]?.entries.map(({ entry: { name }, accepted, findings }) => [
        name,
        accepted.map(({ subject }) => subject),
        findings.map(({ subject, entry: of, code }) => [subject, of, code]),
      ]),
      [
        ["dev", ["x"], [["y", "dev", "SignatureInvalid"]]],
        ["qa", ["y"], [["x", "qa", "SignatureInvalid"]]],
      ],
    );
  });

  it("keeps what could not be read, and the places, for the verdict", () => {
    const broken = attempt<never>(() => {
      throw new VerificationFailure("BundleMalformed", "Cannot parse it");
    });
    const proof = proveRule(compiledRule(), evidence([{ subject: "bad", entity: broken }], [UNREAD]), NOW);
    assert.deepEqual(
      proof.unparsed.map(({ subject, code }) => [subject, code]),
      [["bad", "BundleMalformed"]],
    );
    assert.deepEqual([proof.candidates, proof.places], [1, [UNREAD]]);
  });

  it("tells in one line, with their number, of candidates that a bound left out", () => {
    const tooMany: typeof verify = () => {
      throw new VerificationFailure("TooManyCandidates", "Cannot look at it");
    };
    const candidates = [candidate("x", KEYS.a), candidate("y", KEYS.b)];
    const proof = proveRule(compiledRule(), evidence(candidates), NOW, tooMany);
    assert.deepEqual(
      proof.sets[0]?.entries[0]?.findings.map(({ subject, entry: of, code, reason }) => [subject, of, code, reason]),
      [["signatures", "release", "TooManyCandidates", "Cannot look at it: 2 were not looked at"]],
    );
  });

  it("knows what a statement holds in memory, and that a signature holds none", () => {
    const rule = compiledAttestationRule(attestationRule({}, { attestors: [{ entries: [entry("dev", KEYS.a)] }] }));
    const payload = encodeUtf8(JSON.stringify(statementOf("1", IMAGE_DIGEST, { type: VULN, predicate: {} })));
    const proof = proveRule(rule, evidence([candidate("x", KEYS.a), attestedBytes(KEYS.a, payload)]), NOW);
    const bytes = [...proof.sets, ...proof.attestations.flatMap(({ sets }) => sets)].map(({ entries }) =>
      entries.flatMap(({ accepted }) => accepted.map((each) => each.bytes)),
    );
    assert.deepEqual(bytes, [[0], [payload.length * 4]]);
  });

  it("names the trust root that an entry lacks", () => {
    const rule = compiledRule({ attestors: [{ entries: [entry("dev", KEYS.a, { insecureIgnoreTlog: false })] }] });
    const proof = proveRule(rule, evidence([candidate("x", KEYS.a)]), NOW);
    assert.equal(proof.sets[0]?.entries[0]?.cause, "TrustRootMissing");
    assert.deepEqual(proof.sets[0]?.entries[0]?.accepted, []);
  });
});
