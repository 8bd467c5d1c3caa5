// The status of each object is that of what was compiled of it, and of no other of its name.
import assert from "node:assert/strict";
import type { ObjectState } from "../../src/kubernetes/object-state.ts";
import { wantedStatuses } from "../../src/kubernetes/object-statuses.ts";
import { compilePolicy, type CompiledPolicy } from "../../src/policy/compile.ts";
import { compileException } from "../../src/policy/exception.ts";
import type { PolicySnapshot } from "../../src/ports/policies.ts";
import { exception } from "../policy/exceptions.ts";
import { NO_TRUST_ROOTS, NOW, policy, rule, type Json } from "../policy/resources.ts";
import { compiledRoot } from "../policy/trust-roots.ts";

const written = { droppedFields: [], relaxations: [] };

function state(kind: ObjectState["kind"], name: string, more: Partial<ObjectState> = {}): ObjectState {
  return { kind, name, uid: "1", generation: 1, status: undefined, written, ...more };
}

function compiled(
  kind: "ImageVerifyPolicy" | "ClusterImageVerifyPolicy",
  name: string,
  spec: Json = {},
): CompiledPolicy {
  const resource = policy(spec, kind);
  return compilePolicy({ ...resource, metadata: { ...resource.metadata, name, generation: 1 } }, NO_TRUST_ROOTS);
}

const snapshot = (more: Partial<PolicySnapshot>): PolicySnapshot => ({
  policies: [],
  exceptions: [],
  trustRoots: [],
  namespaceLabels: () => undefined,
  ...more,
});

function reasons(objects: readonly ObjectState[], of: PolicySnapshot): readonly string[] {
  return wantedStatuses(objects, of, { now: NOW, longestMs: 9500, areTemplatesSent: true }).map(
    ({ state: { kind, name }, content }) => `${kind} ${name} ${content.conditions[0]?.reason}`,
  );
}

describe("wantedStatuses()", () => {
  it("is of every kind", () => {
    const objects = [
      state("ClusterImageVerifyPolicy", "signed"),
      state("ImageVerifyPolicy", "signed", { namespace: "prod" }),
      state("ImageVerifyException", "hotfix"),
      state("TrustRoot", "acme"),
    ];
    const policies = [
      compiled("ClusterImageVerifyPolicy", "signed"),
      compiled("ImageVerifyPolicy", "signed", { failureAction: "Sometimes" }),
    ];
    const all = snapshot({ policies, exceptions: [compileException(exception())], trustRoots: [compiledRoot({})] });
    assert.deepEqual(reasons(objects, all), [
      "ClusterImageVerifyPolicy signed Compiled",
      "ImageVerifyPolicy signed PolicyInvalid",
      "ImageVerifyException hotfix InForce",
      "TrustRoot acme TrustRootInvalid",
    ]);
  });

  it("waits for the generation that was read to be compiled", () => {
    const policies = [compiled("ClusterImageVerifyPolicy", "signed")];
    assert.deepEqual(
      reasons([state("ClusterImageVerifyPolicy", "signed", { generation: 2 })], snapshot({ policies })),
      [],
    );
    const absent = [
      state("ClusterImageVerifyPolicy", "x"),
      state("ImageVerifyException", "x"),
      state("TrustRoot", "x"),
    ];
    assert.deepEqual(reasons(absent, snapshot({ policies })), []);
  });

  it("says which policies of a namespace are too many", () => {
    const rules = Array.from({ length: 16 }, (_, i) => rule({ name: `r${i}` }));
    const policies = ["a", "b", "c", "d", "e"].map((name) =>
      compiled("ImageVerifyPolicy", name, { verifyImages: rules }),
    );
    const objects = policies.map(({ id }) => state("ImageVerifyPolicy", id.name, { namespace: "prod" }));
    assert.deepEqual(
      reasons(objects, snapshot({ policies })).filter((each) => each.endsWith("TooManyRules")),
      ["ImageVerifyPolicy e TooManyRules"],
    );
  });
});
