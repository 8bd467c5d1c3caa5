/**
 * One image against the rules that cover it: digest resolved once, evidence gathered once, each rule judged on it
 * (policy-api.md §4 steps 4 to 10). Shared work runs under its own deadline, so that one caller's short one spoils nobody
 * else's; each caller leaves at its own.
 */
import type { Digest } from "../crypto/digest.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { formatReference, type ImageReference } from "../oci/reference.ts";
import type { CompiledRule } from "../policy/compile.ts";
import { evaluateRule } from "../policy/evaluate.ts";
import type { ImageEvidence } from "../policy/evidence.ts";
import type { PlaceAnswer, RuleVerdict, UndeterminedCause } from "../policy/verdict.ts";
import { evaluateWrittenDigest, joinVerdicts } from "../policy/written-digest.ts";
import type { FetchedManifest, Registry } from "../ports/registry.ts";
import { UnavailableError } from "../ports/unavailable.ts";
import { beforeDeadline, deadlineIn } from "./deadline.ts";
import { gatherEvidence } from "./gather.ts";
import { ProofCache, SingleFlight } from "./proof-cache.ts";

/** Stands where a rule asks for no evidence; equal to no image. */
const NO_DIGEST: Digest = "sha256:";

/** How long shared work may take, whoever waits for it: the longest timeout that a webhook can have. */
const SHARED_WORK_MS = 30_000;

export interface VerifiedImage {
  /** Canonical text, with the digest once it is known. */
  readonly image: string;
  readonly digest?: Digest;
  readonly places: readonly PlaceAnswer[];
  /** In the order of the rules asked. */
  readonly verdicts: readonly RuleVerdict[];
}

export interface ImageVerifierOptions {
  readonly registry: Registry;
  /** Monotonic milliseconds, for lifetimes in the cache. */
  readonly monotonicNow: () => number;
  /** Milliseconds since 1970: the instant of a decision. */
  readonly now: () => number;
}

export class ImageVerifier {
  readonly #registry: Registry;
  readonly #now: () => number;
  readonly #proofs: ProofCache;
  readonly #manifests = new SingleFlight<FetchedManifest>();
  readonly #evidence = new SingleFlight<ImageEvidence>();
  /** Places of recent look-ups, so that a remembered verdict can still say where was looked. */
  readonly #places = new Map<string, readonly PlaceAnswer[]>();

  constructor(options: ImageVerifierOptions) {
    this.#registry = options.registry;
    this.#now = options.now;
    this.#proofs = new ProofCache(options.monotonicNow);
  }

  /**
   * The digest that `reference` names: its own, or its tag's by our hash of the manifest's bytes. Throws
   * VerificationFailure or UnavailableError.
   */
  async resolve(reference: ImageReference, signal: AbortSignal): Promise<Digest> {
    if (reference.digest !== undefined) return reference.digest;
    return (await this.#manifest(reference, reference.tag ?? "latest", signal)).digest;
  }

  /** Judges every rule. Never throws for what a registry does: that is in the verdicts. */
  async verify(reference: ImageReference, rules: readonly CompiledRule[], signal: AbortSignal): Promise<VerifiedImage> {
    if (!rules.some((rule) => needsRegistry(rule, reference))) {
      const verdicts = rules.map((rule) => unsigned(rule, reference));
      return this.#assemble(reference, reference.digest, verdicts);
    }
    const resolved = await looked(this.resolve(reference, signal));
    if (resolved.ok) {
      const digest = resolved.value;
      // Each rule has its own end: one that could not be looked at hides no Fail of another.
      const verdicts = await Promise.all(rules.map((rule) => this.#verdict(reference, digest, rule, signal)));
      return this.#assemble(reference, digest, verdicts);
    }
    const { error } = resolved;
    const wanted = error instanceof UnavailableError && rules.some((rule) => rule.mutateDigest);
    const unpinned = wanted ? error.undetermined : undefined;
    const verdicts = rules.map((rule) => unresolved(rule, reference, error, unpinned));
    return this.#assemble(reference, undefined, verdicts);
  }

  async #verdict(
    reference: ImageReference,
    digest: Digest,
    rule: CompiledRule,
    signal: AbortSignal,
  ): Promise<RuleVerdict> {
    if (!asksForSignatures(rule)) return unsigned(rule, reference);
    const judged = await looked(this.#judge(reference, digest, rule, signal));
    return judged.ok
      ? withWrittenDigest(rule, reference, judged.value)
      : unresolved(rule, reference, judged.error, undefined);
  }

  async #judge(
    reference: ImageReference,
    digest: Digest,
    rule: CompiledRule,
    signal: AbortSignal,
  ): Promise<RuleVerdict> {
    const place = `${reference.repository.host}/${reference.repository.path}@${digest}`;
    const prove = async (): Promise<RuleVerdict> =>
      evaluateRule(rule, await this.#gather(place, reference, digest), this.#now());
    if (rule.dependsOnNow) return await beforeDeadline(prove, signal, "verification");
    // A verdict names its rule, so two rules that ask the same do not share one.
    const key = `${place} ${rule.hash} ${rule.name}`;
    const known = this.#proofs.known(key);
    if (known !== undefined) return known;
    const proof = (): Promise<RuleVerdict> => this.#proofs.verdict(key, prove);
    return await beforeDeadline(proof, signal, "verification");
  }

  async #gather(place: string, reference: ImageReference, digest: Digest): Promise<ImageEvidence> {
    return await this.#evidence.run(place, async () => {
      const signal = deadlineIn(SHARED_WORK_MS);
      const { bytes } = await this.#registry.manifest(reference.repository, digest, signal);
      const evidence = await gatherEvidence(this.#registry, reference.repository, { digest, bytes }, signal);
      this.#rememberPlaces(place, evidence.places);
      return evidence;
    });
  }

  async #manifest(reference: ImageReference, tag: string, signal: AbortSignal): Promise<FetchedManifest> {
    const { repository } = reference;
    const fetch = (): Promise<FetchedManifest> => this.#registry.manifest(repository, tag, deadlineIn(SHARED_WORK_MS));
    const work = (): Promise<FetchedManifest> =>
      this.#manifests.run(`${repository.host}/${repository.path}:${tag}`, fetch);
    return await beforeDeadline(work, signal, "resolution of the tag");
  }

