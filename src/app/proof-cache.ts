/**
 * Proofs, not names (architecture.md §1 step 7): what was verified by repository, digest and rule hash, with a lifetime by
 * outcome; concurrent identical work is done once. Failure actions, failure policies, exceptions and digests asked of the
 * pod are applied after the cache and never stored. Statements may be large, so the bytes that they hold are bounded too.
 */
import { LRUCache } from "lru-cache";
import type { RuleProof } from "../policy/prove.ts";
import type { Outcome } from "../policy/verdict.ts";

/** Milliseconds for which a proof may answer, by what it answers. */
export type ProofLifetimes = Readonly<Record<Outcome, number>>;

export const PROOF_LIFETIMES: ProofLifetimes = { Pass: 600_000, Fail: 30_000, Undetermined: 5_000 };

const MAX_BYTES = 128 * 1024 * 1024;
/** How often proofs that may answer nothing any more are given up, as long as there are any. */
const SWEEP_MS = 10_000;

export interface Proof {
  readonly outcome: Outcome;
}

interface Kept<T> {
  readonly proof: T;
  readonly since: number;
}

export interface ProofCacheOptions<T> {
  /** In milliseconds, monotonic. */
  readonly now: () => number;
  /** As they are now: a shorter one counts at once. */
  readonly lifetimes?: () => ProofLifetimes;
  /** In bytes; one that is too large for the whole is not kept. */
  readonly sizeOf?: (proof: T) => number;
}

export class ProofCache<T extends Proof> {
  readonly #now: () => number;
  readonly #lifetimes: () => ProofLifetimes;
  readonly #proofs: LRUCache<string, Kept<T>>;
  readonly #underway = new Map<string, Promise<T>>();
  #isSweeping = false;

  constructor({ now, lifetimes = () => PROOF_LIFETIMES, sizeOf = () => 1 }: ProofCacheOptions<T>) {
    this.#now = now;
    this.#lifetimes = lifetimes;
    const sizeCalculation = ({ proof }: Kept<T>, key: string): number => sizeOf(proof) + 2 * key.length;
    this.#proofs = new LRUCache({ maxSize: MAX_BYTES, sizeCalculation });
  }

  /** What is remembered: there is nothing to wait for. */
  known(key: string): T | undefined {
    const kept = this.#proofs.get(key);
    if (kept === undefined) return undefined;
    if (this.#serves(kept, kept.proof.outcome)) return kept.proof;
    this.#proofs.delete(key);
    return undefined;
  }

  /**
   * Whether what is remembered may answer `outcome`: judged at another time it may be another one than it was, and evidence
   * that has come since could change it.
   */
  serves(key: string, outcome: Outcome): boolean {
    const kept = this.#proofs.peek(key);
    return kept !== undefined && this.#serves(kept, outcome);
  }

  /** Somebody proves it now. */
  isUnderway(key: string): boolean {
    return this.#underway.has(key);
  }

  /**
   * What is under way, or a new one by `prove`. What `prove` throws is not remembered, nor what `isKept` says of afterwards,
   * nor that nothing could be determined beside something that still holds.
   */
  async renew(key: string, prove: () => Promise<T>, isKept: (proof: T) => boolean = () => true): Promise<T> {
    const underway = this.#underway.get(key);
    if (underway !== undefined) return await underway;
    const work = prove();
    this.#underway.set(key, work);
    try {
      const proof = await work;
      const isLess = proof.outcome === "Undetermined" && this.known(key) !== undefined;
      if (isKept(proof) && !isLess) this.#keep(key, proof);
      return proof;
    } finally {
      this.#underway.delete(key);
    }
  }

  /** Gives up what may answer nothing any more: images that were seen once are not asked for again. */
  sweep(): void {
    for (const [key, kept] of this.#proofs.entries()) {
      if (!this.#serves(kept, kept.proof.outcome)) this.#proofs.delete(key);
    }
  }

  /** How many are remembered, whether they may answer or not. */
  get size(): number {
    return this.#proofs.size;
  }

  #keep(key: string, proof: T): void {
    this.#proofs.set(key, { proof, since: this.#now() });
    if (!this.#isSweeping) this.#sweepLater();
  }

  /** Held weakly: a timer keeps no cache alive that nobody can ask any more. */
  #sweepLater(): void {
    this.#isSweeping = true;
    const cache = new WeakRef(this);
    const sweep = (): void => {
      const kept = cache.deref();
      if (kept !== undefined) kept.#sweepInTurn();
    };
    setTimeout(sweep, SWEEP_MS).unref();
  }

  #sweepInTurn(): void {
    this.sweep();
    this.#isSweeping = false;
    if (this.size > 0) this.#sweepLater();
  }

  #serves({ since }: Kept<T>, outcome: Outcome): boolean {
    return this.#now() - since <= this.#lifetimes()[outcome];
  }
}

/** Work that concurrent callers share; nothing is kept once it is done. */
export class SingleFlight<T> {
  readonly #underway = new Map<string, Promise<T>>();

  isUnderway(key: string): boolean {
    return this.#underway.has(key);
  }

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

/** What a proof and its verdict hold beside what is counted. */
const PROOF_BYTES = 4096;
/** What a finding, or an answer of a place, holds beside its text. */
const LINE_BYTES = 256;

/** What a proof holds in memory, about and rather too much, in bytes: whoever remembers proofs is bounded by nothing else. */
export function sizeOfProof({ sets, attestations, unparsed, places, platforms }: RuleProof): number {
  const all = [...sets, ...attestations.flatMap((attestation) => attestation.sets)];
  const entries = all.flatMap((set) => set.entries);
  const accepted = entries.flatMap((entry) => entry.accepted.map(({ bytes }) => LINE_BYTES + bytes));
  const findings = [...unparsed, ...entries.flatMap((entry) => entry.findings)];
  const lines = [...findings.map(({ reason }) => reason), ...places.map(({ detail }) => detail)];
  const told = lines.map((text) => LINE_BYTES + 2 * text.length);
  const below = platforms?.ok === true ? platforms.value.map(sizeOfProof) : [];
  return [...below, ...accepted, ...told].reduce((sum, bytes) => sum + bytes, PROOF_BYTES);
}
