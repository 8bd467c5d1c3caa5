/**
 * Proofs, not names (architecture.md §1 step 7): verdicts by repository, digest and rule hash, with a lifetime by outcome;
 * concurrent identical work is done once. Failure actions, failure policies and digests asked of the pod are applied after
 * the cache and never stored.
 */
import { LRUCache } from "lru-cache";
import type { Outcome, RuleVerdict } from "../policy/verdict.ts";

/** Lifetimes in milliseconds. */
export const PROOF_LIFETIMES: Readonly<Record<Outcome, number>> = { Pass: 600_000, Fail: 30_000, Undetermined: 5_000 };

const MAX_PROOFS = 20_000;

export class ProofCache {
  readonly #proofs: LRUCache<string, RuleVerdict>;
  readonly #underway = new Map<string, Promise<RuleVerdict>>();

  /** `now` in milliseconds, monotonic. */
  constructor(now: () => number) {
    this.#proofs = new LRUCache({ max: MAX_PROOFS, perf: { now }, ttlResolution: 0 });
  }

  /** The remembered verdict: there is nothing to wait for. */
  known(key: string): RuleVerdict | undefined {
    return this.#proofs.get(key);
  }

  /**
   * The remembered verdict, the one under way, or a new one by `prove`. What `prove` throws is not remembered, nor what
   * `isKept` says of afterwards.
   */
  async verdict(
    key: string,
    prove: () => Promise<RuleVerdict>,
    isKept: () => boolean = () => true,
  ): Promise<RuleVerdict> {
    const known = this.#proofs.get(key) ?? this.#underway.get(key);
    if (known !== undefined) return await known;
    const work = prove();
    this.#underway.set(key, work);
    try {
      const verdict = await work;
      if (isKept()) this.#proofs.set(key, verdict, { ttl: PROOF_LIFETIMES[verdict.outcome] });
      return verdict;
    } finally {
      this.#underway.delete(key);
    }
  }
}

/** Work that concurrent callers share; nothing is kept once it is done. */
export class SingleFlight<T> {
  readonly #underway = new Map<string, Promise<T>>();

  async run(key: string, work: () => Promise<T>): Promise<T> {
    const known = this.#underway.get(key);
    if (known !== undefined) return await known;
    const started = work();
    this.#underway.set(key, started);
    try {
      return await started;
    } finally {
      this.#underway.delete(key);
    }
  }
}
