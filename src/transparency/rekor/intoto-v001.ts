/**
 * intoto 0.0.1 of Rekor v1 (verification-spec §5.5): attestations of old cosigns. It logs no signature, only the hash of
 * the envelope that holds it; so it binds nothing unless the envelope is at hand as it was uploaded.
 *
 *   {"content": {"hash": {algorithm, value}, "payloadHash"?: {algorithm, value}}, "publicKey": base64 of PEM}
 */
import { VerificationFailure } from "../../failure/failure.ts";
import type { LoggedSignature } from "../entry.ts";
import { checkEnvelopeHash, checkPayloadHash, checkSignerPem, dsseOf } from "./binding.ts";
import { bytesAt, hexHashAt, objectAt, type RekorBody } from "./body.ts";

/** Throws EncodingError; fails with LogEnvelopeUnavailable or a Log… code of the first member that differs. */
export function checkIntotoV001({ members }: RekorBody, logged: LoggedSignature): void {
  const content = dsseOf(logged);
  if (content.envelope === undefined) {
    throw new VerificationFailure(
      "LogEnvelopeUnavailable",
      "Cannot use an intoto 0.0.1 entry: it logs the hash of the uploaded envelope, which a bundle does not hold",
    );
  }
  const spec = objectAt(members, "spec");
  checkSignerPem(bytesAt(spec, "publicKey"), logged);
  const hashes = objectAt(spec, "content");
  checkEnvelopeHash(hexHashAt(hashes, "hash"), content.envelope);
  if (hashes.has("payloadHash")) checkPayloadHash(hexHashAt(hashes, "payloadHash"), content);
}