  #assemble(reference: ImageReference, digest: Digest | undefined, verdicts: readonly RuleVerdict[]): VerifiedImage {
    const key = `${reference.repository.host}/${reference.repository.path}@${digest ?? ""}`;
    return {
      image: formatReference(reference, digest),
      ...(digest === undefined ? {} : { digest }),
      places: this.#places.get(key) ?? [],
      verdicts,
    };
  }

  #rememberPlaces(key: string, places: readonly PlaceAnswer[]): void {
    this.#places.delete(key);
    this.#places.set(key, places);
    if (this.#places.size > 10_000) this.#places.delete(this.#places.keys().next().value ?? "");
  }
}

/** A rule that does not compile, or asks for a digest alone, needs no evidence. */
function asksForSignatures(rule: CompiledRule): boolean {
  return rule.errors.length === 0 && rule.sets.length > 0;
}

/** Beside evidence only pinning needs the registry, and only where there is a tag to resolve. */
function needsRegistry(rule: CompiledRule, reference: ImageReference): boolean {
  return asksForSignatures(rule) || (rule.mutateDigest && reference.digest === undefined);
}

/** The verdict of a rule that asks for no evidence. */
function unsigned(rule: CompiledRule, reference: ImageReference, unpinned?: UndeterminedCause): RuleVerdict {
  if (asksForSignatures(rule)) throw new Error(`rule "${rule.name}" asks for signatures and was not judged on any`);
  const nothing = { artifact: { digest: NO_DIGEST }, places: [], candidates: [] };
  return withWrittenDigest(rule, reference, evaluateRule(rule, nothing, 0), unpinned);
}

function withWrittenDigest(
  rule: CompiledRule,
  reference: ImageReference,
  verdict: RuleVerdict,
  unpinned?: UndeterminedCause,
): RuleVerdict {
  const written = evaluateWrittenDigest(rule, reference, unpinned);
  return written === undefined ? verdict : joinVerdicts(verdict, written);
}

/** The image could not be looked at: a Fail or Undetermined of every rule that needs to. */
function unresolved(
  rule: CompiledRule,
  reference: ImageReference,
  error: VerificationFailure | UnavailableError,
  unpinned: UndeterminedCause | undefined,
): RuleVerdict {
  if (!needsRegistry(rule, reference)) return unsigned(rule, reference, unpinned);
  const subject = `manifest ${reference.digest ?? reference.tag ?? ""}`;
  const common = { rule: rule.name, evidence: [] };
  const verdict: RuleVerdict =
    error instanceof UnavailableError
      ? {
          ...common,
          outcome: "Undetermined",
          summary: "the image could not be looked at",
          findings: [{ subject, code: error.undetermined, reason: error.message }],
          causes: [error.undetermined],
        }
      : {
          ...common,
          outcome: "Fail",
          summary: "the image itself is refused",
          findings: [{ subject, code: error.code, reason: error.message, hint: error.hint }],
          causes: [],
        };
  return withWrittenDigest(rule, reference, verdict, unpinned);
}

type Looked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: VerificationFailure | UnavailableError };

/** What a registry does becomes a value; a defect flies on. */
async function looked<T>(work: Promise<T>): Promise<Looked<T>> {
  try {
    return { ok: true, value: await work };
  } catch (error) {
    if (error instanceof VerificationFailure || error instanceof UnavailableError) return { ok: false, error };
    throw error;
  }
}
