// The names of the policy kinds, as the API server spells them.
import assert from "node:assert/strict";
import { API_VERSION, isPolicyKind } from "../../src/policy/types.ts";

describe("policy/types", () => {
  it("knows the two kinds of policy and no other", () => {
    for (const kind of ["ImageVerifyPolicy", "ClusterImageVerifyPolicy"]) assert.equal(isPolicyKind(kind), true, kind);
    for (const kind of ["imageverifypolicy", "TrustRoot", "", undefined, null, {}]) {
      assert.equal(isPolicyKind(kind), false, JSON.stringify(kind));
    }
  });

  it("names one API version", () => assert.equal(API_VERSION, "sealgate.dev/v1alpha1"));
});
