/**
 * Whole verifications, from the bytes of the registry to the evidence, beside the OpenSSL operations in them (spec §11); parsing; and
 * what a thousand verifications leave in memory.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { entityFromBundle } from "../../src/verify/entity.ts";
import { VECTORS_ROOT } from "../../test/vectors/vector.ts";
import { formatRatio, formatTime, quantile, type Benchmark, type Goal, type Table } from "../table.ts";
import { recordOperations, replay } from "./openssl.ts";
import { realPaths, virtualPaths, type Path } from "./paths.ts";

/** Of the processor, for each path: the compilers are done after thousands of runs, and a webhook runs for weeks. */
const WARM_UP_MS = 6000;
const SAMPLES = 1000;
const BUNDLE = join(VECTORS_ROOT, "sigstore-rs/bundle_v03/bundle_v03.json");
const MAX_PARSE_MS_OF_10_KB = 0.15;
const VERIFICATIONS = 1000;
const MAX_GROWTH_MIB = 5;

export const verification: Benchmark = {
  name: "verify",
  describes: "each path of a verification, beside the OpenSSL operations in it",
  run: async () => [
    pathsTable("Signatures of the virtual Sigstore", virtualPaths()),
    pathsTable("Signatures of real instances", realPaths()),
    parseTable(),
    heapTable(),
  ],
};

function pathsTable(title: string, paths: readonly Path[]): Table {
  const measured = paths.map((path) => ({ path, ...measurePath(path) }));
  return {
    title: `${title} (time of the processor, by turns, first twentieths)`,
    columns: ["path", "verifications", "verify()", "OpenSSL", "ratio"],
    rows: measured.map(({ path, count, ours, openssl, ratio }) => [
      path.name,
      `${count}`,
      formatTime(ours),
      formatTime(openssl),
      ratio.toFixed(2),
    ]),
    goals: measured.flatMap(({ path, count, ratio }) => goalsOf(path, count, ratio)),
  };
}

function goalsOf({ name, operations, maxRatio }: Path, count: number, ratio: number): readonly Goal[] {
  const goals = [
    { what: `${name}: verifications`, want: `${operations}`, actual: `${count}`, met: count === operations },
  ];
  if (maxRatio === undefined) return goals;
  const met = ratio <= maxRatio;
  return [...goals, { what: `${name}: ratio`, want: `at most ${maxRatio}`, actual: ratio.toFixed(2), met }];
}

interface Measured {
  readonly count: number;
  /** For one, in milliseconds. */
  readonly ours: number;
  readonly openssl: number;
  readonly ratio: number;
}

/**
 * The links of the authorities are known after the first run. Time is that of the processor, so that waiting for one
 * which does other work counts for neither.
 */
function measurePath({ run }: Path): Measured {
  run();
  const operations = recordOperations(run);
  const replayed = (): void => replay(operations);
  const [ours, openssl] = byTurns(run, replayed);
  return { count: operations.verifications.length, ours, openssl, ratio: ours / openssl };
}

/**
 * Milliseconds of one run of each, by turns. The fastest twentieth of the runs ends at the figure: other work takes the
 * caches, too, from whichever runs just then.
 */
function byTurns(left: () => void, right: () => void): readonly [number, number] {
  for (let spent = 0; spent < WARM_UP_MS;) spent += timeOf(left) + timeOf(right);
  const samples = Array.from({ length: SAMPLES }, () => [timeOf(left), timeOf(right)] as const);
  return [lowest(samples.map(([time]) => time)), lowest(samples.map(([, time]) => time))];
}

function lowest(times: readonly number[]): number {
  return quantile(times, 0.05);
}

function timeOf(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function parseTable(): Table {
  const bytes = readFileSync(BUNDLE);
  const kilobytes = bytes.length / 1000;
  const [ours, theirs] = byTurns(
    () => void entityFromBundle(bytes),
    () => void JSON.parse(bytes.toString("utf8")),
  );
  const of10 = (ours * 10) / kilobytes;
  return {
    title: `Parsing (cosign's bundle of an image signature, ${kilobytes.toFixed(1)} kB)`,
    columns: ["operation", "time", "ratio"],
    rows: [
      ["entityFromBundle()", formatTime(ours), formatRatio(ours / theirs)],
      ["JSON.parse()", formatTime(theirs), "1"],
    ],
    goals: [
      {
        what: "parse of 10 kB:",
        want: `at most ${formatTime(MAX_PARSE_MS_OF_10_KB)}`,
        actual: formatTime(of10),
        met: of10 <= MAX_PARSE_MS_OF_10_KB,
      },
    ],
  };
}

/** Every path in turn. The first hundred warm the compiler up. */
function heapTable(): Table {
  const paths = [...virtualPaths(), ...realPaths()];
  const verifyMany = (count: number): void => {
    for (let i = 0; i < count; i++) paths[i % paths.length]?.run();
  };
  verifyMany(100);
  const before = heapMiB();
  verifyMany(VERIFICATIONS);
  const after = heapMiB();
  const growth = after - before;
  return {
    title: `Heap after collection (${VERIFICATIONS} verifications of ${paths.length} paths)`,
    columns: ["", "before", "after", "growth"],
    rows: [["heap used", `${before.toFixed(2)} MiB`, `${after.toFixed(2)} MiB`, `${growth.toFixed(2)} MiB`]],
    goals: [
      {
        what: "growth of the heap",
        want: `within ± ${MAX_GROWTH_MIB} MiB`,
        actual: `${growth.toFixed(2)} MiB`,
        met: Math.abs(growth) <= MAX_GROWTH_MIB,
      },
    ],
  };
}

function heapMiB(): number {
  if (globalThis.gc === undefined) throw new Error("the heap is measured with --expose-gc");
  globalThis.gc();
  return process.memoryUsage().heapUsed / 2 ** 20;
}
