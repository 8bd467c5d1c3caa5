/**
 * The pre-authentication encoding (PAE) of DSSE protocol v1, verification-spec §2.2: what a signature of an envelope is
 * over, and what Rekor v2 logs the digest of (§5.7). It takes the decoded payload, never its base64.
 *
 *   "DSSEv1" SP len(type) SP type SP len(body) SP body          lengths in bytes, decimal
 */
import { concatBytes, encodeUtf8 } from "./text.ts";

export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = encodeUtf8(payloadType);
  return concatBytes(encodeUtf8(`DSSEv1 ${type.length} `), type, encodeUtf8(` ${payload.length} `), payload);
}
