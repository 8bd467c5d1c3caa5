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
}

export class ImageVerifier {
  readonly #registry: Registry;
  readonly #proofs: ProofCache;
  readonly #manifests = new SingleFlight<FetchedManifest>();
  readonly #evidence = new SingleFlight<ImageEvidence>();
  /** Places of recent look-ups, so that a remembered verdict can still say where was looked. */
  readonly #places = new Map<string, readonly PlaceAnswer[]>();

  constructor(options: ImageVerifierOptions) {
    this.#registry = options.registry;
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
    if (reference.digest !== undefined && !rules.some(asksForSignatures)) {
      return this.#assemble(
        reference,
        reference.digest,
        rules.map((rule) => unsigned(rule, reference)),
      );
    }
    try {
      const digest = await this.resolve(reference, signal);
      const verdicts = await Promise.all(rules.map((rule) => this.#verdict(reference, digest, rule, signal)));
      return this.#assemble(reference, digest, verdicts);
    } catch (error) {
      if (!(error instanceof VerificationFailure || error instanceof UnavailableError)) throw error;
      const wanted = error instanceof UnavailableError && rules.some((rule) => rule.mutateDigest);
      const unpinned = wanted ? error.undetermined : undefined;
      return this.#assemble(
        reference,
        undefined,
        rules.map((rule) => unresolved(rule, reference, error, unpinned)),
      );
    }
  }

  async #verdict(
    reference: ImageReference,
    digest: Digest,
    rule: CompiledRule,
    signal: AbortSignal,
  ): Promise<RuleVerdict> {
    if (!asksForSignatures(rule)) return unsigned(rule, reference);
    return withWrittenDigest(rule, reference, await this.#judge(reference, digest, rule, signal));
  }

  async #judge(
    reference: ImageReference,
    digest: Digest,
    rule: CompiledRule,
    signal: AbortSignal,
  ): Promise<RuleVerdict> {
    const place = `${reference.repository.host}/${reference.repository.path}@${digest}`;
    const proof = this.#proofs.verdict(`${place} ${rule.hash}`, async () => {
      const evidence = await this.#gather(place, reference, digest);
      return evaluateRule(rule, evidence);
    });
    return await beforeDeadline(proof, signal, "verification");
  }

  async #gather(place: string, reference: ImageReference, digest: Digest): Promise<ImageEvidence> {
    return await this.#evidence.run(place, async () => {
      const signal = AbortSignal.timeout(SHARED_WORK_MS);
      const { bytes } = await this.#registry.manifest(reference.repository, digest, signal);
      const evidence = await gatherEvidence(this.#registry, reference.repository, { digest, bytes }, signal);
      this.#rememberPlaces(place, evidence.places);
      return evidence;
    });
  }

  async #manifest(reference: ImageReference, tag: string, signal: AbortSignal): Promise<FetchedManifest> {
    const { repository } = reference;
    const work = this.#manifests.run(`${repository.host}/${repository.path}:${tag}`, async () => {
      return await this.#registry.manifest(repository, tag, AbortSignal.timeout(SHARED_WORK_MS));
    });
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

/** A rule that does not compile, or asks for a digest alone, needs nothing of the registry. */
function asksForSignatures(rule: CompiledRule): boolean {
  return rule.errors.length === 0 && rule.sets.length > 0;
}

function unsigned(rule: CompiledRule, reference: ImageReference): RuleVerdict {
  if (asksForSignatures(rule)) throw new Error(`rule "${rule.name}" asks for signatures and was not judged on any`);
  const nothing = { artifact: { digest: NO_DIGEST }, places: [], candidates: [] };
  return withWrittenDigest(rule, reference, evaluateRule(rule, nothing));
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

/** The image's own manifest could not be had: a Fail or Undetermined of every rule that looks at it. */
function unresolved(
  rule: CompiledRule,
  reference: ImageReference,
  error: VerificationFailure | UnavailableError,
  unpinned: UndeterminedCause | undefined,
): RuleVerdict {
  if (rule.errors.length > 0) return unsigned(rule, reference);
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

/** `work`, or Undetermined (DeadlineSpent) naming the stage once `signal` fires; the shared work itself goes on. */
async function beforeDeadline<T>(work: Promise<T>, signal: AbortSignal, stage: string): Promise<T> {
  const spent = (): UnavailableError => new UnavailableError("DeadlineSpent", `the time was spent during ${stage}`);
  if (signal.aborted) {
    work.catch(() => undefined);
    throw spent();
  }
  return await new Promise<T>((resolve, reject) => {
    const leave = (): void => reject(spent());
    signal.addEventListener("abort", leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}
