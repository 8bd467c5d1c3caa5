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

  it("says what stands there in place of a version or a name", () => {
    const said = (errors: readonly { message: string }[]): string => errors.map(({ message }) => message).join();
    const version = "want sealgate.dev/v1alpha1";
    assert.equal(said(checkEnvelope({ apiVersion: "sealgate.dev/v1beta1" })), `is "sealgate.dev/v1beta1", ${version}`);
    assert.equal(said(checkEnvelope({})), `is absent, ${version}`);
    assert.equal(said(checkEnvelope({ apiVersion: 1 })), `is no text, ${version}`);
    assert.match(said(checkName({ name: "My_Policy" })), /^is "My_Policy", want a DNS name: lower-case letters, /);
    assert.match(said(checkName({})), /^is absent, want a DNS name/);
  });

  it("refuses a namespace where the kind belongs to none", () => {
    assert.deepEqual(checkClusterMetadata({ name: "a" }), []);
    assert.deepEqual(paths(checkClusterMetadata({ name: "a", namespace: "b" })), ["metadata.namespace"]);
  });

  it("puts the path of a schema's error under spec", () => {
    assert.deepEqual(["", "a.b", "[0]"].map(specPath), ["spec", "spec.a.b", "spec[0]"]);
  });
});
