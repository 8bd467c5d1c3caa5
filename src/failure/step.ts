/**
 * The stages of a verification, in the order in which an operator meets them (docs/failures.md groups by them).
 * Every failure belongs to exactly one.
 */
export type Step =
  | "reference"
  | "discovery"
  | "manifest"
  | "bundle"
  | "payload"
  | "key"
  | "signature"
  | "log-entry"
  | "timestamp"
  | "time"
  | "certificate"
  | "sct"
  | "identity"
  | "claims"
  | "trust-root"
  | "policy"
  | "admission";

/** One reason to say no: where it arises, which clause demands it, and what the reader can do about it. */
export interface FailureDescription {
  readonly step: Step;
  /** The clause, for example "RFC 6962 §2.1.1" or "verification-spec §5.4". */
  readonly spec: string;
  /** One sentence for the operator: what to do. No final period needed in messages; it is printed on its own line. */
  readonly hint: string;
}

export type FailureTable = Readonly<Record<string, FailureDescription>>;
