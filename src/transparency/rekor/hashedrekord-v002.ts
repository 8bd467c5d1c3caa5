/**
 * hashedrekord 0.0.2 of Rekor v2 (verification-spec §5.7): messages by their digest, envelopes by the digest of the bytes
 * that are signed.
 *
 *   {"hashedRekordV002": {"data": {algorithm, digest: base64}, "signature": {"content": base64, "verifier": {…}}}}
 */
import { VerificationFailure } from "../../failure/failure.ts";
import type { LoggedSignature } from "../entry.ts";
import { checkAlgorithm, checkDigest, checkSignature } from "./binding.ts";
import {
  base64HashAt,
  checkCanonical,
  checkVerifier,
  onlyMembers,
  specOf,
  writeHash,
  writeSignature,
} from "./body-v2.ts";
import { bytesAt, type RekorBody } from "./body.ts";

/** Throws EncodingError; fails with a Log… code of the first member that differs. */
export function checkHashedrekordV002(body: RekorBody, logged: LoggedSignature): void {
  const spec = specOf(body, "hashedRekordV002", ["data", "signature"]);
  const signature = onlyMembers(spec.get("signature"), ["content", "verifier"], "signature");
  checkSignature(bytesAt(signature, "content"), logged);
  const { keyDetails, signedHash } = checkVerifier(signature.get("verifier"), logged);
  const data = base64HashAt(spec, "data");
  if (signedHash === "none") {
    throw new VerificationFailure(
      "LogKeyDetailsMismatch",
      `Cannot use a log entry about a digest by a key of ${keyDetails}, which signs no digests`,
    );
  }
  checkAlgorithm(data.algorithm, signedHash);
  checkDigest(data, logged.content);
  checkCanonical(body, { hashedRekordV002: { data: writeHash(data), signature: writeSignature(logged, keyDetails) } });
}
