/** in-toto statements and DSSE envelopes as cosign writes them (verification-spec §2.2, §2.3). */
import type { Digest } from "../../../src/crypto/digest.ts";
import type { Members } from "./evidence.ts";

export interface Predicate {
  readonly type: string;
  readonly predicate: unknown;
}

export const IN_TOTO = "application/vnd.in-toto+json";
/** An image signature in the form of a statement. */
export const SIGN_PREDICATE: Predicate = { type: "https://sigstore.dev/cosign/sign/v1", predicate: {} };

/** The order of members is that of the two libraries. */
export function statementOf(version: "0.1" | "1", digest: Digest, { type, predicate }: Predicate): Members {
  const sha256 = digest.slice("sha256:".length);
  return version === "1"
    ? {
        _type: "https://in-toto.io/Statement/v1",
        subject: [{ digest: { sha256 } }],
        predicateType: type,
        predicate,
      }
    : {
        _type: "https://in-toto.io/Statement/v0.1",
        predicateType: type,
        subject: [{ name: "registry.example/acme/web", digest: { sha256 } }],
        predicate,
      };
}

export function preAuthEncoding(payload: Uint8Array, type: string = IN_TOTO): Uint8Array {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload]);
}

/** As a layer (Go's DSSE library) or as a member of a bundle (protobuf-JSON). */
export function envelopeOf(where: "layer" | "bundle", payload: Uint8Array, signature: Uint8Array): Members {
  return where === "layer"
    ? { payloadType: IN_TOTO, payload: base64(payload), signatures: [{ keyid: "", sig: base64(signature) }] }
    : { payload: base64(payload), payloadType: IN_TOTO, signatures: [{ sig: base64(signature) }] };
}

export function encodeJson(value: unknown): Uint8Array {
  return Uint8Array.from(Buffer.from(JSON.stringify(value)));
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
