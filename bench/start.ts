/**
 * From the start of the built program to its first 200 of /readyz: with the policies in a directory and, where the testbed is
 * built, as a replica of the chart, which lists them from a real API server and has a leaf issued by its CA.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeKeyPair } from "../test/support/signer.ts";
import { installChart } from "../test/support/testbed/installation.ts";
import { makeTemporaryDir } from "../test/support/testbed/process.ts";
import { findPrograms, type Programs } from "../test/support/testbed/programs.ts";
import { startSealgate } from "../test/support/testbed/sealgate.ts";
import { formatTime, median, quantile, type Benchmark } from "./table.ts";

const POLICIES = 100;
const STARTS = 7;
const GOAL_MS = 1_500;

export const start: Benchmark = {
  name: "start",
  describes: `from the start of the program until it is ready, with ${POLICIES} policies`,
  run: async () => {
    const found = findPrograms();
    if (found.kind === "missing") console.log("Without a cluster: the testbed is not built (npm run testbed).\n");
    const all = Array.from({ length: POLICIES }, (_, i) => policyOf(i));
    const measured = [
      ["a directory, none", await fromDirectory([])],
      [`a directory, ${POLICIES}`, await fromDirectory(all)],
      ...(found.kind === "found" ? [[`a cluster, ${POLICIES}`, await fromCluster(found.programs, all)] as const] : []),
    ] as const;
    return [
      {
        title: `Start to ready (${STARTS} starts, /readyz asked each 50 ms)`,
        columns: ["policies in", "median", "worst"],
        rows: measured.map(([what, times]) => [what, formatTime(median(times)), formatTime(quantile(times, 1))]),
        goals: measured.map(([what, times]) => ({
          what: `${what}: median`,
          want: `at most ${formatTime(GOAL_MS)}`,
          actual: formatTime(median(times)),
          met: median(times) <= GOAL_MS,
        })),
      },
    ];
  },
};

/** One of each kind of entry, an attestation with a condition and a validation, so that all that can be compiled is. */
function policyOf(i: number): object {
  const keys = { name: "key", keys: { publicKeys: makeKeyPair().publicKeyPem }, insecureIgnoreTlog: true };
  const keyless = {
    name: "team",
    keyless: { issuer: "https://issuer.example", subjectRegExp: `https://git[.]example/team-${i}/.*` },
  };
  const attestors = [{ count: 1, entries: [keys, keyless] }];
  const rule = {
    name: "acme",
    imageReferences: [`registry.example/team-${i}/*`],
    attestors,
    attestations: [
      {
        name: "scan",
        predicateTypes: ["vuln"],
        attestors,
        conditions: [{ expression: `predicate.scanner.uri.startsWith('scanner-${i}')`, message: "scanned by another" }],
      },
    ],
    validations: [{ expression: "attestations.scan.size() > 0", message: "no scan" }],
  };
  const spec = {
    failureAction: "Enforce",
    match: { namespaceSelector: { matchLabels: { team: `team-${i}` } } },
    verifyImages: [rule],
  };
  const metadata = { name: `team-${i}` };
  return { apiVersion: "sealgate.dev/v1alpha1", kind: "ClusterImageVerifyPolicy", metadata, spec };
}

async function fromDirectory(all: readonly object[]): Promise<readonly number[]> {
  const policies = makeTemporaryDir("start");
  for (const [i, each] of all.entries()) writeFileSync(join(policies, `${i}.yaml`), JSON.stringify(each));
  const times: number[] = [];
  for (let i = 0; i < STARTS; i += 1) {
    const sealgate = await startSealgate({ source: { policies }, plainHttp: [] });
    times.push(sealgate.readyMs);
    await sealgate.stop();
  }
  return times;
}

async function fromCluster(programs: Programs, all: readonly object[]): Promise<readonly number[]> {
  const installation = await installChart(programs, { values: { drainSeconds: 0 } });
  const { release, apply, stop } = installation;
  try {
    await apply(...all);
    const times: number[] = [];
    for (let i = 0; i < STARTS; i += 1) {
      const replica = await release.start();
      times.push(replica.process.readyMs());
      await release.kill(replica);
    }
    return times;
  } finally {
    await stop();
  }
}
