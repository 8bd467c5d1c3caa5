/** proveRule(): each entry with what it accepts and why it refuses the rest, whatever the verdict will be. */
import assert from "node:assert/strict";
import { attempt } from "../../src/failure/attempt.ts";
import { VerificationFailure } from "../../src/failure/failure.ts";
import { proveRule } from "../../src/policy/prove.ts";
import { candidate, compiledRule, entry, evidence, KEYS, NOW, UNREAD } from "./resources.ts";

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

  it("names the trust root that an entry lacks", () => {
    const rule = compiledRule({ attestors: [{ entries: [entry("dev", KEYS.a, { insecureIgnoreTlog: false })] }] });
    const proof = proveRule(rule, evidence([candidate("x", KEYS.a)]), NOW);
    assert.equal(proof.sets[0]?.entries[0]?.cause, "TrustRootMissing");
    assert.deepEqual(proof.sets[0]?.entries[0]?.accepted, []);
  });
});
