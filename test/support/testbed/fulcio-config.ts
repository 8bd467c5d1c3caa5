// Fulcio's configuration: which issuers it trusts and how a GitHub workflow's claims
// become certificate extensions (the names are Fulcio's own).
import type { OidcIssuer } from "./oidc-issuer.ts";

export const spiffeTrustDomain = "testbed.example";
export const githubUrl = "https://github.example";

const repositoryUrl = "{{ .url }}/{{ .repository }}";

const githubExtensions = {
  "github-workflow-trigger": "event_name",
  "github-workflow-sha": "sha",
  "github-workflow-name": "workflow",
  "github-workflow-repository": "repository",
  "github-workflow-ref": "ref",
  "build-signer-uri": "{{ .url }}/{{ .job_workflow_ref }}",
  "build-signer-digest": "job_workflow_sha",
  "runner-environment": "runner_environment",
  "source-repository-uri": repositoryUrl,
  "source-repository-digest": "sha",
  "source-repository-ref": "ref",
  "source-repository-identifier": "repository_id",
  "source-repository-owner-uri": "{{ .url }}/{{ .repository_owner }}",
  "source-repository-owner-identifier": "repository_owner_id",
  "build-config-uri": "{{ .url }}/{{ .workflow_ref }}",
  "build-config-digest": "workflow_sha",
  "build-trigger": "event_name",
  "run-invocation-uri": `${repositoryUrl}/actions/runs/{{ .run_id }}/attempts/{{ .run_attempt }}`,
  "source-repository-visibility-at-signing": "repository_visibility",
};

export function formatFulcioConfig(issuers: OidcIssuer["issuers"]): string {
  const common = { "client-id": "sigstore" };
  // Fulcio tries JSON first, with other names: the marker makes this YAML.
  return `---\n${JSON.stringify({
    "oidc-issuers": {
      [issuers.email]: { ...common, "issuer-url": issuers.email, type: "email" },
      [issuers.spiffe]: {
        ...common,
        "issuer-url": issuers.spiffe,
        type: "spiffe",
        "spiffe-trust-domain": spiffeTrustDomain,
      },
      [issuers.github]: {
        ...common,
        "issuer-url": issuers.github,
        type: "ci-provider",
        "ci-provider": "github-workflow",
      },
    },
    "ci-issuer-metadata": {
      "github-workflow": {
        "default-template-values": { url: githubUrl },
        "extension-templates": githubExtensions,
        "subject-alternative-name-template": "{{ .url }}/{{ .job_workflow_ref }}",
      },
    },
  })}\n`;
}
