/**
 * Manifests and indexes, each broken in one thing (registry.md §3, CVE-2021-41190): what Go could read otherwise than we
 * do is refused, what a registry may send without harm is taken.
 */
import assert from "node:assert/strict";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { MEDIA_TYPE, parseManifest } from "../../src/oci/manifest.ts";
import { failsWith } from "../support/failures.ts";

type Json = Record<string, unknown>;

const DIGEST = `sha256:${"ab".repeat(32)}`;
const descriptor: Json = { mediaType: "application/octet-stream", digest: DIGEST, size: 3 };
const manifest: Json = {
  schemaVersion: 2,
  mediaType: MEDIA_TYPE.ociManifest,
  config: descriptor,
  layers: [{ ...descriptor, annotations: { a: "b" } }],
};
const index: Json = { schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests: [descriptor] };

function parse(document: Json, contentType?: string): ReturnType<typeof parseManifest> {
  return parseManifest(encodeUtf8(JSON.stringify(document)), contentType);
}

function without(document: Json, member: string): Json {
  return Object.fromEntries(Object.entries(document).filter(([name]) => name !== member));
}

describe("registry documents: parseManifest()", () => {
  it("reads a manifest with its layers' annotations, artifact type and subject", () => {
    const read = parse({ ...manifest, artifactType: "x/y", subject: descriptor, annotations: { k: "v" } });
    assert.ok(read.kind === "manifest");
    assert.equal(read.artifactType, "x/y");
    assert.equal(read.subject?.digest, DIGEST);
    assert.equal(read.layers[0]?.annotations.get("a"), "b");
    assert.equal(read.annotations.get("k"), "v");
  });

  it("reads Docker's manifest and list", () => {
    assert.equal(parse({ ...manifest, mediaType: MEDIA_TYPE.dockerManifest }).kind, "manifest");
    assert.equal(parse({ ...index, mediaType: MEDIA_TYPE.dockerIndex }).kind, "index");
  });

  it("takes the media type from the Content-Type when the document has none", () => {
    assert.equal(parse(without(index, "mediaType"), MEDIA_TYPE.ociIndex).mediaType, MEDIA_TYPE.ociIndex);
  });

  it("tolerates entries of an index with unknown media types, and passes over those with another algorithm", () => {
    const sha512 = { ...descriptor, digest: `sha512:${"ab".repeat(64)}` };
    const read = parse({ ...index, manifests: [{ ...descriptor, mediaType: "x/y", artifactType: "a/b" }, sha512] });
    assert.ok(read.kind === "index");
    assert.deepEqual(
      read.manifests.map((entry) => [entry.mediaType, entry.artifactType]),
      [["x/y", "a/b"]],
    );
    assert.equal(read.passedOver, 1);
  });

  it("reads the platform of an entry of an index, where it says one", () => {
    const platform = { architecture: "arm", os: "linux", variant: "v7", "os.version": "1" };
    const entries = [
      { ...descriptor, platform },
      { ...descriptor, platform: null },
      { ...descriptor, platform: {} },
    ];
    const read = parse({ ...index, manifests: entries });
    assert.ok(read.kind === "index");
    assert.deepEqual(
      read.manifests.map((entry) => entry.platform),
      [{ architecture: "arm", os: "linux", variant: "v7" }, undefined, { architecture: "", os: "", variant: "" }],
    );
  });

  const refused: Readonly<Record<string, readonly [FailureCode, Json, string?]>> = {
    "a manifest with manifests": ["ManifestAmbiguous", { ...manifest, manifests: [] }],
    "an index with layers": ["ManifestAmbiguous", { ...index, layers: [] }],
    "an index with config": ["ManifestAmbiguous", { ...index, config: descriptor }],
    "a document with fsLayers": ["ManifestSchema1", { ...manifest, fsLayers: [] }],
    "schema 1": ["ManifestSchema1", { ...manifest, schemaVersion: 1 }],
    "the Content-Type of schema 1": [
      "ManifestSchema1",
      manifest,
      "application/vnd.docker.distribution.manifest.v1+prettyjws",
    ],
    "schemaVersion 3": ["ManifestMalformed", { ...manifest, schemaVersion: 3 }],
    "no schemaVersion": ["ManifestMalformed", without(manifest, "schemaVersion")],
    "a member in another case": ["ManifestMalformed", { ...manifest, Layers: [] }],
    "a member in another case by Unicode folding": ["ManifestMalformed", { ...manifest, "manife\u017fts": [] }],
    "a descriptor's member in another case": [
      "ManifestMalformed",
      { ...index, manifests: [{ ...descriptor, Digest: DIGEST }] },
    ],
    // To Go, which takes the last, this runs on linux; to us it would be an entry that nobody runs.
    "a platform's member in another case": [
      "ManifestMalformed",
      {
        ...index,
        manifests: [{ ...descriptor, platform: { architecture: "unknown", os: "unknown", OS: "linux" } }],
      },
    ],
    "a platform that is no object": [
      "ManifestMalformed",
      { ...index, manifests: [{ ...descriptor, platform: "linux/amd64" }] },
    ],
    "another case in an entry that is passed over": [
      "ManifestMalformed",
      { ...index, manifests: [{ ...descriptor, digest: "sha512:00", Digest: DIGEST }] },
    ],
    "a media type of something else": ["ManifestMalformed", { ...manifest, mediaType: "application/json" }],
    "an index that calls itself a manifest": ["ManifestMalformed", { ...index, mediaType: MEDIA_TYPE.ociManifest }],
    "a Content-Type that differs": ["ManifestMalformed", manifest, MEDIA_TYPE.dockerManifest],
    "no media type at all": ["ManifestMalformed", without(manifest, "mediaType")],
    "no config": ["ManifestMalformed", without(manifest, "config")],
    "a layer with a sha512 digest": [
      "ManifestMalformed",
      { ...manifest, layers: [{ ...descriptor, digest: `sha512:${"ab".repeat(64)}` }] },
    ],
    "a negative size": ["ManifestMalformed", { ...manifest, config: { ...descriptor, size: -1 } }],
    "an annotation that is no string": ["ManifestMalformed", { ...manifest, annotations: { a: 1 } }],
    "more than 10,000 layers": ["ManifestMalformed", { ...manifest, layers: Array(10_001).fill(descriptor) }],
    "more than 10,000 entries": ["ManifestMalformed", { ...index, manifests: Array(10_001).fill(descriptor) }],
  };
  for (const [what, [code, document, contentType]] of Object.entries(refused)) {
    it(`refuses ${what}`, () => {
      failsWith(code, () => parse(document, contentType));
    });
  }

  it("refuses a repeated member, bytes that are no JSON and a list", () => {
    for (const text of [`{"schemaVersion":2,"schemaVersion":2}`, "not JSON", "[]"]) {
      failsWith("ManifestMalformed", () => parseManifest(encodeUtf8(text), undefined));
    }
  });
});
