/**
 * Seeded sequences of edits, rotations, moved tags and passing time: what is remembered is never seen in an answer. No
 * measurement but of correctness, so its goals are the same on every machine. The first seeds that differ are printed with
 * everything that happened; SEALGATE_CACHE_SEED and SEALGATE_CACHE_RUNS run those alone.
 */
import { runSeed, type Run } from "../test/app/cache/campaign.ts";
import { makeWorld } from "../test/app/cache/world.ts";
import { buildRegistry } from "../src/registry/client.ts";
import { loopbackEndpoint, startRegistry } from "../test/support/registry/registry.ts";
import { formatTime, type Benchmark, type Table } from "./table.ts";

const FIRST = Number(process.env["SEALGATE_CACHE_SEED"] ?? "1");
const RUNS = Number(process.env["SEALGATE_CACHE_RUNS"] ?? "10000");
/** Differences that are printed in full. */
const PRINTED = 3;

export const cache: Benchmark = {
  name: "cache",
  describes: `${RUNS} seeded sequences of changes, each admission held against one that remembers nothing`,
  isLong: true,
  run: async () => {
    const server = await startRegistry();
    const client = buildRegistry({ rules: { endpoints: [loopbackEndpoint(server.host)] }, now: () => 0 });
    try {
      const world = await makeWorld(server, client);
      const started = performance.now();
      const runs: Run[] = [];
      for (let seed = FIRST; seed < FIRST + RUNS; seed += 1) runs.push(await runSeed(world, seed));
      return [table(runs, performance.now() - started)];
    } finally {
      await client.close();
      await server.stop();
    }
  },
};

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
      ["time for all", formatTime(elapsed)],
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
