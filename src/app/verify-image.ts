/**
 * One image against the rules that cover it: digest resolved once, evidence gathered once, each rule judged on it
 * (policy-api.md §4 steps 4 to 10). Shared work runs under its own deadline, so that one caller's short one spoils nobody
 * else's; each caller leaves at its own.
 */
import type { Digest } from "../crypto/digest.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { formatReference, type ImageReference } from "../oci/reference.ts";
import { asksForEvidence, type CompiledRule } from "../policy/compile.ts";
import { evaluateRule, judgeRule } from "../policy/evaluate.ts";
import type { ImageEvidence } from "../policy/evidence.ts";
import type { RuleProof } from "../policy/prove.ts";
import type { Outcome, PlaceAnswer, RuleVerdict, UndeterminedCause } from "../policy/verdict.ts";
import { wantedOf, type Wanted } from "../policy/wanted.ts";
import { evaluateWrittenDigest, joinVerdicts } from "../policy/written-digest.ts";
import type { FetchedManifest, Registry } from "../ports/registry.ts";
import { UnavailableError } from "../ports/unavailable.ts";
import type { Clocks } from "./clocks.ts";
import { beforeDeadline, deadlineIn } from "./deadline.ts";
import { gatherEvidence } from "./gather.ts";
import { ProofCache, SingleFlight } from "./proof-cache.ts";
import { GATHER_LIMITS, type GatherLimits } from "./search.ts";
import { CpuBudget, proveInTurns, VERIFY_LIMITS, type VerifyLimits } from "./verify-candidates.ts";

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

export interface ImageVerifierOptions extends Clocks {
  readonly registry: Registry;
  /** What one image, or one request, may cost now. */
  readonly limits?: () => ImageLimits;
}

export type ImageLimits = GatherLimits & VerifyLimits;

export const IMAGE_LIMITS: ImageLimits = { ...GATHER_LIMITS, ...VERIFY_LIMITS };

/** One digest in one repository, what is asked of it, and whose time it costs. */
interface Look {
  readonly reference: ImageReference;
  readonly digest: Digest;
  readonly wanted: Wanted;
  readonly cpu: CpuBudget;
  readonly signal: AbortSignal;
}

/** What was verified, and what it says for the request that asked first. */
interface JudgedProof {
  readonly outcome: Outcome;
  readonly verdict: RuleVerdict;
  readonly proof: RuleProof;
}

export class ImageVerifier {
  readonly #registry: Registry;
  readonly #now: () => number;
  readonly #cpuNow: () => number;
  readonly #limits: () => ImageLimits;
  readonly #proofs: ProofCache<JudgedProof>;
  readonly #manifests = new SingleFlight<FetchedManifest>();
  readonly #evidence = new SingleFlight<ImageEvidence>();
  /** Places of recent look-ups, so that a remembered verdict can still say where was looked. */
  readonly #places = new Map<string, readonly PlaceAnswer[]>();

  constructor(options: ImageVerifierOptions) {
    this.#registry = options.registry;
    this.#now = options.now;
    this.#cpuNow = options.cpuNow;
    this.#limits = options.limits ?? (() => IMAGE_LIMITS);
    this.#proofs = new ProofCache(options.monotonicNow, sizeOfProof);
  }

