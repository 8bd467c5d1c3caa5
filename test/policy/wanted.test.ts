// What rules can use at all.
import assert from "node:assert/strict";
import { wantedOf, wantsPredicate } from "../../src/policy/wanted.ts";
import type { CompiledRule } from "../../src/policy/compile.ts";

const SIGN = "https://sigstore.dev/cosign/sign/v1";
const VULN = "https://cosign.sigstore.dev/attestation/vuln/v1";

function rule(...contents: readonly object[]): CompiledRule {
  const entries = contents.map((content) => ({ name: "e", requirement: { content } }));
  return { sets: [{ count: 1, entries }], attestations: [] } as unknown as CompiledRule;
}

describe("wantedOf()", () => {
  it("is nothing where nothing is asked", () => {
    assert.deepEqual(wantedOf([]), { signatures: false, predicateTypes: new Set() });
    assert.deepEqual(wantedOf([rule()]), { signatures: false, predicateTypes: new Set() });
  });

  it("is what all rules together ask", () => {
    const wanted = wantedOf([rule({ kind: "signature" }), rule({ kind: "attestation", predicateTypes: [VULN] })]);
    assert.deepEqual(wanted, { signatures: true, predicateTypes: new Set([VULN]) });
  });

  it("asks nothing for an entry without its trust root", () => {
    const absent = {
      sets: [{ count: 1, entries: [{ name: "e", requirement: { cause: "TrustRootMissing" } }] }],
      attestations: [],
    };
    assert.equal(wantedOf([absent as unknown as CompiledRule]).signatures, false);
  });
});

describe("wantsPredicate()", () => {
  it("takes a signature in the form of a statement for a signature, and nothing else", () => {
    const signatures = { signatures: true, predicateTypes: new Set<string>() };
    assert.equal(wantsPredicate(signatures, SIGN), true);
    assert.equal(wantsPredicate(signatures, VULN), false);
    const attestations = { signatures: false, predicateTypes: new Set([VULN]) };
    assert.equal(wantsPredicate(attestations, SIGN), false);
    assert.equal(wantsPredicate(attestations, VULN), true);
  });
});
