/** compileAttestation(): names of predicate types become URIs, and what is asked of a signer is asked of a statement. */
import assert from "node:assert/strict";
import { isUnavailable } from "../../src/policy/compile-entry.ts";
import { asksForEvidence, entriesOf } from "../../src/policy/compile.ts";
import { wantedOf } from "../../src/policy/wanted.ts";
import { attestationRule, compiledAttestationRule } from "./attestations.ts";
import { entry, KEYS } from "./resources.ts";

const compiled = (more = {}, rule = {}): ReturnType<typeof compiledAttestationRule> =>
  compiledAttestationRule(attestationRule(more, rule));

describe("compileAttestation()", () => {
  it("asks its signers for statements of these types", () => {
    const rule = compiled({ predicateTypes: ["cyclonedx", "https://acme.example/v1"] });
    const [only] = entriesOf(rule);
    assert.ok(only && !isUnavailable(only.requirement));
    const types = ["https://cyclonedx.org/bom", "https://acme.example/v1"];
    assert.deepEqual(only.requirement.content, { kind: "attestation", predicateTypes: types });
    assert.deepEqual([...wantedOf([rule]).predicateTypes], types);
    assert.equal(asksForEvidence(rule), true);
  });

  it("matches All unless something else is written", () => assert.equal(compiled().attestations[0]?.match, "All"));

  it("keys proofs by all that is written", () => {
    const hashes = [
      compiled(),
      compiled({ name: "scan" }),
      compiled({ predicateTypes: ["spdx"] }),
      compiled({ match: "Any" }),
      compiled({ attestors: [{ entries: [entry("scanner", KEYS.b)] }] }),
      compiled({ conditions: [{ expression: "true" }] }),
      compiled({ conditions: [{ expression: "true", message: "no" }] }),
      compiled({}, { validations: [{ expression: "true" }] }),
    ].map(({ hash }) => hash);
    assert.equal(new Set(hashes).size, hashes.length);
  });

  it("knows whether the verdict hangs on the time or the name of the image", () => {
    const reads = (expression: string): boolean => compiled({ conditions: [{ expression }] }).readsRequest;
    assert.deepEqual(
      [reads("predicate.a == 1"), reads("now > timestamp(predicate.t)"), reads("image.tag == 'v1'")],
      [false, true, true],
    );
    assert.equal(compiled({}, { validations: [{ expression: "image.host == 'x'" }] }).readsRequest, true);
  });
});
