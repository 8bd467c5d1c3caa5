/**
 * A certificate-transparency log in memory (RFC 6962 §3.2, §3.3; verification-spec §4.6): it promises whatever it is
 * given. The precertificate's bytes come from whoever writes the certificate, never from cutting a finished one.
 */
import { createHash, type KeyObject } from "node:crypto";
import { parsePublicKeySpki } from "../../../src/crypto/public-key.ts";
import type { Interval } from "../../../src/encoding/interval.ts";
import type { CertificateTransparencyLog } from "../../../src/x509/sct.ts";
import { signWith, spkiOf, testKey } from "./key.ts";

type Bytes = Uint8Array;

export interface Precertificate {
  readonly tbs: Bytes;
  readonly issuerSpki: Bytes;
}

/** What differs from a sound promise. */
export interface SctParts {
  /** 0 is v1. */
  readonly version?: number;
  readonly logId?: Bytes;
  readonly timestamp?: bigint;
  readonly extensions?: Bytes;
  readonly hashCode?: number;
  readonly signatureCode?: number;
  /** What is promised, in place of the certificate at hand. */
  readonly precertificate?: (own: Precertificate) => Precertificate;
  readonly signature?: (signature: Bytes) => Bytes;
  /** Edits the finished timestamp. */
  readonly edit?: (sct: Bytes) => Bytes;
}

export interface CtLogOptions {
  /** P-256 unless said. */
  readonly privateKey?: KeyObject;
  readonly validFor?: Interval;
}

/** When the logs of the tests promise: within the life of the tests' leaves. */
export const PROMISED_AT = Date.UTC(2026, 0, 15, 12, 0, 0, 500);

export class TestCtLog {
  readonly privateKey: KeyObject;
  readonly keyId: Bytes;
  /** As a trust root names it. */
  readonly trusted: CertificateTransparencyLog;

  constructor(options: CtLogOptions = {}) {
    this.privateKey = options.privateKey ?? testKey("P-256", "certificate transparency");
    const spki = spkiOf(this.privateKey);
    this.keyId = Uint8Array.from(createHash("sha256").update(spki).digest());
    this.trusted = { keyId: this.keyId, key: parsePublicKeySpki(spki), validFor: options.validFor ?? { start: 0 } };
  }

  /** A signed certificate timestamp for the certificate that embeds it. */
  promise(parts: SctParts = {}): (precertificate: Precertificate) => Bytes {
    const { version = 0, timestamp = BigInt(PROMISED_AT), extensions = new Uint8Array(), logId = this.keyId } = parts;
    const isRsa = this.privateKey.asymmetricKeyType === "rsa";
    return (own) => {
      const { tbs, issuerSpki } = parts.precertificate?.(own) ?? own;
      const keyHash = createHash("sha256").update(issuerSpki).digest();
      const when = number(timestamp, 8);
      const signed = Buffer.concat([
        Buffer.of(version, 0),
        when,
        Buffer.of(0, 1),
        keyHash,
        vector(tbs, 3),
        vector(extensions, 2),
      ]);
      const signature = signWith(this.privateKey, signed, "sha256");
      const sct = Buffer.concat([
        Buffer.of(version),
        logId,
        when,
        vector(extensions, 2),
        Buffer.of(parts.hashCode ?? 4, parts.signatureCode ?? (isRsa ? 1 : 3)),
        vector(parts.signature?.(signature) ?? signature, 2),
      ]);
      return parts.edit?.(sct) ?? sct;
    };
  }
}

/** SignedCertificateTimestampList (RFC 6962 §3.3), without the OCTET STRING around it. */
export function sctList(scts: readonly Bytes[]): Bytes {
  return vector(Buffer.concat(scts.map((sct) => vector(sct, 2))), 2);
}

function vector(content: Bytes, lengthBytes: number): Buffer {
  return Buffer.concat([number(BigInt(content.length), lengthBytes), content]);
}

function number(value: bigint, bytes: number): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * bytes, "0"), "hex");
}
