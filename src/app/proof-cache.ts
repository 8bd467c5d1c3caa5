/**
 * Proofs, not names (architecture.md §1 step 7): what was verified by repository, digest and rule hash, with a lifetime by
 * outcome; concurrent identical work is done once. Failure actions, failure policies, exceptions and digests asked of the
 * pod are applied after the cache and never stored. Statements may be large, so the bytes that they hold are bounded too.
 */
import { LRUCache } from "lru-cache";
import type { RuleProof } from "../policy/prove.ts";
import type { Outcome } from "../policy/verdict.ts";

/** Lifetimes in milliseconds. */
export const PROOF_LIFETIMES: Readonly<Record<Outcome, number>> = { Pass: 600_000, Fail: 30_000, Undetermined: 5_000 };

const MAX_PROOFS = 20_000;
const MAX_BYTES = 128 * 1024 * 1024;

export interface Proof {
  readonly outcome: Outcome;
}

export class ProofCache<T extends Proof> {
  readonly #proofs: LRUCache<string, T>;
  readonly #underway = new Map<string, Promise<T>>();

  /** `now` in milliseconds, monotonic. `sizeOf` in bytes; one that is too large for the whole is not kept. */
  constructor(now: () => number, sizeOf: (proof: T) => number = () => 1) {
    const sizeCalculation = (proof: T): number => Math.max(1, sizeOf(proof));
    const bounds = { max: MAX_PROOFS, maxSize: MAX_BYTES, sizeCalculation };
    this.#proofs = new LRUCache({ ...bounds, perf: { now }, ttlResolution: 0 });
  }

  /** What is remembered: there is nothing to wait for. */
  known(key: string): T | undefined {
    return this.#proofs.get(key);
  }

  /**
   * What is remembered, what is under way, or a new one by `prove`. What `prove` throws is not remembered, nor what
   * `isKept` says of afterwards.
   */
  async verdict(key: string, prove: () => Promise<T>, isKept: (proof: T) => boolean = () => true): Promise<T> {
    const known = this.#proofs.get(key) ?? this.#underway.get(key);
    if (known !== undefined) return await known;
    const work = prove();
    this.#underway.set(key, work);
    try {
      const verdict = await work;
      if (isKept(verdict)) this.#proofs.set(key, verdict, { ttl: PROOF_LIFETIMES[verdict.outcome] });
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

const PROOF_BYTES = 1024;

/** What a proof holds in memory, about, in bytes. */
export function sizeOfProof({ sets, attestations, platforms }: RuleProof): number {
  const all = [...sets, ...attestations.flatMap((attestation) => attestation.sets)];
  const accepted = all.flatMap(({ entries }) => entries).flatMap((entry) => entry.accepted);
  const below = platforms?.ok === true ? platforms.value.map(sizeOfProof) : [];
  return [...below, ...accepted.map(({ bytes }) => bytes)].reduce((sum, bytes) => sum + bytes, PROOF_BYTES);
}
