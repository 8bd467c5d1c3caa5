// Keyless signing with the real cosigns against a private Sigstore: cosign v3 writes
// bundles, cosign v2 the legacy layout with a time stamp and no log.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Attestation, Cosign, KeyFiles, SigningTools } from "./cosign.ts";
import { githubUrl, spiffeTrustDomain } from "./fulcio-config.ts";
import { type RunResult, mustSucceed } from "./process.ts";
import type { PrivateSigstore } from "./sigstore.ts";

export type Identity =
  | { readonly kind: "email"; readonly email: string }
  | { readonly kind: "spiffe"; readonly path: string }
  /** `repository` is owner/name, `workflow` a file below .github/workflows, `ref` a full ref. */
  | { readonly kind: "github"; readonly repository: string; readonly workflow: string; readonly ref: string };

/** What a certificate for an identity says, and what a policy must ask for. */
export interface CertificateIdentity {
  readonly subject: string;
  readonly issuer: string;
}

/** Where a signature is: in a bundle that refers to the image, or in a layer of the `.sig` tag. */
export type Form = "bundle" | "layer";

export interface KeylessSigner {
  readonly identityOf: (identity: Identity) => CertificateIdentity;
  /** By cosign v3: bundles, logged and time stamped. */
  readonly sign: (reference: string, identity: Identity) => Promise<RunResult>;
  readonly signWithKey: (reference: string, key: KeyFiles) => Promise<RunResult>;
  readonly attest: (reference: string, identity: Identity, attestation: Attestation) => Promise<RunResult>;
  readonly attestWithKey: (reference: string, key: KeyFiles, attestation: Attestation) => Promise<RunResult>;
  /** By cosign v2: the `.sig` and `.att` layout, time stamped and not logged. */
  readonly signLegacy: (reference: string, identity: Identity) => Promise<RunResult>;
  readonly signLegacyWithKey: (reference: string, key: KeyFiles) => Promise<RunResult>;
  readonly attestLegacy: (reference: string, identity: Identity, attestation: Attestation) => Promise<RunResult>;
  /** What a cosign says of a signature; `signer` are its flags for whom it wants. */
  readonly verifyWith: (version: Cosign["version"], form: Form, signer: readonly string[]) => Verify;
  readonly verifyAttestation: (reference: string, expected: CertificateIdentity, type: string) => Promise<RunResult>;
}

type Verify = (reference: string) => Promise<RunResult>;

const commit = "5f0c1d7b9e2a4c6d8f0e1a2b3c4d5e6f70819203";

export function makeKeylessSigner(sigstore: PrivateSigstore, tools: SigningTools): KeylessSigner {
  const { v2, v3 } = tools;
  const write = makeInputWriter(sigstore, tools);
  const services = ["--yes", "--signing-config", sigstore.signingConfig, "--trusted-root", sigstore.trustedRoot];
  const env = { SIGSTORE_CT_LOG_PUBLIC_KEY_FILE: sigstore.files.ctPublicKey };
  const stamped = ["--yes", "--tlog-upload=false", `--timestamp-server-url=${sigstore.timestampUrl}`];
  const fulcio = [`--fulcio-url=${sigstore.fulcioUrl}`, "--insecure-skip-verify=true"];
  const byV3 = async (command: string, ...args: readonly string[]): Promise<RunResult> =>
    mustSucceed(command, await v3.run([command, ...services, ...args]));
  const byV2 = async (command: string, ...args: readonly string[]): Promise<RunResult> =>
    mustSucceed(command, await v2.run([command, ...stamped, ...args], { env }));
  const verifyWith: KeylessSigner["verifyWith"] = (version, form, signer) => {
    const args = ["verify", ...trustOf(sigstore, version, form), ...signer];
    return (reference) => tools[version].run([...args, reference], version === "v2" ? { env } : {});
  };
  return {
    identityOf: (identity) => ({ subject: subjectOf(identity), issuer: sigstore.oidc.issuers[identity.kind] }),
    sign: (reference, identity) => byV3("sign", ...write.token(identity), reference),
    signWithKey: (reference, key) => byV3("sign", "--key", key.privateKey, reference),
    attest: (reference, identity, what) =>
      byV3("attest", ...write.token(identity), ...write.predicate(what), reference),
    attestWithKey: (reference, key, what) =>
      byV3("attest", "--key", key.privateKey, ...write.predicate(what), reference),
    signLegacy: (reference, identity) => byV2("sign", ...fulcio, ...write.token(identity), reference),
    signLegacyWithKey: (reference, key) => byV2("sign", "--key", key.privateKey, reference),
    attestLegacy: (reference, identity, what) =>
      byV2("attest", ...fulcio, ...write.token(identity), ...write.predicate(what), reference),
    verifyWith,
    verifyAttestation: (reference, expected, type) => {
      const trusted = ["--trusted-root", sigstore.trustedRoot];
      return v3.run(["verify-attestation", ...trusted, ...nameFlags(expected), "--type", type, reference]);
    },
  };
}

