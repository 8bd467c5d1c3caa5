// Leader election against an API server in memory, with time that passes only when told (kubernetes.md §10).
import assert from "node:assert/strict";
import { LeaderElection, type LeaseOptions } from "../../src/kubernetes/lease.ts";
import { FakeCluster } from "./fake-cluster.ts";
import { ManualClock, settle } from "./manual-clock.ts";

const PATH = "/apis/coordination.k8s.io/v1/namespaces/ns/leases/sealgate";
const START = Date.UTC(2026, 5, 1);

interface Replica {
  readonly states: string[];
  readonly stop: () => Promise<void>;
  isLeading: boolean;
}

describe("LeaderElection", () => {
  let cluster: FakeCluster;
  let clock: ManualClock;
  let replicas: Replica[];
  beforeEach(() => {
    cluster = new FakeCluster();
    clock = new ManualClock(START);
    replicas = [];
  });
  afterEach(async () => {
    await Promise.all(replicas.map(({ stop }) => stop()));
  });

  function start(identity: string, api = cluster, annotations: LeaseOptions["annotations"] = () => ({})): Replica {
    const stop = new AbortController();
    const { now, monotonicNow, delay, random } = clock;
    const replica: Replica = {
      states: [],
      isLeading: false,
      stop: async () => {
        stop.abort();
        await done;
      },
    };
    const lead = async (signal: AbortSignal): Promise<void> => {
      replica.isLeading = true;
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      replica.isLeading = false;
    };
    const onState = ({ detail }: { detail: string }): void => void replica.states.push(detail);
    const times = { leaseMs: 15_000, renewMs: 10_000, retryMs: 2_000 };
    const where = { api, namespace: "ns", name: "sealgate", identity, times, annotations };
    const done = new LeaderElection({ ...where, lead, onState, now, monotonicNow, delay, random }).run(stop.signal);
    replicas.push(replica);
    return replica;
  }
  const spec = (): Record<string, unknown> => cluster.objects.get(PATH)?.["spec"] as Record<string, unknown>;

  it("makes the Lease if there is none, and renews it", async () => {
    const a = start("a");
    await settle();
    assert.ok(a.isLeading);
    assert.deepEqual(spec(), {
      holderIdentity: "a",
      leaseDurationSeconds: 15,
      acquireTime: "2026-06-01T00:00:00.000000Z",
      renewTime: "2026-06-01T00:00:00.000000Z",
      leaseTransitions: 0,
    });
    await clock.advance(60_000);
    assert.ok(a.isLeading);
    assert.equal(spec()["acquireTime"], "2026-06-01T00:00:00.000000Z");
    assert.equal(spec()["renewTime"], "2026-06-01T00:01:00.000000Z");
  });

  it("keeps its annotations on the Lease beside those of others, and takes away what is none any more", async () => {
    cluster.put(PATH, { metadata: { name: "sealgate", annotations: { kept: "yes" } } });
    let value: string | undefined = "1";
    start("a", cluster, () => ({ "sealgate.dev/a": value }));
    await settle();
    const written = (): unknown => JSON.parse(JSON.stringify(cluster.objects.get(PATH)?.metadata.annotations));
    assert.deepEqual(written(), { kept: "yes", "sealgate.dev/a": "1" });
    value = undefined;
    await clock.advance(3_000);
    assert.deepEqual(written(), { kept: "yes" });
  });

  it("has one leader", async () => {
    const a = start("a");
    await settle();
    const b = start("b");
    await clock.advance(60_000);
    assert.deepEqual([a.isLeading, b.isLeading], [true, false]);
    assert.deepEqual(b.states.at(-1), '"a" leads');
  });

  it("takes the Lease of a dead holder after its time, by its own clock and not by the times in it", async () => {
    cluster.put(PATH, {
      metadata: { name: "sealgate" },
      // Written by a clock that is far ahead.
      spec: {
        holderIdentity: "dead",
        leaseDurationSeconds: 15,
        renewTime: "2036-01-01T00:00:00Z",
        leaseTransitions: 4,
      },
    });
    const b = start("b");
    await clock.advance(14_000);
    assert.ok(!b.isLeading);
    await clock.advance(4_000);
    assert.ok(b.isLeading);
    assert.equal(spec()["leaseTransitions"], 5);
  });

  it("gives the Lease back when it stops, so that another need not wait", async () => {
    const a = start("a");
    await settle();
    const b = start("b");
    await clock.advance(1_000);
    await a.stop();
    assert.deepEqual([spec()["holderIdentity"], spec()["leaseDurationSeconds"]], ["", 1]);
    await clock.advance(3_000);
    assert.ok(b.isLeading);
  });

  it("stops leading when it cannot renew, before anybody else may start", async () => {
    const a = start("a");
    await settle();
    cluster.isDown = true;
    await clock.advance(9_000);
    assert.ok(a.isLeading);
    await clock.advance(3_500);
    assert.ok(!a.isLeading, "after 12.5 s, and the Lease lasts 15");
    cluster.isDown = false;
    await clock.advance(4_000);
    assert.ok(a.isLeading);
  });

  it("yields to who was faster", async () => {
    const b = start("b");
    cluster.refusals.push(404, 409);
    await settle();
    assert.ok(!b.isLeading);
    await clock.advance(3_000);
    assert.ok(b.isLeading);
  });

  it("tells why nobody is known to lead", async () => {
    cluster.refusals.push(403);
    const a = start("a");
    await settle();
    assert.deepEqual(a.states, ["the API server answered 403"]);
  });
});
