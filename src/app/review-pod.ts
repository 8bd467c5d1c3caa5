/**
 * A pod's images, the policies that cover them, one verdict each, one effect (policy-api.md §4). Matching needs no
 * network: without a rule nothing is asked of anybody. Admission is the answer to positive evidence alone.
 */
import pLimit from "p-limit";
import { explainReview, UNMATCHED } from "../admission/explain.ts";
import type { AdmissionRequest } from "../admission/request.ts";
import type { Digest } from "../crypto/digest.ts";
import type { Instant } from "../encoding/instant.ts";
import { quoted, VerificationFailure } from "../failure/failure.ts";
import { formatReference } from "../oci/reference.ts";
import { asksForEvidence, type CompiledPolicy, type CompiledRule } from "../policy/compile.ts";
import { isOutsideCause } from "../policy/causes.ts";
import {
  effectOf,
  unmatchedEffect,
  type Effect,
  type Finding,
  type ImageVerdict,
  type RuleResult,
} from "../policy/verdict.ts";
import type { Keychains, PodPullSecrets } from "../ports/credentials.ts";
import type { Policies, PolicySnapshot } from "../ports/policies.ts";
import { UnavailableError } from "../ports/unavailable.ts";
import { CLOCKS } from "./clocks.ts";
import { deadlineIn } from "./deadline.ts";
import { FairTurns } from "./fair-turns.ts";
import { imageKeychains, NOBODYS, type ImageKeychains } from "./keychains.ts";
import { planReview, REVIEW_SETTINGS, type Plan, type ReviewSettings, type Task } from "./plan.ts";
import { Memories, PolicyTerms, type SeenTag } from "./policy-terms.ts";
import type { Pinning, Review, Reviewer } from "./reviewer.ts";
import type { CpuBudget } from "./verify-candidates.ts";
import type { ImageVerifier } from "./verify-image.ts";

const RETRY_AFTER_SECONDS = 5;
/** How long a look-up that /mutate started may go on: the longest timeout of a webhook. */
const PREFETCH_MS = 30_000;
/** Images of one pod that are looked at at a time; a pod may name thousands. */
const PARALLEL_IMAGES = 8;

export interface ReviewerOptions {
  readonly settings?: () => ReviewSettings;
  /** Without them registries are asked by nobody. */
  readonly keychains?: Keychains | undefined;
}

export class PodReviewer implements Reviewer {
  readonly #policies: Policies;
  readonly #verifier: ImageVerifier;
  readonly #now: () => Instant;
  readonly #settings: () => ReviewSettings;
  readonly #memories: Memories;
  readonly #keychains: Keychains | undefined;
  readonly #turns = new FairTurns(CLOCKS.monotonicNow);

  /** `now` in milliseconds since 1970: exceptions end by it, and what was verified grows old by it. */
  constructor(
    policies: Policies,
    verifier: ImageVerifier,
    now: () => Instant,
    { settings = () => REVIEW_SETTINGS, keychains }: ReviewerOptions = {},
  ) {
    this.#policies = policies;
    this.#verifier = verifier;
    this.#now = now;
    this.#settings = settings;
    this.#memories = new Memories(now);
    this.#keychains = keychains;
  }

