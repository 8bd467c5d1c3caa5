// Every policy under examples/ is valid, and does what its first lines say.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { validateException } from "../../src/policy/exception-check.ts";
import type { ExceptionResource } from "../../src/policy/exception.ts";
import { isUnavailable } from "../../src/policy/compile-entry.ts";
import { compilePolicy, type CompiledPolicy } from "../../src/policy/compile.ts";
import type { PolicyResource } from "../../src/policy/types.ts";
import { validateTrustRoot } from "../../src/policy/trust-root-check.ts";
import { validatePolicy } from "../../src/policy/validate.ts";
import { builtInTrustRoot } from "../../src/trust/built-in.ts";
import { ROOTS } from "./instance.ts";
import { applicableRules, image, KEYS, newKey, NO_TRUST_ROOTS, policy, reviewed, type Json } from "./resources.ts";
import { compiledRoot } from "./trust-roots.ts";

const FILES = ["", "keys/"].flatMap((folder) =>
  readdirSync(`examples/${folder}`)
    .filter((file) => file.endsWith("policy.yaml"))
    .map((file) => `${folder}${file}`),
);

function example(file: string): PolicyResource {
  const document: unknown = parse(readFileSync(`examples/${file}`, "utf8"), { version: "1.1" });
  assert.deepEqual(validatePolicy(document), []);
  return document as PolicyResource;
}

function rulesFor(policy: CompiledPolicy, namespace: string, env: string, name: string): number {
  return applicableRules([policy], reviewed(namespace, new Map([["env", env]])), image(name)).length;
}

describe("examples", () => {
  it("has six policies", () => assert.equal(FILES.length, 6));

  for (const file of FILES) {
    it(`${file} is valid and compiles`, () => {
      const compiled = compilePolicy(example(file), NO_TRUST_ROOTS);
      for (const rule of compiled.rules) assert.deepEqual(rule.errors, []);
    });
  }

  it("the namespaced policy is about its own namespace", () => {
    const policy = compilePolicy(example("namespaced-policy.yaml"), NO_TRUST_ROOTS);
    assert.equal(rulesFor(policy, "prod", "prod", "ghcr.io/acme/app"), 1);
    assert.equal(rulesFor(policy, "test", "prod", "ghcr.io/acme/app"), 0);
  });

  it("the cluster policy selects namespaces and leaves out its skips", () => {
    const policy = compilePolicy(example("cluster-policy.yaml"), NO_TRUST_ROOTS);
    assert.equal(rulesFor(policy, "any", "prod", "ghcr.io/acme/app"), 1);
    assert.equal(rulesFor(policy, "any", "prod", "eu.registry.acme.example/app"), 1);
    assert.equal(rulesFor(policy, "any", "test", "ghcr.io/acme/app"), 0);
    assert.equal(rulesFor(policy, "any", "prod", "ghcr.io/acme/sandbox/app"), 0);
  });

  it("the registries that are named are left out of the refusal", () => {
    const policy = compilePolicy(example("registries-policy.yaml"), NO_TRUST_ROOTS);
    assert.equal(rulesFor(policy, "any", "any", "ghcr.io/acme/app"), 0);
    assert.equal(rulesFor(policy, "any", "any", "ghcr.io/acme-evil/app"), 1);
    assert.equal(policy.rules[0]?.static?.action, "Fail");
  });

  it("two of three teams are asked for", () => {
    const [rule] = compilePolicy(example("two-of-three-policy.yaml"), NO_TRUST_ROOTS).rules;
    assert.equal(rule?.sets[0]?.count, 2);
    assert.equal(rule?.sets[0]?.entries.length, 3);
    assert.equal(rule?.mutateDigest, true);
    assert.equal(rule?.verifyDigest, false);
  });

  it("any one of three identities is asked for, by the public good instance", () => {
    const [rule] = compilePolicy(example("identities-policy.yaml"), ROOTS).rules;
    const signers = rule?.sets[0]?.entries.map(({ requirement }) =>
      isUnavailable(requirement) ? requirement.cause : requirement.signer.kind,
    );
    assert.equal(rule?.sets[0]?.count, 1);
    assert.deepEqual(signers, ["keyless", "keyless", "key"]);
  });
});

/** Policies of the design (policy-api.md §7) that ask for what there is; keys stand in for Secrets. */
const FRAGMENTS: Readonly<Record<string, Json>> = {
  "a digest in every pod spec, nothing pinned for it": {
    name: "digest",
    imageReferences: ["*"],
    mutateDigest: false,
    verifyDigest: true,
  },
  "any signature by any of these; system images skipped": {
    name: "any",
    imageReferences: ["*"],
    skipImageReferences: ["registry.k8s.io/*", "quay.io/cilium/*"],
    attestors: [
      {
        count: 1,
        entries: [
          { name: "ci", githubActions: { repository: "acme/*", refs: ["refs/heads/main"] } },
          { name: "ops", keyless: { issuer: "https://login.acme.io", subject: "ops@acme.io" } },
          { name: "legacy", keys: { publicKeys: KEYS.a.pem } },
        ],
      },
    ],
  },
  "two of three teams, one of them rotating its key": {
    name: "two-teams",
    imageReferences: ["ghcr.io/acme/*"],
    attestors: [
      {
        count: 2,
        entries: [
          { name: "dev", keys: { publicKeys: KEYS.a.pem } },
          { name: "qa", keys: { publicKeys: KEYS.b.pem } },
          { name: "sec-new", party: "sec", keys: { publicKeys: newKey().pem } },
          { name: "sec-old", party: "sec", keys: { publicKeys: KEYS.c.pem, validUntil: "2027-01-01T00:00:00Z" } },
        ],
      },
    ],
  },
  "GitHub's own instance": {
    name: "gh",
    imageReferences: ["ghcr.io/acme/*"],
    trustRoot: "github",
    attestors: [
      {
        entries: [
          {
            name: "gh",
            githubActions: { repository: "acme/*", refs: ["refs/heads/main"], repositoryOwnerID: "123456" },
          },
        ],
      },
    ],
  },
};

describe("policies of the design", () => {
  for (const [name, written] of Object.entries(FRAGMENTS)) {
    it(`${name} is valid, and compiles with the roots that are built in`, () => {
      const resource = policy({ verifyImages: [written] });
      assert.deepEqual(validatePolicy(resource), []);
      const [rule] = compilePolicy(resource, builtInTrustRoot).rules;
      assert.deepEqual(rule?.errors, []);
      for (const entry of rule.sets.flatMap(({ entries }) => entries)) assert.ok(!isUnavailable(entry.requirement));
    });
  }

  it("the exception is valid, and names a rule that there is", () => {
    const document = parse(readFileSync("examples/exception.yaml", "utf8"), { version: "1.1" }) as ExceptionResource;
    assert.deepEqual(validateException(document), []);
    const { id, rules } = compilePolicy(example("cluster-policy.yaml"), NO_TRUST_ROOTS);
    assert.deepEqual(document.spec.policies, [{ name: id.name, rules: rules.map((rule) => rule.name) }]);
  });

  it("the trust root is valid, ready, and requires what it holds", () => {
    const document: unknown = parse(readFileSync("examples/trust-root.yaml", "utf8"), { version: "1.1" });
    assert.deepEqual(validateTrustRoot(document), []);
    const { root } = compiledRoot((document as { readonly spec: Json }).spec);
    assert.ok(root !== "not-ready");
    assert.deepEqual(root.requires, { transparencyLog: true, signedCertificateTimestamp: false, timestamp: true });
    assert.equal(root.material.timestampAuthorities[0]?.signer?.publicKey().algorithm.kind, "ecdsa");
  });
});
