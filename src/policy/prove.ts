/**
 * proveRule(): which of the gathered candidates each entry of a rule accepts (policy-api.md §4, step 7). All of the
 * cryptography and nothing of the judgement: what comes out may be remembered, and judged again at another time.
 */
import type { Digest } from "../crypto/digest.ts";
import type { Instant } from "../encoding/instant.ts";
import { attempt, type Attempt } from "../failure/attempt.ts";
import type { FailureCode } from "../failure/catalogue.ts";
import type { SignedEntity } from "../verify/entity.ts";
import type { VerifiedEntity } from "../verify/evidence.ts";
import { precheck } from "../verify/precheck.ts";
import type { Requirement } from "../verify/requirement.ts";
import { verify } from "../verify/verifier.ts";
import type { CompiledAttestation } from "./compile-attestation.ts";
import { isUnavailable, type CompiledEntry, type CompiledSet } from "./compile-entry.ts";
import type { CompiledRule } from "./compile.ts";
import type { ImageEvidence } from "./evidence.ts";
import { unavailableKeyFinding, type UnavailableKey } from "./key-source.ts";
import { unavailableFinding, type UnavailableTrustRoot } from "./trust-root.ts";
import type { UndeterminedCause } from "./causes.ts";
import type { Finding, PlaceAnswer } from "./verdict.ts";

/** A candidate that met the whole of an entry. */
export interface Accepted {
  /** The candidate, as findings name it. */
  readonly subject: string;
  readonly entity: VerifiedEntity;
  /** What its statement holds in memory, about. */
  readonly bytes: number;
}

export interface EntryProof {
  readonly entry: CompiledEntry;
  readonly accepted: readonly Accepted[];
  /** Why the other candidates do not meet it. */
  readonly findings: readonly Finding[];
  /** Why nobody can tell whether a signature meets the entry. */
  readonly cause?: UndeterminedCause;
}

export interface SetProof {
  readonly set: CompiledSet;
  readonly entries: readonly EntryProof[];
}

export interface AttestationProof {
  readonly attestation: CompiledAttestation;
  readonly sets: readonly SetProof[];
}

export interface RuleProof extends Pick<ImageEvidence, "kind" | "level"> {
  readonly digest: Digest;
  readonly sets: readonly SetProof[];
  readonly attestations: readonly AttestationProof[];
  /** Candidates that could not be read, each told once, whatever the number of entries. */
  readonly unparsed: readonly Finding[];
  readonly candidates: number;
  readonly places: readonly PlaceAnswer[];
  /** Of an index: what was proven of each of its manifests, or why they cannot be told. Absent: they were not looked at. */
  readonly platforms?: Attempt<readonly RuleProof[]>;
}

/** One entity held against one requirement, everything else being settled. */
type Check = (entity: SignedEntity, requirement: Requirement) => VerifiedEntity;

/** `now` in milliseconds. `verifier` is verify() of verify/; a test may hand in its own. */
export function proveRule(
  rule: CompiledRule,
  evidence: ImageEvidence,
  now: Instant,
  verifier: typeof verify = verify,
): RuleProof {
  const check: Check = (entity, requirement) => {
    precheck(entity, requirement);
    return verifier(entity, requirement, evidence.artifact, now);
  };
  const prove = (set: CompiledSet): SetProof => proveSet(set, evidence, check);
  const { kind, level } = evidence;
  return {
    kind,
    ...(level !== undefined && { level }),
    digest: evidence.artifact.digest,
    sets: rule.sets.map(prove),
    attestations: rule.attestations.map((attestation) => ({ attestation, sets: attestation.sets.map(prove) })),
    unparsed: evidence.candidates.flatMap(({ subject, entity }) =>
      entity.ok ? [] : [failureFinding(subject, entity)],
    ),
    candidates: evidence.candidates.length,
    places: evidence.places,
  };
}

function proveSet(set: CompiledSet, evidence: ImageEvidence, check: Check): SetProof {
  return { set, entries: set.entries.map((entry) => proveEntry(entry, evidence, check)) };
}

function proveEntry(entry: CompiledEntry, evidence: ImageEvidence, check: Check): EntryProof {
  const { name, requirement } = entry;
  if (isUnavailable(requirement)) {
    return { entry, accepted: [], findings: [unavailable(requirement, name)], cause: requirement.cause };
  }
  const accepted: Accepted[] = [];
  const findings: Finding[] = [];
  const leftOut: Refused[] = [];
  for (const { subject, entity } of evidence.candidates) {
    if (!entity.ok) continue;
    const result = attempt(() => check(entity.value, requirement));
    if (result.ok) accepted.push({ subject, entity: result.value, bytes: sizeOf(entity.value) });
    else if (result.failure.code === "TooManyCandidates") leftOut.push(result);
    else findings.push({ ...failureFinding(subject, result), entry: name });
  }
  return { entry, accepted, findings: [...findings, ...leftOutFinding(leftOut, name)] };
}

function unavailable(requirement: UnavailableTrustRoot | UnavailableKey, entry: string): Finding {
  return requirement.cause === "KeyUnavailable"
    ? unavailableKeyFinding(requirement, entry)
    : unavailableFinding(requirement, entry);
}

/** Parsed JSON takes several times its text. */
function sizeOf({ content }: SignedEntity): number {
  return content.kind === "dsse" ? content.payload.length * 4 : 0;
}

type Refused = Extract<Attempt<unknown>, { ok: false }>;

/** One line for all candidates that a bound left out, with their number. */
function leftOutFinding(leftOut: readonly Refused[], entry: string): readonly Finding[] {
  const [first] = leftOut;
  if (first === undefined) return [];
  const finding = failureFinding("signatures", first);
  return [{ ...finding, reason: `${finding.reason}: ${leftOut.length} were not looked at`, entry }];
}

/** By our bounds on number, size and cost: nobody knows what it says. */
const LEFT_OUT: ReadonlySet<string> = new Set<FailureCode>([
  "TooManyCandidates",
  "RegistryAnswerTooLarge",
  "EvidenceTooCostly",
  "StatementTooLarge",
]);

/** Whether it tells of candidates that a bound left out, and not of what is wrong with one. */
export function isLeftOut({ code }: Finding): boolean {
  return LEFT_OUT.has(code);
}

/** One line about a candidate that does not do. */
export function failureFinding(subject: string, { failure }: Refused): Finding {
  return { subject, code: failure.code, reason: failure.message, hint: failure.hint };
}
