// Small deterministic OCI images, pushed over the registry API with every byte ours.
// The seed alone decides the digest.
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { request } from "./http.ts";
import type { Registry } from "./registries.ts";

export interface ImageRequest {
  readonly registry: Pick<Registry, "host" | "scheme" | "ca" | "credentials">;
  readonly repository: string;
  readonly tag?: string;
  readonly seed: string;
  /** More than one makes an image index; `os/architecture`. Default: one image, linux/amd64. */
  readonly platforms?: readonly string[];
  /** The media types of one image; default OCI's. */
  readonly format?: "oci" | "docker";
}

/** A repository to write to, whatever is written. */
export type Target = Pick<ImageRequest, "registry" | "repository">;

export interface PushedImage {
  /** host/repository@digest */
  readonly reference: string;
  readonly digest: string;
  readonly bytes: Buffer;
  readonly mediaType: string;
  /** The digests of the images in an index, in the order of the platforms. */
  readonly children: readonly string[];
}

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export interface Manifest {
  readonly mediaType: string;
  readonly bytes: Buffer;
}

export const mediaTypes = {
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
} as const;

const dockerTypes = {
  config: "application/vnd.docker.container.image.v1+json",
  layer: "application/vnd.docker.image.rootfs.diff.tar.gzip",
  manifest: "application/vnd.docker.distribution.manifest.v2+json",
} as const;

const emptyTar = Buffer.alloc(1024);
// Stored, not compressed: the same bytes from every zlib.
const layer = gzipSync(emptyTar, { level: 0 });

export async function pushImage(image: ImageRequest): Promise<PushedImage> {
  const platforms = image.platforms ?? ["linux/amd64"];
  const manifests = await Promise.all(platforms.map((platform) => pushPlatform(image, platform)));
  const [single] = manifests;
  if (single === undefined) throw new Error("An image needs a platform");
  const children = manifests.map(({ bytes }) => digestOf(bytes));
  if (manifests.length === 1) return finish(image, single, []);
  for (const manifest of manifests) await pushManifest(image, manifest, digestOf(manifest.bytes));
  const index = encode({
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: manifests.map((manifest, position) => ({
      ...describeBytes(manifest.mediaType, manifest.bytes),
      platform: platformOf(platforms[position] ?? ""),
    })),
  });
  return finish(image, { mediaType: mediaTypes.index, bytes: index }, children);
}

/** Puts a tag on bytes that were pushed before: how a tag is moved to another image. */
export async function moveTag(image: ImageRequest, tag: string, pushed: PushedImage): Promise<void> {
  await pushManifest(image, pushed, tag);
}

async function finish(image: ImageRequest, manifest: Manifest, children: readonly string[]): Promise<PushedImage> {
  const digest = digestOf(manifest.bytes);
  await pushManifest(image, manifest, image.tag ?? digest);
  return { reference: `${image.registry.host}/${image.repository}@${digest}`, digest, ...manifest, children };
}

async function pushPlatform(image: ImageRequest, platform: string): Promise<Manifest> {
  const config = encode({
    ...platformOf(platform),
    config: { Cmd: ["/seed"], Labels: { seed: image.seed } },
    rootfs: { type: "layers", diff_ids: [digestOf(emptyTar)] },
    history: [],
  });
  await pushBlob(image, layer);
  await pushBlob(image, config);
  const own = image.format === "docker" ? dockerTypes : mediaTypes;
  const bytes = encode({
    schemaVersion: 2,
    mediaType: own.manifest,
    config: describeBytes(own.config, config),
    layers: [describeBytes(own.layer, layer)],
  });
  return { mediaType: own.manifest, bytes };
}

export async function pushBlob(image: Target, body: Buffer): Promise<void> {
  const started = await send(image, { path: "blobs/uploads/", method: "POST", accepts: [202] });
  const location = new URL(String(started.headers["location"]), baseOf(image));
  location.searchParams.set("digest", digestOf(body));
  const headers = { "content-type": "application/octet-stream" };
  await send(image, { path: location.href, method: "PUT", accepts: [201], headers, body });
}

export async function pushManifest(image: Target, manifest: Manifest, reference: string): Promise<void> {
  const headers = { "content-type": manifest.mediaType };
  await send(image, {
    path: `manifests/${reference}`,
    method: "PUT",
    accepts: [201],
    headers,
    body: manifest.bytes,
  });
}

/** The bytes of `manifests/REFERENCE`, `blobs/DIGEST` or `referrers/DIGEST`; undefined if there are none. */
export async function pull(image: Target, path: string): Promise<Buffer | undefined> {
  const headers = { accept: [...Object.values(mediaTypes), ...Object.values(dockerTypes)].join(", ") };
  const answer = await send(image, { path, method: "GET", accepts: [200, 404], headers });
  return answer.status === 200 ? answer.body : undefined;
}

interface Call {
  readonly path: string;
  readonly method: string;
  readonly accepts: readonly number[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

async function send(image: Target, call: Call): ReturnType<typeof request> {
  const { credentials, ca } = image.registry;
  const basic = credentials && Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64");
  const url = new URL(call.path, baseOf(image));
  const answer = await request(url, {
    method: call.method,
    headers: { ...call.headers, ...(basic === undefined ? {} : { authorization: `Basic ${basic}` }) },
    ...(call.body === undefined ? {} : { body: call.body }),
    ...(ca === undefined ? {} : { ca }),
  });
  if (call.accepts.includes(answer.status)) return answer;
  throw new Error(`${call.method} ${url.pathname}: ${answer.status} ${answer.body.toString()}`);
}

function baseOf(image: Target): string {
  return `${image.registry.scheme}://${image.registry.host}/v2/${image.repository}/`;
}

export function describeBytes(mediaType: string, bytes: Buffer): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

export function encode(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function platformOf(text: string): { readonly os: string; readonly architecture: string } {
  const [os = "", architecture = ""] = text.split("/");
  return { os, architecture };
}
