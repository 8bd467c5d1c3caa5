/**
 * Seeded sequences of edits, rotations, moved tags and passing time: what is remembered is never seen in an answer. No
 * measurement but of correctness, so its goals are the same on every machine. The first seeds that differ are printed with
 * everything that happened; SEALGATE_CACHE_SEED and SEALGATE_CACHE_RUNS run those alone.
 */
import { Worker } from "node:worker_threads";
import type { Run } from "../test/app/cache/campaign.ts";
import type { Share } from "./cache-shard.ts";
import { formatTime, type Benchmark, type Table } from "./table.ts";

const FIRST = Number(process.env["SEALGATE_CACHE_SEED"] ?? "1");
const RUNS = Number(process.env["SEALGATE_CACHE_RUNS"] ?? "10000");
/** Differences that are printed in full. */
const PRINTED = 3;
/** At a time. */
const WORKERS = 2;

export const cache: Benchmark = {
  name: "cache",
  describes: `${RUNS} seeded sequences of changes, each admission held against one that remembers nothing`,
  isLong: true,
  run: async () => {
    const started = performance.now();
    const shares = Array.from({ length: WORKERS }, (_, i) => ({ first: FIRST + i, end: FIRST + RUNS, step: WORKERS }));
    const runs = (await Promise.all(shares.map(runShare))).flat();
    return [table(runs, performance.now() - started)];
  },
};

async function runShare(share: Share): Promise<readonly Run[]> {
  return await new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./cache-shard.js", import.meta.url), { workerData: share });
    worker.once("message", (runs: readonly Run[]) => resolve(runs));
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`a worker ended with ${code} and without an answer`)));
  });
}

function table(runs: readonly Run[], elapsed: number): Table {
  const differences = runs.flatMap(({ difference }) => (difference === undefined ? [] : [difference]));
  for (const difference of differences.slice(0, PRINTED)) console.error(`${difference}\n`);
  const sum = (of: (run: Run) => number): number => runs.reduce((total, run) => total + of(run), 0);
  const operations = summed(runs.map((run) => run.operations));
  return {
    title: `What is remembered (${RUNS} seeds from ${FIRST})`,
    columns: ["what", "figure"],
    rows: [
      ["admissions compared", `${sum(({ admissions }) => admissions)}`],
      ["of them admitted", `${sum(({ allowed }) => allowed)}`],
      ...[...summed(runs.map((run) => run.outcomes))].map(([outcome, n]) => [`verdicts ${outcome}`, `${n}`]),
      ...[...operations].map(([operation, n]) => [`changes: ${operation}`, `${n}`]),
      ["questions to the registry, remembering (those left under way as well)", `${sum(({ asked }) => asked)}`],
      ["questions to the registry, anew", `${sum(({ askedAnew }) => askedAnew)}`],
      ["differences", `${differences.length}`],
      [`time for all, in ${WORKERS} threads`, formatTime(elapsed)],
    ],
    goals: [
      {
        what: "differences",
        want: "0",
        actual: `${differences.length}`,
        met: differences.length === 0,
      },
    ],
  };
}

function summed<T>(counts: readonly ReadonlyMap<T, number>[]): ReadonlyMap<T, number> {
  const total = new Map<T, number>();
  for (const each of counts) for (const [what, n] of each) total.set(what, (total.get(what) ?? 0) + n);
  return total;
}
