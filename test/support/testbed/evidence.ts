// Writes evidence as an attacker with push rights would: `.sig` manifests with any payload and signature, bundles as
// referrers of any image, through the Referrers API or its fallback tag (OCI distribution specification 1.1).
import {
  type Descriptor,
  type Manifest,
  type Target,
  describeBytes,
  digestOf,
  encode,
  mediaTypes,
  pull,
  pushBlob,
  pushManifest,
} from "./images.ts";

const payloadType = "application/vnd.dev.cosign.simplesigning.v1+json";
const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
const emptyType = "application/vnd.oci.empty.v1+json";
const signatureAnnotation = "dev.cosignproject.cosign/signature";

interface SignedPayload {
  readonly payload: Buffer;
  /** base64. */
  readonly signature: string;
}

interface Layer extends Descriptor {
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Bundle {
  readonly dsseEnvelope: {
    readonly payload: string;
    readonly payloadType: string;
    readonly signatures: readonly object[];
  };
}

const fallbackTag = (digest: string): string => digest.replace(":", "-");
const signatureTag = (digest: string): string => `${fallbackTag(digest)}.sig`;

function parse<T>(what: string, bytes: Buffer | undefined): T {
  if (bytes === undefined) throw new Error(`Cannot find ${what}`);
  return JSON.parse(bytes.toString("utf8")) as T;
}

async function firstLayer(target: Target, reference: string): Promise<{ layer: Layer; bytes: Buffer }> {
  const found = await pull(target, `manifests/${reference}`);
  const [layer] = parse<{ layers: readonly Layer[] }>(`manifest ${reference}`, found).layers;
  const bytes = layer && (await pull(target, `blobs/${layer.digest}`));
  if (layer === undefined || bytes === undefined) throw new Error(`Cannot find the layer of ${reference}`);
  return { layer, bytes };
}

async function putJson(target: Target, content: object, reference?: string): Promise<Manifest> {
  const manifest = { mediaType: mediaTypes.manifest, bytes: encode(content) };
  await pushManifest(target, manifest, reference ?? digestOf(manifest.bytes));
  return manifest;
}

/** cosign v2's simple signing payload for a digest, with the given members of `critical` in place of its own. */
export function simplePayload({ registry, repository }: Target, digest: string, critical: object): Buffer {
  const own = {
    identity: { "docker-reference": `${registry.host}/${repository}` },
    image: { "docker-manifest-digest": digest },
    type: "cosign container image signature",
  };
  return encode({ critical: { ...own, ...critical }, optional: null });
}

/** Replaces what the `.sig` tag of an image names. */
export async function replaceSignature(target: Target, digest: string, signed: SignedPayload): Promise<void> {
  const config = encode({
    architecture: "",
    os: "",
    rootfs: { type: "layers", diff_ids: [digestOf(signed.payload)] },
  });
  await pushBlob(target, config);
  await pushBlob(target, signed.payload);
  const layer: Layer = {
    ...describeBytes(payloadType, signed.payload),
    annotations: { [signatureAnnotation]: signed.signature },
  };
  const { manifest: mediaType, config: configType } = mediaTypes;
  const content = { schemaVersion: 2, mediaType, config: describeBytes(configType, config), layers: [layer] };
  await putJson(target, content, signatureTag(digest));
}

/** The first payload under the `.sig` tag, with its signature. */
export async function readSignature(target: Target, digest: string): Promise<SignedPayload> {
  const { layer, bytes } = await firstLayer(target, signatureTag(digest));
  return { payload: bytes, signature: layer.annotations?.[signatureAnnotation] ?? "" };
}

async function listReferrers(target: Target, digest: string): Promise<readonly Descriptor[]> {
  const index = (await pull(target, `referrers/${digest}`)) ?? (await pull(target, `manifests/${fallbackTag(digest)}`));
  return index === undefined ? [] : parse<{ manifests: readonly Descriptor[] }>("referrers", index).manifests;
}

/** The bundle that cosign v3 wrote for an image that has just one. */
export async function readBundle(target: Target, digest: string): Promise<Bundle> {
  const [referrer] = await listReferrers(target, digest);
  if (referrer === undefined) throw new Error(`Cannot find a referrer of ${digest}`);
  const { bytes } = await firstLayer(target, referrer.digest);
  return parse<Bundle>("bundle", bytes);
}

/** Makes a bundle a referrer of an image. */
export async function attachBundle(target: Target, digest: string, bundle: Bundle): Promise<void> {
  const image = await pull(target, `manifests/${digest}`);
  const { mediaType } = parse<{ mediaType: string }>(`image ${digest}`, image);
  const empty = Buffer.from("{}");
  const bytes = encode(bundle);
  await pushBlob(target, empty);
  await pushBlob(target, bytes);
  const content = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType: bundleType,
    config: describeBytes(emptyType, empty),
    layers: [describeBytes(bundleType, bytes)],
    subject: { mediaType, digest, size: image?.length },
  };
  const referrer = { ...describeBytes(mediaTypes.manifest, (await putJson(target, content)).bytes) };
  const listed = await listReferrers(target, digest);
  if (listed.some((entry) => entry.digest === referrer.digest)) return;
  const manifests = [...listed, { ...referrer, artifactType: bundleType }];
  const index = encode({ schemaVersion: 2, mediaType: mediaTypes.index, manifests });
  await pushManifest(target, { mediaType: mediaTypes.index, bytes: index }, fallbackTag(digest));
}
