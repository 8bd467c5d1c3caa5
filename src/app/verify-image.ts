/**
 * One image against the rules that cover it: digest resolved once, evidence gathered once, each rule judged on it
 * (policy-api.md §4 steps 4 to 10). Shared work runs under its own deadline, so that one caller's short one spoils nobody
 * else's; each caller leaves at its own.
 */
import type { Digest } from "../crypto/digest.ts";
import type { Instant } from "../encoding/instant.ts";
import { formatReference, isSameRepository, type ImageReference } from "../oci/reference.ts";
import { asksForEvidence, type CompiledRule } from "../policy/compile.ts";
import { judgeRule, judgeWithoutPlatforms } from "../policy/evaluate.ts";
import type { ImageEvidence } from "../policy/evidence.ts";
import type { ReviewedImage } from "../policy/facts.ts";
import { placesOf } from "../policy/judge-levels.ts";
import type { RuleProof } from "../policy/prove.ts";
import { isOutside, type Outcome, type PlaceAnswer, type RuleVerdict } from "../policy/verdict.ts";
import { wantedOf } from "../policy/wanted.ts";
import type { Keychain } from "../ports/credentials.ts";
import type { Registry } from "../ports/registry.ts";
import type { Clocks } from "./clocks.ts";
import { beforeDeadline } from "./deadline.ts";
import { askedOf, ImageGatherer, type ImageQuery, type RegistryOf } from "./gather-image.ts";
import { NOBODY, NOBODYS, type ImageKeychains } from "./keychains.ts";
import { readBy, type EvidenceWorker } from "./large-evidence.ts";
import { PartyLoad } from "./party-load.ts";
import type { RuleTerms } from "./policy-terms.ts";
import { ProofCache, sizeOfProof, type ProofLifetimes } from "./proof-cache.ts";
import { looked, needsRegistry, notLookedAt, unresolved, unsigned, withWrittenDigest } from "./rule-verdicts.ts";
import { GATHER_LIMITS, type GatherLimits } from "./search.ts";
import { TagResolver, type Resolving } from "./tag-resolver.ts";
import { CpuBudget, proveInTurns, VERIFY_LIMITS, type VerifyLimits } from "./verify-candidates.ts";

export interface VerifiedImage {
  /** Canonical text, with the digest once it is known. */
  readonly image: string;
  readonly digest?: Digest;
  readonly places: readonly PlaceAnswer[];
  /** In the order of the rules asked. */
  readonly verdicts: readonly RuleVerdict[];
}

export interface ImageVerifierOptions extends Clocks {
  /** Nobody's, and every keychain's where there is no `registryOf`. */
  readonly registry: Registry;
  /** The same with what a keychain shows, on behalf of a party; nothing that a keychain's keeps is seen by another. */
  readonly registryOf?: RegistryOf;
  /** What one image, or one request, may cost now. */
  readonly limits?: () => ImageLimits;
  /** Reads and verifies large evidence; it is done here without. */
  readonly worker?: EvidenceWorker;
  /** Milliseconds for which the digest of a tag is known, now; it is asked anew each time unless said. */
  readonly tagLifetime?: () => number;
  /** For how long a proof may answer, now. */
  readonly lifetimes?: () => ProofLifetimes;
}

export interface ImageLimits extends GatherLimits, VerifyLimits {
  /** Look-ups under way at a time for one namespace. */
  readonly perNamespace: number;
}

export const IMAGE_LIMITS: ImageLimits = { ...GATHER_LIMITS, ...VERIFY_LIMITS, perNamespace: 32 };

/** What a request allows. */
export interface Asking extends Pick<Resolving, "isTagRemembered"> {
  readonly cpu?: CpuBudget;
  /** Of each rule, in their order; one without has the time of the request. */
  readonly terms?: readonly RuleTerms[];
  /** Nobody's unless said. */
  readonly keychains?: ImageKeychains;
  /** On whose behalf, where the terms of a rule do not say: the namespace of the request. */
  readonly party?: string;
}

/** A rule, and whose credentials are shown for it. */
interface ShownRule {
  readonly rule: CompiledRule;
  readonly keychain: Keychain;
}

