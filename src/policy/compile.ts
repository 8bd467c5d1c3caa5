/**
 * A policy resource, compiled rule by rule: patterns, selectors and keys are parsed once at load, nothing is left to fail
 * at request time. What the operator wrote wrongly never throws: the rule carries its errors and is Undetermined for
 * what it covers (policy-api.md §5), and what cannot be read at all covers every image.
 */
import { digestOf } from "../crypto/digest.ts";
import { encodeUtf8 } from "../encoding/text.ts";
import type { Instant } from "../encoding/instant.ts";
import { parseImageReference, type ImageReference, type Repository } from "../oci/reference.ts";
import { compileAttestation, type CompiledAttestation } from "./compile-attestation.ts";
import { compileEntry, isUnavailable, type CompiledEntry, type CompiledSet, type KeyScope } from "./compile-entry.ts";
import { compileConditions, type CompiledCondition } from "./condition.ts";
import { readFailurePolicy } from "./failure-policy.ts";
import { itemsOf, memberOf, type FieldError } from "./field-errors.ts";
import { NO_KEY_SOURCES, type KeySource, type KeySources } from "./key-source.ts";
import { parsePattern, parseSkipPattern, type ImagePattern, type PatternPlace } from "./pattern.ts";
import { compileScope, type Scope } from "./scope.ts";
import type { TrustRoots } from "./trust-root.ts";
import type { Platforms, PolicyResource, RuleSpec, SetSpec } from "./types.ts";
import { checkMetadata, checkSpec } from "./validate.ts";
import type { FailureAction, FailurePolicy, RuleResult } from "./verdict.ts";
import { readTime } from "./written-time.ts";

export type { FieldError } from "./field-errors.ts";

export interface CompiledRule {
  readonly name: string;
  /** Where the images that it covers may lie: for an index, so never fewer than it covers. */
  readonly places: readonly PatternPlace[];
  /** Include patterns match and no skip does (policy-api.md §3). */
  covers(reference: ImageReference): boolean;
  readonly mutateDigest: boolean;
  readonly verifyDigest: boolean;
  /** Names of Secrets to read registries with, after the pod's own. */
  readonly pullSecrets: readonly string[];
  /** Of Secrets that are for the source alone. */
  readonly sourceSecrets: readonly string[];
  /** Every set must pass. */
  readonly sets: readonly CompiledSet[];
  /** Where evidence is looked for instead of the image's own repository. */
  readonly source?: Repository;
  /** Which digest carries the signatures. */
  readonly platforms: Platforms;
  /** All of them must pass. */
  readonly attestations: readonly CompiledAttestation[];
  /** What must be true of signatures and attestations together. */
  readonly validations: readonly CompiledCondition[];
  /** The verdict without looking. */
  readonly static?: NonNullable<RuleSpec["static"]>;
  /** One of more rules than a namespace may have: it is Undetermined (Overloaded) for what it covers. */
  readonly isTooMany?: true;
  /** Non-empty: the rule does not compile and is Undetermined (PolicyInvalid) for what it covers. */
  readonly errors: readonly FieldError[];
  /** SHA-256 over everything that decides a verdict (key and trust material included): part of a proof's key. */
  readonly hash: string;
  /** Its verdict may be another one a moment later, on the same evidence: it is never remembered. */
  readonly dependsOnNow: boolean;
  /** Its verdict on the same verified facts may be another one for another time or another name of the image. */
  readonly readsRequest: boolean;
}

/** Entries of signatures and of attestations. */
export function entriesOf({
  sets,
  attestations,
}: Pick<CompiledRule, "sets" | "attestations">): readonly CompiledEntry[] {
  return [...sets, ...attestations.flatMap((attestation) => attestation.sets)].flatMap(({ entries }) => entries);
}

/** Keys that its entries need and that lie outside of it, whether they are at hand or not. */
export function keySourcesOf({ rules }: CompiledPolicy): readonly KeySource[] {
  return rules.flatMap(entriesOf).flatMap(({ keySource }) => keySource ?? []);
}

/** Something must be looked up: a rule that does not compile, or asks for a digest alone, needs no evidence. */
export function asksForEvidence({ errors, sets, attestations }: CompiledRule): boolean {
  return errors.length === 0 && (sets.length > 0 || attestations.length > 0);
}

