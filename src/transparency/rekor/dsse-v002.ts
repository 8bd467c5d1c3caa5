/**
 * dsse 0.0.2 of Rekor v2 (verification-spec §5.7), which logs wrote from 2025 to mid 2026.
 *
 *   {"dsseV002": {"payloadHash": {algorithm, digest: base64}, "signatures": [{"content": base64, "verifier": {…}}]}}
 */
import type { LoggedSignature } from "../entry.ts";
import { checkPayloadHash, checkSignature, dsseOf } from "./binding.ts";
import {
  base64HashAt,
  checkCanonical,
  checkVerifier,
  onlyMembers,
  specOf,
  writeHash,
  writeSignature,
} from "./body-v2.ts";
import { bytesAt, onlySignature, type RekorBody } from "./body.ts";

/** Throws EncodingError; fails with a Log… code of the first member that differs. */
export function checkDsseV002(body: RekorBody, logged: LoggedSignature): void {
  const content = dsseOf(logged);
  const spec = specOf(body, "dsseV002", ["payloadHash", "signatures"]);
  const signature = onlyMembers(onlySignature(spec), ["content", "verifier"], "signatures[0]");
  checkSignature(bytesAt(signature, "content"), logged);
  const { keyDetails } = checkVerifier(signature.get("verifier"), logged);
  const payloadHash = base64HashAt(spec, "payloadHash");
  checkPayloadHash(payloadHash, content);
  checkCanonical(body, {
    dsseV002: { payloadHash: writeHash(payloadHash), signatures: [writeSignature(logged, keyDetails)] },
  });
}
