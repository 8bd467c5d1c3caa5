/**
 * What is done with one piece of evidence, as data in and data out, so that another thread can do it: reading the bytes of an
 * entity, and holding an entity against requirements. Nothing here is known of threads.
 */
import type { Instant } from "../encoding/instant.ts";
import type { JsonValue } from "../encoding/json.ts";
import type { FailureCode } from "../failure/catalogue.ts";
import { attempt, type Attempt } from "../failure/attempt.ts";
import { VerificationFailure } from "../failure/failure.ts";
import {
  entityFromAttestationLayer,
  entityFromBundle,
  entityFromCosignLayer,
  type Artifact,
  type SignedEntity,
} from "./entity.ts";
import type { VerifiedEntity } from "./evidence.ts";
import { requirementFrom, type PortableRequirement } from "./portable.ts";
import { verify } from "./verifier.ts";

/** How a blob holds an entity; annotations are of its layer's descriptor. */
export interface ParseTask {
  readonly kind: "parse";
  readonly form: "bundle" | "signature" | "attestation";
  readonly bytes: Uint8Array;
  readonly annotations: ReadonlyMap<string, string>;
}

/** One entity, and what it is held against: requirements that were made for it. */
export interface VerifyTask {
  readonly kind: "verify";
  readonly entity: SignedEntity;
  readonly requirements: readonly PortableRequirement[];
  readonly artifact: Artifact;
  /** Milliseconds since 1970. */
  readonly now: Instant;
}

/** What a task gives: a parse the entity, a verification one answer for each requirement. */
export interface TaskResults {
  readonly parse: Attempt<SignedEntity>;
  readonly verify: readonly Attempt<VerifiedEntity>[];
}

/** An Attempt whose failure is data, since threads hand on no errors of our own. */
type PortableAttempt<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly code: FailureCode;
      readonly reason: string;
      readonly detail: VerificationFailure["detail"];
    };

/** By kind, in the order of what was asked. */
export type PortableResult =
  | { readonly kind: "parse"; readonly answer: PortableAttempt<SignedEntity> }
  | {
      readonly kind: "verify";
      readonly answers: readonly PortableAttempt<VerifiedEntity>[];
      /** Of the statement, which is one for all answers: they come without it, since it may be large. */
      readonly predicate?: JsonValue;
    };

/** Never throws for what the evidence is. */
export function runTask(task: ParseTask | VerifyTask): PortableResult {
  if (task.kind === "parse") return { kind: "parse", answer: portable(attempt(() => parseEntity(task))) };
  const { entity, requirements, artifact, now } = task;
  const results = requirements.map((each) => attempt(() => verify(entity, requirementFrom(each), artifact, now)));
  const [predicate] = results.flatMap((each) => (each.ok ? [each.value.claims.statement?.predicate] : []));
  const answers = results.map((each) => portable(each.ok ? { ok: true, value: withoutPredicate(each.value) } : each));
  return { kind: "verify", answers, ...(predicate === undefined ? {} : { predicate }) };
}

function withoutPredicate(entity: VerifiedEntity): VerifiedEntity {
  const { statement } = entity.claims;
  if (statement === undefined) return entity;
  const { subjects, predicateType } = statement;
  return { ...entity, claims: { ...entity.claims, statement: { subjects, predicateType } } };
}

/** The same with the predicate that its bytes hold. */
export function withPredicate(entity: VerifiedEntity, predicate: JsonValue | undefined): VerifiedEntity {
  const { statement } = entity.claims;
  if (statement === undefined || predicate === undefined) return entity;
  return { ...entity, claims: { ...entity.claims, statement: { ...statement, predicate } } };
}

export function parseEntity({ form, bytes, annotations }: Omit<ParseTask, "kind">): SignedEntity {
  switch (form) {
    case "bundle":
      return entityFromBundle(bytes);
    case "signature":
      return entityFromCosignLayer(bytes, annotations);
    case "attestation":
      return entityFromAttestationLayer(bytes, annotations);
  }
}

function portable<T>(result: Attempt<T>): PortableAttempt<T> {
  if (result.ok) return result;
  const { code, message, detail } = result.failure;
  return { ok: false, code, reason: message, detail };
}

/** The same with its failure as one. */
export function attemptFrom<T>(result: PortableAttempt<T>): Attempt<T> {
  if (result.ok) return result;
  return { ok: false, failure: new VerificationFailure(result.code, result.reason, result.detail) };
}