  async validate(request: AdmissionRequest, signal: AbortSignal): Promise<Review> {
    const turn = await this.#turns.take(request.namespace);
    const cpu = this.#verifier.budget();
    const { tasks, pod, exceptions, unmatched } = this.#plan(request, cpu);
    const terms = new PolicyTerms(signal, this.#memories, request.namespace);
    const work = eachOf(tasks, (task) => this.#judge(task, this.#shown(task, pod), { signal, cpu, terms }));
    const verdicts = await work.finally(() => terms.end());
    // What many waited for may have come to all of them at once.
    await this.#turns.take(request.namespace, turn);
    const unpinned = tasks.flatMap((task, index) => unpinnedWarnings(task, verdicts[index]));
    return { ...review(verdicts, unpinned), exceptions, unmatched };
  }

  async pin(request: AdmissionRequest, signal: AbortSignal): Promise<Pinning> {
    await this.#turns.take(request.namespace);
    const { tasks, pod } = this.#plan(request, this.#verifier.budget());
    const terms = new PolicyTerms(signal, this.#memories, request.namespace);
    const work = eachOf(tasks, (task) => this.#pinsOf(task, this.#shown(task, pod), terms));
    const pins = await work.finally(() => terms.end());
    return { pins: pins.flat(), warnings: [] };
  }

  async #judge(task: Task, keychains: ImageKeychains, { signal, cpu, terms }: Spending): Promise<ImageVerdict> {
    if (!task.reference.ok) return refusedReference(task, task.reference.failure);
    const isTagRemembered = task.rules.every(({ policy }) => policy.failureAction !== "Enforce");
    const of = task.rules.map(({ policy }) => terms.of(policy));
    const asking = { cpu, party: terms.party, terms: of, keychains, isTagRemembered };
    const verified = await this.#verifier.verify(task.reference.value, rulesToJudge(task), signal, asking);
    return {
      image: verified.image,
      fields: task.fields,
      ...(verified.digest === undefined ? {} : { digest: verified.digest }),
      ...unmatchedOf(task),
      places: verified.places,
      results: verified.verdicts.flatMap((verdict, index): RuleResult[] => {
        const policy = task.rules[index]?.policy;
        if (policy === undefined) throw new Error("more verdicts than rules");
        return [resultOf(task, policy, verdict)];
      }),
    };
  }

  /** Pins what some rule wants pinned, never in a template, and starts the look-up that validate will need. */
  async #pinsOf(task: Task, keychains: ImageKeychains, terms: PolicyTerms): Promise<Pinning["pins"]> {
    if (task.isTemplate || !task.reference.ok) return [];
    const pinning = task.rules.filter(({ rule }) => rule.mutateDigest).map(({ policy }) => policy);
    if (pinning.length === 0) return [];
    const reference = task.reference.value;
    const tag = { reference, keychain: keychains.image };
    const found = await this.#digestToPin(tag, pinning, terms);
    if (found === undefined) return [];
    if (found.isTagSeen) this.#memories.seeTag(tag, found.digest);
    this.#startEvidence(tag, task, keychains, { ...found, terms });
    if (reference.digest !== undefined) return [];
    const value = formatReference(reference, found.digest);
    return task.fields.map((field) => ({ field, value }));
  }

  /** While nobody can be asked, the digest that the tag last had, where a policy rests on what was verified (§2.1). */
  async #digestToPin(
    tag: SeenTag,
    pinning: readonly CompiledPolicy[],
    terms: PolicyTerms,
  ): Promise<PinnedDigest | undefined> {
    const { reference, keychain } = tag;
    try {
      // What is judged then is the digest that is written, whatever the tag has by now
      const who = { keychain, party: terms.party, isTagRemembered: true };
      const digest = await this.#verifier.resolve(reference, terms.latest(pinning), who);
      return { digest, isTagSeen: reference.digest === undefined };
    } catch (error) {
      if (error instanceof VerificationFailure) return undefined;
      if (!(error instanceof UnavailableError)) throw error;
      const digest = isOutsideCause(error.undetermined) ? this.#memories.tagDigest(tag, pinning) : undefined;
      return digest === undefined ? undefined : { digest, isTagSeen: false };
    }
  }

  /** Not awaited: validate finds it done or under way; whatever goes wrong here goes wrong there again, and is judged there. */
  #startEvidence(
    tag: SeenTag,
    task: Task,
    keychains: ImageKeychains,
    { digest, isTagSeen, terms }: PinnedDigest & { readonly terms: PolicyTerms },
  ): void {
    const signal = deadlineIn(PREFETCH_MS);
    const rules = task.rules.map(({ rule }) => rule);
    const beyond = task.rules.map(({ policy }) => ({ signal, ...terms.beyond(policy) }));
    const asking = { terms: beyond, keychains, party: terms.party };
    const work = this.#verifier.verify({ ...tag.reference, digest }, rules, signal, asking);
    work.then(
      ({ verdicts }) => {
        const passed = task.rules.filter((_, index) => verdicts[index]?.outcome === "Pass");
        // Where nothing passes there is nothing to come back to
        if (isTagSeen)
          this.#memories.rememberTag(
            tag,
            digest,
            passed.map(({ policy }) => policy),
          );
      },
      () => undefined,
    );
  }

  #plan(request: AdmissionRequest, cpu: CpuBudget): Plan {
    return cpu.judge(() => planReview(this.#snapshot(), request, this.#now(), this.#settings()));
  }

  #shown({ reference, rules }: Task, pod: PodPullSecrets | undefined): ImageKeychains {
    return reference.ok ? imageKeychains(this.#keychains, rules, pod) : NOBODYS;
  }

  #snapshot(): PolicySnapshot {
    const snapshot = this.#policies.snapshot();
    if (snapshot === undefined) throw new UnavailableError("PolicyInvalid", "the policies have not been read yet");
    return snapshot;
  }
}

/** What a request may spend. */
interface Spending {
  readonly signal: AbortSignal;
  readonly cpu: CpuBudget;
  readonly terms: PolicyTerms;
}

interface PinnedDigest {
  readonly digest: Digest;
  /** A registry said just now that the tag has it. */
  readonly isTagSeen: boolean;
}

async function eachOf<T>(tasks: readonly Task[], work: (task: Task) => Promise<T>): Promise<readonly T[]> {
  if (tasks.length <= PARALLEL_IMAGES) return await Promise.all(tasks.map(work));
  const limit = pLimit(PARALLEL_IMAGES);
  return await Promise.all(tasks.map((task) => limit(() => work(task))));
}

