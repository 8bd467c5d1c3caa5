/**
 * Signs images of the embedded registry as cosign does with a key: a layer of the `.sig` tag (v2, SIGNATURE_SPEC) or a
 * bundle as referrer (v3, BUNDLE_SPEC). Each step has an option that breaks just that one thing.
 */
import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { sha256, type Digest } from "../../src/crypto/digest.ts";
import { encodeBase64 } from "../../src/encoding/base64.ts";
import { concatBytes, encodeUtf8 } from "../../src/encoding/text.ts";
import { attachBundle, attachLayer } from "./registry/attach.ts";
import type { EmbeddedRegistry } from "./registry/registry.ts";

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKeyPem: string;
}

type Members = Readonly<Record<string, unknown>>;

export interface LegacySigning extends KeyPair {
  /** Edits the payload before it is signed. */
  readonly payload?: (payload: Members) => unknown;
  /** Edits the payload's bytes after they are signed. */
  readonly afterSigning?: (bytes: Uint8Array) => Uint8Array;
  /** Edits the base64 text of the signature's annotation. */
  readonly signature?: (base64: string) => string;
}

export interface BundleSigning extends KeyPair {
  /** Edits the statement before it is signed. */
  readonly statement?: (statement: Members) => unknown;
  /** Edits the bundle after its envelope is signed. */
  readonly bundle?: (bundle: Members) => unknown;
  /** Edits the manifest that carries the bundle. */
  readonly manifest?: (manifest: Members) => Members;
  /** Lists the bundle under the fallback tag; unless said, where the registry has no Referrers API. */
  readonly fallback?: boolean;
}

const SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json";
const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const IN_TOTO = "application/vnd.in-toto+json";
const SIGN_PREDICATE = "https://sigstore.dev/cosign/sign/v1";

/** ECDSA P-256, as `cosign generate-key-pair` makes it. */
export function makeKeyPair(): KeyPair {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { privateKey, publicKeyPem: createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString() };
}

/** Adds one layer to the `.sig` tag of `digest`; gives the digest of its manifest. */
export async function signLegacy(
  registry: EmbeddedRegistry,
  repository: string,
  digest: Digest,
  signing: LegacySigning,
): Promise<Digest> {
  const payload = {
    critical: {
      identity: { "docker-reference": `${registry.host}/${repository}` },
      image: { "docker-manifest-digest": digest },
      type: "cosign container image signature",
    },
    optional: null,
  };
  const signed = encodeJson(signing.payload?.(payload) ?? payload);
  const signature = encodeBase64(sign("sha256", signed, signing.privateKey));
  const stored = signing.afterSigning?.(signed) ?? signed;
  const annotations = { "dev.cosignproject.cosign/signature": signing.signature?.(signature) ?? signature };
  const layer = { kind: "sig", blob: stored, mediaType: SIMPLE_SIGNING, annotations } as const;
  return await attachLayer({ registry, repository, digest }, layer);
}

/** Pushes a bundle with a signed in-toto statement whose subject is `digest`; gives the digest of its manifest. */
export async function signBundle(
  registry: EmbeddedRegistry,
  repository: string,
  digest: Digest,
  signing: BundleSigning,
): Promise<Digest> {
  const { manifest, fallback } = signing;
  const options = { predicateType: SIGN_PREDICATE, manifest, fallback };
  return await attachBundle({ registry, repository, digest }, makeBundle(digest, signing), options);
}

function makeBundle(digest: Digest, signing: BundleSigning): Uint8Array {
  const own = {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ digest: { sha256: digest.slice("sha256:".length) } }],
    predicateType: SIGN_PREDICATE,
    predicate: {},
  };
  const statement = encodeJson(signing.statement?.(own) ?? own);
  const encoded = encodeUtf8(`DSSEv1 ${IN_TOTO.length} ${IN_TOTO} ${statement.length} `);
  const sig = encodeBase64(sign("sha256", concatBytes(encoded, statement), signing.privateKey));
  const hint = encodeBase64(sha256(createPublicKey(signing.privateKey).export({ type: "spki", format: "der" })));
  const bundle = {
    mediaType: BUNDLE,
    verificationMaterial: { publicKey: { hint } },
    dsseEnvelope: { payload: encodeBase64(statement), payloadType: IN_TOTO, signatures: [{ sig, keyid: hint }] },
  };
  return encodeJson(signing.bundle?.(bundle) ?? bundle);
}

function encodeJson(value: unknown): Uint8Array {
  return encodeUtf8(JSON.stringify(value));
}
