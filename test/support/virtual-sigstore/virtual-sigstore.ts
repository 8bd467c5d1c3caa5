/**
 * A whole Sigstore in memory with a clock that stands where the test sets it: a CA that logs what it issues, both
 * generations of Rekor and a timestamp authority. It issues certificates, signs image digests in every form that
 * registries hold, and writes the trust root by which all of that verifies. Every step takes an edit, and what comes after
 * the edit is signed anew, so that a test breaks exactly one thing.
 */
import type { Digest } from "../../../src/crypto/digest.ts";
import { parseTrustedRoot, type TrustMaterial } from "../../../src/sigstore/trusted-root.ts";
import { TestTimestampAuthority, type AuthorityOptions } from "../timestamp/authority.ts";
import { TestLog } from "../transparency/log.ts";
import {
  ISSUED_AT,
  LEAF_MS,
  makeIntermediate,
  makeLeaf,
  makeRoot,
  type CertificateParts,
  type TestCertificate,
} from "../x509/certificate.ts";
import { TestCtLog, type SctParts } from "../x509/ct-log.ts";
import { fulcioExtensions, subjectAltName } from "../x509/extension.ts";
import { testKey } from "../x509/key.ts";
import { messageBundle, statementBundle, type BundleOptions } from "./bundle.ts";
import { attestationLayer, signatureLayer, type CosignLayer, type LayerOptions } from "./cosign-layer.ts";
import type { Members, Witnesses } from "./evidence.ts";
import type { Identity } from "./identity.ts";
import { certificateSigner, type Signer, type SigningHow } from "./signer.ts";
import { encodeJson, type Predicate } from "./statement.ts";
import { trustedRootOf } from "./trusted-root.ts";

export interface SigstoreOptions {
  /** Tells the keys of one instance from those of another. */
  readonly name?: string;
  readonly root?: CertificateParts;
  readonly intermediate?: CertificateParts;
  readonly timestamps?: AuthorityOptions;
}

export interface CertificateOptions extends SigningHow {
  /** Edits the leaf, which is then promised and signed. */
  readonly leaf?: CertificateParts;
  /** Edits the promise of the certificate-transparency log. */
  readonly promise?: SctParts;
  /** False: no log promises anything. */
  readonly isLogged?: boolean;
}

/** Who sees a signature. */
export interface WitnessOptions {
  /** Rekor v1 unless said. */
  readonly log?: "v1" | "v2" | "none";
  /** A time stamp: where a certificate would have no proven time without one, unless said. */
  readonly timestamp?: boolean;
}

const SINCE = Date.UTC(2021, 0, 1);

export class VirtualSigstore {
  /** Of everything that happens, in milliseconds. */
  now = ISSUED_AT;
  readonly root: TestCertificate;
  readonly intermediate: TestCertificate;
  readonly ctLog: TestCtLog;
  readonly rekorV1: TestLog;
  readonly rekorV2: TestLog;
  readonly timestampAuthority: TestTimestampAuthority;

  constructor({ name = "virtual", root, intermediate, timestamps }: SigstoreOptions = {}) {
    const validFor = { start: SINCE };
    this.root = makeRoot({ key: testKey("P-384", `${name} root`), ...root });
    this.intermediate = makeIntermediate(this.root, { key: testKey("P-384", `${name} intermediate`), ...intermediate });
    this.ctLog = new TestCtLog({ privateKey: testKey("P-256", `${name} ct log`), validFor });
    const v1 = { generation: "v1", host: "rekor.example", shardOffset: 1_000n } as const;
    this.rekorV1 = new TestLog({ ...v1, privateKey: testKey("P-256", `${name} rekor`), validFor });
    const v2 = { generation: "v2", host: "log2026.rekor.example" } as const;
    this.rekorV2 = new TestLog({ ...v2, privateKey: testKey("Ed25519", `${name} rekor`), validFor });
    this.timestampAuthority = new TestTimestampAuthority({
      validFor,
      ...timestamps,
      root: { key: testKey("P-384", `${name} timestamp root`), ...timestamps?.root },
      intermediate: { key: testKey("P-384", `${name} timestamp intermediate`), ...timestamps?.intermediate },
      signer: { key: testKey("P-384", `${name} timestamps`), ...timestamps?.signer },
    });
  }

  /** A certificate for ten minutes from now, promised by the log, and a key of its own: for signing as `identity`. */
  certify(identity: Identity, { leaf = {}, isLogged = true, promise, ...how }: CertificateOptions = {}): Signer {
    const notBefore = Math.floor(this.now / 1000) * 1000;
    const certificate = makeLeaf(this.intermediate, {
      key: testKey("P-256", `${identity.subject} of ${identity.issuer}`),
      notBefore,
      notAfter: notBefore + LEAF_MS,
      ...(isLogged && { promises: [this.ctLog.promise({ timestamp: BigInt(this.now), ...promise })] }),
      ...leaf,
      extensions: {
        subjectAltName: subjectAltName([identity.name]),
        ...fulcioExtensions(identity.extensions),
        ...leaf.extensions,
      },
    });
    return certificateSigner(certificate, [this.intermediate, this.root], how);
  }

  /** A layer of the `.sig` tag. */
  signLayer(digest: Digest, signer: Signer, options: LayerOptions & WitnessOptions = {}): CosignLayer {
    return signatureLayer(digest, signer, this.#witnesses(signer, options), options);
  }

  /** A layer of the `.att` tag. */
  attestLayer(
    digest: Digest,
    predicate: Predicate,
    signer: Signer,
    options: LayerOptions & WitnessOptions = {},
  ): CosignLayer {
    return attestationLayer({ digest, ...predicate }, signer, this.#witnesses(signer, options), options);
  }

  /** A bundle with a statement: an image signature, or the attestation of `options.predicate`. */
  signBundle(digest: Digest, signer: Signer, options: BundleOptions & WitnessOptions = {}): Uint8Array {
    return statementBundle(digest, signer, this.#witnesses(signer, options), options);
  }

  /** A bundle with a signature over the manifest's bytes. */
  signMessage(manifest: Uint8Array, signer: Signer, options: BundleOptions & WitnessOptions = {}): Uint8Array {
    return messageBundle(manifest, signer, this.#witnesses(signer, options), options);
  }

  /** The bytes of trusted_root.json. */
  trustedRoot(edit: (root: Members) => unknown = (root) => root): Uint8Array {
    const { root, intermediate, ctLog, rekorV1, rekorV2, timestampAuthority } = this;
    const written = trustedRootOf({
      chain: [intermediate, root],
      ctLogs: [ctLog],
      logs: [rekorV1, rekorV2],
      authorities: [timestampAuthority],
    });
    return encodeJson(edit(written));
  }

  /** trusted_root.json as the program reads it. */
  trust(edit?: (root: Members) => unknown): TrustMaterial {
    return parseTrustedRoot(this.trustedRoot(edit), { isBuiltIn: false });
  }

  #witnesses({ certificate }: Signer, options: WitnessOptions & BundleOptions): Witnesses {
    const { log = "v1", evidence, timestamp } = options;
    const logs = { v1: this.rekorV1, v2: this.rekorV2, none: undefined };
    const hasTime = log === "v1" && evidence !== "proof";
    const isStamped = timestamp ?? (certificate !== undefined && !hasTime);
    return { log: logs[log], authority: isStamped ? this.timestampAuthority : undefined, now: this.now };
  }
}
