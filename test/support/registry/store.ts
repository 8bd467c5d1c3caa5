/**
 * What the embedded registry holds: manifests by digest, tags and blobs of each repository, and the list of referrers
 * that the Referrers API derives from `subject` (OCI distribution specification 1.1). It stores any bytes, good or bad.
 */
import { digestOf, type Digest } from "../../../src/crypto/digest.ts";

export interface StoredManifest {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/** A descriptor as it is written into a document. */
export interface PlainDescriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Holdings {
  readonly manifests: Map<string, StoredManifest>;
  readonly tags: Map<string, Digest>;
  readonly blobs: Map<string, Uint8Array>;
}

export class Store {
  readonly #repositories = new Map<string, Holdings>();

  putManifest(repository: string, manifest: StoredManifest, tag: string | undefined): Digest {
    const digest = digestOf(manifest.bytes);
    const { manifests, tags } = this.#of(repository);
    manifests.set(digest, manifest);
    if (tag !== undefined) tags.set(tag, digest);
    return digest;
  }

  putBlob(repository: string, bytes: Uint8Array): Digest {
    const digest = digestOf(bytes);
    this.#of(repository).blobs.set(digest, bytes);
    return digest;
  }

  manifest(repository: string, reference: string): StoredManifest | undefined {
    const { manifests, tags } = this.#of(repository);
    return manifests.get(tags.get(reference) ?? reference);
  }

  blob(repository: string, digest: string): Uint8Array | undefined {
    return this.#of(repository).blobs.get(digest);
  }

  referrers(repository: string, subject: string): readonly PlainDescriptor[] {
    return [...this.#of(repository).manifests].flatMap(([digest, { bytes, mediaType }]) => {
      const document = readDocument(bytes);
      if (document.subject?.digest !== subject) return [];
      const artifactType = document.artifactType ?? document.config?.mediaType;
      const { annotations } = document;
      return [
        {
          mediaType,
          digest: digest as Digest,
          size: bytes.length,
          ...(artifactType === undefined ? {} : { artifactType }),
          ...(annotations === undefined ? {} : { annotations }),
        },
      ];
    });
  }

  #of(repository: string): Holdings {
    const known = this.#repositories.get(repository);
    if (known !== undefined) return known;
    const fresh: Holdings = { manifests: new Map(), tags: new Map(), blobs: new Map() };
    this.#repositories.set(repository, fresh);
    return fresh;
  }
}

interface Document {
  readonly subject?: { readonly digest?: string };
  readonly artifactType?: string;
  readonly config?: { readonly mediaType?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Tests store garbage as well; that has no subject. */
function readDocument(bytes: Uint8Array): Document {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Document;
  } catch {
    return {};
  }
}
