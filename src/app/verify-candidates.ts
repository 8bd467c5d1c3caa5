/**
 * A rule's proof, candidate by candidate: between two of them the event loop has its turn, and what a request may spend on
 * verifying is bounded (architecture.md §2). What is not looked at for that reason is TooManyCandidates.
 */
import type { Instant } from "../encoding/instant.ts";
import { attempt, type Attempt } from "../failure/attempt.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { StepBudget, withSharedSteps } from "../policy/cel/budget.ts";
import { isUnavailable } from "../policy/compile-entry.ts";
import { entriesOf, type CompiledRule } from "../policy/compile.ts";
import type { ImageEvidence } from "../policy/evidence.ts";
import { proveRule, type RuleProof } from "../policy/prove.ts";
import type { SignedEntity } from "../verify/entity.ts";
import type { VerifiedEntity } from "../verify/evidence.ts";
import { precheck } from "../verify/precheck.ts";
import type { Requirement } from "../verify/requirement.ts";
import { verify } from "../verify/verifier.ts";

export interface VerifyLimits {
  /** Candidates that are verified for one entry, of those that could meet it. */
  readonly verified: number;
  /** Milliseconds of CPU that a request may spend on verifying. */
  readonly cpuMs: number;
}

export const VERIFY_LIMITS: VerifyLimits = { verified: 50, cpuMs: 250 };

/** Milliseconds without a turn for anybody else. */
const TURN_MS = 5;

/** CPU of one request. */
export class CpuBudget {
  readonly #limitMs: number;
  readonly #cpuNow: () => number;
  readonly #steps = new StepBudget();
  #spentMs = 0;

  constructor(limitMs: number, cpuNow: () => number) {
    this.#limitMs = limitMs;
    this.#cpuNow = cpuNow;
  }

  /** What was not looked at since then says nothing about anybody else's request. */
  get isSpent(): boolean {
    return this.#isOutOfTime || this.#steps.isSpent;
  }

  get #isOutOfTime(): boolean {
    return this.#spentMs >= this.#limitMs;
  }

  get spentMs(): number {
    return this.#spentMs;
  }

  /** Fails with TooManyCandidates once all of it is spent. */
  charge<T>(work: () => T): T {
    if (this.#isOutOfTime) {
      const reason = `Cannot verify more for this request: ${this.#limitMs} ms of CPU are spent`;
      throw new VerificationFailure("TooManyCandidates", reason);
    }
    return this.#measured(work);
  }

  /** For expressions of policies, which are bounded by steps: their time counts, and they are judged all the same. */
  judge<T>(work: () => T): T {
    return this.#measured(() => withSharedSteps(this.#steps, work));
  }

  #measured<T>(work: () => T): T {
    const start = this.#cpuNow();
    try {
      return work();
    } finally {
      this.#spentMs += this.#cpuNow() - start;
    }
  }
}

export interface ProofBounds {
  readonly cpu: CpuBudget;
  readonly verified: number;
}

/** proveRule() with its cryptography done beforehand, in turns. */
export async function proveInTurns(
  rule: CompiledRule,
  evidence: ImageEvidence,
  now: Instant,
  bounds: ProofBounds,
): Promise<RuleProof> {
  const check = boundedVerifier(bounds);
  const results = new Map<Requirement, Map<SignedEntity, Attempt<VerifiedEntity>>>();
  let turn = bounds.cpu.spentMs;
  for (const requirement of requirementsOf(rule)) {
    const known = new Map<SignedEntity, Attempt<VerifiedEntity>>();
    results.set(requirement, known);
    for (const entity of entitiesFor(requirement, evidence)) {
      known.set(
        entity,
        attempt(() => check(entity, requirement, evidence.artifact, now)),
      );
      if (bounds.cpu.spentMs - turn < TURN_MS) continue;
      await new Promise((resolve) => setImmediate(resolve));
      turn = bounds.cpu.spentMs;
    }
  }
  return proveRule(rule, evidence, now, (entity, requirement, artifact, instant) => {
    const result = results.get(requirement)?.get(entity);
    if (result === undefined) return check(entity, requirement, artifact, instant);
    if (result.ok) return result.value;
    throw result.failure;
  });
}

function boundedVerifier({ cpu, verified }: ProofBounds): typeof verify {
  const counts = new Map<Requirement, number>();
  return (entity, requirement, artifact, now) => {
    const count = (counts.get(requirement) ?? 0) + 1;
    counts.set(requirement, count);
    if (count > verified) {
      throw new VerificationFailure(
        "TooManyCandidates",
        `Cannot verify more than ${verified} candidates for one entry`,
      );
    }
    return cpu.charge(() => verify(entity, requirement, artifact, now));
  };
}

function requirementsOf(rule: CompiledRule): readonly Requirement[] {
  return entriesOf(rule).flatMap(({ requirement }) => (isUnavailable(requirement) ? [] : [requirement]));
}

/** Those that the cheap look does not rule out. */
function entitiesFor(requirement: Requirement, { candidates }: ImageEvidence): readonly SignedEntity[] {
  return candidates.flatMap(({ entity }) =>
    entity.ok && attempt(() => precheck(entity.value, requirement)).ok ? [entity.value] : [],
  );
}
