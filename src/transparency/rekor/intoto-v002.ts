/**
 * intoto 0.0.2, which is of Rekor v1 (verification-spec §5.5, §5.7). Its signature is base64 of base64. `hash` is what the
 * client said and is not read; `payloadHash` is what the server computed.
 *
 *   {"content": {"envelope": {"payloadType", "signatures": [{"sig": base64 of base64, "publicKey": base64 of PEM, "keyid"?}]},
 *                "hash"?, "payloadHash": {algorithm, value}}}
 */
import { decodeBase64 } from "../../encoding/base64.ts";
import { asString } from "../../encoding/guard.ts";
import { decodeUtf8 } from "../../encoding/text.ts";
import { quoted, VerificationFailure } from "../../failure/failure.ts";
import type { LoggedSignature } from "../entry.ts";
import { checkPayloadHash, checkSignature, checkSignerPem, dsseOf } from "./binding.ts";
import { bytesAt, hexHashAt, objectAt, onlySignature, type RekorBody } from "./body.ts";

/** Throws EncodingError; fails with a Log… code of the first member that differs. */
export function checkIntotoV002({ members }: RekorBody, logged: LoggedSignature): void {
  const content = dsseOf(logged);
  const logEntry = objectAt(members, "spec", "content");
  const envelope = objectAt(logEntry, "envelope");
  const signature = onlySignature(envelope);
  checkSignature(decodeBase64(decodeUtf8(bytesAt(signature, "sig"))), logged);
  checkSignerPem(bytesAt(signature, "publicKey"), logged);
  const payloadType = asString(envelope.get("payloadType"), "payloadType");
  if (payloadType !== content.payloadType) {
    throw new VerificationFailure(
      "LogPayloadTypeMismatch",
      `Cannot use a log entry about a payload of type ${quoted(payloadType)}, want ${quoted(content.payloadType)}`,
      { actual: quoted(payloadType), expected: quoted(content.payloadType) },
    );
  }
  checkPayloadHash(hexHashAt(logEntry, "payloadHash"), content);
}
