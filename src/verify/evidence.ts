/**
 * Branded proofs. Each brand is built beside the one function that earns it, so that the order of the procedure cannot
 * be written wrongly: a certificate cannot be checked at a time that nobody vouched for, a predicate cannot be read
 * from bytes that no signature covers.
 */
import type { JsonValue } from "../encoding/json.ts";
import type { Instant } from "../encoding/instant.ts";
import type { Digest } from "../crypto/digest.ts";

declare const brand: unique symbol;
type Branded<Name extends string> = { readonly [brand]: Name };

/** An instant at which the signature existed: from a verified SET or a verified RFC 3161 token. */
export type VerifiedTime = Branded<"VerifiedTime"> & {
  readonly at: Instant;
  readonly source: "integrated-time" | "rfc3161";
  /** Log id or TSA: distinct ones count towards a threshold. */
  readonly authority: string;
};

/** A log entry that is in a trusted log and is about this very signature. */
export type VerifiedEntry = Branded<"VerifiedEntry"> & {
  readonly logId: string;
  readonly logIndex: bigint;
  readonly generation: "v1" | "v2";
};

export type Principal =
  | { readonly kind: "key"; readonly keyId: string }
  | { readonly kind: "keyless"; readonly issuer: string; readonly subject: string }
  | { readonly kind: "authority"; readonly authority: string; readonly subject: string };

/** Who signed, after every check. */
export type VerifiedSigner = Branded<"VerifiedSigner"> & {
  readonly principal: Principal;
  /** Fulcio extensions by name; empty for keys. */
  readonly extensions: ReadonlyMap<string, string>;
};

/** What verify() returns and the only object that policies may read. A Pass is made of these and of nothing else. */
export type VerifiedEntity = Branded<"VerifiedEntity"> & {
  /** The digest that the signed bytes name. */
  readonly digest: Digest;
  readonly signer: VerifiedSigner;
  readonly times: readonly VerifiedTime[];
  readonly logEntries: readonly VerifiedEntry[];
  /** Distinct CT logs whose SCT verified. */
  readonly signedCertificateTimestamps: number;
  /** Annotations from the signed payload (simple signing `optional`, or the matched subject's). */
  readonly annotations: ReadonlyMap<string, JsonValue>;
  /** For DSSE content: the statement, read from the verified bytes. */
  readonly statement?: { readonly predicateType: string; readonly predicate: JsonValue; readonly statement: JsonValue };
  /** Leaf notBefore: the age of a statement (policy-api §2.5). Absent for keys. */
  readonly certificateNotBefore?: Instant;
};
