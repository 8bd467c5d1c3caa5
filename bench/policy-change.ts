/**
 * How long a changed policy takes to count: from its write to the first verdict by it. With policies in files, and, where
 * the testbed is built, through a real API server: from the start of kubectl to the first denial by the webhook.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { makeKeyPair } from "../test/support/signer.ts";
import { startGate } from "../test/support/testbed/gate.ts";
import { clusterPolicy, namespace } from "../test/support/testbed/objects.ts";
import { makeTemporaryDir } from "../test/support/testbed/process.ts";
import { findPrograms, type Programs } from "../test/support/testbed/programs.ts";
import type { Sealgate } from "../test/support/testbed/sealgate.ts";
import { reviewOf } from "./admission/review.ts";
import { startWebhook, verdictOf, writePolicy } from "./admission/webhook.ts";
import { formatTime, median, quantile, type Benchmark } from "./table.ts";

const CHANGES = 10;
const GOAL_MS = 2000;
const NAMESPACE = "measured";

export const policyChange: Benchmark = {
  name: "policy-change",
  describes: "from the write of a policy to the first verdict by it",
  run: async () => {
    const found = findPrograms();
    const measured = [
      ["a file, written", await inFiles()],
      ...(found.kind === "found" ? [["an object, by kubectl apply", await inCluster(found.programs)] as const] : []),
    ] as const;
    if (found.kind === "missing") console.log("Without a cluster: the testbed is not built (npm run testbed).\n");
    return [
      {
        title: `Policy change (${CHANGES} changes)`,
        columns: ["the policy is", "median", "worst"],
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

/** Selects the namespace of the review, or another one: every second change denies. */
function changed(change: number, publicKey: string): object {
  const selected = change % 2 === 0 ? NAMESPACE : "another";
  const options = { name: "signed", imageReferences: ["registry.example/*"], publicKey };
  return clusterPolicy(options, { "kubernetes.io/metadata.name": selected });
}

async function inFiles(): Promise<readonly number[]> {
  const dir = makeTemporaryDir("bench");
  const publicKey = makeKeyPair().publicKeyPem;
  writePolicy(dir, "signed", changed(1, publicKey));
  const sealgate = await startWebhook(dir, []);
  try {
    return await timeChanges(sealgate, async (change) => writePolicy(dir, "signed", changed(change, publicKey)));
  } finally {
    await sealgate.stop();
  }
}

async function inCluster(programs: Programs): Promise<readonly number[]> {
  const publicKey = makeKeyPair().publicKeyPem;
  const gate = await startGate(programs, { plainHttp: [], publicKey });
  try {
    await gate.apply(namespace(NAMESPACE), changed(1, publicKey));
    return await timeChanges(gate.sealgate, (change) => gate.apply(changed(change, publicKey)));
  } finally {
    await gate.stop();
  }
}

async function timeChanges(sealgate: Sealgate, write: (change: number) => Promise<void>): Promise<readonly number[]> {
  const times: number[] = [];
  await untilAllowed(sealgate, true);
  for (let change = 0; change < CHANGES; change++) {
    const started = performance.now();
    await write(change);
    await untilAllowed(sealgate, change % 2 !== 0);
    times.push(performance.now() - started);
  }
  return times;
}

async function untilAllowed(sealgate: Sealgate, allowed: boolean): Promise<void> {
  // A reference that nobody can read is denied by every policy of its namespace, without asking a registry.
  const body = reviewOf({ namespace: NAMESPACE, image: "acme/UPPER" });
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline) {
    if ((await verdictOf(sealgate, body)).allowed === allowed) return;
    await sleep(5);
  }
  throw new Error("the changed policy did not count within 30 s");
}
