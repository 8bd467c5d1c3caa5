/**
 * What many policies cost: a decision among 1 to 1,000 of which one is about the image, their compilation and memory, and a
 * condition of CEL over a thousand findings.
 */
import { fork } from "node:child_process";
import { Worker } from "node:worker_threads";
import { parseAdmissionReview } from "../src/admission/request.ts";
import { allowResponse } from "../src/admission/response.ts";
import { PodReviewer } from "../src/app/review-pod.ts";
import { ImageVerifier } from "../src/app/verify-image.ts";
import { parseJson } from "../src/encoding/json.ts";
import { encodeUtf8 } from "../src/encoding/text.ts";
import { parseCel } from "../src/policy/cel/program.ts";
import { celOf } from "../src/policy/cel/values.ts";
import { compilePolicy, type CompiledPolicy } from "../src/policy/compile.ts";
import type { PolicyResource } from "../src/policy/types.ts";
import type { Registry } from "../src/ports/registry.ts";
import { builtInTrustRoot } from "../src/trust/built-in.ts";
import { collectGarbage } from "../test/support/garbage.ts";
import { admissionReview, pod } from "../test/support/reviews.ts";
import { makeKeyPair } from "../test/support/signer.ts";
import type { Compilation } from "./compile-policies.ts";
import type { FirstPolicy, FirstTimes } from "./first-policy.ts";
import { formatRatio, formatTime, median, quantile, type Benchmark, type Goal, type Table } from "./table.ts";

const COUNTS = [1, 10, 100, 1000];
const DECISIONS = 2000;
const COMPILATIONS = 5;
const FIRSTS = 7;
/** Of a condition, between two looks at the clock. */
const EVALUATIONS = 20;
const LABELS = new Map([["tier", "prod"]]);
const IMAGE = `ghcr.io/acme/web@sha256:${"1".repeat(64)}`;
const CONDITION =
  "has(predicate.scanner.result.Results) && predicate.scanner.result.Results.all(t, !has(t.Vulnerabilities) || t.Vulnerabilities.all(v, v.Severity != 'CRITICAL'))";

export const policies: Benchmark = {
  name: "policies",
  describes: "decide, compile and remember with up to 1,000 policies",
  run: async () => [await decisions(), await firstPolicy(), await compilation(), memory(), condition()],
};

/** From the bytes of a review to the bytes of an answer; nothing is asked of a registry. */
async function decisions(): Promise<Table> {
  const bytes = encodeUtf8(JSON.stringify(admissionReview(pod({ web: IMAGE }))));
  const reviewers = COUNTS.map((count) =>
    reviewerOf(range(count).map((i) => compilePolicy(digestPolicy(i === 0 ? "acme" : `team-${i}`), builtInTrustRoot))),
  );
  const times = COUNTS.map((): number[] => []);
  for (let turn = 0; turn < DECISIONS; turn += 1) {
    // In turns, so that whatever else the machine does meets all of them
    for (const [i, reviewer] of reviewers.entries()) times[i]?.push(await timeDecision(reviewer, bytes));
  }
  const medians = times.map((each) => median(each.slice(DECISIONS / 4)));
  const [one = Number.NaN] = medians;
  const ratio = (medians.at(-1) ?? Number.NaN) / one;
  return {
    title: `A decision (${DECISIONS} each, in turns), one policy about the image`,
    columns: ["policies", "median", "to 1"],
    rows: COUNTS.map((count, i) => [
      String(count),
      formatTime(medians[i] ?? Number.NaN),
      formatRatio((medians[i] ?? Number.NaN) / one),
    ]),
    goals: [goal("1,000 policies to 1", ratio, 2, formatRatio)],
  };
}

async function timeDecision(reviewer: PodReviewer, bytes: Uint8Array): Promise<number> {
  const { signal } = new AbortController();
  const start = performance.now();
  const request = parseAdmissionReview(bytes);
  const review = await reviewer.validate(request, signal);
  const answer = JSON.stringify(allowResponse(request.uid, review, review.warnings));
  const time = performance.now() - start;
  if (!answer.includes("acme") || review.verdicts.length !== 1) throw new Error("one policy must decide");
  return time;
}

function reviewerOf(compiled: readonly CompiledPolicy[]): PodReviewer {
  const unasked = (): never => {
    throw new Error("no registry may be asked");
  };
  const registry: Registry = { manifest: unasked, blob: unasked, referrers: unasked };
  const cpuNow = (): number => 0;
  const verifier = new ImageVerifier({ registry, monotonicNow: () => performance.now(), now: Date.now, cpuNow });
  const snapshot = { policies: compiled, exceptions: [], trustRoots: [], namespaceLabels: () => LABELS };
  return new PodReviewer({ snapshot: () => snapshot }, verifier, Date.now);
}

/** Each in a thread of its own: whatever the engine learned in another is not known there. */
async function firstPolicy(): Promise<Table> {
  const resource = signedPolicy("acme", makeKeyPair().publicKeyPem);
  const measured: Record<"cold" | "warm", FirstTimes[]> = { cold: [], warm: [] };
  for (let i = 0; i < FIRSTS; i += 1) {
    measured.cold.push(await inNewThread({ resource, isWarmedUp: false }));
    measured.warm.push(await inNewThread({ resource, isWarmedUp: true }));
  }
  const policyOf = ({ policy }: FirstTimes): number => policy;
  const first = measured.warm.map(policyOf);
  const rows: readonly (readonly [string, readonly number[]])[] = [
    ["not warmed up", measured.cold.map(policyOf)],
    ["warmed up", first],
    ["the longest step of warming up, before it is ready", measured.warm.map(({ steps }) => Math.max(...steps))],
  ];
  return {
    title: `The first policy of a program that has just started (${FIRSTS} each)`,
    columns: ["", "median", "worst"],
    rows: rows.map(([name, times]) => [name, formatTime(median(times)), formatTime(quantile(times, 1))]),
    goals: [goal("the first policy, warmed up", median(first), 10, formatTime)],
  };
}

