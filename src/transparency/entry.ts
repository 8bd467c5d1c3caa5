/**
 * The forms that bundles and cosign's annotations are brought to before their log entries are verified
 * (verification-spec §5), the logs of a trust root, and what an entry must be about.
 */
import type { HashAlgorithm } from "../crypto/digest.ts";
import type { PublicKey } from "../crypto/public-key.ts";
import type { Interval } from "../encoding/interval.ts";

/** Rekor v1, which promises and proves, and v2 (rekor-tiles), which proves alone (§5.7). */
export type Generation = "v1" | "v2";

/** One entry as its carrier gives it: hostile in every member. */
export interface LogEntry {
  /** The log's id as the carrier names it; looked up among the trust root's, never computed (§5.1). */
  readonly keyId: Uint8Array;
  /** What a bundle says the body is. A legacy annotation does not say it. */
  readonly kindVersion?: { readonly kind: string; readonly version: string };
  /** The canonical body, decoded: the bytes that the log hashes. */
  readonly body: Uint8Array;
  /** v1: over all shards of the log. v2: the index in the tree. */
  readonly logIndex: bigint;
  /** Seconds since 1970. No more than a claim until a signed entry timestamp covers it (§5.6). */
  readonly integratedTime?: bigint;
  readonly signedEntryTimestamp?: Uint8Array;
  readonly inclusionProof?: InclusionProof;
}

export interface InclusionProof {
  /** The index in the tree (of the shard, in v1). */
  readonly logIndex: bigint;
  readonly treeSize: bigint;
  readonly rootHash: Uint8Array;
  /** From the leaf's sibling upwards. */
  readonly hashes: readonly Uint8Array[];
  /** The text of a signed note. */
  readonly checkpoint?: string;
}

/** A log that the trust root names. */
export interface TransparencyLog {
  /** As the trust root writes it; for v2 it is not the hash of the key (§5.1). */
  readonly keyId: Uint8Array;
  readonly key: PublicKey;
  readonly validFor: Interval;
  /** Its host is the origin of v2 checkpoints, and of v1 checkpoints where the root is built in (§5.4). */
  readonly baseUrl?: string;
  /** True for the roots that are embedded in the product. */
  readonly isBuiltIn: boolean;
  /** Replaces `keyId` as the source of the checkpoint's key hint. */
  readonly checkpointKeyId?: Uint8Array;
}

/** The signature that an entry must be about. The caller has verified it, or will: nothing here does. */
export interface LoggedSignature {
  readonly signature: Uint8Array;
  readonly signer:
    | { readonly kind: "certificate"; readonly der: Uint8Array; readonly spki: Uint8Array }
    | { readonly kind: "key"; readonly spki: Uint8Array };
  readonly content: LoggedContent;
}

export type LoggedContent =
  | {
      readonly kind: "message";
      readonly message: Uint8Array;
      /** The one hash that the entry may name: sha256 for cosign's annotations, the bundle's messageDigest if it has one (§5.5). */
      readonly algorithm?: HashAlgorithm;
    }
  /** A message of which only the digest is at hand. */
  | { readonly kind: "digest"; readonly algorithm: HashAlgorithm; readonly digest: Uint8Array }
  | {
      readonly kind: "dsse";
      readonly payloadType: string;
      readonly payload: Uint8Array;
      /** The envelope's bytes as uploaded, from which payload and signature were read. cosign's `.att` layers alone have them. */
      readonly envelope?: Uint8Array;
    };
