/**
 * OCI and Docker descriptors, manifests and indexes (image-spec; registry.md §3), read strictly: a document that is both
 * manifest and index, that repeats a member or writes a known one in another case, could mean one thing to us and another
 * to the node. What is wrong is said without a word of the document: it may come from anywhere.
 */
import { parseDigest, type Digest } from "../crypto/digest.ts";
import { asArray, asInteger, asObject, asString } from "../encoding/guard.ts";
import { parseJson, type JsonObject, type JsonValue } from "../encoding/json.ts";
import { malformed } from "../failure/attempt.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { VerificationFailure } from "../failure/failure.ts";

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly artifactType?: string;
  /** Of an entry of an index, where it says so. */
  readonly platform?: Platform;
  readonly annotations: ReadonlyMap<string, string>;
}

/** Empty where nothing is said. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string;
}

export interface Manifest {
  readonly kind: "manifest";
  readonly mediaType: string;
  readonly artifactType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations: ReadonlyMap<string, string>;
}

export interface Index {
  readonly kind: "index";
  readonly mediaType: string;
  readonly manifests: readonly Descriptor[];
  /** Entries that were passed over, since their digest is of another algorithm than sha256. */
  readonly passedOver: number;
  readonly annotations: ReadonlyMap<string, string>;
}

export const MEDIA_TYPE = {
  ociIndex: "application/vnd.oci.image.index.v1+json",
  dockerIndex: "application/vnd.docker.distribution.manifest.list.v2+json",
  ociManifest: "application/vnd.oci.image.manifest.v1+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
} as const;

/** Far above what anybody looks at (limits.listed): of a longer list the newest are looked at, and the rest is told by number. */
const MAX_DESCRIPTORS = 10_000;
const MANIFEST_TYPES: readonly string[] = [MEDIA_TYPE.ociManifest, MEDIA_TYPE.dockerManifest];
const INDEX_TYPES: readonly string[] = [MEDIA_TYPE.ociIndex, MEDIA_TYPE.dockerIndex];
const SCHEMA1 = /^application\/vnd\.docker\.distribution\.manifest\.v1\+(?:json|prettyjws)$/;
const KNOWN = [
  "schemaVersion",
  "mediaType",
  "artifactType",
  "config",
  "layers",
  "manifests",
  "subject",
  "annotations",
  "fsLayers",
  "digest",
  "size",
  "data",
  "urls",
  "platform",
];
const OF_PLATFORM = ["architecture", "os", "os.version", "os.features", "variant"];
const KNOWN_BY_LOWER = byLower(KNOWN);
const PLATFORM_BY_LOWER = byLower(OF_PLATFORM);
/** Most names, thousands of times: what is written as it is known needs no folding. */
const AS_WRITTEN: ReadonlySet<string> = new Set([...KNOWN, ...OF_PLATFORM]);

/**
 * `contentType` is the registry's word, without parameters; a mediaType inside the document must equal it. Fails with
 * ManifestMalformed, ManifestAmbiguous or ManifestSchema1.
 */
export function parseManifest(bytes: Uint8Array, contentType: string | undefined): Manifest | Index {
  return malformed("ManifestMalformed", "manifest", () => {
    const root = asObject(parseJson(bytes), "manifest");
    refuseOtherCase(root);
    if (root.has("fsLayers") || root.get("schemaVersion") === 1 || SCHEMA1.test(contentType ?? "")) {
      throw new VerificationFailure("ManifestSchema1", "Cannot use a Docker schema 1 manifest, want schema 2 or OCI");
    }
    if (root.has("manifests") && (root.has("config") || root.has("layers"))) {
      throw new VerificationFailure("ManifestAmbiguous", "Cannot use a document that is both a manifest and an index");
    }
    if (root.get("schemaVersion") !== 2) throw new EncodingError("schemaVersion is not 2");
    return root.has("manifests") ? readIndex(root, contentType) : readManifest(root, contentType);
  });
}

