/**
 * One namespace asks for images of a registry that never answers, at full rate; another asks for one that is known. What
 * the first does to the second, as a ratio of its own latency without the first.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { Agent } from "node:https";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startRegistry } from "../test/support/registry/registry.ts";
import { makeKeyPair, signLegacy } from "../test/support/signer.ts";
import { clusterPolicy } from "../test/support/testbed/objects.ts";
import { makeTemporaryDir } from "../test/support/testbed/process.ts";
import { repositoryRoot } from "../test/support/testbed/programs.ts";
import { post, type Target } from "./admission/load.ts";
import { reviewOf } from "./admission/review.ts";
import { launchers, startWebhook, writePolicy } from "./admission/webhook.ts";
import { formatRatio, formatTime, median, quantile, type Benchmark, type Table } from "./table.ts";

const ROUNDS = 5;
const REVIEWS = 200;
const FLOOD = 64;
const MAX_RATIO = 2;
/** Until the flood has reached its rate. */
const BEFORE_MS = 2_000;

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
    const caFile = join(dir, "ca.crt");
    writeFileSync(caFile, sealgate.ca);
    const url = `${sealgate.url}/validate?timeout=10s`;
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: sealgate.ca });
    const body = reviewOf({ namespace: "prod", image: `${registry.host}/acme/web@${digest}` });
    const target = { url, ca: sealgate.ca, body };
    try {
      const quiet: number[] = [];
      const flooded: number[] = [];
      const rates: number[] = [];
      await p99(target, agent);
      for (let round = 0; round < ROUNDS; round++) {
        quiet.push(await p99(target, agent));
        const flood = startFlood([url, caFile, `${tarpit.host}/r${round}-%/web@${digest}`, `${FLOOD}`]);
        await sleep(BEFORE_MS);
        flooded.push(await p99(target, agent));
        rates.push(await flood());
      }
      return [tableOf(median(quiet), median(flooded), median(rates))];
    } finally {
      agent.destroy();
      await sealgate.stop();
      await Promise.all([registry.stop(), tarpit.stop()]);
    }
  },
};

function tableOf(quiet: number, flooded: number, perSecond: number): Table {
  const ratio = flooded / quiet;
  const actual = formatRatio(ratio);
  return {
    title: `Fairness (${REVIEWS} reviews one after the other, ${FLOOD} of the other namespace under way, medians of ${ROUNDS} rounds)`,
    columns: ["the other namespace", "its reviews a second", "p99", "ratio"],
    rows: [
      ["is quiet", "0", formatTime(quiet), "1"],
      ["floods with a tarpit", perSecond.toFixed(0), formatTime(flooded), actual],
    ],
    goals: [
      {
        what: "p99 beside the flood",
        want: `at most ${MAX_RATIO} times that without`,
        actual,
        met: ratio <= MAX_RATIO,
      },
    ],
  };
}

async function p99(target: Target, agent: Agent): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < REVIEWS; i++) {
    const started = performance.now();
    const answer = await post(target, agent);
    times.push(performance.now() - started);
    if (!answer.includes('"allowed":true')) throw new Error(`the image must be admitted: ${answer}`);
  }
  return quantile(times, 0.99);
}

/** Floods until it is told to stop; then it says how many reviews were answered a second. */
function startFlood(args: readonly string[]): () => Promise<number> {
  const script = join(repositoryRoot(), "dist", "bench", "flood.js");
  const [command, ...before] = [...launchers.load, process.execPath];
  const flood = spawn(command, [...before, script, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const told: string[] = [];
  flood.stdout.on("data", (chunk: Buffer) => told.push(chunk.toString()));
  const ended = once(flood, "close");
  return async () => {
    flood.kill("SIGTERM");
    await ended;
    return Number(told.join(""));
  };
}
