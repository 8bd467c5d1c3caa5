// What is said of policies in files: the words of their status.
import assert from "node:assert/strict";
import { formatPolicies } from "../../src/cli/policy-list.ts";
import { compileException } from "../../src/policy/exception.ts";
import { compilePolicy } from "../../src/policy/compile.ts";
import { NOW, policy, rule } from "../policy/resources.ts";
import { exception } from "../policy/exceptions.ts";

const noRoots = (): undefined => undefined;

describe("cli/policy-list", () => {
  it("says of each whether it could be in force, and why not", () => {
    const policies = [
      compilePolicy(policy(), noRoots),
      compilePolicy(
        policy({ verifyImages: [rule({ attestors: [{ entries: [ELSEWHERE] }] })] }, "ImageVerifyPolicy"),
        noRoots,
      ),
    ];
    const text = formatPolicies(
      {
        policies,
        exceptions: [exception(), exception({ policies: [{ name: "b" }] })].map(compileException),
        trustRoots: [],
        namespaceLabels: () => undefined,
      },
      NOW,
    );
    const lines = text.split("\n").map((line) => line.replace(/ {2,}/g, "  "));
    assert.equal(lines[0], "KIND  NAME  READY  REASON");
    assert.match(lines[1] ?? "", /^ClusterImageVerifyPolicy  signed  True  Compiled: 1 rule is in force \(Enforce\)$/);
    assert.match(lines[2] ?? "", /^ImageVerifyPolicy  prod\/signed  False  TrustRootMissing: .* "elsewhere"$/);
    assert.match(lines[3] ?? "", /^ImageVerifyException  hotfix  True  InForce: /);
    assert.match(lines[4] ?? "", /^ImageVerifyException  hotfix  False  RuleMissing: there is no /);
  });
});

const ELSEWHERE = {
  name: "a",
  keyless: { issuer: "https://login.example", subject: "a@acme.example" },
  trustRoot: "elsewhere",
};
