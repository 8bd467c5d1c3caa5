// Keyless signing with the real cosigns against a private Sigstore: cosign v3 writes
// bundles, cosign v2 the legacy layout with a time stamp and no log.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Attestation, KeyFiles, SigningTools } from "./cosign.ts";
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

export interface KeylessSigner {
  readonly identityOf: (identity: Identity) => CertificateIdentity;
  readonly sign: (reference: string, identity: Identity) => Promise<RunResult>;
  readonly attest: (reference: string, identity: Identity, attestation: Attestation) => Promise<RunResult>;
  /** A bundle with a key: logged and time stamped. */
  readonly signWithKey: (reference: string, key: KeyFiles) => Promise<RunResult>;
  /** cosign v2's `.sig` layout. */
  readonly signLegacy: (reference: string, identity: Identity) => Promise<RunResult>;
  readonly verify: (reference: string, expected: CertificateIdentity) => Promise<RunResult>;
  readonly verifyWithKey: (reference: string, key: KeyFiles) => Promise<RunResult>;
  readonly verifyAttestation: (reference: string, expected: CertificateIdentity, type: string) => Promise<RunResult>;
  readonly verifyLegacy: (reference: string, expected: CertificateIdentity) => Promise<RunResult>;
}

const commit = "5f0c1d7b9e2a4c6d8f0e1a2b3c4d5e6f70819203";

export function makeKeylessSigner(sigstore: PrivateSigstore, tools: SigningTools): KeylessSigner {
  const { files } = sigstore;
  const { v2, v3 } = tools;
  let tokens = 0;
  const tokenFile = (identity: Identity): string => {
    tokens += 1;
    const file = join(tools.dir, `token-${tokens}`);
    writeFileSync(file, sigstore.oidc.token(identity.kind, claimsOf(identity)), { mode: 0o600 });
    return file;
  };
  const services = ["--yes", "--signing-config", sigstore.signingConfig, "--trusted-root", sigstore.trustedRoot];
  const legacyEnv = { SIGSTORE_CT_LOG_PUBLIC_KEY_FILE: files.ctPublicKey };
  const byIdentity = ({ subject, issuer }: CertificateIdentity): string[] => [
    `--certificate-identity=${subject}`,
    `--certificate-oidc-issuer=${issuer}`,
  ];
  const trusted = ["--trusted-root", sigstore.trustedRoot];
  return {
    identityOf: (identity) => ({ subject: subjectOf(identity), issuer: sigstore.oidc.issuers[identity.kind] }),
    sign: async (reference, identity) =>
      mustSucceed("sign", await v3.run(["sign", ...services, "--identity-token", tokenFile(identity), reference])),
    attest: async (reference, identity, { type, predicate }) => {
      const token = tokenFile(identity);
      const file = `${token}-predicate.json`;
      writeFileSync(file, JSON.stringify(predicate));
      const what = ["--identity-token", token, "--predicate", file, "--type", type];
      return mustSucceed("attest", await v3.run(["attest", ...services, ...what, reference]));
    },
    signWithKey: async (reference, key) =>
      mustSucceed("sign", await v3.run(["sign", ...services, "--key", key.privateKey, reference])),
    signLegacy: async (reference, identity) => {
      const args = ["--yes", "--identity-token", tokenFile(identity), `--fulcio-url=${sigstore.fulcioUrl}`];
      const time = ["--tlog-upload=false", `--timestamp-server-url=${sigstore.timestampUrl}`];
      const options = { env: legacyEnv };
      const all = ["sign", ...args, ...time, "--insecure-skip-verify=true", reference];
      return mustSucceed("sign", await v2.run(all, options));
    },
    verify: (reference, expected) => v3.run(["verify", ...trusted, ...byIdentity(expected), reference]),
    verifyWithKey: (reference, key) => v3.run(["verify", ...trusted, "--key", key.publicKey, reference]),
    verifyAttestation: (reference, expected, type) =>
      v3.run(["verify-attestation", ...trusted, ...byIdentity(expected), "--type", type, reference]),
    verifyLegacy: (reference, expected) => {
      const roots = [`--ca-roots=${files.fulcioRoot}`, `--ca-intermediates=${files.fulcioIntermediate}`];
      const time = ["--insecure-ignore-tlog=true", `--timestamp-certificate-chain=${files.timestampChain}`];
      return v2.run(["verify", ...time, ...roots, ...byIdentity(expected), reference], { env: legacyEnv });
    },
  };
}

function subjectOf(identity: Identity): string {
  switch (identity.kind) {
    case "email":
      return identity.email;
    case "spiffe":
      return `spiffe://${spiffeTrustDomain}/${identity.path}`;
    case "github":
      return `${githubUrl}/${workflowRef(identity)}`;
  }
}

function claimsOf(identity: Identity): Readonly<Record<string, unknown>> {
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
