/**
 * `sealgate verify-bundle`: one Sigstore bundle about one file or digest, by the protocol of Sigstore's conformance suite
 * (verification-spec §9.1). Any statement about the artifact will do, or a signature over it; bundles of every version are
 * read. One line says what was verified; a refusal says its code, reason and hint.
 */
import { digestOf, hash, parseArtifactDigest, type ArtifactDigest } from "../crypto/digest.ts";
import { parsePublicKeyPem } from "../crypto/public-key.ts";
import { encodeHex } from "../encoding/hex.ts";
import type { Instant } from "../encoding/instant.ts";
import { attempt, type Attempt } from "../failure/attempt.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { quoted } from "../failure/failure.ts";
import type { TrustRoot } from "../ports/trust.ts";
import { entityFromBundle, type Artifact } from "../verify/entity.ts";
import type { VerifiedEntity } from "../verify/evidence.ts";
import type { TextMatcher } from "../verify/identity.ts";
import type { Requirement, SignerRequirement } from "../verify/requirement.ts";
import { verify } from "../verify/verifier.ts";
import { UsageError, type CommandIo, type ExitCode } from "./io.ts";
import { readTrustedRoot } from "./trusted-root.ts";

export interface VerifyBundleFlags {
  readonly bundle: string;
  readonly key?: string;
  readonly certificateIdentity?: string;
  readonly certificateOidcIssuer?: string;
  readonly trustedRoot?: string;
  readonly staging: boolean;
}

export interface VerifyBundleContext {
  /** The built-in root of Sigstore's public good or staging instance. */
  readonly builtInRoot: (name: "sigstore-public-good" | "sigstore-staging") => TrustRoot;
  /** Milliseconds since 1970: no signature may be younger. */
  readonly now: Instant;
}

/** `target` is a file, or a digest that names no file. Exit 0 verified, 1 not. Throws UsageError. */
export function runVerifyBundle(
  target: string,
  flags: VerifyBundleFlags,
  { builtInRoot, now }: VerifyBundleContext,
  io: CommandIo,
): ExitCode {
  const root =
    flags.trustedRoot === undefined
      ? builtInRoot(flags.staging ? "sigstore-staging" : "sigstore-public-good")
      : readTrustedRoot(flags.trustedRoot, io);
  const requirement = requirementOf(signerOf(flags, io), root);
  const bytes = io.readBytes(flags.bundle);
  const artifacts = artifactsOf(target, io);
  const result = verifyFirst(artifacts, (artifact) =>
    verify(entityFromBundle(bytes, ["0.1", "0.2", "0.3"]), requirement, artifact, now),
  );
  if (!result.ok) {
    const { code, step, message, hint } = result.failure;
    io.err(`Not verified: ${quoted(target)}\n  ${code} (${step}): ${message}\n  hint: ${hint}\n`);
    return 1;
  }
  io.out(`${sentenceOf(result.value)}\n`);
  return 0;
}

/** Exactly one way to say who must have signed. */
function signerOf(flags: VerifyBundleFlags, io: CommandIo): SignerRequirement {
  const { key, certificateIdentity: subject, certificateOidcIssuer: issuer } = flags;
  if (key !== undefined && subject === undefined && issuer === undefined) return keySigner(key, io);
  if (key !== undefined || subject === undefined || issuer === undefined) {
    throw new UsageError(
      "Cannot tell who must have signed: give --key alone, or --certificate-identity together with --certificate-oidc-issuer",
    );
  }
  const matcher = exactly(subject);
  return {
    kind: "keyless",
    identity: { issuer: exactly(issuer), subject: () => matcher, extensions: new Map() },
  };
}

function exactly(text: string): TextMatcher {
  return { wanted: quoted(text), matches: (value) => value === text };
}

function keySigner(file: string, io: CommandIo): SignerRequirement {
  const key = attempt(() => parsePublicKeyPem(io.readText(file)));
  if (key.ok) return { kind: "key", key: key.value };
  throw new UsageError(`Cannot use ${file} as a public key: ${key.failure.message}\nhint: ${key.failure.hint}`);
}

/** A certificate needs a proven time and, where the instance has such logs, a promise to publish it; a key neither. */
function requirementOf(signer: SignerRequirement, { material, requires }: TrustRoot): Requirement {
  const hasCertificate = signer.kind !== "key";
  return {
    signer,
    content: { kind: "any" },
    trust: material,
    thresholds: {
      logs: requires.transparencyLog ? 1 : 0,
      certificateLogs: hasCertificate && requires.signedCertificateTimestamp ? 1 : 0,
      times: hasCertificate ? 1 : 0,
      timestamps: requires.timestamp ? 1 : 0,
    },
  };
}

/** A file has a name by each hash, and a statement may know it by any of them: sha256 is the usual one. */
function artifactsOf(target: string, io: CommandIo): readonly Artifact[] {
  if (/^sha(?:256|384|512):/.test(target) && !io.isFile(target)) return [{ digest: readDigest(target) }];
  const bytes = io.readBytes(target);
  return [
    { digest: digestOf(bytes), bytes },
    { digest: `sha512:${encodeHex(hash("sha512", bytes))}`, bytes },
  ];
}

function readDigest(text: string): ArtifactDigest {
  try {
    return parseArtifactDigest(text);
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
    throw new UsageError(`${quoted(text)} is neither a file nor a digest: ${error.message}`);
  }
}

/** The next name is tried only where a statement was refused for the name alone. */
function verifyFirst(
  artifacts: readonly Artifact[],
  check: (artifact: Artifact) => VerifiedEntity,
): Attempt<VerifiedEntity> {
  const [first, ...others] = artifacts;
  if (first === undefined) throw new Error("an artifact has no name");
  const result = attempt(() => check(first));
  if (result.ok || result.failure.code !== "StatementSubjectMismatch" || others.length === 0) return result;
  const next = verifyFirst(others, check);
  return next.ok ? next : result;
}

function sentenceOf({ principal, claims, times, entries }: VerifiedEntity): string {
  const who =
    principal.kind === "keyless"
      ? `${quoted(principal.subject)}, issuer ${quoted(principal.issuer)}`
      : `key sha256:${principal.kind === "key" ? principal.keyId : ""}`;
  const when = times.map(({ instant, source }) => `${new Date(instant).toISOString()} (${source})`);
  return [
    `Verified ${claims.digest}`,
    `signed by ${who}`,
    ...(when.length === 0 ? [] : [`at ${when.join(", ")}`]),
    ...entries.map(({ logId, logIndex }) => `logged as ${logIndex} in ${logId.slice(0, 12)}…`),
    ...(claims.statement === undefined ? [] : [`statement of type ${quoted(claims.statement.predicateType)}`]),
  ].join("; ");
}