/** Flags of every cosign and of sealgate. */
export function nameFlags({ subject, issuer }: CertificateIdentity): readonly string[] {
  return [`--certificate-identity=${subject}`, `--certificate-oidc-issuer=${issuer}`];
}

/** What each cosign is told to trust; layers have a time stamp and no log entry. */
function trustOf({ trustedRoot, files }: PrivateSigstore, version: Cosign["version"], form: Form): readonly string[] {
  const root = ["--trusted-root", trustedRoot];
  if (form === "bundle") return version === "v3" ? root : [...root, "--new-bundle-format", "--use-signed-timestamps"];
  const unlogged = "--insecure-ignore-tlog=true";
  if (version === "v3") return [...root, unlogged, "--new-bundle-format=false", "--use-signed-timestamps"];
  return [
    unlogged,
    `--timestamp-certificate-chain=${files.timestampChain}`,
    `--ca-roots=${files.fulcioRoot}`,
    `--ca-intermediates=${files.fulcioIntermediate}`,
  ];
}

interface InputWriter {
  readonly token: (identity: Identity) => readonly string[];
  readonly predicate: (attestation: Attestation) => readonly string[];
}

/** Files that cosign reads, as its flags. */
function makeInputWriter({ oidc }: PrivateSigstore, { dir }: SigningTools): InputWriter {
  let files = 0;
  const write = (text: string): string => {
    files += 1;
    const file = join(dir, `input-${files}`);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
  return {
    token: (identity) => ["--identity-token", write(oidc.token(identity.kind, claimsOf(identity)))],
    predicate: ({ type, predicate }) => ["--predicate", write(JSON.stringify(predicate)), "--type", type],
  };
}

export function subjectOf(identity: Identity): string {
  switch (identity.kind) {
    case "email":
      return identity.email;
    case "spiffe":
      return `spiffe://${spiffeTrustDomain}/${identity.path}`;
    case "github":
      return `${githubUrl}/${workflowRef(identity)}`;
  }
}

/** Of the token for an identity. */
export function claimsOf(identity: Identity): Readonly<Record<string, unknown>> {
  switch (identity.kind) {
    case "email":
      return { sub: identity.email, email: identity.email, email_verified: true };
    case "spiffe":
      return { sub: subjectOf(identity) };
    case "github":
      return githubClaims(identity);
  }
}

type GithubIdentity = Extract<Identity, { kind: "github" }>;

function workflowRef({ repository, workflow, ref }: GithubIdentity): string {
  return `${repository}/.github/workflows/${workflow}@${ref}`;
}

function githubClaims(identity: GithubIdentity): Readonly<Record<string, unknown>> {
  const { repository, workflow, ref } = identity;
  return {
    sub: `repo:${repository}:ref:${ref}`,
    repository,
    repository_owner: repository.split("/")[0],
    repository_id: "1001",
    repository_owner_id: "2002",
    repository_visibility: "public",
    ref,
    sha: commit,
    workflow,
    workflow_ref: workflowRef(identity),
    workflow_sha: commit,
    job_workflow_ref: workflowRef(identity),
    job_workflow_sha: commit,
    event_name: "push",
    runner_environment: "github-hosted",
    run_id: "3003",
    run_attempt: "1",
  };
}
