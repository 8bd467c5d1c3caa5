/**
 * Load on a webhook. As much as it takes (closed loop, autocannon in a process of its own), and a given number a second:
 * there each request has its moment, and its latency counts from that moment, so that a stall is not hidden by the
 * requests that it held back.
 */
import { writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { mustSucceed, run } from "../../test/support/testbed/process.ts";
import { repositoryRoot } from "../../test/support/testbed/programs.ts";

export interface Target {
  readonly url: string;
  readonly ca: string;
  readonly body: string;
}

const JSON_TYPE = { "content-type": "application/json" };

export interface Throughput {
  readonly perSecond: number;
  readonly p99Ms: number;
}

/** Sixteen connections, as many requests as get answered. */
export async function saturate(
  target: Target,
  options: { seconds: number; dir: string; launcher: readonly string[] },
): Promise<Throughput> {
  const body = join(options.dir, "review.json");
  writeFileSync(body, target.body);
  const program = join(repositoryRoot(), "node_modules", "autocannon", "autocannon.js");
  const args = [
    "--json",
    "--no-progress",
    "-c",
    "16",
    "-d",
    String(options.seconds),
    "-m",
    "POST",
    "-H",
    "content-type=application/json",
    "-i",
    body,
    target.url,
  ];
  const [command, ...before] = [...options.launcher, process.execPath];
  const result = mustSucceed("autocannon", await run(command, [...before, program, ...args], { timeoutMs: 120_000 }));
  const { requests, latency, non2xx, errors, timeouts } = JSON.parse(result.stdout) as {
    requests: { average: number };
    latency: { p99: number };
    non2xx: number;
    errors: number;
    timeouts: number;
  };
  if (non2xx + errors + timeouts > 0)
    throw new Error(`Cannot measure ${target.url}: ${non2xx} bad answers, ${errors} errors`);
  return { perSecond: requests.average, p99Ms: latency.p99 };
}

/** `perSecond` requests for `seconds`, evenly; latencies in milliseconds, from the moment that each was due. */
export async function pace(target: Target, perSecond: number, seconds: number): Promise<readonly number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64, ca: target.ca });
  const latencies: number[] = [];
  const pending: Promise<void>[] = [];
  const started = performance.now();
  const total = perSecond * seconds;
  while (pending.length < total) {
    const due = (performance.now() - started) * (perSecond / 1000);
    while (pending.length < Math.min(due, total)) {
      const moment = started + (pending.length * 1000) / perSecond;
      pending.push(post(target, agent).then(() => void latencies.push(performance.now() - moment)));
    }
    await sleep(1);
  }
  await Promise.all(pending);
  agent.destroy();
  return latencies;
}

/** The text of the answer. Rejects for what is not 200. */
export async function post(target: Target, agent: Agent): Promise<string> {
  return await new Promise<string>((resolve, reject) => {
    const headers = { ...JSON_TYPE, "content-length": Buffer.byteLength(target.body) };
    const outgoing = request(target.url, { method: "POST", agent, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("error", reject);
      incoming.on("end", () =>
        incoming.statusCode === 200
          ? resolve(Buffer.concat(chunks).toString())
          : reject(new Error(`HTTP ${incoming.statusCode} of ${target.url}`)),
      );
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    });
    outgoing.on("error", reject);
    outgoing.end(target.body);
  });
}
