// Which rules decide over an image, and in which order.
import assert from "node:assert/strict";
import { compilePolicy } from "../../src/policy/compile.ts";
import { applicablePolicies, applicableRules } from "../../src/policy/match.ts";
import { NO_TRUST_ROOTS, image, policy, rule } from "./resources.ts";

const namespaced = compilePolicy(policy({}, "ImageVerifyPolicy"), NO_TRUST_ROOTS);
const cluster = compilePolicy(
  policy({
    match: { namespaceSelector: { matchLabels: { env: "prod" } } },
    verifyImages: [rule({ name: "one" }), rule({ name: "two", imageReferences: ["quay.io/*"] })],
  }),
  NO_TRUST_ROOTS,
);

describe("policy/match", () => {
  const table: readonly [string, string, string | undefined, string, readonly string[]][] = [
    ["cluster policies first", "prod", "prod", "ghcr.io/acme/app", ["one", "acme"]],
    ["another namespace", "other", "prod", "ghcr.io/acme/app", ["one"]],
    ["a namespace that the selector leaves out", "prod", "test", "ghcr.io/acme/app", ["acme"]],
    ["labels that cannot be read", "other", undefined, "ghcr.io/acme/app", ["one"]],
    ["a rule for another image", "prod", "prod", "quay.io/x", ["two"]],
    ["an image that nothing covers", "prod", "prod", "docker.io/library/nginx", []],
  ];
  for (const [name, namespace, env, text, expected] of table) {
    it(name, () => {
      const labels = env === undefined ? undefined : new Map([["env", env]]);
      const found = applicableRules([namespaced, cluster], namespace, labels, image(text));
      assert.deepEqual(
        found.map((applicable) => applicable.rule.name),
        expected,
      );
    });
  }

  it("lists policies for an image that has no reference to match", () => {
    assert.equal(applicablePolicies([namespaced, cluster], "prod", undefined).length, 2);
  });
});
