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
import type { Candidate, ImageEvidence } from "../policy/evidence.ts";
import { proveRule, type RuleProof } from "../policy/prove.ts";
import { UnavailableError } from "../ports/unavailable.ts";
import type { SignedEntity } from "../verify/entity.ts";
import type { VerifiedEntity } from "../verify/evidence.ts";
import { precheck } from "../verify/precheck.ts";
import type { Requirement } from "../verify/requirement.ts";
import { verify } from "../verify/verifier.ts";
import { deadlineIn } from "./deadline.ts";
import { isLarge, verifyLarge, type EvidenceWorker, type LargeEntity } from "./large-evidence.ts";
import { unreadAnswer } from "./places.ts";

export interface VerifyLimits {
  /** Candidates that are verified for one entry, of those that could meet it. */
  readonly verified: number;
  /** Milliseconds of CPU that a request may spend on verifying. */
  readonly cpuMs: number;
}

export const VERIFY_LIMITS: VerifyLimits = { verified: 50, cpuMs: 250 };

/** Milliseconds without a turn for anybody else. */
const TURN_MS = 5;
/** How long shared work may take, whoever waits for it: the longest timeout that a webhook can have. */
const SHARED_WORK_MS = 30_000;

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

  /** What another thread did for the request. */
  spend(milliseconds: number): void {
    this.#spentMs += milliseconds;
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
  /** For large evidence. */
  readonly worker?: EvidenceWorker;
  /** On whose behalf. */
  readonly party: string;
}

type Results = Map<Requirement, Map<SignedEntity, Attempt<VerifiedEntity>>>;

/** proveRule() with its cryptography done beforehand, in turns; that of large evidence by the thread for it, after the rest. */
export async function proveInTurns(
  rule: CompiledRule,
  evidence: ImageEvidence,
  now: Instant,
  bounds: ProofBounds,
): Promise<RuleProof> {
  const counted = countedVerifier(bounds);
  const results: Results = new Map();
  const large = new Map<SignedEntity, Requirement[]>();
  let turn = bounds.cpu.spentMs;
  for (const requirement of requirementsOf(rule)) {
    const known = new Map<SignedEntity, Attempt<VerifiedEntity>>();
    results.set(requirement, known);
    for (const entity of entitiesFor(requirement, evidence)) {
      if (bounds.worker !== undefined && isLarge(entity)) {
        large.set(entity, [...(large.get(entity) ?? []), requirement]);
        continue;
      }
      known.set(
        entity,
        attempt(() => counted.verify(entity, requirement, evidence.artifact, now)),
      );
      if (bounds.cpu.spentMs - turn < TURN_MS) continue;
      await new Promise((resolve) => setImmediate(resolve));
      turn = bounds.cpu.spentMs;
    }
  }
  const unread = new Map<SignedEntity, UnavailableError>();
  for (const [entity, requirements] of large) {
    try {
      await proveLarge({ entity, requirements, artifact: evidence.artifact, now }, results, counted);
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      unread.set(entity, error);
    }
  }
  return proveRule(rule, withoutUnread(evidence, unread), now, (entity, requirement, artifact, instant) => {
    const result = results.get(requirement)?.get(entity);
    if (result === undefined) return counted.verify(entity, requirement, artifact, instant);
    if (result.ok) return result.value;
    throw result.failure;
  });
}

/** What the thread had no time for is as if it had not been read: no evidence of anything, and nobody can tell. */
function withoutUnread(evidence: ImageEvidence, unread: ReadonlyMap<SignedEntity, UnavailableError>): ImageEvidence {
  const candidates: Candidate[] = [];
  const places = [...evidence.places];
  for (const candidate of evidence.candidates) {
    const error = candidate.entity.ok ? unread.get(candidate.entity.value) : undefined;
    if (error === undefined) candidates.push(candidate);
    else places.push(unreadAnswer(candidate.subject, error));
  }
  return { ...evidence, candidates, places };
}

/**
 * What a bound leaves no room for is refused here; the rest is asked of the thread together. Throws UnavailableError where
 * that has no time for it.
 */
async function proveLarge(asked: LargeEntity, results: Results, { bounds, count }: CountedVerifier): Promise<void> {
  const { entity } = asked;
  const { worker, cpu, party } = bounds;
  const within = asked.requirements.filter((requirement) => {
    const room = attempt(() => cpu.charge(() => count(requirement)));
    if (!room.ok) results.get(requirement)?.set(entity, room);
    return room.ok;
  });
  if (worker === undefined || within.length === 0) return;
  const owner = { party, signal: deadlineIn(SHARED_WORK_MS) };
  const answer = await verifyLarge(worker, { ...asked, requirements: within }, owner);
  cpu.spend(answer.milliseconds);
  for (const [index, result] of answer.results.entries()) {
    const requirement = within[index];
    if (requirement !== undefined) results.get(requirement)?.set(entity, result);
  }
}

interface CountedVerifier {
  readonly bounds: ProofBounds;
  /** Fails with TooManyCandidates for one more than may be verified for an entry. */
  readonly count: (requirement: Requirement) => void;
  readonly verify: typeof verify;
}

function countedVerifier(bounds: ProofBounds): CountedVerifier {
  const { cpu, verified } = bounds;
  const counts = new Map<Requirement, number>();
  const count = (requirement: Requirement): void => {
    const reached = (counts.get(requirement) ?? 0) + 1;
    counts.set(requirement, reached);
    if (reached > verified) {
      throw new VerificationFailure(
        "TooManyCandidates",
        `Cannot verify more than ${verified} candidates for one entry`,
      );
    }
  };
  return {
    bounds,
    count,
    verify: (entity, requirement, artifact, now) => {
      count(requirement);
      return cpu.charge(() => verify(entity, requirement, artifact, now));
    },
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
