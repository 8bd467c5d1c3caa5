/**
 * What each policy allows its rules within one request (policy-api.md §2.1): time of its own, and to rest on what was
 * verified before. Policies of namespaces have a memory apart, so that they push nothing out of the cluster's.
 */
import type { Digest } from "../crypto/digest.ts";
import type { Instant } from "../encoding/instant.ts";
import type { ImageReference } from "../oci/reference.ts";
import type { CompiledPolicy } from "../policy/compile.ts";
import type { RuleProof } from "../policy/prove.ts";
import type { Keychain } from "../ports/credentials.ts";
import { openDeadlineWithin, type OpenDeadline } from "./deadline.ts";
import { sizeOfProof } from "./proof-cache.ts";
import { VerifiedMemory } from "./verified-memory.ts";

export interface RuleTerms {
  readonly signal: AbortSignal;
  /** Absent: nothing is remembered. */
  readonly memory?: RuleMemory;
  /** On whose behalf registries are asked; the request's namespace unless said. */
  readonly party?: string;
}

export interface RuleMemory {
  readonly facts: VerifiedMemory<RuleProof>;
  /** Milliseconds. */
  readonly within: number;
}

/** A tag, and whose credentials see it: to others it may mean nothing. */
export interface SeenTag {
  readonly reference: ImageReference;
  readonly keychain: Keychain;
}

type MemoryTerms = Pick<RuleTerms, "memory">;

/** What is remembered across requests. */
export class Memories {
  readonly #cluster: VerifiedMemory<RuleProof>;
  readonly #namespaces: VerifiedMemory<RuleProof>;

  /** `now` in milliseconds since 1970. */
  constructor(now: () => Instant) {
    this.#cluster = new VerifiedMemory(now, sizeOfProof);
    this.#namespaces = new VerifiedMemory(now, sizeOfProof);
  }

  /** Of a policy that rests on it; under Warn and Audit nothing would be denied without. */
  of({ id, failureAction, verifiedWithin }: CompiledPolicy): MemoryTerms {
    if (failureAction !== "Enforce" || verifiedWithin === undefined) return {};
    const facts = id.namespace === undefined ? this.#cluster : this.#namespaces;
    return { memory: { facts, within: verifiedWithin } };
  }

  /** The digest that the tag last had, for the first of the policies that may pin by it. */
  tagDigest(tag: SeenTag, policies: readonly CompiledPolicy[]): Digest | undefined {
    const memories = policies.flatMap((policy) => this.of(policy).memory ?? []);
    const key = tagKey(tag);
    return memories.map(({ facts, within }) => facts.recallTag(key, within)).find((digest) => digest !== undefined);
  }

  /** A registry said just now that the tag has this digest. */
  seeTag(tag: SeenTag, digest: Digest): void {
    for (const facts of [this.#cluster, this.#namespaces]) facts.forgetOther(tagKey(tag), digest);
  }

  /** And policies passed it. */
  rememberTag(tag: SeenTag, digest: Digest, policies: readonly CompiledPolicy[]): void {
    for (const memory of policies.flatMap((policy) => this.of(policy).memory ?? [])) {
      memory.facts.rememberTag(tagKey(tag), digest);
    }
  }
}

function tagKey({ reference: { repository, tag = "latest" }, keychain }: SeenTag): string {
  return `${repository.host}/${repository.path}:${tag} ${keychain.id}`;
}

/** The terms of one request; to be ended with it. */
export class PolicyTerms {
  readonly #signal: AbortSignal;
  readonly #memories: Memories;
  /** On whose behalf the request is reviewed: its namespace. */
  readonly party: string;
  readonly #deadlines = new Map<CompiledPolicy, OpenDeadline>();

  constructor(signal: AbortSignal, memories: Memories, namespace = "") {
    this.#signal = signal;
    this.#memories = memories;
    this.party = namespace;
  }

  of(policy: CompiledPolicy): RuleTerms {
    return { ...this.beyond(policy), signal: this.#signalOf(policy) };
  }

  /**
   * Those that hold for work that goes on after the request. What a namespace's own policies look up stands in a line of its
   * own: no cluster policy waits for it.
   */
  beyond(policy: CompiledPolicy): Omit<RuleTerms, "signal"> {
    const party = policy.id.namespace === undefined ? this.party : `${this.party}, own policies`;
    return { party, ...this.#memories.of(policy) };
  }

  /** The end of that policy which has the most time; the request's for none. */
  latest(policies: readonly CompiledPolicy[]): AbortSignal {
    const [first, ...others] = policies;
    if (first === undefined) return this.#signal;
    return this.#signalOf(others.reduce((best, policy) => (timeOf(policy) > timeOf(best) ? policy : best), first));
  }

  end(): void {
    for (const deadline of this.#deadlines.values()) deadline.end();
  }

  /** Its time begins with the first question to one of its rules. */
  #signalOf(policy: CompiledPolicy): AbortSignal {
    const { timeout } = policy;
    if (timeout === undefined) return this.#signal;
    const known = this.#deadlines.get(policy);
    if (known !== undefined) return known.signal;
    const opened = openDeadlineWithin(this.#signal, timeout, `the ${timeout / 1000} s of its policy`);
    this.#deadlines.set(policy, opened);
    return opened.signal;
  }
}

function timeOf({ timeout = Number.POSITIVE_INFINITY }: CompiledPolicy): number {
  return timeout;
}
