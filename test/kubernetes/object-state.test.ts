// What is read of an object beside its spec, and when its spec is another.
import assert from "node:assert/strict";
import { asObject } from "../../src/encoding/guard.ts";
import { parseJson, type JsonObject } from "../../src/encoding/json.ts";
import { hasSameSpec, readObjectState, type ObjectState } from "../../src/kubernetes/object-state.ts";

function object(value: unknown): JsonObject {
  return asObject(parseJson(JSON.stringify(value)), "object");
}

const metadata = { name: "a", namespace: "prod", uid: "1", generation: 3 };

describe("kubernetes/object-state", () => {
  it("reads who it is, its generation and its status", () => {
    const status = { conditions: [{ type: "Ready" }] };
    const spec = { failurePolicy: "Ignore", verifyImages: [] };
    const annotations = {
      "kubectl.kubernetes.io/last-applied-configuration": '{"spec":{"rules":[],"verifyImages":[]}}',
    };
    const read = readObjectState("ImageVerifyPolicy", object({ metadata: { ...metadata, annotations }, spec, status }));
    assert.deepEqual(JSON.parse(JSON.stringify(read)), {
      kind: "ImageVerifyPolicy",
      ...metadata,
      status,
      written: { droppedFields: ["spec.rules"], relaxations: ["spec.failurePolicy: Ignore"] },
    });
  });

  it("needs no more than a name", () => {
    assert.deepEqual(readObjectState("TrustRoot", object({ metadata: { name: "a" } })), {
      kind: "TrustRoot",
      name: "a",
      uid: "",
      status: undefined,
      written: { droppedFields: [], relaxations: [] },
    });
  });

  it("has the same spec as long as object and generation are the same", () => {
    const state = (more: object): ObjectState =>
      readObjectState("TrustRoot", object({ metadata: { ...metadata, ...more } }));
    assert.equal(hasSameSpec(state({}), state({ labels: { a: "b" } })), true);
    for (const more of [{ generation: 4 }, { uid: "2" }, { generation: null }, { uid: null }]) {
      assert.equal(hasSameSpec(state({}), state(more)), false, JSON.stringify(more));
    }
    assert.equal(hasSameSpec(undefined, state({})), false);
    assert.equal(hasSameSpec(state({ generation: null }), state({ generation: null })), false);
  });
});
