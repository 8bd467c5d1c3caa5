/**
 * hashedrekord 0.0.1 of Rekor v1 (verification-spec §5.5): images and blobs by the digest of the message that is signed.
 *
 *   {"data": {"hash": {algorithm, value}}, "signature": {"content": base64, "publicKey": {"content": base64 of PEM}}}
 */
import type { LoggedSignature } from "../entry.ts";
import { checkDigest, checkMessage, checkSignature, checkSignerPem } from "./binding.ts";
import { bytesAt, hexHashAt, objectAt, type RekorBody } from "./body.ts";

/** Throws EncodingError; fails with a Log… code of the first member that differs. */
export function checkHashedrekordV001({ members }: RekorBody, logged: LoggedSignature): void {
  checkMessage(logged);
  const spec = objectAt(members, "spec");
  const signature = objectAt(spec, "signature");
  checkSignature(bytesAt(signature, "content"), logged);
  checkSignerPem(bytesAt(objectAt(signature, "publicKey"), "content"), logged);
  checkDigest(hexHashAt(objectAt(spec, "data"), "hash"), logged.content);
}
