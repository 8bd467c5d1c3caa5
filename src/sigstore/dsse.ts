/**
 * DSSE envelopes (verification-spec §2.2): exactly one signature, an in-toto payload. The signature is over the
 * pre-authentication encoding of type and decoded payload, never over base64. `keyid` is unauthenticated and not kept.
 * Other members are ignored, as DSSE demands; a bundle refuses them for itself.
 *
 *   {"payloadType": string, "payload": base64, "signatures": [{"keyid"?: string, "sig": base64}]}
 */
import { decodeBase64Either } from "../encoding/base64.ts";
import { asArray, asObject, asString } from "../encoding/guard.ts";
import { parseJson } from "../encoding/json.ts";
import { malformed } from "../failure/attempt.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { quoted, VerificationFailure } from "../failure/failure.ts";

export { preAuthEncoding } from "../encoding/pre-auth-encoding.ts";

export interface Envelope {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

const IN_TOTO_PAYLOAD_TYPE = "application/vnd.in-toto+json";

/** The JSON of an envelope that stands alone, as in cosign's `.att` layers. Fails as parseEnvelope(). */
export function parseEnvelopeBytes(bytes: Uint8Array): Envelope {
  return parseEnvelope(malformed("EnvelopeMalformed", "DSSE envelope", () => parseJson(bytes)));
}

/** Reads the JSON object of an envelope. Fails with EnvelopeMalformed, EnvelopeSignatureCount, EnvelopePayloadTypeUnsupported. */
export function parseEnvelope(value: unknown): Envelope {
  const { payloadType, payload, signatures } = malformed("EnvelopeMalformed", "DSSE envelope", () => readFields(value));
  if (payloadType !== IN_TOTO_PAYLOAD_TYPE) {
    throw new VerificationFailure(
      "EnvelopePayloadTypeUnsupported",
      `Cannot read an envelope of payload type ${quoted(payloadType)}, want "${IN_TOTO_PAYLOAD_TYPE}"`,
      { actual: quoted(payloadType), expected: IN_TOTO_PAYLOAD_TYPE },
    );
  }
  const [signature, ...others] = signatures;
  if (signature === undefined || others.length > 0) {
    throw new VerificationFailure(
      "EnvelopeSignatureCount",
      `Cannot verify an envelope with ${signatures.length} signatures, want exactly 1`,
    );
  }
  return {
    payloadType,
    payload,
    signature: malformed("EnvelopeMalformed", "DSSE signature", () => readSig(signature)),
  };
}

function readFields(value: unknown): { payloadType: string; payload: Uint8Array; signatures: readonly unknown[] } {
  const envelope = asObject(value, "dsseEnvelope");
  return {
    payloadType: asString(envelope.get("payloadType"), "dsseEnvelope.payloadType"),
    payload: decodeBase64Either(asString(envelope.get("payload"), "dsseEnvelope.payload")),
    signatures: asArray(envelope.get("signatures") ?? [], "dsseEnvelope.signatures"),
  };
}

function readSig(value: unknown): Uint8Array {
  const signature = asObject(value, "dsseEnvelope.signatures[0]");
  asString(signature.get("keyid") ?? "", "dsseEnvelope.signatures[0].keyid");
  const sig = decodeBase64Either(asString(signature.get("sig"), "dsseEnvelope.signatures[0].sig"));
  if (sig.length === 0) throw new EncodingError("dsseEnvelope.signatures[0].sig is empty");
  return sig;
}
