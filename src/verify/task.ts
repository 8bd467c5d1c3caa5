/**
 * What is done with one piece of evidence, as data in and data out, so that another thread can do it: reading the bytes of an
 * entity, and holding an entity against requirements. Nothing here is known of threads.
 */
import type { Instant } from "../encoding/instant.ts";
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
  | { readonly kind: "verify"; readonly answers: readonly PortableAttempt<VerifiedEntity>[] };

/** Never throws for what the evidence is. */
export function runTask(task: ParseTask | VerifyTask): PortableResult {
  if (task.kind === "parse") return { kind: "parse", answer: portable(attempt(() => parseEntity(task))) };
  const { entity, requirements, artifact, now } = task;
  const answers = requirements.map((each) =>
    portable(attempt(() => verify(entity, requirementFrom(each), artifact, now))),
  );
  return { kind: "verify", answers };
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
