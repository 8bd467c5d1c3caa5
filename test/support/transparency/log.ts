/**
 * Transparency logs of both Rekor generations in memory: a tree, a key, and everything that a log signs, made anew from
 * the specification (§5.2 promises, §5.4 checkpoints) and node:crypto. Each part can be had alone, so that a test breaks
 * one and signs the rest again.
 */
import { createHash, createPublicKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { parsePublicKeySpki } from "../../../src/crypto/public-key.ts";
import type { Interval } from "../../../src/encoding/interval.ts";
import type { InclusionProof, LogEntry, TransparencyLog } from "../../../src/transparency/entry.ts";
import { MerkleTree } from "./tree.ts";

export interface LogOptions {
  readonly generation: "v1" | "v2";
  /** Of the base URL, and the name in checkpoints; rekor.example unless said. */
  readonly host?: string;
  /** P-256 for v1, Ed25519 for v2 unless said. */
  readonly privateKey?: KeyObject;
  readonly validFor?: Interval;
  readonly isBuiltIn?: boolean;
  /** v1: how many entries older shards hold, by which the entry's index leads the proof's. */
  readonly shardOffset?: bigint;
}

/** The claims that a v1 log signs. */
export interface Promised {
  readonly body: Uint8Array;
  readonly logIndex: bigint;
  readonly integratedTime: bigint;
}

/** What a checkpoint's text says, and who signs it. */
export interface CheckpointParts {
  readonly origin?: string;
  readonly size?: string;
  readonly rootHash?: string;
  readonly extensions?: readonly string[];
  /** Edits the whole text before it is signed. */
  readonly text?: (text: string) => string;
  readonly name?: string;
  readonly hint?: Uint8Array;
  /** Lines before and after the log's own signature line. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
}

const TREE_ID = "3904496407287907110";

export class TestLog {
  readonly generation: "v1" | "v2";
  readonly host: string;
  readonly origin: string;
  readonly tree = new MerkleTree();
  readonly keyId: Uint8Array;
  readonly privateKey: KeyObject;
  /** As a trust root names it. */
  readonly trusted: TransparencyLog;
  readonly #shardOffset: bigint;

  constructor(options: LogOptions) {
    this.generation = options.generation;
    this.host = options.host ?? "rekor.example";
    this.privateKey = options.privateKey ?? makeLogKey(options.generation);
    this.origin = options.generation === "v1" ? `${this.host} - ${TREE_ID}` : this.host;
    this.#shardOffset = options.shardOffset ?? 0n;
    const spki = spkiOf(this.privateKey);
    this.keyId = options.generation === "v1" ? sha256(spki) : noteKeyId(this.host, this.privateKey);
    this.trusted = {
      keyId: this.keyId,
      key: parsePublicKeySpki(spki),
      validFor: options.validFor ?? { start: 0 },
      baseUrl: `https://${this.host}`,
      isBuiltIn: options.isBuiltIn ?? false,
    };
  }

  /** Takes a body into the tree and gives everything that the log says about it. `integratedTime` in seconds, v1 alone. */
  append(kindVersion: { kind: string; version: string }, body: Uint8Array, integratedTime = 1_700_000_000n): LogEntry {
    const index = this.tree.append(body);
    const logIndex = index + this.#shardOffset;
    const entry = { keyId: this.keyId, kindVersion, body, logIndex, inclusionProof: this.prove(index) };
    if (this.generation === "v2") return entry;
    return { ...entry, integratedTime, signedEntryTimestamp: this.promise({ body, logIndex, integratedTime }) };
  }

  /** The proof for the entry at `index` of the tree, in the tree as it is now. */
  prove(index: bigint): InclusionProof & { readonly checkpoint: string } {
    return {
      logIndex: index,
      treeSize: this.tree.size,
      rootHash: this.tree.root(),
      hashes: this.tree.path(index),
      checkpoint: this.checkpoint(),
    };
  }

  /** A signed entry timestamp (§5.2). */
  promise({ body, logIndex, integratedTime }: Promised): Uint8Array {
    const message =
      `{"body":"${base64(body)}","integratedTime":${integratedTime},` +
      `"logID":"${Buffer.from(this.keyId).toString("hex")}","logIndex":${logIndex}}`;
    return this.sign(Buffer.from(message));
  }

  /** A signed note over the tree as it is now; witnesses sign those of v2. */
  checkpoint(parts: CheckpointParts = {}): string {
    const text = this.#checkpointText(parts);
    const own = noteLine(parts.name ?? this.host, parts.hint ?? this.keyId, this.sign(Buffer.from(text)));
    const after = parts.after ?? (this.generation === "v2" ? [witnessLine("witness.example")] : []);
    return `${text}\n${[...(parts.before ?? []), own, ...after].join("")}`;
  }

  #checkpointText({ origin, size, rootHash, extensions = [], text }: CheckpointParts): string {
    const lines = [origin ?? this.origin, size ?? this.tree.size, rootHash ?? base64(this.tree.root()), ...extensions];
    const plain = lines.map((line) => `${line}\n`).join("");
    return text?.(plain) ?? plain;
  }

  /** By the log's key over any bytes. */
  sign(message: Uint8Array): Uint8Array {
    return sign(this.privateKey.asymmetricKeyType === "ed25519" ? null : "sha256", message, this.privateKey);
  }
}

/** One line of a signed note: the first four bytes of `keyId` before the signature. */
export function noteLine(name: string, keyId: Uint8Array, signature: Uint8Array): string {
  return `\u2014 ${name} ${base64(Buffer.concat([keyId.subarray(0, 4), signature]))}\n`;
}

/** A cosignature (C2SP tlog-cosignature): a name and 76 bytes that no log key verifies. */
export function witnessLine(name: string): string {
  return noteLine(name, sha256(Buffer.from(name)), new Uint8Array(72).fill(7));
}

export function makeLogKey(generation: "v1" | "v2"): KeyObject {
  return generation === "v1"
    ? generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey
    : generateKeyPairSync("ed25519").privateKey;
}

/** C2SP signed-note: the whole hash, of which the hint is the first four bytes (§5.1). */
function noteKeyId(name: string, privateKey: KeyObject): Uint8Array {
  const spki = spkiOf(privateKey);
  if (privateKey.asymmetricKeyType === "ec") return sha256(spki);
  const isEd25519 = privateKey.asymmetricKeyType === "ed25519";
  const type = isEd25519 ? Buffer.of(1) : Buffer.concat([Buffer.of(0xff), Buffer.from("PKIX-RSA-PKCS#1v1.5")]);
  return sha256(Buffer.concat([Buffer.from(`${name}\n`), type, isEd25519 ? spki.subarray(-32) : spki]));
}

function spkiOf(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ type: "spki", format: "der" });
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
