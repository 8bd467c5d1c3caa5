// What kubectl wrote and the API server dropped is named, for each kind; what cannot be read names nothing.
import assert from "node:assert/strict";
import { droppedFields, type Kind } from "../../src/policy/dropped-fields.ts";
import { exception } from "./exceptions.ts";
import { policy, rule, type Json } from "./resources.ts";
import { trustRoot } from "./trust-roots.ts";

const annotated = (written: unknown): Json => ({
  annotations: {
    "kubectl.kubernetes.io/last-applied-configuration": typeof written === "string" ? written : JSON.stringify(written),
  },
});

const KINDS: readonly [Kind, (more: Json) => unknown][] = [
  ["ClusterImageVerifyPolicy", (more) => policy(more)],
  ["ImageVerifyPolicy", (more) => policy(more, "ImageVerifyPolicy")],
  ["ImageVerifyException", (more) => exception(more)],
  ["TrustRoot", (more) => trustRoot({ publicGood: {}, ...more })],
];

describe("droppedFields()", () => {
  for (const [kind, resource] of KINDS) {
    it(`names what a ${kind} does not have`, () => {
      assert.deepEqual(droppedFields(kind, annotated(resource({}))), []);
      assert.deepEqual(droppedFields(kind, annotated(resource({ verifyAll: true }))), ["spec.verifyAll"]);
    });
  }

  it("names fields at any depth, and those that the namespaced kind alone lacks", () => {
    const written = { verifyImages: [rule({ required: true })], match: { namespaceSelector: {} } };
    assert.deepEqual(droppedFields("ClusterImageVerifyPolicy", annotated(policy(written))), [
      "spec.verifyImages[0].required",
    ]);
    assert.deepEqual(droppedFields("ImageVerifyPolicy", annotated(policy(written, "ImageVerifyPolicy"))).toSorted(), [
      "spec.match.namespaceSelector",
      "spec.verifyImages[0].required",
    ]);
  });

  it("does not name what is wrong otherwise", () => {
    assert.deepEqual(droppedFields("ClusterImageVerifyPolicy", annotated(policy({ failureAction: "Sometimes" }))), []);
  });

  it("is bounded in number and in length", () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`field${i}`, 1]));
    assert.equal(droppedFields("TrustRoot", annotated(trustRoot({ publicGood: {}, ...many }))).length, 32);
    const [long] = droppedFields("TrustRoot", annotated(trustRoot({ ["x".repeat(2000)]: 1 })));
    assert.equal(long?.length, 512);
  });

  it("names nothing without the annotation, or where it is no object", () => {
    for (const metadata of [
      undefined,
      {},
      { annotations: null },
      annotated("{"),
      annotated("[]"),
      annotated('{"spec":1}'),
    ]) {
      assert.deepEqual(droppedFields("TrustRoot", metadata), []);
    }
  });
});
