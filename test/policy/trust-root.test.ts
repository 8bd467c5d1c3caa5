// How a trust root that is not at hand is explained (policy-api.md §2.7, §4).
import assert from "node:assert/strict";
import { DEFAULT_TRUST_ROOT, unavailableFinding } from "../../src/policy/trust-root.ts";

describe("policy/trust-root", () => {
  it("is the public good instance unless another is named", () => {
    assert.equal(DEFAULT_TRUST_ROOT, "sigstore-public-good");
  });

  it("names the root, the entry and what to do", () => {
    assert.deepEqual(unavailableFinding({ name: "acme", cause: "TrustRootMissing" }, "release"), {
      subject: 'trust root "acme"',
      entry: "release",
      code: "TrustRootMissing",
      reason: 'Cannot verify signatures with trust root "acme": it does not exist',
      hint: "correct the name in trustRoot, or add the trust root to the configuration",
    });
    const notReady = unavailableFinding({ name: "acme", cause: "TrustRootNotReady" }, "release");
    assert.equal(notReady.code, "TrustRootNotReady");
    assert.match(notReady.reason, /: it is not ready$/);
  });
});
