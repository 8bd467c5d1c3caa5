/** Sigstore bundles of every version and content (verification-spec §7.1), member by member as protobuf-JSON writes them. */
import { createHash } from "node:crypto";
import type { Digest } from "../../../src/crypto/digest.ts";
import type { LogEntry } from "../../../src/transparency/entry.ts";
import type { BodyKind } from "../transparency/bodies.ts";
import { witness, type Edits, type Members, type Witnessed, type Witnesses } from "./evidence.ts";
import { signedMessage, signedStatement } from "./signed.ts";
import { messageHash, type Signer } from "./signer.ts";
import { base64, encodeJson, envelopeOf, IN_TOTO, SIGN_PREDICATE, statementOf, type Predicate } from "./statement.ts";

export type BundleVersion = "0.1" | "0.2" | "0.3";

export interface BundleOptions extends Edits {
  /** 0.3 unless said. */
  readonly version?: BundleVersion;
  /** A statement of this predicate; an image signature unless said. */
  readonly predicate?: Predicate;
  readonly statement?: "0.1" | "1";
  /** How the log writes the entry; as its generation does today unless said. */
  readonly entryKind?: BodyKind;
  /** What Rekor v1 gives: a promise, a proof, or both, which is so unless said. */
  readonly evidence?: "promise" | "proof" | "both";
  /** Edits the finished bundle. */
  readonly bundle?: (bundle: Members) => unknown;
}

const MEDIA_TYPES: Readonly<Record<BundleVersion, string>> = {
  "0.1": "application/vnd.dev.sigstore.bundle+json;version=0.1",
  "0.2": "application/vnd.dev.sigstore.bundle+json;version=0.2",
  "0.3": "application/vnd.dev.sigstore.bundle.v0.3+json",
};

/** A DSSE envelope around a statement about `digest`. */
export function statementBundle(
  digest: Digest,
  signer: Signer,
  witnesses: Witnesses,
  options: BundleOptions = {},
): Uint8Array {
  const statement = statementOf(options.statement ?? "1", digest, options.predicate ?? SIGN_PREDICATE);
  const { bytes, stored, signature } = signedStatement(statement, signer, options);
  const content = { kind: "dsse", payloadType: IN_TOTO, payload: bytes } as const;
  const isSecond = witnesses.log?.generation === "v2";
  const kind = options.entryKind ?? (isSecond ? "hashedrekord 0.0.2" : "dsse 0.0.1");
  const witnessed = witness(witnesses, { signer, signature, content }, { kind, stamped: signature }, options);
  const dsseEnvelope = envelopeOf("bundle", stored, signature);
  return bundled(signer, witnessed, { dsseEnvelope }, options);
}

/** A signature over the manifest itself. */
export function messageBundle(
  manifest: Uint8Array,
  signer: Signer,
  witnesses: Witnesses,
  options: BundleOptions = {},
): Uint8Array {
  const { signature } = signedMessage(manifest, signer, options);
  const content = { kind: "message", message: manifest } as const;
  const kind = options.entryKind ?? (witnesses.log?.generation === "v2" ? "hashedrekord 0.0.2" : "hashedrekord 0.0.1");
  const witnessed = witness(witnesses, { signer, signature, content }, { kind, stamped: signature }, options);
  const hash = messageHash(signer);
  const messageDigest = {
    algorithm: hash.replace("sha", "SHA2_"),
    digest: createHash(hash).update(manifest).digest("base64"),
  };
  return bundled(signer, witnessed, { messageSignature: { messageDigest, signature: base64(signature) } }, options);
}

function bundled(
  signer: Signer,
  { entries, timestamps }: Witnessed,
  content: Members,
  options: BundleOptions,
): Uint8Array {
  const { version = "0.3", evidence = "both" } = options;
  const bundle = {
    mediaType: MEDIA_TYPES[version],
    verificationMaterial: {
      ...materialOf(signer, version),
      ...(entries.length > 0 && { tlogEntries: entries.map((entry) => entryOf(entry, evidence)) }),
      ...(timestamps.length > 0 && {
        timestampVerificationData: {
          rfc3161Timestamps: timestamps.map((token) => ({ signedTimestamp: base64(token) })),
        },
      }),
    },
    ...content,
  };
  return encodeJson(options.bundle?.(bundle) ?? bundle);
}

/** A root has no place in a chain. */
function materialOf({ certificate, chain, spki }: Signer, version: BundleVersion): Members {
  if (certificate === undefined) {
    return { publicKey: { hint: createHash("sha256").update(spki).digest("base64") } };
  }
  if (version === "0.3") return { certificate: { rawBytes: base64(certificate.der) } };
  const certificates = [certificate, ...chain.slice(0, -1)].map(({ der }) => ({ rawBytes: base64(der) }));
  return { x509CertificateChain: { certificates } };
}

function entryOf(entry: LogEntry, evidence: "promise" | "proof" | "both"): Members {
  const { keyId, kindVersion, logIndex, integratedTime, signedEntryTimestamp, inclusionProof, body } = entry;
  return {
    logIndex: String(logIndex),
    logId: { keyId: base64(keyId) },
    kindVersion,
    ...(integratedTime !== undefined && { integratedTime: String(integratedTime) }),
    ...(signedEntryTimestamp &&
      evidence !== "proof" && { inclusionPromise: { signedEntryTimestamp: base64(signedEntryTimestamp) } }),
    ...(inclusionProof && evidence !== "promise" && { inclusionProof: proofOf(inclusionProof) }),
    canonicalizedBody: base64(body),
  };
}

function proofOf(proof: NonNullable<LogEntry["inclusionProof"]>): Members {
  return {
    logIndex: String(proof.logIndex),
    rootHash: base64(proof.rootHash),
    treeSize: String(proof.treeSize),
    hashes: proof.hashes.map(base64),
    ...(proof.checkpoint !== undefined && { checkpoint: { envelope: proof.checkpoint } }),
  };
}
