/**
 * What an answer may be while the registry is away (policy-api.md §2.1, §4). What is remembered as proven answers as somebody
 * would who could ask; else nobody can tell, and a policy may rest on what it passed before: on that digest, under that rule,
 * with those credentials, not too long ago, and only where asking would find it good still.
 */
import { isDeepStrictEqual } from "node:util";
import type { CompiledPolicy, CompiledRule } from "../../../src/policy/compile.ts";
import { isOutside, type RuleResult } from "../../../src/policy/verdict.ts";
import type { Admission, Ask } from "./asks.ts";
import type { State } from "./state.ts";
import { MINUTE, SETTLED } from "./world.ts";

/** For as long as a Pass is remembered, what was verified is not verified anew. */
const PROOF_AGE = 10 * MINUTE;

interface Held {
  readonly policy: CompiledPolicy;
  readonly rule: CompiledRule;
}

/** What was seen to pass while the registry was there, by what decides. */
export class Passed {
  readonly #at = new Map<string, number>();

  note({ review, pinned }: Admission, state: State): void {
    for (const { image, results } of review.verdicts) {
      for (const { policy, verdict } of results) {
        const held = heldBy(policy, verdict.rule, state);
        if (verdict.outcome === "Pass" && restsOnMemory(held)) this.#at.set(keyOf(held, image, pinned), state.now);
      }
    }
  }

  /** When it last did. */
  at(held: Held, image: string, ask: Ask): number | undefined {
    return this.#at.get(keyOf(held, image, ask));
  }
}

export interface Answers {
  readonly admission: Admission;
  /** Of those who remember nothing, asked for the same with the pins of the first: could they ask, and as it is. */
  readonly reachable: Admission;
  readonly unreachable: Admission;
}

/** Undefined: nothing is wrong with it. */
export function outageProblem(answers: Answers, passed: Passed, state: State): string | undefined {
  const { admission, reachable, unreachable } = answers;
  for (const { value } of admission.pins) {
    const [tag = "", digest = ""] = value.split("@");
    if (!state.hadTag(tag, digest)) return `the pin ${value} is a digest that the tag never had`;
  }
  for (const [i, { image, digest, results }] of admission.review.verdicts.entries()) {
    for (const [j, result] of results.entries()) {
      const [could, couldNot] = [reachable, unreachable].map(({ review }) => review.verdicts[i]?.results[j]?.verdict);
      if (could === undefined || couldNot === undefined) return `rule ${result.verdict.rule} was not asked anew`;
      const problem = problemOf(result, could, couldNot);
      if (problem !== undefined) return `${image}: ${problem}`;
      const held = heldBy(result.policy, result.verdict.rule, state);
      const at = digest === undefined ? undefined : passed.at(held, image, admission.pinned);
      const rested = restProblem(result, could, held, { now: state.now, passedAt: at });
      if (rested !== undefined) return `${image}: ${rested}`;
    }
  }
  return undefined;
}

type Verdict = RuleResult["verdict"];

function problemOf({ verdict }: RuleResult, could: Verdict, couldNot: Verdict): string | undefined {
  if (isDeepStrictEqual(verdict, could) || isDeepStrictEqual(verdict, couldNot)) return undefined;
  if (verdict.outcome === "Undetermined" && couldNot.outcome === "Undetermined") return undefined;
  return `rule ${verdict.rule} says what nobody would say anew`;
}

interface Times {
  readonly now: number;
  readonly passedAt: number | undefined;
}

function restProblem(
  { verdict }: RuleResult,
  could: Verdict,
  held: Held,
  { now, passedAt }: Times,
): string | undefined {
  const { rule, verifiedAt } = verdict;
  const within = held.policy.verifiedWithin;
  if (verifiedAt !== undefined) {
    if (within === undefined) return `rule ${rule} rests on what its policy may not rest on`;
    if (now - verifiedAt > within) return `rule ${rule} rests on what was verified too long ago`;
    // What is signed ahead of the clock becomes evidence by itself, and is not seen before somebody asks again
    if (verifiedAt < SETTLED || could.outcome === "Pass") return undefined;
    return `rule ${rule} rests on what is not good any more`;
  }
  if (!isOutside(verdict) || !restsOnMemory(held) || could.outcome !== "Pass") return undefined;
  if (passedAt === undefined || now - passedAt > (within ?? 0) - PROOF_AGE) return undefined;
  return `rule ${rule} does not rest on what it passed ${now - passedAt} ms ago`;
}

function heldBy(id: RuleResult["policy"], ruleName: string, state: State): Held {
  const policy = state.snapshot().policies.find((each) => isDeepStrictEqual(each.id, id));
  const rule = policy?.rules.find(({ name }) => name === ruleName);
  if (policy === undefined || rule === undefined) throw new Error(`there is no rule ${ruleName}`);
  return { policy, rule };
}

function restsOnMemory({ policy, rule }: Held): boolean {
  return policy.failureAction === "Enforce" && policy.verifiedWithin !== undefined && !rule.dependsOnNow;
}

/** A template shows the credentials of its service account, a pod its own. */
function keyOf({ policy: { id }, rule }: Held, image: string, ask: Ask): string {
  const credentials = [rule.pullSecrets, ask.namespace, ask.isTemplate ? "account" : ask.hasPullSecret];
  return JSON.stringify([id, rule.name, rule.hash, image, credentials]);
}
