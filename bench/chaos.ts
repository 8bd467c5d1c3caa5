/**
 * `npm run test:long -- chaos`: the API server stopped for a minute, etcd stopped for a minute, every connection cut each
 * second for a minute, three replicas asked all the while as an API server asks them.
 */
import { prepareChaos, TROUBLES, type Endured, type Trouble } from "../test/support/testbed/chaos.ts";
import { installChart } from "../test/support/testbed/installation.ts";
import { findPrograms } from "../test/support/testbed/programs.ts";
import { formatTime, type Benchmark, type Goal } from "./table.ts";

const MILLISECONDS = 60_000;
const RECOVERY_MS = 60_000;

export const chaos: Benchmark = {
  name: "chaos",
  describes: "decisions while the API server or its store is gone, or every connection is cut each second",
  isLong: true,
  run: async () => {
    const found = findPrograms();
    if (found.kind === "missing") throw new Error(found.message);
    const installation = await installChart(found.programs, { replicas: 3, values: { drainSeconds: 1 } });
    const rows: (readonly string[])[] = [];
    const goals: Goal[] = [];
    try {
      const endure = await prepareChaos(installation);
      for (const [what, trouble] of Object.entries(TROUBLES)) {
        const endured = await endure(trouble, MILLISECONDS);
        const { asked, wrong, staleSeconds } = endured.watched;
        const counts = [asked, wrong.length].map(String);
        rows.push([what, ...counts, `${staleSeconds} s`, formatTime(endured.recoveredMs)]);
        goals.push(...goalsOf(what, trouble, endured));
      }
    } finally {
      await installation.stop();
    }
    const columns = ["for a minute", "asked", "wrong or unanswered", "staleness shown", "followed again after"];
    return [{ title: "The control plane in trouble", columns, rows, goals }];
  },
};

function goalsOf(what: string, { isNoticed }: Trouble, { watched, recoveredMs }: Endured): readonly Goal[] {
  const { wrong, staleSeconds } = watched;
  return [
    { what: `${what}: wrong or unanswered`, want: "0", actual: String(wrong.length), met: wrong.length === 0 },
    ...(isNoticed
      ? [
          {
            what: `${what}: staleness shown`,
            want: "more than 0 s",
            actual: `${staleSeconds} s`,
            met: staleSeconds > 0,
          },
        ]
      : []),
    {
      what: `${what}: a new policy is in force`,
      want: "within a minute of its end",
      actual: formatTime(recoveredMs),
      met: recoveredMs < RECOVERY_MS,
    },
  ];
}
