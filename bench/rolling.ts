/**
 * `npm run test:long -- rolling`: three replicas of the chart behind its Service, 200 admissions a second through the real API
 * server, half of them of a signed image and half of an unsigned one, while replicas are replaced, the CA is rotated, a replica
 * and the leader are killed. Every answer is checked.
 */
import {
  failuresBeyond,
  killLeader,
  killReplica,
  leaderOf,
  restartRolling,
  rotate,
  startEndurance,
  usageOf,
  type Death,
  type Endurance,
} from "../test/support/testbed/endurance.ts";
import type { Load, Sample } from "../test/support/testbed/load.ts";
import { findPrograms } from "../test/support/testbed/programs.ts";
import { formatTime, quantile, type Benchmark, type Goal, type Table } from "./table.ts";
import { setTimeout as sleep } from "node:timers/promises";

const PER_SECOND = 200;
/** Tried in this order where the machine does not carry it: whoever else works on it takes from the load, too. */
const LESS = [100, 50, 25];
const TRIAL_MS = 10_000;
const TRIAL_SLOWEST_MS = 2_000;
const STEADY_MS = 30_000;
const ROLLING_MS = 120_000;
/** minReadySeconds of the Deployment. */
const MIN_READY_MS = 5_000;
const ROTATIONS = 10;
const LEADER_MS = 20_000;

interface Done {
  readonly note: string;
  readonly death?: Death;
  /** Until another led. */
  readonly leaderMs?: number;
}

interface Step extends Done {
  readonly what: string;
  readonly seconds: number;
  readonly samples: readonly Sample[];
}

export const rolling: Benchmark = {
  name: "rolling",
  describes: `rolling restarts, rotations and deaths of three replicas under ${PER_SECOND} admissions a second`,
  isLong: true,
  run: async () => {
    const found = findPrograms();
    if (found.kind === "missing") throw new Error(found.message);
    const endurance = await startEndurance(found.programs);
    try {
      const perSecond = await findRate(endurance);
      const usage = await measureUsage(endurance, perSecond);
      return [await measureSteps(endurance, perSecond), usage];
    } finally {
      await endurance.stop();
    }
  },
};

/** The highest rate at which nothing fails and little waits while nothing happens. */
async function findRate(endurance: Endurance): Promise<number> {
  for (const perSecond of [PER_SECOND, ...LESS]) {
    const load = endurance.load(perSecond);
    await sleep(TRIAL_MS);
    await load.stop();
    const slow = quantile(timesOf(load.samples), 0.99);
    const right = load.samples.every(({ outcome }) => outcome === "right");
    console.log(
      `${perSecond} a second for ${formatTime(TRIAL_MS)}: 99 % within ${formatTime(slow)}${right ? "" : ", not all right"}\n`,
    );
    if (right && slow < TRIAL_SLOWEST_MS) return perSecond;
  }
  throw new Error(`Cannot measure here: not even ${LESS.at(-1)} admissions a second are answered in time`);
}

function timesOf(samples: readonly Sample[]): readonly number[] {
  return samples.map(({ startedAt, endedAt }) => endedAt - startedAt);
}

async function measureSteps(endurance: Endurance, perSecond: number): Promise<Table> {
  const { installation } = endurance;
  const under = async (what: string, work: (load: Load) => Promise<Done>): Promise<Step> => {
    const load = endurance.load(perSecond);
    const started = performance.now();
    const done = await work(load);
    await load.stop();
    return { what, seconds: (performance.now() - started) / 1000, samples: load.samples, ...done };
  };
  const steps = [
    await under("rolling restart", async () => {
      const { replaced, ended } = await restartRolling(installation, {
        milliseconds: ROLLING_MS,
        minReadyMs: MIN_READY_MS,
      });
      await ended;
      return { note: `${replaced} replicas replaced` };
    }),
    await under("rotations of the CA", async () => {
      for (let i = 0; i < ROTATIONS; i += 1) await rotate(installation);
      return { note: `${ROTATIONS} from end to end` };
    }),
    await under("kill -9 of a replica", async (load) => {
      await sleep(2_000);
      const leader = await leaderOf(installation);
      const victim = installation.release.replicas().find((replica) => replica !== leader);
      if (victim === undefined) throw new Error("there is no replica but the leader");
      const death = await killReplica(installation, load, victim);
      await installation.release.start();
      return { note: `${death.underWay} under way in all replicas`, death };
    }),
    await under("kill -9 of the leader", async (load) => {
      const { ms, ...death } = await killLeader(installation, load);
      await installation.release.start();
      return { note: `another leads after ${formatTime(ms)}`, death, leaderMs: ms };
    }),
  ];
  return {
    title: `Under ${perSecond} admissions a second`,
    columns: ["step", "seconds", "admissions", "failed", "wrong", "median", "99 %", "slowest", "note"],
    rows: steps.map(rowOf),
    goals: [
      {
        what: "admissions a second that the machine carries",
        want: String(PER_SECOND),
        actual: String(perSecond),
        met: perSecond === PER_SECOND,
      },
      ...steps.flatMap(goalsOf),
    ],
  };
}

const countOf = ({ samples }: Step, outcome: Sample["outcome"]): number =>
  samples.filter((each) => each.outcome === outcome).length;

function rowOf(step: Step): readonly string[] {
  const times = timesOf(step.samples);
  const counts = [step.samples.length, countOf(step, "failed"), countOf(step, "wrong")].map(String);
  const quantiles = [0.5, 0.99, 1].map((q) => formatTime(quantile(times, q)));
  return [step.what, step.seconds.toFixed(0), ...counts, ...quantiles, step.note];
}

function goalsOf(step: Step): readonly Goal[] {
  const { what, samples, death, leaderMs } = step;
  const wrong = countOf(step, "wrong");
  const goal = (of: string, want: string, actual: string, met: boolean): Goal => ({
    what: `${what}: ${of}`,
    want,
    actual,
    met,
  });
  const never = goal("let in or left unpinned", "0", String(wrong), wrong === 0);
  if (death === undefined) {
    const failed = countOf(step, "failed");
    return [goal("failed", "0", String(failed), failed === 0), never];
  }
  const beyond = failuresBeyond(death, samples).length;
  return [
    goal("failed that were not under way when it died", "0", String(beyond), beyond === 0),
    never,
    ...(leaderMs === undefined
      ? []
      : [goal("another leads", "within 20 s", formatTime(leaderMs), leaderMs < LEADER_MS)]),
  ];
}

/** What each replica takes when nothing happens but admissions. */
async function measureUsage({ installation, load: startLoad }: Endurance, perSecond: number): Promise<Table> {
  const replicas = installation.release.replicas();
  const before = replicas.map(({ process }) => usageOf(process.pid));
  const started = performance.now();
  const load = startLoad(perSecond);
  await sleep(STEADY_MS);
  const seconds = (performance.now() - started) / 1000;
  const after = replicas.map(({ process }) => usageOf(process.pid));
  await load.stop();
  const rows = after.map((used, i) => {
    const cores = (used.cpuSeconds - (before[i]?.cpuSeconds ?? 0)) / seconds;
    const idle = before[i]?.residentMiB ?? 0;
    return [
      `replica ${i + 1}`,
      ...[idle, used.residentMiB, used.peakMiB].map((n) => `${n.toFixed(0)} MiB`),
      `${(cores * 1000).toFixed(0)}m`,
    ];
  });
  return {
    title: `What a replica takes, ${perSecond} admissions a second over three for ${seconds.toFixed(0)} s`,
    columns: ["", "resident before", "resident after", "at most", "processor"],
    rows,
  };
}
