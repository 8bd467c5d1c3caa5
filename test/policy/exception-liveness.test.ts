// Every field is live (policy-api.md §5): for each leaf of an exception's schema, changing it changes what is taken off or told.
import assert from "node:assert/strict";
import { compilePolicy } from "../../src/policy/compile.ts";
import { EXCEPTION_SPEC_SCHEMA } from "../../src/policy/exception-schema.generated.ts";
import { compileException, takeExcepted } from "../../src/policy/exception.ts";
import { exception } from "./exceptions.ts";
import {
  applicableRules,
  image,
  IMAGE_DIGEST,
  NO_TRUST_ROOTS,
  NOW,
  policy,
  reviewed,
  rule,
  type Json,
} from "./resources.ts";
import { schemaLeaves, type SchemaNode } from "./schema-leaves.ts";

const WHERE = {
  namespace: "prod",
  labels: new Map([["app", "web"]]),
  reference: image("ghcr.io/acme/app", IMAGE_DIGEST),
};

const expression = (more: Json): Json => ({ podSelector: { matchExpressions: [{ key: "app", ...more }] } });

/** Specs that differ in one leaf alone; the first takes something off. */
const CHANGES: Readonly<Record<string, readonly [before: Json, after: Json]>> = {
  "policies[].kind": [
    { policies: [{ name: "signed", kind: "ClusterImageVerifyPolicy" }] },
    { policies: [{ name: "signed", kind: "ImageVerifyPolicy", namespace: "prod" }] },
  ],
  "policies[].name": [{}, { policies: [{ name: "other" }] }],
  "policies[].namespace": [
    { policies: [{ name: "signed", kind: "ImageVerifyPolicy", namespace: "prod" }] },
    { policies: [{ name: "signed", kind: "ImageVerifyPolicy", namespace: "test" }] },
  ],
  "policies[].rules[]": [{}, { policies: [{ name: "signed", rules: ["other"] }] }],
  "namespaces[]": [{}, { namespaces: ["test"] }],
  "images[]": [{}, { images: ["ghcr.io/other/*"] }],
  "podSelector.matchLabels.*": [
    { podSelector: { matchLabels: { app: "web" } } },
    { podSelector: { matchLabels: { app: "db" } } },
  ],
  "podSelector.matchExpressions[].key": [
    expression({ operator: "Exists" }),
    expression({ key: "zone", operator: "Exists" }),
  ],
  "podSelector.matchExpressions[].operator": [
    expression({ operator: "Exists" }),
    expression({ operator: "DoesNotExist" }),
  ],
  "podSelector.matchExpressions[].values[]": [
    expression({ operator: "In", values: ["web"] }),
    expression({ operator: "In", values: ["db"] }),
  ],
  reason: [{}, { reason: "the scanner is down" }],
  expires: [{}, { expires: "2026-05-31T00:00:00Z" }],
};

/** What is taken off of a cluster's policy and of a namespace's, both of one name. */
function uses(spec: Json): readonly unknown[] {
  const compiled = compileException(exception(spec));
  assert.deepEqual(compiled.errors, []);
  const policies = [{}, { kind: "ImageVerifyPolicy", metadata: { name: "signed", namespace: "prod" } }].map((more) =>
    compilePolicy({ ...policy({ verifyImages: [rule()] }), ...more } as ReturnType<typeof policy>, NO_TRUST_ROOTS),
  );
  const rules = applicableRules(policies, reviewed("prod", new Map()), WHERE.reference);
  assert.equal(rules.length, 2);
  return takeExcepted(rules, [compiled], WHERE, NOW).uses;
}

describe("policy liveness: ImageVerifyException", () => {
  it("has a change for every leaf of the schema, and for no other", () => {
    const leaves = schemaLeaves(EXCEPTION_SPEC_SCHEMA as SchemaNode);
    const tests = Object.keys(CHANGES);
    console.log(`      ${leaves.length} leaves, ${tests.length} tests`);
    assert.deepEqual(tests.toSorted(), leaves.toSorted());
  });

  for (const [leaf, [before, after]] of Object.entries(CHANGES)) {
    it(`${leaf} decides over what is taken off, and what is told of it`, () => {
      assert.equal(uses(before).length, 1);
      assert.notDeepEqual(uses(before), uses(after));
    });
  }
});
