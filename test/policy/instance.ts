// A whole Sigstore instance in memory and image signatures by it, so that the tests of policy/ hold entries against real
// verification: Fulcio with its log, a transparency log, a timestamp authority.
import { createPublicKey, sign, type KeyObject } from "node:crypto";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import type { Candidate } from "../../src/policy/evidence.ts";
import type { TrustRoot, TrustRoots } from "../../src/policy/trust-root.ts";
import type { TrustMaterial } from "../../src/sigstore/trusted-root.ts";
import type { SignedEntity } from "../../src/verify/entity.ts";
import { TestTimestampAuthority } from "../support/timestamp/authority.ts";
import { kindVersionOf, makeBody } from "../support/transparency/bodies.ts";
import { TestLog } from "../support/transparency/log.ts";
import {
  authorityOf,
  ISSUED_AT,
  makeIntermediate,
  makeLeaf,
  makeRoot,
  type TestCertificate,
} from "../support/x509/certificate.ts";
import { TestCtLog } from "../support/x509/ct-log.ts";
import { fulcioExtensions, subjectAltName } from "../support/x509/extension.ts";
import { generalName } from "../support/x509/name.ts";
import { IMAGE_DIGEST } from "./resources.ts";

export const ROOT = makeRoot();
export const INTERMEDIATE = makeIntermediate(ROOT);
const ctLog = new TestCtLog();
const log = new TestLog({ generation: "v1" });
const timestampAuthority = new TestTimestampAuthority();

export const MATERIAL: TrustMaterial = {
  certificateAuthorities: [authorityOf([INTERMEDIATE, ROOT])],
  timestampAuthorities: [timestampAuthority.trusted],
  logs: [log.trusted],
  ctLogs: [ctLog.trusted],
  hash: "1".repeat(64),
  warnings: [],
};

/** As the public good instance requires it. */
const INSTANCE: TrustRoot = {
  material: MATERIAL,
  requires: { transparencyLog: true, signedCertificateTimestamp: true, timestamp: false },
};

/** As GitHub's own instance requires it. */
const STAMPED_INSTANCE: TrustRoot = {
  material: MATERIAL,
  requires: { transparencyLog: false, signedCertificateTimestamp: false, timestamp: true },
};

/** Requires nothing, so that an entry alone decides. */
const LENIENT_INSTANCE: TrustRoot = {
  material: MATERIAL,
  requires: { transparencyLog: false, signedCertificateTimestamp: false, timestamp: false },
};

/** By the names of the tests. "late" is not ready; others do not exist. */
export const ROOTS: TrustRoots = (name) => {
  if (name === "sigstore-public-good") return INSTANCE;
  if (name === "github") return STAMPED_INSTANCE;
  if (name === "lenient") return LENIENT_INSTANCE;
  return name === "late" ? "not-ready" : undefined;
};

export const ISSUER = "https://accounts.example";
export const SUBJECT = "dev@acme.io";

/** What Fulcio writes about a run of a workflow, by number. */
export const RUN: Readonly<Record<number, string>> = {
  2: "push",
  3: "c1",
  4: "release",
  5: "acme/app",
  6: "refs/heads/main",
  8: "https://token.actions.githubusercontent.com",
  9: "https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main",
  10: "c1",
  11: "github-hosted",
  12: "https://github.com/acme/app",
  13: "c1",
  14: "refs/heads/main",
  15: "1001",
  16: "https://github.com/acme",
  17: "42",
  18: "https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main",
  19: "c1",
  20: "push",
  21: "https://github.com/acme/app/actions/runs/7/attempts/1",
  22: "public",
  23: "production",
  24: "repo:acme/app:ref:refs/heads/main",
};

export interface Signing {
  /** Of simple signing's `optional`. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly isLogged?: boolean;
  readonly isStamped?: boolean;
}

/** A leaf of Fulcio's for an e-mail address. */
export function mailLeaf(subject = SUBJECT, issuer = ISSUER, hasSct = true): TestCertificate {
  return makeLeaf(INTERMEDIATE, {
    extensions: { ...fulcioExtensions({ 8: issuer }), subjectAltName: subjectAltName([generalName.email(subject)]) },
    ...(hasSct ? { promises: [ctLog.promise()] } : {}),
  });
}

/** A leaf of Fulcio's for a run of a workflow, but for what `changes` says. */
export function runLeaf(changes: Readonly<Record<number, string>> = {}, signer = RUN[9] ?? ""): TestCertificate {
  return makeLeaf(INTERMEDIATE, {
    extensions: {
      ...fulcioExtensions({ ...RUN, ...changes }),
      subjectAltName: subjectAltName([generalName.uri(signer)]),
    },
    promises: [ctLog.promise()],
  });
}

/** Logged and not stamped unless said. */
export function signedByCertificate(certificate: TestCertificate, how: Signing = {}): Candidate {
  const { der, spki, privateKey } = certificate;
  return candidateOf({ kind: "certificate", der, spki, privateKey }, how);
}

/** Logged and not stamped unless said. */
export function signedByKey(privateKey: KeyObject, how: Signing = {}): Candidate {
  return candidateOf(
    { kind: "key", spki: createPublicKey(privateKey).export({ type: "spki", format: "der" }), privateKey },
    how,
  );
}

type Signer =
  | {
      readonly kind: "certificate";
      readonly der: Uint8Array;
      readonly spki: Uint8Array;
      readonly privateKey: KeyObject;
    }
  | { readonly kind: "key"; readonly spki: Uint8Array; readonly privateKey: KeyObject };

function candidateOf(signer: Signer, { annotations, isLogged = true, isStamped = false }: Signing): Candidate {
  const payload = encodeUtf8(
    JSON.stringify({
      critical: {
        identity: { "docker-reference": "ghcr.io/acme/app" },
        image: { "docker-manifest-digest": IMAGE_DIGEST },
        type: "cosign container image signature",
      },
      optional: annotations ?? null,
    }),
  );
  const isEd25519 = signer.privateKey.asymmetricKeyType === "ed25519";
  const signature = sign(isEd25519 ? null : "sha256", payload, signer.privateKey);
  const entity: SignedEntity = {
    format: "legacy-signature",
    content: { kind: "simple-signing", payload },
    signature,
    signer: signer.kind === "key" ? { kind: "public-key" } : { kind: "certificate", der: signer.der },
    logEntries: isLogged ? [logged(payload, signature, signer)] : [],
    timestamps: isStamped ? [timestampAuthority.stamp(signature)] : [],
  };
  return { subject: "cosign of the test", entity: { ok: true, value: entity } };
}

function logged(message: Uint8Array, signature: Uint8Array, signer: Signer): SignedEntity["logEntries"][number] {
  const kind = "hashedrekord 0.0.1";
  const body = makeBody(kind, { content: { kind: "message", message }, signature, signer });
  return log.append(kindVersionOf(kind), body, BigInt(ISSUED_AT / 1000 + 5));
}
