/**
 * What expressions of policies see (policy-api.md §2.6): facts that verify() returned, and the canonical reference of the
 * image. What does not apply is an empty text; nothing that is unproven is here.
 */
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { CelInput } from "@bufbuild/cel";
import type { Digest } from "../crypto/digest.ts";
import type { Instant } from "../encoding/instant.ts";
import type { JsonObject, JsonValue } from "../encoding/json.ts";
import { formatReference, type ImageReference } from "../oci/reference.ts";
import type { Statement, Subject } from "../sigstore/statement.ts";
import type { Principal, VerifiedEntity } from "../verify/evidence.ts";
import { celOf } from "./cel/values.ts";

/** The image of a request: its text decides `reference` and `tag`, what was verified decides `digest`. */
export interface ReviewedImage {
  readonly reference: ImageReference;
  readonly digest: Digest;
}

/** Which entry took the signature. */
export interface Role {
  readonly party: string;
  readonly entry: string;
}

export function imageFacts({ reference, digest }: ReviewedImage): CelInput {
  const { repository, tag } = reference;
  return object({
    reference: formatReference(reference, digest),
    host: repository.host,
    path: repository.path,
    tag: tag ?? "",
    digest,
  });
}

export function instantFact(instant: Instant): CelInput {
  return timestampFromMs(instant);
}

/** `time` is the earliest proven time of the signature; absent if none is. */
export function signerFacts({ party, entry }: Role, { principal, identity, times }: VerifiedEntity): CelInput {
  const proven = times.filter(({ source }) => source !== "current-time").map(({ instant }) => instant);
  const { kind, issuer, subject, keyID } = principalFacts(principal);
  return new Map<string, CelInput>([
    ["party", party],
    ["entry", entry],
    ["kind", kind],
    ["issuer", issuer],
    ["subject", subject],
    ["keyID", keyID],
    ["extensions", celOf(new Map<string, JsonValue>(identity?.extensions))],
    ...(proven.length === 0 ? [] : [["time", instantFact(Math.min(...proven))] as const]),
  ]);
}

function principalFacts(principal: Principal): Readonly<Record<"kind" | "issuer" | "subject" | "keyID", string>> {
  switch (principal.kind) {
    case "key":
      return { kind: "key", issuer: "", subject: "", keyID: principal.keyId };
    case "keyless":
      return { kind: "keyless", issuer: principal.issuer, subject: principal.subject, keyID: "" };
    case "authority":
      return { kind: "certificate", issuer: "", subject: principal.subject, keyID: "" };
    case "pinned-leaf":
      return { kind: "certificate", issuer: "", subject: "", keyID: principal.keyId };
  }
}

/** Subjects without the names that they were given, since those prove nothing. */
export function statementFacts({ predicateType, predicate, subjects }: Statement): CelInput {
  return object({ predicateType, subject: subjects.map(subjectFacts), predicate: predicate ?? null });
}

function subjectFacts({ digests, annotations }: Subject): JsonObject {
  return new Map<string, JsonValue>([
    ["digest", new Map<string, JsonValue>(digests)],
    ["annotations", annotations],
  ]);
}

export function predicateFacts({ predicate }: Statement): CelInput {
  return celOf(predicate ?? null);
}

export function annotationFacts({ claims }: VerifiedEntity): CelInput {
  return celOf(claims.annotations);
}

function object(members: Readonly<Record<string, JsonValue>>): CelInput {
  return celOf(new Map(Object.entries(members)));
}
