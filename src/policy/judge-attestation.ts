/**
 * The verdict on one attestation of a rule (policy-api.md §4, step 9): which statements of an entry are young enough, which
 * of them must meet the conditions, and whether what was not seen could change that. Absence proves nothing: a registry can
 * hide statements, so All and Latest judge what is there, and zero statements never pass.
 */
import type { Instant } from "../encoding/instant.ts";
import { attempt, type Attempt } from "../failure/attempt.ts";
import { quoted, VerificationFailure } from "../failure/failure.ts";
import type { Statement } from "../sigstore/statement.ts";
import type { VerifiedEntity } from "../verify/evidence.ts";
import type { CompiledAttestation } from "./compile-attestation.ts";
import { checkCondition } from "./condition.ts";
import { imageFacts, instantFact, predicateFacts, signerFacts, statementFacts, type ReviewedImage } from "./facts.ts";
import { judgeSet, type EntryResult, type SetResult } from "./judge-set.ts";
import { failureFinding, isLeftOut, type Accepted, type AttestationProof, type EntryProof } from "./prove.ts";
import type { UndeterminedCause } from "./causes.ts";
import { allOf, type Finding, type Outcome } from "./verdict.ts";

/** What a verdict depends on beside the proof. */
export interface Asked {
  readonly image: ReviewedImage;
  readonly now: Instant;
}

/** What was not seen. */
export interface Unseen {
  /** Why places that could hold a statement were not read. */
  readonly unread: readonly UndeterminedCause[];
  /** A limit left candidates out. */
  readonly isCut: boolean;
}

export interface AttestationResult {
  readonly name: string;
  readonly outcome: Outcome;
  readonly sets: readonly SetResult[];
  readonly findings: readonly Finding[];
  readonly causes: readonly UndeterminedCause[];
  /** The statements that passed, each by the entry that took it. */
  readonly passed: readonly PassedStatement[];
}

export interface PassedStatement {
  readonly entry: EntryProof["entry"];
  readonly entity: VerifiedEntity;
}

export function judgeAttestation(proof: AttestationProof, asked: Asked, unseen: Unseen): AttestationResult {
  const { attestation } = proof;
  const entries = proof.sets.map((set) => set.entries.map((entry) => judgeEntry(attestation, entry, asked, unseen)));
  const sets = proof.sets.map(({ set }, index) => judgeSet(set.count, entries[index] ?? []));
  const outcome = allOf(sets.map((set) => set.outcome));
  const isMissing = proof.sets.every((set) => set.entries.every(({ accepted }) => accepted.length === 0));
  return {
    name: attestation.name,
    outcome,
    sets,
    findings: [
      ...sets.flatMap(({ findings }) => findings),
      ...(outcome === "Fail" && isMissing ? [missing(attestation)] : []),
    ],
    causes: outcome === "Undetermined" ? [...new Set(sets.flatMap(({ causes }) => causes))] : [],
    passed: outcome === "Pass" ? entries.flat().flatMap(passedBy) : [],
  };
}

function passedBy({ entry, accepted }: EntryResult): readonly PassedStatement[] {
  return accepted.map(({ entity }) => ({ entry, entity }));
}

interface Judged {
  readonly statement: Accepted;
  readonly result: Attempt<unknown>;
}

function judgeEntry(
  attestation: CompiledAttestation,
  proof: EntryProof,
  asked: Asked,
  { unread, isCut }: Unseen,
): EntryResult {
  const { entry, accepted, cause } = proof;
  const judged = accepted.map((statement) => ({
    statement,
    result: attempt(() => checkAge(attestation, statement.entity, asked.now)),
  }));
  const young = judged.filter(({ result }) => result.ok).map(({ statement }) => statement);
  const chosen = attestation.match === "Latest" ? newestOf(young) : young;
  const met = chosen.map((statement) => ({
    statement,
    result: attempt(() => meetConditions(attestation, statement.entity, entry, asked)),
  }));
  const open = cause === undefined ? unread : [...unread, cause];
  const wasCut = isCut || proof.findings.some(isLeftOut);
  return {
    entry,
    findings: [...proof.findings, ...refusals([...judged, ...met], entry.name)],
    ...decide(attestation.match, met, open, wasCut),
  };
}

/** The statements that count, and why there may be more. `wasCut`: what a limit hides may be a bad one, or the newest. */
function decide(
  match: CompiledAttestation["match"],
  judged: readonly Judged[],
  open: readonly UndeterminedCause[],
  wasCut: boolean,
): Pick<EntryResult, "accepted" | "open"> {
  const good = judged.filter(({ result }) => result.ok).map(({ statement }) => statement);
  if (match === "Any") return { accepted: good, open };
  const hasBad = good.length < judged.length;
  if (wasCut || (hasBad && match === "All")) return { accepted: [], open: [] };
  if (open.length > 0) return { accepted: [], open };
  return { accepted: hasBad ? [] : good, open: [] };
}

/** Ties: all of them. */
function newestOf(statements: readonly Accepted[]): readonly Accepted[] {
  const newest = Math.max(...statements.map(({ entity }) => issuedAt(entity)));
  return statements.filter(({ entity }) => issuedAt(entity) === newest);
}

function checkAge({ name, maxAge }: CompiledAttestation, entity: VerifiedEntity, now: Instant): void {
  if (maxAge === undefined || issuedAt(entity) >= now - maxAge) return;
  const signed = new Date(issuedAt(entity)).toISOString();
  const oldest = new Date(now - maxAge).toISOString();
  const reason = `Cannot accept attestation ${quoted(name)}: signed with a certificate of ${signed}, want ${oldest} or later`;
  throw new VerificationFailure("AttestationTooOld", reason);
}

/** Validation took fresh statements of dated signers alone. */
function issuedAt({ certifiedAt }: VerifiedEntity): Instant {
  if (certifiedAt === undefined)
    throw new Error("the age of a statement without a certificate of Fulcio's is asked for");
  return certifiedAt;
}

function meetConditions(
  { name, conditions }: CompiledAttestation,
  entity: VerifiedEntity,
  { name: entry, party }: EntryProof["entry"],
  { image, now }: Asked,
): void {
  if (conditions.length === 0) return;
  const statement = statementOf(entity);
  const facts = {
    predicate: predicateFacts(statement),
    statement: statementFacts(statement),
    image: imageFacts(image),
    signer: signerFacts({ party, entry }, entity),
    now: instantFact(now),
  };
  for (const condition of conditions) checkCondition(condition, "condition", `attestation ${quoted(name)}`, facts);
}

/** Of a verified attestation. */
export function statementOf({ claims: { statement } }: VerifiedEntity): Statement {
  if (statement === undefined) throw new Error("an attestation was accepted without its statement");
  return statement;
}

function refusals(judged: readonly Judged[], entry: string): readonly Finding[] {
  return judged.flatMap(({ statement: { subject }, result }) =>
    result.ok ? [] : [{ ...failureFinding(subject, result), entry }],
  );
}

function missing({ name, predicateTypes }: CompiledAttestation): Finding {
  const types = predicateTypes.map(quoted).join(" or ");
  const reason = `Cannot find attestation ${quoted(name)}: no statement of ${types} by these signers, want one about this image`;
  const failure = new VerificationFailure("NoAttestationFound", reason);
  return failureFinding(`attestation ${quoted(name)}`, { ok: false, failure });
}
