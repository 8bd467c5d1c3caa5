/**
 * Signs images of the embedded registry as cosign does with a key: a layer of the `.sig` tag (v2, SIGNATURE_SPEC) or a
 * bundle as referrer (v3, BUNDLE_SPEC). Each step has an option that breaks just that one thing.
 */
import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { sha256, type Digest } from "../../src/crypto/digest.ts";
import { encodeBase64 } from "../../src/encoding/base64.ts";
import { concatBytes, encodeUtf8 } from "../../src/encoding/text.ts";
import { fallbackTag, signatureTag } from "../../src/oci/cosign-tag.ts";
import { MEDIA_TYPE } from "../../src/oci/manifest.ts";
import type { EmbeddedRegistry } from "./registry/registry.ts";
import type { PlainDescriptor } from "./registry/store.ts";

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
  const layer = { ...(await registry.putBlob(repository, stored, SIMPLE_SIGNING)), annotations };
  const tag = signatureTag(digest);
  return await registry.putManifest(repository, tag, {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    config: await registry.putBlob(repository, encodeUtf8("{}"), "application/vnd.oci.image.config.v1+json"),
    layers: [...listed(registry, repository, tag, "layers"), layer],
  });
}

/** Pushes a bundle with a signed in-toto statement whose subject is `digest`; gives the digest of its manifest. */
export async function signBundle(
  registry: EmbeddedRegistry,
  repository: string,
  digest: Digest,
  signing: BundleSigning,
): Promise<Digest> {
  const bytes = makeBundle(digest, signing);
  const content = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    artifactType: BUNDLE,
    config: await registry.putEmptyConfig(repository),
    layers: [await registry.putBlob(repository, bytes, BUNDLE)],
    subject: registry.describe(repository, digest),
    annotations: {
      "dev.sigstore.bundle.content": "dsse-envelope",
      "dev.sigstore.bundle.predicateType": SIGN_PREDICATE,
    },
  };
  const referrer = await registry.putManifest(repository, undefined, signing.manifest?.(content) ?? content);
  if (signing.fallback ?? !registry.hasReferrersApi) await listUnderFallbackTag(registry, repository, digest, referrer);
  return referrer;
}

async function listUnderFallbackTag(
  registry: EmbeddedRegistry,
  repository: string,
  digest: Digest,
  referrer: Digest,
): Promise<void> {
  const tag = fallbackTag(digest);
  const entry = { ...registry.describe(repository, referrer), artifactType: BUNDLE };
  const manifests = [...listed(registry, repository, tag, "manifests"), entry];
  await registry.putManifest(repository, tag, { schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests });
}

function listed(
  registry: EmbeddedRegistry,
  repository: string,
  tag: string,
  member: "layers" | "manifests",
): readonly PlainDescriptor[] {
  const stored = registry.stored(repository, tag);
  if (stored === undefined) return [];
  return (
    (JSON.parse(new TextDecoder().decode(stored.bytes)) as Record<string, readonly PlainDescriptor[]>)[member] ?? []
  );
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
