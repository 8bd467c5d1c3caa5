// Which rules decide over an image, and in which order; the index against asking every rule.
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseImageReference } from "../../src/oci/reference.ts";
import { compilePolicy, type CompiledPolicy } from "../../src/policy/compile.ts";
import { evaluateRule } from "../../src/policy/evaluate.ts";
import { applicablePolicies, policyIndex, ruleFinder } from "../../src/policy/match.ts";
import {
  applicableRules,
  evidence,
  NO_TRUST_ROOTS,
  NOW,
  image,
  policy,
  reviewed,
  rule,
  type Json,
} from "./resources.ts";

const namespaced = compilePolicy(policy({}, "ImageVerifyPolicy"), NO_TRUST_ROOTS);
const cluster = compilePolicy(
  policy({
    match: { namespaceSelector: { matchLabels: { env: "prod" } } },
    verifyImages: [rule({ name: "one" }), rule({ name: "two", imageReferences: ["quay.io/*"] })],
  }),
  NO_TRUST_ROOTS,
);

/** A policy of the namespace "prod" with so many rules, made so many seconds ago. */
function ofNamespace(name: string, rules: number, age: number): CompiledPolicy {
  const names = Array.from({ length: rules }, (_, i) => rule({ name: `${name}-${i}` }));
  const resource = policy({ verifyImages: names }, "ImageVerifyPolicy");
  const creationTimestamp = new Date(NOW - age * 1000).toISOString();
  return compilePolicy({ ...resource, metadata: { namespace: "prod", name, creationTimestamp } }, NO_TRUST_ROOTS);
}

const PATTERNS = [
  "*",
  "ghcr.io/acme/*",
  "ghcr.io/acme*",
  "ghcr.io/*/app",
  "*/acme/*",
  "*.io/acme/app",
  "ghcr.io:*/acme/app",
  "nginx",
  "docker.io/library/*",
  "docker.io/nginx*",
  "index.docker.io/acme/*",
  "acme/app",
  "localhost/app",
  "quay.io/acme/team/app",
];
const IMAGES = [
  "ghcr.io/acme/app",
  "ghcr.io/acme-evil/app",
  "GHCR.IO:443/acme/app",
  "ghcr.io:5000/acme/app",
  "quay.io/acme/team/app",
  "nginx",
  "nginxinc/nginx",
  "acme/app",
  "localhost/app",
  "localhost:5000/acme/app",
];

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
      const found = applicableRules([namespaced, cluster], reviewed(namespace, labels), image(text));
      assert.deepEqual(
        found.map((applicable) => applicable.rule.name),
        expected,
      );
    });
  }

  it("lists policies for an image that has no reference to match", () => {
    assert.equal(applicablePolicies(policyIndex([namespaced, cluster]), reviewed("prod")).length, 2);
  });

  it("makes the index of one list once", () => {
    const policies = [namespaced];
    assert.equal(policyIndex(policies), policyIndex(policies));
    assert.notEqual(policyIndex(policies), policyIndex([namespaced]));
  });

  it("asks a policy once a pod whether it applies, and only where a rule covers an image", () => {
    let asked = 0;
    const counted: CompiledPolicy = { ...cluster, appliesTo: () => (asked += 1) > 0 };
    const find = ruleFinder(policyIndex([counted]), reviewed("prod"));
    assert.equal(find(image("docker.io/library/nginx")).length, 0);
    assert.equal(asked, 0);
    assert.equal(find(image("ghcr.io/acme/app")).length + find(image("ghcr.io/acme/web")).length, 2);
    assert.equal(asked, 1);
  });

  it("finds what asking every rule finds, in the same order", () => {
    const references = fc.array(fc.constantFrom(...PATTERNS), { minLength: 1, maxLength: 3 });
    const written: fc.Arbitrary<readonly Json[]> = fc.array(
      references.map((imageReferences) => ({ imageReferences: [...new Set(imageReferences)] })),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 4 }), fc.constantFrom(...IMAGES), (all, text) => {
        const policies = all.map((rules) =>
          compilePolicy(
            policy({ verifyImages: rules.map((more, i) => rule({ name: `r${i}`, ...more })) }),
            NO_TRUST_ROOTS,
          ),
        );
        const reference = parseImageReference(text);
        const expected = policies.flatMap(({ rules }) => rules.filter((each) => each.covers(reference)));
        const found = applicableRules(policies, reviewed("prod"), reference).map((each) => each.rule);
        assert.deepEqual(found, expected);
      }),
      { numRuns: 300 },
    );
  });

  it("covers every image by a rule whose patterns cannot be read, wherever it lies", () => {
    const broken = compilePolicy(policy({ verifyImages: [rule({ imageReferences: ["ghcr.*/x"] })] }), NO_TRUST_ROOTS);
    for (const text of IMAGES) {
      assert.equal(applicableRules([broken], reviewed("prod"), parseImageReference(text)).length, 1, text);
    }
  });

  it("leaves the youngest policies of a namespace that has more than 64 rules undetermined, whatever their names", () => {
    const old = Array.from({ length: 4 }, (_, i) => ofNamespace(`old-${i}`, 16, 100 + i));
    const undetermined = (...policies: CompiledPolicy[]): readonly string[] => {
      const found = applicableRules(policies, reviewed("prod"), image("ghcr.io/acme/app"));
      assert.equal(found.length, policies.reduce((sum, { rules }) => sum + rules.length, 0) - 1);
      const verdicts = found.map(({ rule: each }) => evaluateRule(each, evidence([]), NOW));
      return verdicts.filter(({ causes }) => causes.includes("Overloaded")).map((verdict) => verdict.rule);
    };
    const names = (name: string): readonly string[] => Array.from({ length: 16 }, (_, i) => `${name}-${i}`);
    assert.deepEqual(undetermined(...old, cluster), []);
    assert.deepEqual(undetermined(ofNamespace("young", 16, 1), ...old, cluster), names("young"));
    assert.deepEqual(undetermined(ofNamespace("a-young", 16, 1), ...old, cluster), names("a-young"));
    // Of one age: by name.
    const twins = ["a", "b"].map((name) => ofNamespace(name, 16, 1));
    assert.deepEqual(undetermined(...twins, ...old.slice(0, 3), cluster), names("b"));
    assert.deepEqual(undetermined(...twins.toReversed(), ...old.slice(0, 3), cluster), names("b"));
  });

  it("gathers nothing for a rule beyond the limit, and says that it is not determined", () => {
    const marked = applicableRules(
      [ofNamespace("young", 1, 1), ofNamespace("old", 64, 2)],
      reviewed("prod"),
      image("ghcr.io/acme/app"),
    ).find(({ rule: { name } }) => name === "young-0")?.rule;
    assert.ok(marked);
    const { sets, attestations, mutateDigest, verifyDigest } = marked;
    assert.deepEqual([sets, attestations, mutateDigest, verifyDigest], [[], [], false, false]);
    const { outcome, findings } = evaluateRule(marked, evidence([]), NOW);
    assert.deepEqual([outcome, findings.map(({ code }) => code)], ["Undetermined", ["Overloaded"]]);
  });
});
