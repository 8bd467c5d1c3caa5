/**
 * The short form of `npm run test:long -- rolling`: the same steps, for seconds and at a lower rate. A rotation of the CA while
 * calls are made is in story.test.ts.
 */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import {
  failuresBeyond,
  killLeader,
  killReplica,
  leaderOf,
  restartRolling,
  startEndurance,
  type Endurance,
} from "../support/testbed/endurance.ts";
import type { Load } from "../support/testbed/load.ts";
import { eventually } from "../support/testbed/process.ts";
import { programsOrSkip } from "../support/testbed/programs.ts";

const PER_SECOND = 10;

/** One that has ended already hears nothing. */
function terminate(pid: number): void {
  try {
    process.kill(pid, "SIGTERM");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

describe("under load", () => {
  let endurance: Endurance;
  let load: Load;
  before("install three replicas", async function () {
    endurance = await startEndurance(programsOrSkip(this), {
      drainSeconds: 3,
      webhook: { timeoutSeconds: 30 },
    });
  });
  after("stop it", () => endurance?.stop());
  beforeEach(() => {
    load = endurance.load(PER_SECOND);
  });
  afterEach(() => load.stop());

  const unlike = (wanted: string): readonly string[] =>
    load.samples.filter(({ outcome }) => outcome !== wanted).map(({ outcome, said }) => `${outcome}: ${said}`);

  it("a rolling restart of all replicas fails nothing and lets nothing in", async () => {
    const before = endurance.installation.release.replicas().map(({ process: { pid } }) => pid);
    assert.equal((await restartRolling(endurance.installation, { milliseconds: 0, minReadyMs: 1_000 })).replaced, 3);
    // Told again, one that is about to end hurries no more than before.
    for (const pid of before) terminate(pid);
    await sleep(1_000);
    await load.stop();
    assert.deepEqual(unlike("right"), []);
    // Those that were replaced have not ended yet: they gave the Lease back when they began to.
    const isLed = async (): Promise<boolean> => (await leaderOf(endurance.installation)) !== undefined;
    await eventually("one of those that replaced them leads", isLed, 30_000);
    assert.ok(load.samples.length > PER_SECOND);
  });

  it("the death of a replica fails what was under way, and nothing else", async () => {
    const { installation } = endurance;
    const leader = await leaderOf(installation);
    const victim = installation.release.replicas().find((replica) => replica !== leader);
    assert.ok(victim);
    const death = await killReplica(installation, load, victim);
    await installation.release.start();
    await load.stop();
    assert.deepEqual(failuresBeyond(death, load.samples), []);
    assert.deepEqual(
      load.samples.filter(({ outcome }) => outcome === "wrong"),
      [],
    );
  });

  it("the death of the leader makes another", async () => {
    const death = await killLeader(endurance.installation, load);
    await load.stop();
    assert.deepEqual(failuresBeyond(death, load.samples), []);
    assert.deepEqual(
      load.samples.filter(({ outcome }) => outcome === "wrong"),
      [],
    );
  });
});
