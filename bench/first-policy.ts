/** A worker of bench/policies.ts, as new as a program that has just started: what its first policy takes, warmed up or not. */
import { parentPort, workerData } from "node:worker_threads";
import { warmUp } from "../src/compose/warm-up.ts";
import { compilePolicy } from "../src/policy/compile.ts";
import type { PolicyResource } from "../src/policy/types.ts";
import { builtInTrustRoot } from "../src/trust/built-in.ts";

export interface FirstPolicy {
  readonly resource: PolicyResource;
  readonly isWarmedUp: boolean;
}

/** In milliseconds. */
export interface FirstTimes {
  readonly policy: number;
  /** Each step of warming up. */
  readonly steps: readonly number[];
}

const { resource, isWarmedUp } = workerData as FirstPolicy;
const steps: number[] = [];
if (isWarmedUp) {
  let began = performance.now();
  await warmUp(() => {
    steps.push(performance.now() - began);
    began = performance.now();
    return Promise.resolve();
  });
}
const began = performance.now();
compilePolicy(resource, builtInTrustRoot);
parentPort?.postMessage({ policy: performance.now() - began, steps } satisfies FirstTimes);
