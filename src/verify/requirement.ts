/** What a signature must satisfy: one entry of an attestor set, compiled, with its key material resolved. */
import type { PublicKey } from "../crypto/public-key.ts";

export interface KeyRequirement {
  readonly kind: "key";
  readonly key: PublicKey;
}

/** Who must have signed. */
export type SignerRequirement = KeyRequirement;

/** What must have been signed: an image signature, that is simple signing, a sign/v1 statement or a message signature (§2.4). */
export interface ContentRequirement {
  readonly kind: "signature";
}

export interface Requirement {
  readonly signer: SignerRequirement;
  readonly content: ContentRequirement;
}
