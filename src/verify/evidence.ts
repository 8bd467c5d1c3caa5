/**
 * Branded proofs. Each brand is built beside the one function that earns it, so that the order of the procedure cannot
 * be written wrongly: claims cannot be read from bytes that no signature covers, and a Pass cannot be made of anything
 * but what verify() returned.
 */
import type { Digest } from "../crypto/digest.ts";
import type { JsonObject } from "../encoding/json.ts";
import type { SignedContent } from "./entity.ts";

declare const brand: unique symbol;
type Branded<Name extends string> = { readonly [brand]: Name };

/** Who signed, and what counts as one party however often it signs (policy-api §2.4). */
export type Principal = { readonly kind: "key"; readonly keyId: string };

/** Content whose exact bytes a signature of `principal` covers. Earned in signature.ts. */
export type VerifiedContent = Branded<"VerifiedContent"> & {
  readonly content: SignedContent;
  readonly principal: Principal;
};

/** What the signed bytes say, held against the artifact. Earned in claims.ts. */
export type VerifiedClaims = Branded<"VerifiedClaims"> & {
  /** The digest that the signed bytes name. */
  readonly digest: Digest;
  /** Annotations from the signed payload (simple signing `optional`, or the matched subject's). */
  readonly annotations: JsonObject;
  /** Simple signing alone: where the signer pushed to. */
  readonly dockerReference?: string;
  /** DSSE alone. */
  readonly predicateType?: string;
};

/** What verify() returns and the only object that policies may read. Earned in verifier.ts. */
export type VerifiedEntity = Branded<"VerifiedEntity"> & {
  readonly principal: Principal;
  readonly claims: VerifiedClaims;
};
