/**
 * rekord 0.0.1 of Rekor v1 (verification-spec §5.5): how cosign logged signatures in 2021. As hashedrekord, with the format
 * of the key beside it; PGP, minisign and SSH are not read.
 *
 *   {"data": {"hash": {algorithm, value}}, "signature": {"format": "x509", "content": base64, "publicKey": {"content": base64 of PEM}}}
 */
import { asString } from "../../encoding/guard.ts";
import { quoted, VerificationFailure } from "../../failure/failure.ts";
import type { LoggedSignature } from "../entry.ts";
import { objectAt, type RekorBody } from "./body.ts";
import { checkHashedrekordV001 } from "./hashedrekord-v001.ts";

/** Throws EncodingError; fails with LogFormatUnsupported or as hashedrekord. */
export function checkRekordV001(body: RekorBody, logged: LoggedSignature): void {
  const format = asString(objectAt(body.members, "spec", "signature").get("format"), "format");
  if (format !== "x509") {
    throw new VerificationFailure(
      "LogFormatUnsupported",
      `Cannot read a log entry with a signature of format ${quoted(format)}, want "x509"`,
    );
  }
  checkHashedrekordV001(body, logged);
}
