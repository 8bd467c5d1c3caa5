// Events of one kind: the first at once, the others counted; bounded, and never in anybody's way.
import assert from "node:assert/strict";
import { EventRecorder } from "../../src/kubernetes/event-recorder.ts";
import type { ClusterEvent } from "../../src/kubernetes/events.ts";
import type { KubernetesRequest } from "../../src/kubernetes/client.ts";
import { FakeCluster } from "./fake-cluster.ts";

const NOW = Date.UTC(2026, 0, 1);
const of = (name: string, note = "a note"): ClusterEvent => ({
  type: "Normal",
  reason: "ExceptionUsed",
  action: "Except",
  note,
  regarding: { apiVersion: "sealgate.dev/v1alpha1", kind: "ImageVerifyException", name },
});

interface World {
  readonly cluster: FakeCluster;
  readonly recorder: EventRecorder;
  /** Lets so many seconds pass, with what is done in them. */
  readonly pass: (seconds: number) => Promise<void>;
  /** Method, name and count of each call. */
  readonly calls: () => readonly string[];
}

function makeWorld(): World {
  const cluster = new FakeCluster();
  let now = NOW;
  let id = 0;
  let wake: () => void = () => undefined;
  const recorder = new EventRecorder({
    api: cluster,
    instance: "replica",
    nextId: () => `id${(id += 1)}`,
    now: () => now,
    delay: async (_, signal) => {
      await new Promise<void>((resolve) => {
        wake = resolve;
        signal.onabort = () => resolve();
      });
    },
  });
  const settle = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve));
  return {
    cluster,
    recorder,
    pass: async (seconds) => {
      await settle();
      for (let i = 0; i < seconds; i += 1) {
        now += 1000;
        wake();
        await settle();
      }
    },
    calls: () => cluster.sent.map(told),
  };
}

function told({ method, body }: KubernetesRequest): string {
  const { metadata, series } = body as { metadata: { name: string }; series?: { count: number } };
  return `${method} ${metadata.name}${series === undefined ? "" : ` ${series.count}`}`;
}

describe("EventRecorder", () => {
  it("posts the first of a kind at once, and writes now and then how many there were", async () => {
    const { recorder, pass, calls } = makeWorld();
    for (let i = 0; i < 3; i += 1) recorder.record(of("hotfix"));
    await pass(9);
    assert.deepEqual(calls(), ["POST hotfix.id1"]);
    await pass(1);
    assert.deepEqual(calls().slice(1), ["PATCH hotfix.id1 3"]);
    recorder.record(of("hotfix"));
    await pass(9);
    assert.equal(calls().length, 2);
    await pass(1);
    assert.deepEqual(calls().slice(2), ["PATCH hotfix.id1 4"]);
    await pass(60);
    assert.equal(calls().length, 3);
  });

  it("tells kinds apart by all that they say", async () => {
    const { recorder, pass, calls } = makeWorld();
    for (const event of [of("a"), of("b"), of("a", "another note")]) recorder.record(event);
    await pass(1);
    assert.deepEqual(calls(), ["POST a.id1", "POST b.id2", "POST a.id3"]);
  });

  it("begins anew after six minutes of quiet", async () => {
    const { recorder, pass, calls } = makeWorld();
    recorder.record(of("a"));
    await pass(361);
    recorder.record(of("a"));
    await pass(1);
    assert.deepEqual(calls(), ["POST a.id1", "POST a.id2"]);
  });

  it("does not count what the API server did not take, nor try it again", async () => {
    const { cluster, recorder, pass, calls } = makeWorld();
    cluster.refusals.push(403);
    recorder.record(of("a"));
    recorder.record(of("a"));
    await pass(60);
    assert.deepEqual(calls(), ["POST a.id1"]);
  });

  it("knows 256 kinds at a time", async () => {
    const { recorder, pass, calls } = makeWorld();
    for (let i = 0; i < 300; i += 1) recorder.record(of(`e${i}`));
    await pass(1);
    assert.equal(calls().length, 256);
  });

  it("ends when it is closed", async () => {
    const { recorder, pass, calls } = makeWorld();
    recorder.record(of("a"));
    await pass(1);
    recorder.close();
    recorder.record(of("b"));
    await pass(20);
    assert.deepEqual(calls(), ["POST a.id1"]);
  });
});
