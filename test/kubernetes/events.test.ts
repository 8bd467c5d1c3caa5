// Events as events.k8s.io/v1 wants them.
import assert from "node:assert/strict";
import { patchSeries, postEvent } from "../../src/kubernetes/events.ts";
import { FakeCluster } from "./fake-cluster.ts";

const regarding = { apiVersion: "v1", kind: "Secret", namespace: "ns", name: "ca" };
const event = { type: "Warning", reason: "Because", action: "Do", note: "n".repeat(2000), regarding } as const;
const who = { now: Date.UTC(2026, 0, 1), instance: "i".repeat(300) };

describe("postEvent()", () => {
  it("posts it beside its object, within the limits of its fields", async () => {
    const cluster = new FakeCluster();
    assert.equal(await postEvent(cluster, event, who), true);
    const [{ path, body } = { path: "", body: {} }] = cluster.sent;
    assert.equal(path, "/apis/events.k8s.io/v1/namespaces/ns/events");
    const { note, reportingInstance, eventTime, ...rest } = body as Record<string, string>;
    assert.deepEqual([note?.length, reportingInstance?.length], [1024, 128]);
    assert.equal(eventTime, "2026-01-01T00:00:00.000000Z");
    assert.deepEqual(rest, {
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      metadata: { namespace: "ns", generateName: "ca-" },
      reportingController: "sealgate.dev/webhook",
      action: "Do",
      reason: "Because",
      type: "Warning",
      regarding,
    });
  });

  it("never fails because of an event", async () => {
    const cluster = new FakeCluster();
    cluster.refusals.push(403);
    assert.equal(await postEvent(cluster, event, who), false);
    cluster.isDown = true;
    assert.equal(await postEvent(cluster, event, who), false);
  });

  it("posts what belongs to no namespace to the namespace default", async () => {
    const cluster = new FakeCluster();
    const { namespace: _, ...clusterScoped } = regarding;
    assert.equal(await postEvent(cluster, { ...event, regarding: clusterScoped }, { ...who, name: "one" }), true);
    const [{ path, body } = { path: "", body: {} }] = cluster.sent;
    assert.equal(path, "/apis/events.k8s.io/v1/namespaces/default/events");
    assert.deepEqual((body as { metadata: unknown }).metadata, { namespace: "default", name: "one" });
  });
});

describe("patchSeries()", () => {
  it("writes the count and the last time to the Event of the name, and never fails", async () => {
    const cluster = new FakeCluster();
    await postEvent(cluster, event, { ...who, name: "one" });
    const counted = { name: "one", count: 3, seenAt: who.now + 1000 };
    await patchSeries(cluster, event, counted);
    assert.deepEqual(cluster.sent[1], {
      method: "PATCH",
      path: "/apis/events.k8s.io/v1/namespaces/ns/events/one",
      query: { fieldManager: "sealgate-events", force: "true" },
      body: {
        apiVersion: "events.k8s.io/v1",
        kind: "Event",
        metadata: { namespace: "ns", name: "one" },
        series: { count: 3, lastObservedTime: "2026-01-01T00:00:01.000000Z" },
      },
    });
    cluster.isDown = true;
    assert.equal(await patchSeries(cluster, event, counted), false);
  });
});