async function inNewThread(workerData: FirstPolicy): Promise<FirstTimes> {
  return await new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./first-policy.js", import.meta.url), { workerData });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

/**
 * All at once in slices, each time in a process of its own: the longest that a single one takes, and for how long nobody else
 * had a turn. Beside it what is left without the times in which the kernel had the thread wait for a processor, which threads
 * of the engine and other programs had.
 */
async function compilation(): Promise<Table> {
  const resources = range(1000).map((i) => signedPolicy(`team-${i}`, makeKeyPair().publicKeyPem));
  const measured: Compilation[] = [];
  for (let i = 0; i < COMPILATIONS; i += 1) measured.push(await inNewProcess(resources));
  const totals = measured.map(({ all }) => all);
  const stalls = measured.flatMap((each) => each.stalls);
  const lasted = stalls.map((stall) => stall.lasted);
  const unwaited = stalls.map((stall) => stall.lasted - stall.waited);
  const row = (name: string, times: readonly number[]): readonly string[] => [
    name,
    formatTime(median(times)),
    formatTime(quantile(times, 0.99)),
    formatTime(quantile(times, 1)),
  ];
  const each = measured.flatMap((one) => one.each);
  return {
    title: `Compilation of 1,000 policies in slices (${COMPILATIONS} times), each with a key, an identity, a workflow and a condition`,
    columns: ["", "median", "99 of 100", "worst"],
    rows: [
      row("all", totals),
      row("one", each),
      row("without a turn for others", lasted),
      row("of that, not waiting for a processor", unwaited),
    ],
    goals: [
      goal("all", quantile(totals, 1), 2000, formatTime),
      goal("without a turn for others", quantile(lasted, 1), 10, formatTime),
    ],
  };
}

async function inNewProcess(resources: readonly PolicyResource[]): Promise<Compilation> {
  const child = fork(new URL("./compile-policies.js", import.meta.url));
  return await new Promise((resolve, reject) => {
    child.once("message", (compilation) => resolve(compilation as Compilation));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the process that compiles ended with ${code}`)));
    child.send(resources);
  });
}

function memory(): Table {
  const resources = range(1000).map((i) => signedPolicy(`team-${i}`, makeKeyPair().publicKeyPem));
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const compiled = resources.map((resource) => compilePolicy(resource, builtInTrustRoot));
  collectGarbage();
  const bytes = (process.memoryUsage().heapUsed - before) / compiled.length;
  const formatted = (value: number): string => `${(value / 1024).toFixed(1)} KiB`;
  return {
    title: "Memory of a compiled policy, beside its resource",
    columns: ["policies", "each"],
    rows: [[String(compiled.length), formatted(bytes)]],
    goals: [goal("each", bytes, 30 * 1024, formatted)],
  };
}

function condition(): Table {
  const findings = range(1000).map((i) => ({ VulnerabilityID: `CVE-2026-${i}`, Severity: "HIGH", PkgName: "openssl" }));
  const predicate = { scanner: { result: { Results: [{ Target: "web", Vulnerabilities: findings }] } } };
  const json = parseJson(encodeUtf8(JSON.stringify(predicate)));
  const parsed = parseCel(CONDITION, ["predicate"]);
  if (!parsed.ok) throw new Error(parsed.message);
  const evaluate = (): void => {
    const outcome = parsed.program.evaluate({ predicate: celOf(json) });
    if (outcome.kind !== "bool" || !outcome.value) throw new Error("no finding is critical");
  };
  // By the CPU that it takes: what else the machine does is no part of it
  const times = range(100).map(() => {
    const before = process.cpuUsage();
    for (let i = 0; i < EVALUATIONS; i += 1) evaluate();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000 / EVALUATIONS;
  });
  const time = median(times.slice(25));
  return {
    title: "A condition over 1,000 findings",
    columns: ["", "median, CPU"],
    rows: [["no finding is critical", formatTime(time)]],
    goals: [goal("one evaluation", time, 0.5, formatTime)],
  };
}

function goal(what: string, actual: number, most: number, format: (value: number) => string): Goal {
  return { what, want: `at most ${format(most)}`, actual: format(actual), met: actual <= most };
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function digestPolicy(owner: string): PolicyResource {
  const rule = { name: owner, imageReferences: [`ghcr.io/${owner}/*`, `quay.io/${owner}/*`], verifyDigest: true };
  return resourceOf(owner, { match: { namespaceSelector: { matchLabels: { tier: "prod" } } }, verifyImages: [rule] });
}

function signedPolicy(owner: string, publicKeys: string): PolicyResource {
  const entries = [
    { name: "key", keys: { publicKeys } },
    { name: "mail", keyless: { issuer: "https://login.example", subjectRegExp: `.+@${owner}\\.example` } },
    { name: "ci", githubActions: { repository: `${owner}/*`, refs: ["refs/tags/v*"], workflow: "release.yml" } },
  ];
  const match = { conditions: [{ name: "user", expression: "request.userInfo.username != 'system:node'" }] };
  const rule = { name: owner, imageReferences: [`ghcr.io/${owner}/*`], attestors: [{ count: 1, entries }] };
  return resourceOf(owner, { match, verifyImages: [rule] });
}

function resourceOf(name: string, spec: PolicyResource["spec"]): PolicyResource {
  return { apiVersion: "sealgate.dev/v1alpha1", kind: "ClusterImageVerifyPolicy", metadata: { name }, spec };
}