function review(
  verdicts: readonly ImageVerdict[],
  unpinned: readonly string[],
): Omit<Review, "exceptions" | "unmatched"> {
  const denied = withEffect(verdicts, "deny");
  const warnings = [...withEffect(verdicts, "warn").flatMap(warningsOf), ...unpinned];
  if (denied.length === 0) return { allowed: true, verdicts, warnings };
  // Beside a Fail that stays it would not help to try again.
  const mayPass = denied.every(
    ({ results, unmatched }) =>
      unmatched === undefined &&
      results.every(({ verdict }) => verdict.outcome === "Undetermined" || verdict.isTransient === true),
  );
  return {
    allowed: false,
    verdicts,
    warnings,
    message: explainReview(denied),
    ...(mayPass ? { retryAfterSeconds: RETRY_AFTER_SECONDS } : {}),
  };
}

/** The images that have such results, with these results alone: a rule that only warns is no reason of a denial. */
function withEffect(verdicts: readonly ImageVerdict[], effect: Effect): readonly ImageVerdict[] {
  return verdicts.flatMap((verdict) => {
    const { unmatched, ...rest } = verdict;
    const results = rest.results.filter((result) => effectOf(result) === effect);
    const own = unmatched !== undefined && unmatchedEffect(verdict) === effect ? { unmatched } : {};
    return results.length === 0 && !("unmatched" in own) ? [] : [{ ...rest, results, ...own }];
  });
}

function unmatchedOf({ unmatched }: Task): Pick<ImageVerdict, "unmatched"> {
  return unmatched === undefined ? {} : { unmatched };
}

/** The image last: it may be long, and a warning is cut. */
function warningsOf({ image, results, unmatched }: ImageVerdict): readonly string[] {
  const warnings = results.map(
    ({ policy, verdict: { rule, summary, findings, verifiedAt } }) =>
      `${policyName(policy)} rule ${rule}: ${summary}${codesOf(findings)}${memoryOf(verifiedAt)}: ${image}`,
  );
  return unmatched === undefined ? warnings : [...warnings, `${UNMATCHED} (ImageUnmatched): ${image}`];
}

/** §2.3: where neither a pin nor a digest is asked for, a tag was verified that the node will resolve again. */
function unpinnedWarnings(task: Task, verdict: ImageVerdict | undefined): readonly string[] {
  if (!task.reference.ok || task.reference.value.digest !== undefined || verdict === undefined) return [];
  return task.rules.flatMap(({ policy, rule }, index) => {
    const passed = verdict.results[index]?.verdict.outcome === "Pass" && asksForEvidence(rule);
    return passed && policy.failureAction === "Enforce" && !rule.verifyDigest
      ? [`${policyName(policy.id)} rule ${rule.name}: verified by tag, what runs may differ: ${verdict.image}`]
      : [];
  });
}

/** A warning has room for codes, not for reasons; the log has both. */
function codesOf(findings: readonly Finding[]): string {
  const codes = [...new Set(findings.map(({ code }) => code))];
  return codes.length === 0 ? "" : ` (${codes.join(", ")})`;
}

function memoryOf(verifiedAt: Instant | undefined): string {
  return verifiedAt === undefined ? "" : `; it was verified at ${new Date(verifiedAt).toISOString()}`;
}

function policyName(policy: RuleResult["policy"]): string {
  return policy.namespace === undefined ? policy.name : `${policy.namespace}/${policy.name}`;
}

function resultOf({ isTemplate }: Task, policy: CompiledPolicy, verdict: RuleResult["verdict"]): RuleResult {
  const { id, failureAction, failurePolicy } = policy;
  return { policy: id, failureAction, failurePolicy, ...(isTemplate ? { isTemplate } : {}), verdict };
}

/** A template needs no digest where its pods will be pinned (§2.3). */
function rulesToJudge({ isTemplate, rules }: Task): readonly CompiledRule[] {
  const all = rules.map(({ rule }) => rule);
  if (!isTemplate || !all.some(({ mutateDigest }) => mutateDigest)) return all;
  return all.map((rule) => ({ ...rule, verifyDigest: false }));
}

function refusedReference(task: Task, failure: VerificationFailure): ImageVerdict {
  const finding = { subject: "reference", code: failure.code, reason: failure.message, hint: failure.hint };
  return {
    // Text of the pod's author: it must not make up lines of the explanation.
    image: quoted(task.text).slice(1, -1),
    fields: task.fields,
    ...unmatchedOf(task),
    places: [],
    results: task.policies.flatMap((policy) =>
      policy.rules.map(({ name }) =>
        resultOf(task, policy, {
          outcome: "Fail",
          rule: name,
          summary: "the reference cannot be read",
          findings: [finding],
          evidence: [],
          causes: [],
        }),
      ),
    ),
  };
}
