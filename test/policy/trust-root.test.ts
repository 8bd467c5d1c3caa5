// How a trust root that is not at hand is explained (policy-api.md §2.7, §4).
import assert from "node:assert/strict";
import { DEFAULT_TRUST_ROOT, missingFrom, unavailableFinding } from "../../src/policy/trust-root.ts";
import { parseRoot, publicGood, smallRoot } from "../sigstore/roots.ts";

describe("policy/trust-root", () => {
  it("names everything that is required and not held", () => {
    const material = parseRoot({ ...smallRoot(), tlogs: [] });
    const all = { transparencyLog: true, signedCertificateTimestamp: true, timestamp: true };
    assert.deepEqual(
      missingFrom(material, all).map(({ need }) => need),
      Object.keys(all),
    );
    assert.deepEqual(missingFrom(parseRoot(publicGood()), all), []);
    assert.deepEqual(missingFrom(parseRoot(smallRoot()), { ...all, timestamp: false }), [
      { need: "signedCertificateTimestamp", what: "certificate-transparency log" },
    ]);
  });

  it("is the public good instance unless another is named", () => {
    assert.equal(DEFAULT_TRUST_ROOT, "sigstore-public-good");
  });

  it("names the root, the entry and what to do", () => {
    assert.deepEqual(unavailableFinding({ name: "acme", cause: "TrustRootMissing" }, "release"), {
      subject: 'trust root "acme"',
      entry: "release",
      code: "TrustRootMissing",
      reason: 'Cannot verify signatures with trust root "acme": it does not exist',
      hint: "correct the name in trustRoot, or make a TrustRoot of that name",
    });
    const notReady = unavailableFinding({ name: "acme", cause: "TrustRootNotReady" }, "release");
    assert.equal(notReady.code, "TrustRootNotReady");
    assert.match(notReady.reason, /: it is not ready$/);
  });
});