/** One image, what is asked of it for one rule, whose credentials are shown for that, and whose time it costs. */
interface Question extends Required<Pick<RuleTerms, "party">>, Omit<RuleTerms, "party"> {
  readonly reference: ImageReference;
  readonly keychain: Keychain;
  /** All that cover it. */
  readonly rules: readonly ShownRule[];
  readonly isPinWanted: boolean;
  readonly cpu: CpuBudget;
  readonly resolve: () => Promise<Digest>;
  /** The end of the whole request, which resolve() keeps. */
  readonly whole: AbortSignal;
}

/** One digest in one repository. */
interface Look extends Question {
  readonly digest: Digest;
}

/** What was verified, and what it says for the request that asked first. */
interface JudgedProof {
  readonly outcome: Outcome;
  readonly verdict: RuleVerdict;
  readonly proof: RuleProof;
  readonly verifiedAt: Instant;
}

/** A verdict, and where was looked for it. */
interface Judged {
  readonly verdict: RuleVerdict;
  readonly places: readonly PlaceAnswer[];
}

interface Answer {
  readonly known: JudgedProof;
  readonly verdict: RuleVerdict;
}

export class ImageVerifier {
  readonly #registryOf: RegistryOf;
  readonly #now: () => number;
  readonly #cpuNow: () => number;
  readonly #limits: () => ImageLimits;
  readonly #proofs: ProofCache<JudgedProof>;
  readonly #tags: TagResolver;
  readonly #gatherer: ImageGatherer;
  readonly #load: PartyLoad;
  readonly #worker: EvidenceWorker | undefined;

  constructor(options: ImageVerifierOptions) {
    const { registry, registryOf = (): Registry => registry } = options;
    this.#registryOf = registryOf;
    this.#now = options.now;
    this.#cpuNow = options.cpuNow;
    this.#limits = options.limits ?? (() => IMAGE_LIMITS);
    this.#load = new PartyLoad(() => this.#limits().perNamespace);
    this.#worker = options.worker;
    this.#gatherer = new ImageGatherer(this.#registryOf, this.#limits, readBy(options.worker));
    const { monotonicNow: now, lifetimes, tagLifetime = (): number => 0 } = options;
    this.#tags = new TagResolver({ registryOf: this.#registryOf, load: this.#load, now, lifetime: tagLifetime });
    const sizeOf = ({ proof }: JudgedProof): number => sizeOfProof(proof);
    this.#proofs = new ProofCache({ now, sizeOf, ...(lifetimes && { lifetimes }) });
  }

  /**
   * The digest that `reference` names: its own, or its tag's by our hash of the manifest's bytes. Throws
   * VerificationFailure or UnavailableError.
   */
  async resolve(
    reference: ImageReference,
    signal: AbortSignal,
    { keychain = NOBODY, party = "", isTagRemembered = false }: Partial<Resolving> = {},
  ): Promise<Digest> {
    if (reference.digest !== undefined) return reference.digest;
    return await this.#tags.resolve(reference, { keychain, party, isTagRemembered }, signal);
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
    { cpu = this.budget(), terms = [], keychains = NOBODYS, party = "", isTagRemembered = false }: Asking = {},
  ): Promise<VerifiedImage> {
    if (!rules.some((rule) => needsRegistry(rule, reference))) {
      const verdicts = rules.map((rule) => unsigned(rule, reference));
      return assemble(reference, reference.digest, verdicts.map(unlooked));
    }
    let found = reference.digest;
    // One for all rules, begun by the first that has time for it
    const resolve = once(
      async () =>
        (found = await this.resolve(reference, signal, { keychain: keychains.image, party, isTagRemembered })),
    );
    const shown = rules.map((rule, index): ShownRule => ({ rule, keychain: keychains.rules[index] ?? NOBODY }));
    const asked = { reference, rules: shown, isPinWanted: rules.some(wantsPin) };
    const question = { ...asked, cpu, resolve, whole: signal, party };
    // Each rule has its own end: one that could not be looked at hides no Fail of another.
    const verdicts = await Promise.all(
      shown.map(({ rule, keychain }, index) =>
        this.#verdict({ ...question, keychain, ...(terms[index] ?? { signal }) }, rule),
      ),
    );
    return assemble(reference, found, verdicts);
  }

