/** A process of bench/policies.ts that has just started and warmed up: it compiles the policies that it is sent, once. */
import { turnTaker } from "../src/app/turns.ts";
import { warmUp } from "../src/compose/warm-up.ts";
import { compilePolicy } from "../src/policy/compile.ts";
import type { PolicyResource } from "../src/policy/types.ts";
import { builtInTrustRoot } from "../src/trust/built-in.ts";
import { collectGarbage } from "../test/support/garbage.ts";
import { watchStalls, type Stall } from "./stalls.ts";

/** In milliseconds. */
export interface Compilation {
  readonly all: number;
  readonly each: readonly number[];
  readonly stalls: readonly Stall[];
}

process.once("message", (resources) => {
  void compile(resources as readonly PolicyResource[]).then((compilation) => process.send?.(compilation));
});

async function compile(resources: readonly PolicyResource[]): Promise<Compilation> {
  await warmUp(() => Promise.resolve());
  // What receiving them has left behind is not what compiling them leaves
  collectGarbage();
  const each: number[] = [];
  const turn = turnTaker(() => performance.now());
  const stopWatching = watchStalls();
  const start = performance.now();
  const compiled = [];
  for (const resource of resources) {
    const began = performance.now();
    compiled.push(compilePolicy(resource, builtInTrustRoot));
    each.push(performance.now() - began);
    await turn();
  }
  const all = performance.now() - start;
  const stalls = stopWatching();
  const invalid = compiled.flatMap(({ rules }) => rules).filter(({ errors }) => errors.length > 0);
  if (compiled.length !== resources.length || invalid.length > 0) throw new Error("all policies must compile");
  return { all, each, stalls };
}
