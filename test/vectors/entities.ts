/** Vectors to entities and artifacts: the formats of the sources, brought to what a registry or a file would hold. */
import { digestOf, parseArtifactDigest } from "../../src/crypto/digest.ts";
import { decodeBase64 } from "../../src/encoding/base64.ts";
import { SIMPLE_SIGNING_MEDIA_TYPE } from "../../src/sigstore/cosign.ts";
import { entityFromBundle, entityFromCosignLayer, type Artifact, type SignedEntity } from "../../src/verify/entity.ts";
import { readVectorBytes, readVectorFile, type Vector } from "./vector.ts";

const ANNOTATION = {
  signature: "dev.cosignproject.cosign/signature",
  certificate: "dev.sigstore.cosign/certificate",
  bundle: "dev.sigstore.cosign/bundle",
} as const;

/** Each entity of the vector, to be parsed by calling it. */
export function entitiesOf(vector: Vector): readonly (() => SignedEntity)[] {
  switch (vector.kind) {
    case "bundle": {
      const bytes = readVectorBytes(vector);
      return [() => entityFromBundle(bytes, ["0.1", "0.2", "0.3"])];
    }
    case "legacy-image-signature":
      return (vector.files?.signatures ?? []).flatMap((file) => layerOf(readVectorFile(file)));
    case "legacy-signature-parts":
      return [() => entityOfParts(vector)];
    case "legacy-blob-bundle":
      return [() => entityOfBlobBundle(vector)];
    default:
      throw new Error(`vectors of kind ${vector.kind} hold no entity`);
  }
}

/** The digest that the index names, else our own hash of the manifest or the artifact; undefined where neither is there. */
export function artifactOf({ files, artifact, artifactText, artifactDigest }: Vector): Artifact | undefined {
  const named = artifactDigest === undefined ? undefined : parseArtifactDigest(artifactDigest);
  const bytes = artifact === undefined ? artifactText && Buffer.from(artifactText) : readVectorFile(artifact);
  if (bytes) return { digest: named ?? digestOf(bytes), bytes };
  if (named !== undefined) return { digest: named };
  return files?.manifest === undefined ? undefined : { digest: digestOf(readVectorFile(files.manifest)) };
}

function entityOfParts({ files = {} }: Vector): SignedEntity {
  const annotations =
    files.annotations === undefined ? new Map<string, string>() : new Map(readAnnotations(files.annotations));
  const add = (name: string, file: string | undefined): void => {
    if (file !== undefined && !annotations.has(name)) annotations.set(name, readVectorFile(file).toString("utf8").trim());
  };
  add(ANNOTATION.signature, files.signature);
  add(ANNOTATION.certificate, files.certificate);
  add(ANNOTATION.bundle, files.bundle);
  return entityFromCosignLayer(readVectorFile(files.payload ?? ""), annotations);
}

function readAnnotations(file: string): readonly [string, string][] {
  return Object.entries(JSON.parse(readVectorFile(file).toString("utf8")) as Record<string, string>);
}

/** cosign's own file format for blobs: the parts of a layer, and a signature over a message that is not there. */
function entityOfBlobBundle(vector: Vector): SignedEntity {
  const file = JSON.parse(Buffer.from(readVectorBytes(vector)).toString("utf8")) as {
    base64Signature: string;
    cert: string;
    rekorBundle: unknown;
  };
  const annotations = new Map([
    [ANNOTATION.signature, file.base64Signature],
    [ANNOTATION.certificate, Buffer.from(file.cert, "base64").toString("utf8")],
    [ANNOTATION.bundle, JSON.stringify(file.rekorBundle)],
  ]);
  return { ...entityFromCosignLayer(Buffer.of(), annotations), content: { kind: "message" } };
}

/** A zero byte, "sigstore-json", a line feed, then the layer as JSON (containers-image/README.md). */
function layerOf(file: Uint8Array): readonly (() => SignedEntity)[] {
  const magic = "\0sigstore-json\n";
  if (!Buffer.from(file).toString("latin1").startsWith(magic)) return [];
  const layer = JSON.parse(Buffer.from(file).toString("utf8").slice(magic.length)) as {
    mimeType: string;
    payload: string;
    annotations: Record<string, string>;
  };
  if (layer.mimeType !== SIMPLE_SIGNING_MEDIA_TYPE) return [];
  const annotations = new Map(Object.entries(layer.annotations));
  return [() => entityFromCosignLayer(decodeBase64(layer.payload), annotations)];
}
