/** Puts evidence where cosign puts it (verification-spec §1): layers under the `.sig` and `.att` tags, bundles as referrers. */
import type { Digest } from "../../../src/crypto/digest.ts";
import { encodeUtf8 } from "../../../src/encoding/text.ts";
import { attestationTag, fallbackTag, signatureTag } from "../../../src/oci/cosign-tag.ts";
import { MEDIA_TYPE } from "../../../src/oci/manifest.ts";
import type { EmbeddedRegistry } from "./registry.ts";
import type { PlainDescriptor } from "./store.ts";

/** An image of a repository. */
export interface Image {
  readonly registry: EmbeddedRegistry;
  readonly repository: string;
  readonly digest: Digest;
}

export interface Layer {
  readonly kind: "sig" | "att";
  readonly blob: Uint8Array;
  readonly mediaType: string;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface BundleManifest {
  /** Of the statement; a message signature has none. */
  readonly predicateType?: string;
  /** Edits the manifest that carries the bundle. */
  readonly manifest?: ((manifest: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>) | undefined;
  /** Lists the bundle under the fallback tag; unless said, where the registry has no Referrers API. */
  readonly fallback?: boolean | undefined;
}

const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";

/** Adds a layer to those that the tag already has; gives the digest of the manifest. */
export async function attachLayer({ registry, repository, digest }: Image, layer: Layer): Promise<Digest> {
  const tag = layer.kind === "sig" ? signatureTag(digest) : attestationTag(digest);
  const { blob, mediaType, annotations } = layer;
  return await registry.putManifest(repository, tag, {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    config: await registry.putBlob(repository, encodeUtf8("{}"), "application/vnd.oci.image.config.v1+json"),
    layers: [
      ...listed(registry, repository, tag, "layers"),
      { ...(await registry.putBlob(repository, blob, mediaType)), annotations },
    ],
  });
}

/** Pushes a bundle as referrer of the image; gives the digest of its manifest. */
export async function attachBundle(image: Image, bundle: Uint8Array, options: BundleManifest = {}): Promise<Digest> {
  const { registry, repository, digest } = image;
  const { predicateType, manifest, fallback } = options;
  const content = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    artifactType: BUNDLE,
    config: await registry.putEmptyConfig(repository),
    layers: [await registry.putBlob(repository, bundle, BUNDLE)],
    subject: registry.describe(repository, digest),
    annotations: {
      "dev.sigstore.bundle.content": predicateType === undefined ? "message-signature" : "dsse-envelope",
      ...(predicateType !== undefined && { "dev.sigstore.bundle.predicateType": predicateType }),
    },
  };
  const referrer = await registry.putManifest(repository, undefined, manifest?.(content) ?? content);
  if (fallback ?? !registry.hasReferrersApi) await listUnderFallbackTag(image, referrer);
  return referrer;
}

async function listUnderFallbackTag({ registry, repository, digest }: Image, referrer: Digest): Promise<void> {
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