export interface CompiledPolicy {
  readonly id: RuleResult["policy"];
  readonly failureAction: FailureAction;
  readonly failurePolicy: FailurePolicy;
  /** Milliseconds for which IgnoreIfVerified rests on what a rule passed; with it alone. */
  readonly verifiedWithin?: number;
  /** Milliseconds that a request may spend on it; all that the request has when it is absent. */
  readonly timeout?: number;
  /** Kinds whose templates it wants checked, where it lists them. */
  readonly podControllers?: readonly string[];
  /** Of the object that was compiled, where an API server gave it one. */
  readonly generation?: number;
  /** When it was made, as far as that is known: of a namespace's policies the youngest are the first to be too many. */
  readonly createdAt?: Instant;
  /** Its namespace and everything in `match`; not the images. */
  readonly appliesTo: Scope;
  readonly rules: readonly CompiledRule[];
}

const RULE_PATH = /^spec\.verifyImages\[(\d+)\]/;

/**
 * Never throws for what an operator wrote; see the rules' `errors`, and the entries whose trust root or key is not at hand.
 * It is compiled with what both are at this moment.
 */
export function compilePolicy(
  resource: PolicyResource,
  trustRoots: TrustRoots,
  sources: KeySources = NO_KEY_SOURCES,
): CompiledPolicy {
  const { kind, metadata, spec } = resource;
  const keys = { sources, owner: { kind, namespace: metadata.namespace } };
  const errors = [...checkMetadata(kind, metadata), ...checkSpec(kind, spec)];
  const shared = errors.filter(({ path }) => !RULE_PATH.test(path));
  const failureAction = readFailureAction(memberOf(spec, "failureAction"));
  const seconds = memberOf(spec, "timeoutSeconds");
  const made = memberOf(metadata, "creationTimestamp");
  const createdAt = typeof made === "string" ? readTime(made) : undefined;
  const rules = itemsOf(memberOf(spec, "verifyImages"), "").map(({ value }, index) => {
    const own = errors.filter(({ path }) => RULE_PATH.exec(path)?.[1] === String(index));
    const ruleErrors = [...shared, ...own];
    if (ruleErrors.length > 0) return invalidRule(value, ruleErrors);
    return validRule(value as RuleSpec, failureAction, { trustRoots, keys });
  });
  return {
    id: policyId(resource),
    failureAction,
    ...readFailurePolicy(spec),
    ...(typeof seconds === "number" && shared.length === 0 ? { timeout: seconds * 1000 } : {}),
    ...(shared.length > 0 || spec.match?.podControllers === undefined
      ? {}
      : { podControllers: spec.match.podControllers }),
    ...(metadata.generation === undefined ? {} : { generation: metadata.generation }),
    ...(createdAt === undefined ? {} : { createdAt }),
    appliesTo: compileScope(resource, shared),
    rules: rules.length > 0 ? rules : [invalidRule(undefined, shared)],
  };
}

function policyId({ kind, metadata: { name, namespace } }: PolicyResource): CompiledPolicy["id"] {
  return namespace === undefined ? { kind, name } : { kind, namespace, name };
}

/** An unknown action has an error beside it; taken as the strictest. */
function readFailureAction(value: unknown): FailureAction {
  return value === "Warn" || value === "Audit" ? value : "Enforce";
}

/** What a rule names and does not hold. */
interface Named {
  readonly trustRoots: TrustRoots;
  readonly keys: KeyScope;
}

function validRule(rule: RuleSpec, action: FailureAction, named: Named): CompiledRule {
  const asked = compileAsked(rule, named);
  const entries = entriesOf(asked);
  const byDefault = action === "Enforce" && rule.static === undefined;
  const mutateDigest = rule.mutateDigest ?? byDefault;
  const verifyDigest = rule.verifyDigest ?? byDefault;
  const { trustRoot = null, attestors = null, attestations = null, validations = null, static: verdict = null } = rule;
  const asks = [asked.source ?? null, asked.platforms, attestors, attestations, validations, verdict];
  const written = [mutateDigest, verifyDigest, trustRoot, ...asks];
  return {
    name: rule.name,
    ...compileCoverage(rule),
    mutateDigest,
    verifyDigest,
    ...secretsOf(rule),
    ...asked,
    ...(rule.static === undefined ? {} : { static: rule.static }),
    errors: [],
    hash: hashOf([written, entries.map(trustOf)]),
    dependsOnNow: entries.some(usesCurrentTime),
    readsRequest: asked.attestations.some(isDated) || conditionsOf(asked).some(readsRequest),
  };
}

