/**
 * Warm admission of one image: the bundled program beside a server of the same stack that parses the same body and answers
 * a constant, by turns in the same run. Then latency and memory at a steady rate.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { startRegistry, type EmbeddedRegistry } from "../../test/support/registry/registry.ts";
import { makeKeyPair, signLegacy, type KeyPair } from "../../test/support/signer.ts";
import { policy } from "../../test/support/testbed/objects.ts";
import { makeTemporaryDir } from "../../test/support/testbed/process.ts";
import type { Sealgate } from "../../test/support/testbed/sealgate.ts";
import { formatRatio, formatTime, median, quantile, type Benchmark, type Goal, type Table } from "../table.ts";
import { pace, saturate, type Target, type Throughput } from "./load.ts";
import { reviewOf } from "./review.ts";
import {
  launchers,
  peakMiB,
  pinning,
  processorMs,
  writePolicy,
  residentMiB,
  startWebhook,
  startYardstick,
  verdictOf,
} from "./webhook.ts";

const ROUNDS = 3;
const SECONDS = 4;
const RATE = 500;
const PACED_SECONDS = 20;
const MORE_POLICIES = 100;

export const admission: Benchmark = {
  name: "admission",
  describes: "warm admissions of one image by the built program over TLS, beside a constant answer",
  run: async () => {
    const registry = await startRegistry();
    const key = makeKeyPair();
    try {
      const digest = await registry.putImage("acme/web", "1.0", "web");
      await signLegacy(registry, "acme/web", digest, key);
      const body = reviewOf({ namespace: "prod", image: `${registry.host}/acme/web:1.0@${digest}` });
      return [await throughput(registry, key, body), await steady(registry, key, body)];
    } finally {
      await registry.stop();
    }
  },
};

async function open(registry: EmbeddedRegistry, key: KeyPair, more = 0): Promise<Sealgate> {
  const dir = makeTemporaryDir("bench");
  const write = (name: string, pattern: string): void => {
    const imageReferences = [pattern];
    writePolicy(dir, name, policy({ namespace: "prod", name, imageReferences, publicKey: key.publicKeyPem }));
  };
  write("signed", `${registry.host}/acme/*`);
  for (let i = 0; i < more; i++) write(`team-${i}`, `ghcr.io/team-${i}/*`);
  return await startWebhook(dir, [registry.host]);
}

/** The verdict is there before anything is measured; a wrong one would make every figure worthless. */
async function warm(sealgate: Sealgate, body: string): Promise<void> {
  const { allowed, status } = await verdictOf(sealgate, body);
  if (!allowed) throw new Error(`the image must be admitted: ${status?.message ?? ""}`);
}

interface Measured extends Throughput {
  readonly name: string;
  /** Of the server, for one answer. */
  readonly processorMs: number;
}

async function throughput(registry: EmbeddedRegistry, key: KeyPair, body: string): Promise<Table> {
  const dir = makeTemporaryDir("load");
  const yardstick = await startYardstick();
  const one = await open(registry, key);
  const many = await open(registry, key, MORE_POLICIES);
  try {
    await warm(one, body);
    await warm(many, body);
    const measured = await byTurns(
      { "constant answer": yardstick, "Sealgate, 1 policy": one, [`Sealgate, ${MORE_POLICIES} more policies`]: many },
      body,
      dir,
    );
    const [base, ours] = measured.map(({ processorMs: time }) => time);
    const ratio = (base ?? Number.NaN) / (ours ?? Number.NaN);
    return {
      title: `Throughput (${Math.round(body.length / 100) / 10} kB a review; ${ROUNDS} rounds of ${SECONDS} s by turns, medians; ${pinning})`,
      columns: ["server", "admissions/s", "p99", "processor time each", "ratio"],
      rows: measured.map(({ name, perSecond, p99Ms, processorMs: time }) => [
        name,
        perSecond.toFixed(0),
        formatTime(p99Ms),
        formatTime(time),
        formatRatio((base ?? Number.NaN) / time),
      ]),
      goals: [
        {
          what: "admissions that a core does, beside constant answers",
          want: "at least 0.5",
          actual: formatRatio(ratio),
          met: ratio >= 0.5,
        },
      ],
    };
  } finally {
    await Promise.all([yardstick.stop(), one.stop(), many.stop()]);
  }
}

type Server = Omit<Target, "body"> & { readonly pid: number };

/**
 * By processor time, not only by answers a second: the constant answer is limited by who asks, and a machine that does
 * other work meanwhile takes from all of them.
 */
async function byTurns(
  servers: Readonly<Record<string, Server>>,
  body: string,
  dir: string,
): Promise<readonly Measured[]> {
  const rounds = new Map<string, Omit<Measured, "name">[]>();
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, { pid, ca, url }] of Object.entries(servers)) {
      const before = processorMs(pid);
      const target = { ca, url: `${url}/validate?timeout=10s`, body };
      const result = await saturate(target, { seconds: SECONDS, dir, launcher: launchers.load });
      const spent = { processorMs: (processorMs(pid) - before) / (result.perSecond * SECONDS) };
      // The first round lets the compilers of the programs do their work.
      if (round > 0) rounds.set(name, [...(rounds.get(name) ?? []), { ...result, ...spent }]);
    }
  }
  return [...rounds].map(([name, results]) => ({
    name,
    perSecond: median(results.map(({ perSecond }) => perSecond)),
    p99Ms: median(results.map(({ p99Ms }) => p99Ms)),
    processorMs: median(results.map(({ processorMs: time }) => time)),
  }));
}

async function steady(registry: EmbeddedRegistry, key: KeyPair, body: string): Promise<Table> {
  const sealgate = await open(registry, key);
  try {
    await sleep(3000);
    const idle = residentMiB(sealgate.pid);
    await warm(sealgate, body);
    const target = { ...sealgate, url: `${sealgate.url}/validate?timeout=10s`, body };
    await pace(target, RATE, 5);
    let latencies: readonly number[] = [];
    const peak = await peakMiB(sealgate.pid, async () => {
      latencies = await pace(target, RATE, PACED_SECONDS);
    });
    const p99 = quantile(latencies, 0.99);
    const goals: readonly Goal[] = [
      { what: `p99 at ${RATE}/s`, want: "at most 10 ms", actual: formatTime(p99), met: p99 <= 10 },
      { what: "memory idle", want: "at most 115 MiB", actual: `${idle.toFixed(0)} MiB`, met: idle <= 115 },
      { what: `memory at ${RATE}/s`, want: "at most 160 MiB", actual: `${peak.toFixed(0)} MiB`, met: peak <= 160 },
    ];
    return {
      title: `Steady ${RATE} admissions/s for ${PACED_SECONDS} s (latency from the moment that a request is due)`,
      columns: ["", "p50", "p90", "p99", "max", "resident idle", "resident peak"],
      rows: [
        [
          "Sealgate, 1 policy",
          ...[0.5, 0.9, 0.99, 1].map((q) => formatTime(quantile(latencies, q))),
          `${idle.toFixed(0)} MiB`,
          `${peak.toFixed(0)} MiB`,
        ],
      ],
      goals,
    };
  } finally {
    await sealgate.stop();
  }
}
