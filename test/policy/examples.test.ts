// Every policy under examples/ is valid, and does what its first lines say.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { compilePolicy, type CompiledPolicy } from "../../src/policy/compile.ts";
import { applicableRules } from "../../src/policy/match.ts";
import type { PolicyResource } from "../../src/policy/types.ts";
import { validatePolicy } from "../../src/policy/validate.ts";
import { image } from "./resources.ts";

const FILES = readdirSync("examples").filter((file) => file.endsWith("policy.yaml"));

function example(file: string): PolicyResource {
  const document: unknown = parse(readFileSync(`examples/${file}`, "utf8"), { version: "1.1" });
  assert.deepEqual(validatePolicy(document), []);
  return document as PolicyResource;
}

function rulesFor(policy: CompiledPolicy, namespace: string, env: string, name: string): number {
  return applicableRules([policy], namespace, new Map([["env", env]]), image(name)).length;
}

describe("examples", () => {
  it("has three policies", () => assert.equal(FILES.length, 3));

  for (const file of FILES) {
    it(`${file} is valid and compiles`, () => {
      const compiled = compilePolicy(example(file));
      for (const rule of compiled.rules) assert.deepEqual(rule.errors, []);
    });
  }

  it("the namespaced policy is about its own namespace", () => {
    const policy = compilePolicy(example("namespaced-policy.yaml"));
    assert.equal(rulesFor(policy, "prod", "prod", "ghcr.io/acme/app"), 1);
    assert.equal(rulesFor(policy, "test", "prod", "ghcr.io/acme/app"), 0);
  });

  it("the cluster policy selects namespaces and leaves out its skips", () => {
    const policy = compilePolicy(example("cluster-policy.yaml"));
    assert.equal(rulesFor(policy, "any", "prod", "ghcr.io/acme/app"), 1);
    assert.equal(rulesFor(policy, "any", "prod", "eu.registry.acme.example/app"), 1);
    assert.equal(rulesFor(policy, "any", "test", "ghcr.io/acme/app"), 0);
    assert.equal(rulesFor(policy, "any", "prod", "ghcr.io/acme/sandbox/app"), 0);
  });

  it("two of three teams are asked for", () => {
    const [rule] = compilePolicy(example("two-of-three-policy.yaml")).rules;
    assert.equal(rule?.sets[0]?.count, 2);
    assert.equal(rule?.sets[0]?.entries.length, 3);
    assert.equal(rule?.mutateDigest, true);
    assert.equal(rule?.verifyDigest, false);
  });
});
