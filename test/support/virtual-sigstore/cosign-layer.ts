/** Layers of cosign's legacy manifests: `.sig` and `.att` (verification-spec §1.1–1.3), member by member as cosign writes them. */
import type { Digest } from "../../../src/crypto/digest.ts";
import type { LogEntry } from "../../../src/transparency/entry.ts";
import type { BodyKind } from "../transparency/bodies.ts";
import { witness, type Edits, type Members, type Witnessed, type Witnesses } from "./evidence.ts";
import { signedMessage, signedStatement } from "./signed.ts";
import type { Signer } from "./signer.ts";
import { base64, encodeJson, envelopeOf, IN_TOTO, statementOf, type Predicate } from "./statement.ts";

export interface CosignLayer {
  readonly kind: "sig" | "att";
  readonly blob: Uint8Array;
  readonly mediaType: string;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface LayerOptions extends Edits {
  /** In `optional`. */
  readonly annotations?: Members;
  /** How the log writes an attestation; dsse 0.0.1 unless said. */
  readonly entryKind?: BodyKind;
  /** Edits the finished annotations of the layer. */
  readonly layer?: (annotations: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
}

const SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json";
const ENVELOPE = "application/vnd.dsse.envelope.v1+json";

/** A simple-signing payload and its signature. */
export function signatureLayer(
  digest: Digest,
  signer: Signer,
  witnesses: Witnesses,
  options: LayerOptions = {},
): CosignLayer {
  const payload = {
    critical: {
      identity: { "docker-reference": "registry.example/acme/web" },
      image: { "docker-manifest-digest": digest },
      type: "cosign container image signature",
    },
    optional: options.annotations ?? null,
  };
  const message = encodeJson(options.payload?.(payload) ?? payload);
  const { stored, signature } = signedMessage(message, signer, options);
  const signed = { signer, signature, content: { kind: "message", message, algorithm: "sha256" } } as const;
  const kind = options.entryKind ?? "hashedrekord 0.0.1";
  const witnessed = witness(witnesses, signed, { kind, stamped: signature }, options);
  return {
    kind: "sig",
    blob: stored,
    mediaType: SIMPLE_SIGNING,
    annotations: annotationsOf(base64(signature), signer, witnessed, options),
  };
}

/** A DSSE envelope around a statement of in-toto 0.1; its signature is inside. */
export function attestationLayer(
  predicate: Predicate & { readonly digest: Digest },
  signer: Signer,
  witnesses: Witnesses,
  options: LayerOptions = {},
): CosignLayer {
  const statement = statementOf("0.1", predicate.digest, predicate);
  const { bytes: payload, stored, signature } = signedStatement(statement, signer, options);
  const blob = encodeJson(envelopeOf("layer", stored, signature));
  const content = { kind: "dsse", payloadType: IN_TOTO, payload, envelope: blob } as const;
  const kind = options.entryKind ?? "dsse 0.0.1";
  const witnessed = witness(witnesses, { signer, signature, content }, { kind, stamped: blob }, options);
  const annotations = annotationsOf("", signer, witnessed, options);
  return { kind: "att", blob, mediaType: ENVELOPE, annotations: { ...annotations, predicateType: predicate.type } };
}

function annotationsOf(
  signature: string,
  { certificate, chain }: Signer,
  { entries, timestamps }: Witnessed,
  { layer }: LayerOptions,
): Readonly<Record<string, string>> {
  const [entry] = entries;
  const [timestamp] = timestamps;
  const annotations = {
    "dev.cosignproject.cosign/signature": signature,
    ...(certificate && {
      "dev.sigstore.cosign/certificate": certificate.pem,
      "dev.sigstore.cosign/chain": chain.map(({ pem }) => pem).join(""),
    }),
    ...(entry && { "dev.sigstore.cosign/bundle": JSON.stringify(logAnnotation(entry)) }),
    ...(timestamp && {
      "dev.sigstore.cosign/rfc3161timestamp": JSON.stringify({ SignedRFC3161Timestamp: base64(timestamp) }),
    }),
  };
  return layer?.(annotations) ?? annotations;
}

function logAnnotation({ keyId, body, logIndex, integratedTime, signedEntryTimestamp }: LogEntry): Members {
  return {
    SignedEntryTimestamp: base64(signedEntryTimestamp ?? new Uint8Array()),
    Payload: {
      body: base64(body),
      integratedTime: Number(integratedTime ?? 0n),
      logIndex: Number(logIndex),
      logID: Buffer.from(keyId).toString("hex"),
    },
  };
}