  /**
   * The digest that `reference` names: its own, or its tag's by our hash of the manifest's bytes. Throws
   * VerificationFailure or UnavailableError.
   */
  async resolve(reference: ImageReference, signal: AbortSignal): Promise<Digest> {
    if (reference.digest !== undefined) return reference.digest;
    return (await this.#manifest(reference, reference.tag ?? "latest", signal)).digest;
  }

  /** What one request may spend on verifying, whatever the number of its images. */
  budget(): CpuBudget {
    return new CpuBudget(this.#limits().cpuMs, this.#cpuNow);
  }

  /** Judges every rule. Never throws for what a registry does: that is in the verdicts. */
  async verify(
    reference: ImageReference,
    rules: readonly CompiledRule[],
    signal: AbortSignal,
    cpu: CpuBudget = this.budget(),
  ): Promise<VerifiedImage> {
    if (!rules.some((rule) => needsRegistry(rule, reference))) {
      const verdicts = rules.map((rule) => unsigned(rule, reference));
      return this.#assemble(reference, reference.digest, verdicts);
    }
    const resolved = await looked(this.resolve(reference, signal));
    if (resolved.ok) {
      const digest = resolved.value;
      const look: Look = { reference, digest, wanted: wantedOf(rules), cpu, signal };
      // Each rule has its own end: one that could not be looked at hides no Fail of another.
      const verdicts = await Promise.all(rules.map((rule) => this.#verdict(look, rule)));
      return this.#assemble(reference, digest, verdicts);
    }
    const { error } = resolved;
    const wanted = error instanceof UnavailableError && rules.some((rule) => rule.mutateDigest);
    const unpinned = wanted ? error.undetermined : undefined;
    const verdicts = rules.map((rule) => unresolved(rule, reference, error, unpinned));
    return this.#assemble(reference, undefined, verdicts);
  }

  async #verdict(look: Look, rule: CompiledRule): Promise<RuleVerdict> {
    const { reference } = look;
    if (!asksForEvidence(rule)) return unsigned(rule, reference);
    const judged = await looked(this.#judge(look, rule));
    return judged.ok
      ? withWrittenDigest(rule, reference, judged.value)
      : unresolved(rule, reference, judged.error, undefined);
  }

  async #judge(look: Look, rule: CompiledRule): Promise<RuleVerdict> {
    const place = placeOf(look);
    const image = { reference: look.reference, digest: look.digest };
    const prove = async (): Promise<JudgedProof> => {
      const evidence = await this.#gather(place, look);
      const now = this.#now();
      const proof = await proveInTurns(rule, evidence, now, { cpu: look.cpu, verified: this.#limits().verified });
      const verdict = judgeRule(rule, proof, { image, now });
      return { outcome: verdict.outcome, verdict, proof };
    };
    if (rule.dependsOnNow) return (await beforeDeadline(prove, look.signal, "verification")).verdict;
    // A verdict names its rule, so two rules that ask the same do not share one.
    const key = `${place} ${rule.hash} ${rule.name}`;
    const known =
      this.#proofs.known(key) ??
      (await beforeDeadline(() => this.#proven(key, prove, look), look.signal, "verification"));
    return rule.readsRequest ? judgeRule(rule, known.proof, { image, now: this.#now() }) : known.verdict;
  }

  async #proven(key: string, prove: () => Promise<JudgedProof>, { cpu }: Look): Promise<JudgedProof> {
    const proven = await this.#proofs.verdict(key, prove, (proof) => !cpu.isSpent && !isEarly(proof));
    // Somebody else's request had spent its share: that says nothing about ours.
    return isCutShort(proven.verdict) && !cpu.isSpent ? await this.#proofs.verdict(key, prove) : proven;
  }

  /** By digest the manifest and the look-ups need not wait for each other (architecture.md §3). */
  async #gather(place: string, { reference, digest, wanted }: Look): Promise<ImageEvidence> {
    const asked = `${wanted.signatures} ${[...wanted.predicateTypes].toSorted().join(" ")}`;
    return await this.#evidence.run(`${place} ${asked}`, async () => {
      const signal = deadlineIn(SHARED_WORK_MS);
      const { repository } = reference;
      const [{ bytes }, { places, candidates }] = await Promise.all([
        this.#registry.manifest(repository, digest, signal),
        gatherEvidence(this.#registry, { repository, digest, wanted }, this.#limits(), signal),
      ]);
      this.#rememberPlaces(place, places);
      return { artifact: { digest, bytes }, places, candidates };
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

function placeOf({ reference: { repository }, digest }: Look): string {
  return `${repository.host}/${repository.path}@${digest}`;
}

const PROOF_BYTES = 1024;

function sizeOfProof({ proof: { sets, attestations } }: JudgedProof): number {
  const all = [...sets, ...attestations.flatMap((attestation) => attestation.sets)];
  const accepted = all.flatMap(({ entries }) => entries).flatMap((entry) => entry.accepted);
  return accepted.reduce((sum, { bytes }) => sum + bytes, PROOF_BYTES);
}

/** A signature of a moment ahead of our clock: it will be good without anybody's doing. */
function isEarly({ verdict: { findings } }: JudgedProof): boolean {
  return findings.some(({ code }) => code === "TimeInFuture");
}

/** Something was left out for its number or its time. */
function isCutShort({ outcome, findings }: RuleVerdict): boolean {
  return outcome !== "Pass" && findings.some(({ code }) => code === "TooManyCandidates");
}

/** Beside evidence only pinning needs the registry, and only where there is a tag to resolve. */
function needsRegistry(rule: CompiledRule, reference: ImageReference): boolean {
  return asksForEvidence(rule) || (rule.mutateDigest && reference.digest === undefined);
}

/** The verdict of a rule that asks for no evidence. */
function unsigned(rule: CompiledRule, reference: ImageReference, unpinned?: UndeterminedCause): RuleVerdict {
  if (asksForEvidence(rule)) throw new Error(`rule "${rule.name}" asks for evidence and was not judged on any`);
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
