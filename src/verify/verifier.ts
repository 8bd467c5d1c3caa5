/**
 * The procedure, in the order of verification-spec §8.3. It takes hostile evidence, one requirement, the artifact and the
 * instant of the decision; it returns evidence or throws VerificationFailure, and never looks at a clock, a network or a
 * file. Steps 0 and 1, the digest and the parsing, lie with whoever made artifact and entity; step 2 is precheck.ts.
 */
import type { Instant } from "../encoding/instant.ts";
import { verifyClaims } from "./claims.ts";
import type { Artifact, SignedEntity } from "./entity.ts";
import type { VerifiedEntity } from "./evidence.ts";
import { verifyTransparency } from "./log-entry.ts";
import { selectMaterial } from "./material.ts";
import type { Requirement } from "./requirement.ts";
import { verifyContentSignature } from "./signature.ts";
import { verifySigner } from "./signer.ts";
import { establishTimes } from "./time.ts";
import { verifyObserverTimestamps } from "./timestamp.ts";

/** Holds one entity against one requirement; `now` in milliseconds. What it returns is all that a Pass may be made of. */
export function verify(
  entity: SignedEntity,
  requirement: Requirement,
  artifact: Artifact,
  now: Instant,
): VerifiedEntity {
  // §8.3 (3): the key is the policy's, or the leaf's until the chain is proven
  const material = selectMaterial(entity, requirement.signer);
  // (4): the signature over the exact bytes
  const content = verifyContentSignature(entity, material, requirement.signer, artifact);
  // (5): the log saw this very signature
  const entries = verifyTransparency(content, requirement, artifact);
  // (6): timestamp authorities saw it
  const timestamps = verifyObserverTimestamps(content, requirement);
  // (7): every time that is proven by now
  const times = establishTimes(entries, timestamps, requirement, now);
  // (8), (9), (10): the signer at each of these times
  const signer = verifySigner(material, times, requirement);
  // (11): what the bytes say
  const claims = verifyClaims(content, requirement.content, artifact);
  // (12)
  return { ...signer, times: times.times, entries: entries.entries, claims } as unknown as VerifiedEntity;
}
