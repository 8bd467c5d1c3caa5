/**
 * The built program before registries that attack it: every behaviour of the tests by turns, each review of an image that
 * was never seen before. What it costs in memory, and whether all of it comes back.
 */
import { setTimeout as sleep } from "node:timers/promises";
import pLimit from "p-limit";
import { HOSTILE, hookOf, type Behaviour } from "../test/support/registry/hostile.ts";
import { startRegistry, type EmbeddedRegistry } from "../test/support/registry/registry.ts";
import { makeKeyPair, signLegacy, type KeyPair } from "../test/support/signer.ts";
import { policy } from "../test/support/testbed/objects.ts";
import { makeTemporaryDir } from "../test/support/testbed/process.ts";
import type { Sealgate } from "../test/support/testbed/sealgate.ts";
import { reviewOf } from "./admission/review.ts";
import { peakMiB, residentMiB, startWebhook, verdictOf, writePolicy } from "./admission/webhook.ts";
import { formatTime, quantile, type Benchmark, type Table } from "./table.ts";

const REVIEWS = Number(process.env["SEALGATE_HOSTILE_REVIEWS"] ?? "10000");
const AT_ONCE = 32;
const MAX_MINUTES = 10;
const MAX_MIB = 256;
const MAX_GROWTH_MIB = 20;
const SETTLE_MS = 10_000;
/** Shared work may go on for as long after its last caller has left. */
const AFTERMATH_MS = 35_000;

export const hostile: Benchmark = {
  name: "hostile",
  describes: `${REVIEWS} reviews of images whose registries attack: memory and time`,
  isLong: true,
  run: async () => {
    const key = makeKeyPair();
    const registries = await Promise.all(Object.values(HOSTILE).map((behaviour) => openHostile(behaviour, key)));
    const dir = makeTemporaryDir("bench");
    const publicKey = key.publicKeyPem;
    writePolicy(dir, "signed", policy({ namespace: "prod", name: "signed", imageReferences: ["*"], publicKey }));
    const hosts = registries.map(({ server }) => server.host);
    const sealgate = await startWebhook(dir, hosts);
    const imageOf = (i: number): string => {
      const { server, digest } = registries[i % registries.length] ?? raise();
      return `${server.host}/r${i}/web@${digest}`;
    };
    try {
      return [await measure(sealgate, imageOf)];
    } finally {
      await sealgate.stop();
      await Promise.all(registries.map(({ server }) => server.stop()));
    }
  },
};

function raise(): never {
  throw new Error("there are no behaviours");
}

/** Each of its repositories is the same image; a host of its own, since what one says is remembered of it. */
async function openHostile(
  behaviour: Behaviour,
  key: KeyPair,
): Promise<{ readonly server: EmbeddedRegistry; readonly digest: string }> {
  const server = await startRegistry();
  const digest = await server.putImage("acme/web", "1.0", "web");
  if (behaviour.isSigned === true) await signLegacy(server, "acme/web", digest, key);
  const { hook } = hookOf(behaviour, "192.0.2.1");
  server.misbehave((request, response) => {
    server.requests.length = 0;
    if (hook(request, response)) return true;
    request.url = (request.url ?? "").replace(/^\/v2\/r\d+\//, "/v2/acme/");
    return false;
  });
  return { server, digest };
}

async function measure(sealgate: Sealgate, imageOf: (i: number) => string): Promise<Table> {
  const times: number[] = [];
  let denied = 0;
  const review = async (i: number): Promise<void> => {
    const started = performance.now();
    const { allowed } = await verdictOf(sealgate, reviewOf({ namespace: "prod", image: imageOf(i) }));
    times.push(performance.now() - started);
    if (!allowed) denied += 1;
  };
  const limit = pLimit(AT_ONCE);
  const many = async (from: number, count: number): Promise<void> => {
    await Promise.all(Array.from({ length: count }, (_, i) => limit(() => review(from + i))));
  };
  // Compilers and pools have done their work before the program is called idle.
  await many(0, Math.min(500, REVIEWS));
  await sleep(AFTERMATH_MS);
  const idle = residentMiB(sealgate.pid);
  times.length = 0;
  denied = 0;
  const started = performance.now();
  const peak = await peakMiB(sealgate.pid, () => many(500, REVIEWS));
  const elapsed = performance.now() - started;
  await sleep(AFTERMATH_MS + SETTLE_MS);
  const after = residentMiB(sealgate.pid);
  const mib = (value: number): string => `${value.toFixed(0)} MiB`;
  return {
    title: `Hostile registries (${REVIEWS} reviews, ${Object.keys(HOSTILE).length} behaviours by turns, ${AT_ONCE} at a time, environment of the chart)`,
    columns: ["what", "figure"],
    rows: [
      ["denied", `${denied} of ${REVIEWS}`],
      ["time for all", formatTime(elapsed)],
      ["median of a review", formatTime(quantile(times, 0.5))],
      ["slowest review", formatTime(quantile(times, 1))],
      ["memory idle", mib(idle)],
      ["memory at most", mib(peak)],
      ["memory afterwards", mib(after)],
    ],
    goals: [
      { what: "denied", want: `${REVIEWS}`, actual: `${denied}`, met: denied === REVIEWS },
      {
        what: "time",
        want: `at most ${MAX_MINUTES} min`,
        actual: `${(elapsed / 60_000).toFixed(1)} min`,
        met: elapsed <= MAX_MINUTES * 60_000,
      },
      { what: "memory at most", want: `at most ${MAX_MIB} MiB`, actual: mib(peak), met: peak <= MAX_MIB },
      {
        what: "memory that did not come back",
        want: `at most ${MAX_GROWTH_MIB} MiB`,
        actual: mib(after - idle),
        met: after - idle <= MAX_GROWTH_MIB,
      },
    ],
  };
}
