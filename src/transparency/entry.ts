/**
 * A transparency-log entry as a signature brings it (bundle `tlogEntries[]`, or the legacy annotation): typed, but
 * nothing in it verified. Verification is in verify/log-entry.ts.
 */

export interface LogEntry {
  /** 32 bytes: the log's id as the trust root stores it (spec §5.1). */
  readonly logId: Uint8Array;
  /** Global index; v2: equal to the proof's. Attacker-controlled until the SET or the proof vouches for it. */
  readonly logIndex: bigint;
  /** Absent in the legacy annotation: then the body alone says kind and version. */
  readonly kindVersion?: { readonly kind: string; readonly version: string };
  /** Seconds since the epoch; 0n or absent in v2. Worth nothing without a verified promise (§5.6). */
  readonly integratedTime?: bigint;
  /** The signed entry timestamp (SET): DER signature. */
  readonly promise?: Uint8Array;
  readonly proof?: InclusionProof;
  /** Exact bytes of the canonical body: the Merkle leaf. */
  readonly body: Uint8Array;
}

export interface InclusionProof {
  /** Index in the tree (v1: per shard). */
  readonly logIndex: bigint;
  readonly treeSize: bigint;
  readonly rootHash: Uint8Array;
  readonly hashes: readonly Uint8Array[];
  /** Signed note, as text. Absent or empty is refused where the format demands one. */
  readonly checkpoint?: string;
}