function readIndex(root: JsonObject, contentType: string | undefined): Index {
  const items = asArray(root.get("manifests"), "manifests");
  if (items.length > MAX_DESCRIPTORS) throw new EncodingError(`manifests has more than ${MAX_DESCRIPTORS} entries`);
  const manifests = items.flatMap((item, i) => readListed(item as JsonValue, `manifests[${i}]`));
  return {
    kind: "index",
    mediaType: readMediaType(root, contentType, INDEX_TYPES),
    manifests,
    passedOver: items.length - manifests.length,
    annotations: readAnnotations(root.get("annotations"), "annotations"),
  };
}

function readManifest(root: JsonObject, contentType: string | undefined): Manifest {
  const layers = asArray(root.get("layers"), "layers");
  if (layers.length > MAX_DESCRIPTORS) throw new EncodingError(`layers has more than ${MAX_DESCRIPTORS} entries`);
  const artifactType = root.get("artifactType");
  const subject = root.get("subject");
  return {
    kind: "manifest",
    mediaType: readMediaType(root, contentType, MANIFEST_TYPES),
    ...(artifactType === undefined ? {} : { artifactType: asString(artifactType, "artifactType") }),
    config: readDescriptor(root.get("config"), "config"),
    layers: layers.map((layer, i) => readDescriptor(layer as JsonValue, `layers[${i}]`)),
    ...(subject === undefined || subject === null ? {} : { subject: readDescriptor(subject, "subject") }),
    annotations: readAnnotations(root.get("annotations"), "annotations"),
  };
}

/** A descriptor of an index whose digest we cannot use (another algorithm) is passed over: the specification wants it tolerated. */
function readListed(value: JsonValue, path: string): readonly Descriptor[] {
  const object = asObject(value, path);
  refuseOtherCase(object);
  const digest = asString(object.get("digest"), `${path}.digest`);
  if (!digest.startsWith("sha256:")) return [];
  return [readDescriptor(value, path)];
}

function readDescriptor(value: JsonValue | undefined, path: string): Descriptor {
  const object = asObject(value, path);
  refuseOtherCase(object);
  const size = asInteger(object.get("size"), `${path}.size`);
  if (size < 0) throw new EncodingError(`${path}.size is negative`);
  const artifactType = object.get("artifactType");
  const platform = object.get("platform");
  return {
    mediaType: asString(object.get("mediaType"), `${path}.mediaType`),
    digest: parseDigest(asString(object.get("digest"), `${path}.digest`)),
    size,
    ...(artifactType === undefined ? {} : { artifactType: asString(artifactType, `${path}.artifactType`) }),
    ...(platform === undefined || platform === null ? {} : { platform: readPlatform(platform, `${path}.platform`) }),
    annotations: readAnnotations(object.get("annotations"), `${path}.annotations`),
  };
}

function readPlatform(value: JsonValue, path: string): Platform {
  const object = asObject(value, path);
  refuseOtherCase(object, PLATFORM_BY_LOWER);
  const text = (name: string): string => asString(object.get(name) ?? "", `${path}.${name}`);
  return { os: text("os"), architecture: text("architecture"), variant: text("variant") };
}

function readAnnotations(value: JsonValue | undefined, path: string): ReadonlyMap<string, string> {
  if (value === undefined || value === null) return new Map();
  return new Map([...asObject(value, path)].map(([name, text]) => [name, asString(text, `a member of ${path}`)]));
}

function readMediaType(root: JsonObject, contentType: string | undefined, allowed: readonly string[]): string {
  const inside = root.get("mediaType");
  const mediaType = inside === undefined ? contentType : asString(inside, "mediaType");
  if (mediaType === undefined || !allowed.includes(mediaType))
    throw new EncodingError(`mediaType is not one of ${allowed.join(", ")}`);
  if (contentType !== undefined && contentType !== mediaType)
    throw new EncodingError("mediaType differs from the Content-Type");
  return mediaType;
}

/**
 * Go matches member names in any case, by Unicode folding ("ſ" is an "s"): "Manifests" would be a second "manifests" to
 * the node.
 */
function refuseOtherCase(object: JsonObject, knownByLower = KNOWN_BY_LOWER): void {
  for (const name of object.keys()) {
    if (AS_WRITTEN.has(name)) continue;
    const known = knownByLower.get(name.toUpperCase().toLowerCase());
    if (known !== undefined && known !== name) throw new EncodingError(`a member differs from "${known}" only by case`);
  }
}

function byLower(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name) => [name.toLowerCase(), name]));
}
