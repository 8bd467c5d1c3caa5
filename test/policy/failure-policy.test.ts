// failurePolicy and verifiedWithin: what is refused, and what a policy is taken to say.
import assert from "node:assert/strict";
import { checkFailurePolicy, readFailurePolicy } from "../../src/policy/failure-policy.ts";
import { celErrors, specNode } from "./cel.ts";
import { policy, rule, type Json } from "./resources.ts";

const HOUR = 3_600_000;

describe("checkFailurePolicy()", () => {
  const check = (spec: Json): readonly string[] =>
    checkFailurePolicy(policy(spec).spec).map(({ path, message }) => `${path} ${message}`);

  it("takes every kind, and IgnoreIfVerified with a wildcard in a host: what it admits was verified by digest", () => {
    for (const failurePolicy of ["Fail", "Ignore", "IgnoreIfVerified"]) assert.deepEqual(check({ failurePolicy }), []);
    const anywhere = { verifyImages: [rule({ imageReferences: ["*"] })] };
    assert.deepEqual(check({ failurePolicy: "IgnoreIfVerified", ...anywhere }), []);
    assert.match(check({ failurePolicy: "Ignore", ...anywhere }).join(), /^spec\.failurePolicy is Ignore, want Fail/);
  });

  it("takes at most 168 hours, however they are written", () => {
    const within = (verifiedWithin: unknown): Json => ({ failurePolicy: "IgnoreIfVerified", verifiedWithin });
    for (const most of ["168h", "7d", "10080m", "604800s", "1s"]) assert.deepEqual(check(within(most)), []);
    for (const more of ["169h", "8d", "10081m", "604801s"]) {
      assert.deepEqual(check(within(more)), [`spec.verifiedWithin is "${more}", want at most 168h`]);
    }
    // What is no duration the schema refuses
    for (const none of ["24", "", 24, null]) assert.deepEqual(check(within(none)), []);
  });

  it("refuses verifiedWithin where nothing is remembered", () => {
    for (const failurePolicy of ["Fail", "Ignore", undefined]) {
      const [error] = check({ failurePolicy, verifiedWithin: "24h" });
      assert.match(error ?? "", /^spec\.verifiedWithin must be written with failurePolicy IgnoreIfVerified alone/);
    }
  });
});

describe("the rules of the definitions about failurePolicy", () => {
  const { "x-kubernetes-validations": own = [], properties = {} } = specNode("imageverifypolicies");
  const { verifiedWithin } = properties;
  assert.ok(verifiedWithin);
  const node = { "x-kubernetes-validations": own, properties: { verifiedWithin } };

  it("refuse what checkFailurePolicy() refuses", () => {
    for (const failurePolicy of ["Fail", "Ignore", "IgnoreIfVerified"]) {
      for (const within of [undefined, "1s", "24h", "168h", "169h", "7d", "8d", "10080m", "10081m", "604801s"]) {
        for (const imageReferences of [["ghcr.io/acme/*"], ["*"]]) {
          const more = within === undefined ? {} : { verifiedWithin: within };
          const spec = { failureAction: "Enforce", failurePolicy, ...more, verifyImages: [rule({ imageReferences })] };
          const paths = (errors: readonly { path: string }[]): readonly string[] => [
            ...new Set(errors.map(({ path }) => path)),
          ];
          const refused = paths(celErrors(node, spec, "spec")).toSorted();
          assert.deepEqual(refused, paths(checkFailurePolicy(spec)).toSorted(), JSON.stringify(spec));
        }
      }
    }
  });
});

describe("readFailurePolicy()", () => {
  it("is Fail unless another is written, and remembers for a day unless another time is", () => {
    assert.deepEqual(readFailurePolicy({}), { failurePolicy: "Fail" });
    assert.deepEqual(readFailurePolicy({ failurePolicy: "ignore" }), { failurePolicy: "Fail" });
    assert.deepEqual(readFailurePolicy(null), { failurePolicy: "Fail" });
    assert.deepEqual(readFailurePolicy({ failurePolicy: "Ignore", verifiedWithin: "1h" }), { failurePolicy: "Ignore" });
    const failurePolicy = "IgnoreIfVerified";
    assert.deepEqual(readFailurePolicy({ failurePolicy }), { failurePolicy, verifiedWithin: 24 * HOUR });
    const written = { failurePolicy, verifiedWithin: "90m" };
    assert.deepEqual(readFailurePolicy(written), { failurePolicy, verifiedWithin: 1.5 * HOUR });
  });
});
