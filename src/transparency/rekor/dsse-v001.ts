/**
 * dsse 0.0.1 of Rekor v1 (verification-spec §5.5). The payload's type is not logged, but the signature covers it. The hash
 * of the envelope is of the text that was uploaded: only cosign's `.att` layers still have it.
 *
 *   {"envelopeHash": {algorithm, value}, "payloadHash": {algorithm, value},
 *    "signatures": [{"signature": base64, "verifier": base64 of PEM}]}
 */
import type { LoggedSignature } from "../entry.ts";
import { checkEnvelopeHash, checkPayloadHash, checkSignature, checkSignerPem, dsseOf } from "./binding.ts";
import { bytesAt, hexHashAt, objectAt, onlySignature, type RekorBody } from "./body.ts";

/** Throws EncodingError; fails with a Log… code of the first member that differs. */
export function checkDsseV001({ members }: RekorBody, logged: LoggedSignature): void {
  const content = dsseOf(logged);
  const spec = objectAt(members, "spec");
  const signature = onlySignature(spec);
  checkSignature(bytesAt(signature, "signature"), logged);
  checkSignerPem(bytesAt(signature, "verifier"), logged);
  checkPayloadHash(hexHashAt(spec, "payloadHash"), content);
  const envelopeHash = hexHashAt(spec, "envelopeHash");
  if (content.envelope !== undefined) checkEnvelopeHash(envelopeHash, content.envelope);
}