  async #verdict(question: Question, rule: CompiledRule): Promise<Judged> {
    const { reference, isPinWanted } = question;
    const resolved = await looked(this.#digestOf(question));
    if (!resolved.ok) {
      return unlooked(unresolved(rule, reference, resolved.error, isPinWanted));
    }
    const pin = isPinWanted ? {} : undefined;
    if (!asksForEvidence(rule)) return unlooked(unsigned(rule, reference, pin));
    const look = { ...question, digest: resolved.value };
    const judged = await looked(this.#judge(look, rule));
    const { verdict, places } = judged.ok ? judged.value : unlooked(notLookedAt(rule, reference, judged.error));
    return { verdict: this.#recall(look, rule, withWrittenDigest(rule, reference, verdict, pin)), places };
  }

  async #digestOf({ reference, resolve, signal, whole }: Question): Promise<Digest> {
    if (reference.digest !== undefined) return reference.digest;
    return await (signal === whole ? resolve() : beforeDeadline(resolve, signal, "resolution of the tag"));
  }

  async #judge(look: Look, rule: CompiledRule): Promise<Judged> {
    const image = { reference: look.reference, digest: look.digest };
    const prove = (): Promise<JudgedProof> => this.#prove(rule, look, image);
    if (rule.dependsOnNow) {
      const proven = (): Promise<JudgedProof> => this.#load.run(look.party, look.signal, prove);
      return withPlaces(await beforeDeadline(proven, look.signal, "verification"));
    }
    // A verdict tells of all that was fetched with it, for other rules as well
    const key = `${proofKey(look, rule)} ${askedOf(queryOf(look, rule))}`;
    const remembered = this.#answerOf(key, rule, image, look.cpu);
    const { known, verdict } =
      remembered ??
      (await beforeDeadline(
        async () => {
          const answer = async (): Promise<Answer> => {
            const known = await this.#proven(key, prove, look);
            return { known, verdict: this.#judged(known, rule, image, look.cpu) };
          };
          // Who joins others costs nothing; who waited may find it done.
          if (this.#proofs.isUnderway(key)) return await answer();
          const inTurn = async (): Promise<Answer> => this.#answerOf(key, rule, image, look.cpu) ?? (await answer());
          return await this.#load.run(look.party, look.signal, inTurn);
        },
        look.signal,
        "verification",
      ));
    if (verdict.outcome === "Pass") {
      look.memory?.facts.remember(proofKey(look, rule), { facts: known.proof, verifiedAt: known.verifiedAt });
    }
    return withPlaces({ ...known, verdict });
  }

  async #prove(rule: CompiledRule, look: Look, image: ReviewedImage): Promise<JudgedProof> {
    const query = queryOf(look, rule);
    const { evidence, index } = await this.#gatherer.gather(query);
    const worker = this.#worker;
    const bounds = { cpu: look.cpu, party: look.party, verified: this.#limits().verified, ...(worker && { worker }) };
    const prove = (of: ImageEvidence): Promise<RuleProof> => proveInTurns(rule, of, this.#now(), bounds);
    const proof = await prove(evidence);
    const now = this.#now();
    const alone = look.cpu.judge(() => judgeWithoutPlatforms(rule, proof, { image, now }));
    if (alone !== undefined) return { outcome: alone.outcome, verdict: alone, proof, verifiedAt: now };
    if (index === undefined) throw new Error("an index was not read as one");
    const platforms = await this.#gatherer.gatherPlatforms({ ...query, index });
    const proofs: RuleProof[] = [];
    for (const platform of platforms.ok ? platforms.value : []) proofs.push(await prove(platform));
    const whole: RuleProof = { ...proof, platforms: platforms.ok ? { ok: true, value: proofs } : platforms };
    const later = this.#now();
    const verdict = look.cpu.judge(() => judgeRule(rule, whole, { image, now: later }));
    return { outcome: verdict.outcome, verdict, proof: whole, verifiedAt: later };
  }

  /** What is remembered, if it may answer what it says for this image now. */
  #answerOf(key: string, rule: CompiledRule, image: ReviewedImage, cpu: CpuBudget): Answer | undefined {
    const known = this.#proofs.known(key);
    if (known === undefined) return undefined;
    const verdict = this.#judged(known, rule, image, cpu);
    return this.#proofs.serves(key, verdict.outcome) ? { known, verdict } : undefined;
  }

  #judged({ verdict, proof }: JudgedProof, rule: CompiledRule, image: ReviewedImage, cpu: CpuBudget): RuleVerdict {
    if (!rule.readsRequest) return verdict;
    return cpu.judge(() => judgeRule(rule, proof, { image, now: this.#now() }));
  }

  /** Where nobody can tell and the policy may rest on what was verified before: that, judged anew (policy-api.md §2.1). */
  #recall(look: Look, rule: CompiledRule, verdict: RuleVerdict): RuleVerdict {
    const { memory, reference, digest } = look;
    if (memory === undefined || !isOutside(verdict)) return verdict;
    const known = memory.facts.recall(proofKey(look, rule), memory.within);
    if (known === undefined) {
      return { ...verdict, summary: `${verdict.summary}, and this digest was not verified within the policy's time` };
    }
    const asked = { image: { reference, digest }, now: this.#now() };
    const again = look.cpu.judge(() => judgeRule(rule, known.facts, asked));
    if (again.outcome === "Pass") return { ...verdict, verifiedAt: known.verifiedAt };
    const summary = `${verdict.summary}, and what was verified before is not enough any more`;
    return { ...verdict, summary, findings: [...verdict.findings, ...again.findings] };
  }

  async #proven(key: string, prove: () => Promise<JudgedProof>, { cpu }: Look): Promise<JudgedProof> {
    const proven = await this.#proofs.renew(key, prove, (proof) => !cpu.isSpent && !isEarly(proof));
    // Somebody else's request had spent its share: that says nothing about ours.
    return isCutShort(proven.verdict) && !cpu.isSpent ? await this.#proofs.renew(key, prove) : proven;
  }
}

function withPlaces({ verdict, proof }: JudgedProof): Judged {
  return { verdict, places: placesOf(proof) };
}

function unlooked(verdict: RuleVerdict): Judged {
  return { verdict, places: [] };
}

/** A place that several rules looked in stands there once, unless it told them different things. */
function assemble(reference: ImageReference, digest: Digest | undefined, rules: readonly Judged[]): VerifiedImage {
  const places = new Map(rules.flatMap((rule) => rule.places).map((each) => [`${each.place} ${each.detail}`, each]));
  return {
    image: formatReference(reference, digest),
    ...(digest === undefined ? {} : { digest }),
    places: [...places.values()],
    verdicts: rules.map(({ verdict }) => verdict),
  };
}

/** Equal for equal digests, places and credentials alone. */
function placeOf({ reference: { repository }, digest, keychain }: Look): string {
  return `${repository.host}/${repository.path}@${digest} ${keychain.id}`;
}

/** A verdict names its rule, so two rules that ask the same do not share one. */
function proofKey(look: Look, { hash, name }: CompiledRule): string {
  return `${placeOf(look)} ${hash} ${name}`;
}

function wantsPin({ mutateDigest }: CompiledRule): boolean {
  return mutateDigest;
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined;
  return async () => await (started ??= work());
}

/** Evidence is gathered once for all rules that look in one repository and show the same. */
function queryOf({ reference: { repository: image }, digest, ...look }: Look, { source }: CompiledRule): ImageQuery {
  const { keychain, party } = look;
  const repository = source ?? image;
  const alike = look.rules.filter(
    (other) => isSameRepository(other.rule.source ?? image, repository) && other.keychain.id === keychain.id,
  );
  return { image, repository, digest, keychain, party, wanted: wantedOf(alike.map(({ rule }) => rule)) };
}

/** A signature of a moment ahead of our clock: it will be good without anybody's doing. */
function isEarly({ verdict: { findings } }: JudgedProof): boolean {
  return findings.some(({ code }) => code === "TimeInFuture");
}

/** Something was left out for its number or its time. */
function isCutShort({ outcome, findings }: RuleVerdict): boolean {
  return outcome !== "Pass" && findings.some(({ code }) => code === "TooManyCandidates");
}
