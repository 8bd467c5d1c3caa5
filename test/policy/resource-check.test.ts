// What stands around the spec of every kind of ours.
import assert from "node:assert/strict";
import { checkClusterMetadata, checkEnvelope, checkName, specPath } from "../../src/policy/resource-check.ts";

const paths = (errors: readonly { path: string }[]): readonly string[] => errors.map(({ path }) => path);

describe("policy/resource-check", () => {
  it("takes our version and the four members, a status that was read, and refuses anything else by name", () => {
    const right = { apiVersion: "sealgate.dev/v1alpha1", kind: "X", metadata: {}, spec: {} };
    assert.deepEqual(checkEnvelope(right), []);
    assert.deepEqual(checkEnvelope({ ...right, status: {} }), []);
    assert.deepEqual(paths(checkEnvelope({ ...right, apiVersion: "v1", data: {} })), ["apiVersion", "data"]);
    assert.deepEqual(paths(checkEnvelope(null)), ["apiVersion"]);
  });

  it("asks for a DNS name", () => {
    for (const name of ["a", "a.b-c", "0"]) assert.deepEqual(checkName({ name }), [], name);
    for (const name of ["", "A", "-a", "a_b", "a".repeat(254), 1, undefined]) {
      assert.deepEqual(paths(checkName({ name })), ["metadata.name"], String(name));
    }
  });

  it("refuses a namespace where the kind belongs to none", () => {
    assert.deepEqual(checkClusterMetadata({ name: "a" }), []);
    assert.deepEqual(paths(checkClusterMetadata({ name: "a", namespace: "b" })), ["metadata.namespace"]);
  });

  it("puts the path of a schema's error under spec", () => {
    assert.deepEqual(["", "a.b", "[0]"].map(specPath), ["spec", "spec.a.b", "spec[0]"]);
  });
});
