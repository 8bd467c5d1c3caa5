// What is told about our objects, and where.
import assert from "node:assert/strict";
import { NO_EVENTS, openEvents } from "../../src/compose/policy-events.ts";
import type { Condition } from "../../src/policy/status.ts";
import { FakeCluster } from "../kubernetes/fake-cluster.ts";

const NOW = Date.UTC(2026, 0, 1);
const USE = {
  exception: "hotfix",
  reason: "the pipeline is down",
  until: NOW,
  policy: { kind: "ImageVerifyPolicy", namespace: "prod", name: "signed" },
  rule: "acme",
  image: "ghcr.io/acme/web:1",
} as const;
const NOT_READY: Condition = { type: "Ready", status: "False", reason: "PolicyInvalid", message: "spec.x: is wrong" };

async function posted(tell: (events: ReturnType<typeof openEvents>) => void): Promise<readonly unknown[]> {
  const cluster = new FakeCluster();
  const events = openEvents(cluster, { now: () => NOW, delay: () => new Promise(() => undefined) }, "replica");
  tell(events);
  await new Promise((resolve) => setImmediate(resolve));
  events.close();
  return cluster.sent.map(({ path, body }) => {
    const { type, reason, action, note, regarding } = body as Record<string, unknown>;
    return [path.split("/")[5], type, reason, action, note, regarding];
  });
}

describe("events about our objects", () => {
  it("tell of each use of an exception: rule, policy, image, namespace and why", async () => {
    assert.deepEqual(await posted((events) => events.exceptionsUsed([USE, USE], "prod")), [
      [
        "default",
        "Normal",
        "ExceptionUsed",
        "Except",
        'rule "acme" of ImageVerifyPolicy "prod/signed" was not asked about ghcr.io/acme/web:1 in namespace "prod": the pipeline is down',
        { apiVersion: "sealgate.dev/v1alpha1", kind: "ImageVerifyException", name: "hotfix" },
      ],
    ]);
  });

  it("tell of what is not ready beside the object, and of nothing else", async () => {
    const object = { kind: "ImageVerifyPolicy", namespace: "prod", name: "signed" } as const;
    const sent = await posted((events) => {
      events.conditionChanged(object, NOT_READY);
      events.conditionChanged(object, { ...NOT_READY, status: "True" });
      events.conditionChanged(object, { ...NOT_READY, type: "Relaxed" });
    });
    const regarding = { apiVersion: "sealgate.dev/v1alpha1", ...object };
    assert.deepEqual(sent, [["prod", "Warning", "PolicyInvalid", "Compile", "spec.x: is wrong", regarding]]);
  });

  it("are nobody's without a cluster", () => {
    NO_EVENTS.exceptionsUsed([USE], "prod");
    NO_EVENTS.conditionChanged({ kind: "TrustRoot", name: "acme" }, NOT_READY);
    NO_EVENTS.close();
  });
});
