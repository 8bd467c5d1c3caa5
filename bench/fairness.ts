/**
 * One namespace asks for images of a registry that never answers, at full rate; another asks for one that is known. What
 * the first does to the second, as a ratio of its own latency without the first.
 */
import { startRegistry } from "../test/support/registry/registry.ts";
import { makeKeyPair, signLegacy } from "../test/support/signer.ts";
import { clusterPolicy } from "../test/support/testbed/objects.ts";
import { makeTemporaryDir } from "../test/support/testbed/process.ts";
import type { Sealgate } from "../test/support/testbed/sealgate.ts";
import { reviewOf } from "./admission/review.ts";
import { startWebhook, verdictOf, writePolicy } from "./admission/webhook.ts";
import { formatRatio, formatTime, median, quantile, type Benchmark } from "./table.ts";

const ROUNDS = 5;
const REVIEWS = 200;
const FLOOD = 64;
const MAX_RATIO = 2;

export const fairness: Benchmark = {
  name: "fairness",
  describes: "warm admissions of one namespace while another floods with a registry that never answers",
  run: async () => {
    const registry = await startRegistry();
    const tarpit = await startRegistry();
    tarpit.misbehave(() => true);
    const dir = makeTemporaryDir("bench");
    const key = makeKeyPair();
    const options = { name: "signed", imageReferences: ["*"], publicKey: key.publicKeyPem };
    writePolicy(dir, "signed", clusterPolicy(options, {}));
    const digest = await registry.putImage("acme/web", "1.0", "web");
    await signLegacy(registry, "acme/web", digest, key);
    const sealgate = await startWebhook(dir, [registry.host, tarpit.host]);
    const body = reviewOf({ namespace: "prod", image: `${registry.host}/acme/web@${digest}` });
    try {
      const quiet: number[] = [];
      const flooded: number[] = [];
      await p99(sealgate, body);
      for (let round = 0; round < ROUNDS; round++) {
        quiet.push(await p99(sealgate, body));
        const flood = startFlood(sealgate, (i) => `${tarpit.host}/r${round}-${i}/web@${digest}`);
        flooded.push(await p99(sealgate, body));
        await flood();
      }
      const ratio = median(flooded) / median(quiet);
      return [
        {
          title: `Fairness (${REVIEWS} reviews one after the other, ${FLOOD} of the other namespace under way, medians of ${ROUNDS} rounds)`,
          columns: ["the other namespace", "p99", "ratio"],
          rows: [
            ["is quiet", formatTime(median(quiet)), "1"],
            ["floods with a tarpit", formatTime(median(flooded)), formatRatio(ratio)],
          ],
          goals: [
            {
              what: "p99 beside the flood",
              want: `at most ${MAX_RATIO} times that without`,
              actual: formatRatio(ratio),
              met: ratio <= MAX_RATIO,
            },
          ],
        },
      ];
    } finally {
      await sealgate.stop();
      await Promise.all([registry.stop(), tarpit.stop()]);
    }
  },
};

async function p99(sealgate: Sealgate, body: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < REVIEWS; i++) {
    const started = performance.now();
    const { allowed, status } = await verdictOf(sealgate, body);
    times.push(performance.now() - started);
    if (!allowed) throw new Error(`the image must be admitted: ${status?.message ?? ""}`);
  }
  return quantile(times, 0.99);
}

/** Keeps FLOOD reviews under way until it is told to stop. */
function startFlood(sealgate: Sealgate, imageOf: (i: number) => string): () => Promise<void> {
  let next = 0;
  let isOn = true;
  const one = async (): Promise<void> => {
    while (isOn) {
      next += 1;
      await verdictOf(sealgate, reviewOf({ namespace: "tenant", image: imageOf(next) }));
    }
  };
  const all = Array.from({ length: FLOOD }, one);
  return async () => {
    isOn = false;
    await Promise.all(all);
  };
}
