/**
 * Step: RFC 3161 time stamps over the signature (verification-spec §8.3 step 6; §6). Earns VerifiedTimestamps. One that
 * does not hold is not counted; its reason is kept for whoever then misses a time.
 */
import { VerificationFailure } from "../failure/failure.ts";
import { countAuthorities, verifyTimestamps } from "../timestamp/timestamp.ts";
import type { SignedEntity } from "./entity.ts";
import type { VerifiedContent, VerifiedTimestamps } from "./evidence.ts";
import type { Requirement } from "./requirement.ts";

/** Fails with TimestampMissing, or with the reason why the one that was brought does not hold. */
export function verifyObserverTimestamps(
  { entity }: VerifiedContent,
  { trust, thresholds }: Requirement,
): VerifiedTimestamps {
  const { verified, refused } = verifyTimestamps(
    entity.timestamps,
    stampedBytes(entity),
    trust?.timestampAuthorities ?? [],
  );
  if (countAuthorities(verified) < thresholds.timestamps) {
    const [reason] = refused;
    if (reason !== undefined) throw reason;
    throw new VerificationFailure(
      "TimestampMissing",
      `Cannot accept a signature with time stamps of ${countAuthorities(verified)} timestamp authorities, want ${thresholds.timestamps}`,
    );
  }
  return { timestamps: verified, refused } as VerifiedTimestamps;
}

/** §6: the raw signature; of a legacy attestation, its whole envelope. */
function stampedBytes({ content, signature }: SignedEntity): Uint8Array {
  return content.kind === "dsse" && content.envelope !== undefined ? content.envelope : signature;
}
