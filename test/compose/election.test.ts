// One Lease, one leader, who does everything that a leader does, and gives it back.
import assert from "node:assert/strict";
import { openElection } from "../../src/compose/election.ts";
import { FakeCluster } from "../kubernetes/fake-cluster.ts";
import { ManualClock, settle } from "../kubernetes/manual-clock.ts";

const never = new Promise<void>(() => undefined);

describe("openElection()", () => {
  it("leads with all works by the Lease that is named, and gives it back", async () => {
    const cluster = new FakeCluster();
    const clock = new ManualClock(Date.UTC(2026, 5, 1));
    const done: string[] = [];
    const isLeader: boolean[] = [];
    const work =
      (name: string) =>
      async (signal: AbortSignal): Promise<void> => {
        done.push(`${name} begins`);
        await clock.delay(1e9, signal);
        done.push(`${name} ends`);
      };
    const election = openElection({ namespace: "ns", lease: "sealgate" }, [work("a"), work("b")], {
      logger: { info: () => undefined },
      metrics: { observeLeader: (is) => void isLeader.push(is) },
      clock,
      identity: "me",
      api: () => cluster,
      ending: never,
    });
    assert.deepEqual(election.readiness(), [{ name: "leader", ok: true, detail: "no leader was seen yet" }]);
    for (let i = 0; i < 20 && done.length < 2; i += 1) await clock.advance(1000);
    assert.deepEqual(done, ["a begins", "b begins"]);
    assert.deepEqual(election.readiness(), [{ name: "leader", ok: true, detail: '"me" leads' }]);
    assert.equal(isLeader.at(-1), true);
    const holder = (): unknown => {
      const spec = cluster.objects.get("/apis/coordination.k8s.io/v1/namespaces/ns/leases/sealgate")?.["spec"];
      return (spec as { readonly holderIdentity: unknown } | undefined)?.holderIdentity;
    };
    assert.equal(holder(), "me");
    const closed = election.close();
    await settle();
    await clock.advance(3000);
    await closed;
    assert.deepEqual(done, ["a begins", "b begins", "a ends", "b ends"]);
    assert.equal(holder(), "");
    assert.equal(isLeader.at(-1), false);
  });

  it("gives the Lease back as soon as it begins to end, after its work, and stands no more", async () => {
    const cluster = new FakeCluster();
    const clock = new ManualClock(Date.UTC(2026, 5, 1));
    const spec = (): Record<string, unknown> | undefined =>
      cluster.objects.get("/apis/coordination.k8s.io/v1/namespaces/ns/leases/sealgate")?.["spec"] as
        Record<string, unknown> | undefined;
    let end = (): void => undefined;
    const ending = new Promise<void>((resolve) => {
      end = resolve;
    });
    const holders: unknown[] = [];
    const work = async (signal: AbortSignal): Promise<void> => {
      await clock.delay(1e9, signal);
      holders.push(spec()?.["holderIdentity"]);
    };
    const election = openElection({ namespace: "ns", lease: "sealgate" }, [work], {
      logger: { info: () => undefined },
      metrics: { observeLeader: () => undefined },
      clock,
      identity: "me",
      api: () => cluster,
      ending,
    });
    for (let i = 0; i < 20 && spec() === undefined; i += 1) await clock.advance(1000);
    assert.equal(spec()?.["holderIdentity"], "me");
    end();
    await settle();
    // What it wrote as the leader was written while nobody else could lead.
    assert.deepEqual(holders, ["me"]);
    for (let i = 0; i < 20; i += 1) await clock.advance(1000);
    assert.deepEqual([spec()?.["holderIdentity"], spec()?.["leaseDurationSeconds"]], ["", 1]);
    await election.close();
  });

  it("elects nobody without a Lease", async () => {
    const election = openElection(undefined, [() => assert.fail("nobody leads")], {
      logger: { info: () => undefined },
      metrics: { observeLeader: () => undefined },
      clock: new ManualClock(0),
      identity: "me",
      api: () => assert.fail("no API server is asked"),
      ending: never,
    });
    assert.deepEqual(election.readiness(), []);
    await election.close();
  });
});
