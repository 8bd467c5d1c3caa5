/**
 * The procedure, in the order of verification-spec §8.3. It takes hostile evidence, one requirement and the artifact;
 * it returns evidence or throws VerificationFailure, and never looks at a clock, a network or a file.
 */
import { VerificationFailure } from "../failure/failure.ts";
import { verifySignatureClaims } from "./claims.ts";
import type { Artifact, SignedEntity } from "./entity.ts";
import type { VerifiedEntity } from "./evidence.ts";
import type { KeyRequirement, Requirement } from "./requirement.ts";
import { verifyContentSignature } from "./signature.ts";

/** Holds one entity against one requirement. What it returns is all that a Pass may be made of. */
export function verify(entity: SignedEntity, requirement: Requirement, artifact: Artifact): VerifiedEntity {
  // §8.3 (3): the key comes from the policy
  const key = selectKey(entity, requirement.signer);
  // §8.3 (4): the signature over the exact bytes
  const verified = verifyContentSignature(entity, key, artifact);
  // §8.3 (11): what those bytes say
  const claims = verifySignatureClaims(verified, artifact);
  // §8.3 (12)
  return { principal: verified.principal, claims } as VerifiedEntity;
}

/** A bundle that names a certificate was not signed for a key rule (§3.5). */
function selectKey({ signer }: SignedEntity, { key }: KeyRequirement): KeyRequirement["key"] {
  if (signer.kind === "public-key") return key;
  throw new VerificationFailure(
    "SignerMaterialMismatch",
    "Cannot verify a bundle signed with a certificate by a key rule, want a bundle signed with the rule's key",
  );
}
