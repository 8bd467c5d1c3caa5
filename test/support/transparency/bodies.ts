/**
 * Bodies of Rekor entries about a signature, canonical as the server writes them (verification-spec §5.5, §5.7). `edit`
 * changes the parsed body before it is written.
 */
import { createHash, createPublicKey } from "node:crypto";
import type { LoggedSignature } from "../../../src/transparency/entry.ts";

export type Body = { apiVersion: string; kind: string; spec: Members };
export type Members = { [name: string]: unknown };

/** Every kind and version that is read, by "kind version". */
export const BODIES = {
  "hashedrekord 0.0.1": (logged) => hashedrekordV1(logged),
  "rekord 0.0.1": (logged) => rekord(logged),
  "dsse 0.0.1": (logged) => dsseV1(logged),
  "intoto 0.0.1": (logged) => intotoV1(logged),
  "intoto 0.0.2": (logged) => intotoV2(logged),
  "hashedrekord 0.0.2": (logged) => hashedrekordV2(logged),
  "dsse 0.0.2": (logged) => dsseV2(logged),
} as const satisfies Record<string, (logged: LoggedSignature) => Members>;

export type BodyKind = keyof typeof BODIES;

export function kindVersionOf(name: BodyKind): { kind: string; version: string } {
  const [kind = "", version = ""] = name.split(" ");
  return { kind, version };
}

/** The body's bytes. */
export function makeBody(name: BodyKind, logged: LoggedSignature, edit: (body: Body) => unknown = same): Uint8Array {
  const { kind, version } = kindVersionOf(name);
  return Buffer.from(JSON.stringify(edit({ apiVersion: version, kind, spec: BODIES[name](logged) })));
}

function same(body: Body): Body {
  return body;
}

function hashedrekordV1({ content, signature, signer }: LoggedSignature): Members {
  return {
    data: { hash: { algorithm: "sha256", value: hex(messageOf(content)) } },
    signature: { content: base64(signature), publicKey: { content: base64(pemOf(signer)) } },
  };
}

function rekord({ content, signature, signer }: LoggedSignature): Members {
  return {
    data: { hash: { algorithm: "sha256", value: hex(messageOf(content)) } },
    signature: { content: base64(signature), format: "x509", publicKey: { content: base64(pemOf(signer)) } },
  };
}

function dsseV1({ content, signature, signer }: LoggedSignature): Members {
  return {
    envelopeHash: { algorithm: "sha256", value: hex(envelopeOf(content)) },
    payloadHash: { algorithm: "sha256", value: hex(payloadOf(content)) },
    signatures: [{ signature: base64(signature), verifier: base64(pemOf(signer)) }],
  };
}

function intotoV1({ content, signer }: LoggedSignature): Members {
  return {
    content: {
      hash: { algorithm: "sha256", value: hex(envelopeOf(content)) },
      payloadHash: { algorithm: "sha256", value: hex(payloadOf(content)) },
    },
    publicKey: base64(pemOf(signer)),
  };
}

function intotoV2({ content, signature, signer }: LoggedSignature): Members {
  const twice = base64(Buffer.from(base64(signature)));
  const payloadType = content.kind === "dsse" ? content.payloadType : "";
  return {
    content: {
      envelope: { payloadType, signatures: [{ publicKey: base64(pemOf(signer)), sig: twice }] },
      hash: { algorithm: "sha256", value: hex(envelopeOf(content)) },
      payloadHash: { algorithm: "sha256", value: hex(payloadOf(content)) },
    },
  };
}

function hashedrekordV2({ content, signature, signer }: LoggedSignature): Members {
  const { keyDetails, hash } = keyDetailsOf(signer.spki);
  const digest = createHash(hash).update(signedBytes(content)).digest("base64");
  return {
    hashedRekordV002: {
      data: { algorithm: hash.replace("sha", "SHA2_"), digest },
      signature: { content: base64(signature), verifier: { keyDetails, ...verifierOf(signer) } },
    },
  };
}

function dsseV2({ content, signature, signer }: LoggedSignature): Members {
  const { keyDetails } = keyDetailsOf(signer.spki);
  const digest = createHash("sha256").update(payloadOf(content)).digest("base64");
  return {
    dsseV002: {
      payloadHash: { algorithm: "SHA2_256", digest },
      signatures: [{ content: base64(signature), verifier: { keyDetails, ...verifierOf(signer) } }],
    },
  };
}

function verifierOf(signer: LoggedSignature["signer"]): Members {
  return signer.kind === "certificate"
    ? { x509Certificate: { rawBytes: base64(signer.der) } }
    : { publicKey: { rawBytes: base64(signer.spki) } };
}

/** Sigstore's names of keys with their default hash (§3.2). */
function keyDetailsOf(spki: Uint8Array): { keyDetails: string; hash: string } {
  const key = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
  const { asymmetricKeyType, asymmetricKeyDetails: details } = key;
  if (asymmetricKeyType === "ed25519") return { keyDetails: "PKIX_ED25519_PH", hash: "sha512" };
  if (asymmetricKeyType === "rsa") {
    return { keyDetails: `PKIX_RSA_PKCS1V15_${details?.modulusLength}_SHA256`, hash: "sha256" };
  }
  switch (details?.namedCurve) {
    case "secp384r1":
      return { keyDetails: "PKIX_ECDSA_P384_SHA_384", hash: "sha384" };
    case "secp521r1":
      return { keyDetails: "PKIX_ECDSA_P521_SHA_512", hash: "sha512" };
    default:
      return { keyDetails: "PKIX_ECDSA_P256_SHA_256", hash: "sha256" };
  }
}

function pemOf(signer: LoggedSignature["signer"]): Uint8Array {
  const [label, der] = signer.kind === "certificate" ? ["CERTIFICATE", signer.der] : ["PUBLIC KEY", signer.spki];
  const lines = base64(der).match(/.{1,64}/g) ?? [];
  return Buffer.from(`-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`);
}

function signedBytes(content: LoggedSignature["content"]): Uint8Array {
  if (content.kind !== "dsse") return messageOf(content);
  const header = `DSSEv1 ${Buffer.byteLength(content.payloadType)} ${content.payloadType} ${content.payload.length} `;
  return Buffer.concat([Buffer.from(header), content.payload]);
}

function messageOf(content: LoggedSignature["content"]): Uint8Array {
  return content.kind === "message" ? content.message : new Uint8Array();
}

function payloadOf(content: LoggedSignature["content"]): Uint8Array {
  return content.kind === "dsse" ? content.payload : new Uint8Array();
}

/** A bundle does not carry the uploaded bytes: then anything, since nobody can compare it. */
function envelopeOf(content: LoggedSignature["content"]): Uint8Array {
  return content.kind === "dsse" && content.envelope !== undefined ? content.envelope : Buffer.from("uploaded");
}

function hex(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