function secretsOf({
  imageRegistryCredentials,
  source,
}: RuleSpec): Pick<CompiledRule, "pullSecrets" | "sourceSecrets"> {
  return { pullSecrets: imageRegistryCredentials?.secrets ?? [], sourceSecrets: source?.secrets ?? [] };
}

type Asked = Pick<CompiledRule, "sets" | "source" | "platforms" | "attestations" | "validations">;

function compileAsked(rule: RuleSpec, named: Named): Asked {
  const { trustRoot, attestors, attestations, validations, source, platforms = "Index" } = rule;
  const compiled = (set: SetSpec): CompiledSet => compileSet(set, trustRoot, named);
  return {
    sets: (attestors ?? []).map(compiled),
    ...(source === undefined ? {} : { source: parseImageReference(source.repository).repository }),
    platforms,
    attestations: (attestations ?? []).map((spec) => compileAttestation(spec, spec.attestors.map(compiled), platforms)),
    validations: compileConditions(validations, "validation"),
  };
}

function conditionsOf({ attestations, validations }: Asked): readonly CompiledCondition[] {
  return [...attestations.flatMap(({ conditions }) => conditions), ...validations];
}

function isDated({ maxAge }: CompiledAttestation): boolean {
  return maxAge !== undefined;
}

function compileSet(
  { count, entries }: SetSpec,
  trustRoot: string | undefined,
  { trustRoots, keys }: Named,
): CompiledSet {
  const compiled = entries.map((entry) => compileEntry(entry, trustRoot, trustRoots, keys));
  return { count: count ?? new Set(compiled.map(({ party }) => party)).size, entries: compiled };
}

function readsRequest({ program: { reads } }: CompiledCondition): boolean {
  return reads.has("now") || reads.has("image");
}

/** What decides beside what is written. */
function trustOf({ requirement }: CompiledEntry): unknown {
  if (isUnavailable(requirement)) return requirement;
  const { signer, trust, thresholds } = requirement;
  // The logs of a built-in root are held to more than the same logs of a file (verification-spec §5.4)
  const hasBuiltIn = trust?.logs.some(({ isBuiltIn }) => isBuiltIn) ?? null;
  return [trust?.hash ?? null, hasBuiltIn, thresholds, signer.kind === "key" ? signer.key.keyId : null];
}

function usesCurrentTime({ requirement }: CompiledEntry): boolean {
  if (isUnavailable(requirement)) return false;
  const { signer } = requirement;
  return signer.kind === "authority" && signer.insecureUseCurrentTime;
}

function invalidRule(rule: unknown, errors: readonly FieldError[]): CompiledRule {
  const name = memberOf(rule, "name");
  return {
    name: typeof name === "string" ? name : "(unnamed)",
    ...compileCoverage(rule),
    mutateDigest: false,
    verifyDigest: false,
    pullSecrets: [],
    sourceSecrets: [],
    sets: [],
    platforms: "Index",
    attestations: [],
    validations: [],
    errors,
    hash: hashOf(["invalid", errors]),
    dependsOnNow: false,
    readsRequest: false,
  };
}

/** An include that cannot be read covers every image, a skip that cannot be read skips none: nothing opens silently. */
function compileCoverage(rule: unknown): Pick<CompiledRule, "covers" | "places"> {
  const includes = readPatterns(memberOf(rule, "imageReferences"), parsePattern);
  const skips = readPatterns(memberOf(rule, "skipImageReferences"), parseSkipPattern).filter(isRead);
  const known = includes.filter(isRead);
  const coversAll = includes.length === 0 || known.length < includes.length;
  return {
    places: coversAll ? [{}] : known.map(({ place }) => place),
    covers: (reference) =>
      (coversAll || known.some((pattern) => pattern.matches(reference))) &&
      !skips.some((pattern) => pattern.matches(reference)),
  };
}

function readPatterns(list: unknown, parse: typeof parsePattern): readonly (ImagePattern | undefined)[] {
  return itemsOf(list, "").map(({ value }) => {
    const result = typeof value === "string" ? parse(value) : undefined;
    return result?.ok === true ? result.pattern : undefined;
  });
}

function isRead(pattern: ImagePattern | undefined): pattern is ImagePattern {
  return pattern !== undefined;
}

function hashOf(value: unknown): string {
  return digestOf(encodeUtf8(JSON.stringify(value)));
}
