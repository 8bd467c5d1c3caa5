/**
 * The variant githubActions of an attestor entry as a JSON schema.
 * Made by "npm run generate" from scripts/crd-schema.mjs and scripts/crd-schema/: edit those. It refuses nothing by itself.
 */
export const GITHUB_ACTIONS_SCHEMA = {
  type: "object",
  description: "The signer is a workflow of GitHub Actions with a certificate of Fulcio's.",
  required: ["repository", "refs"],
  additionalProperties: false,
  properties: {
    repository: {
      type: "string",
      minLength: 3,
      maxLength: 256,
      pattern: "^[A-Za-z0-9_-]+/([A-Za-z0-9._-]+|[*])$",
      description:
        "The repository that was built: owner/name, or owner/* for all of an owner. Upper and lower case differ, as GitHub writes the name.",
    },
    refs: {
      type: "array",
      minItems: 1,
      maxItems: 16,
      description: "The refs that were built; one that matches suffices. The ref * is whoever can push a branch.",
      uniqueItems: true,
      items: {
        type: "string",
        minLength: 1,
        maxLength: 512,
        pattern: "^([*]$|refs/)",
        description:
          "A ref in full, for example refs/heads/main or refs/tags/v*: * matches any run of characters, ? one character but /.",
      },
    },
    workflow: {
      type: "string",
      minLength: 1,
      maxLength: 255,
      pattern: "^[^/@*?]+[.]ya?ml$",
      description:
        "File name of the workflow that began the run, for example release.yml, in .github/workflows of the repository. Any when it is absent.",
    },
    signerWorkflow: {
      type: "string",
      minLength: 1,
      maxLength: 512,
      pattern: "^[A-Za-z0-9_-]+/[^/@]+/[.]github/workflows/[^/@]+@[^@]+$",
      description:
        "The workflow whose job signed, as owner/repo/.github/workflows/file.yml@ref with * and ? as in refs. One of the repository that was built when it is absent, so that a reusable workflow of another one must be named.",
    },
    triggers: {
      type: "array",
      minItems: 1,
      maxItems: 16,
      description:
        "The events that may have begun the run. Any but pull_request and pull_request_target when it is absent.",
      uniqueItems: true,
      items: {
        type: "string",
        minLength: 1,
        maxLength: 64,
        pattern: "^[a-z_]+$",
        description: "The name of one event, for example push or workflow_dispatch.",
      },
    },
    environment: {
      type: "string",
      minLength: 1,
      maxLength: 255,
      description: "The deployment environment that the job must have named, exactly. Any or none when it is absent.",
    },
    runnerEnvironment: {
      type: "string",
      enum: ["github-hosted", "self-hosted"],
      description: "The kind of machine that the job must have run on. Either when it is absent.",
    },
    repositoryID: {
      type: "string",
      minLength: 1,
      maxLength: 20,
      pattern: "^[1-9][0-9]*$",
      description: "The repository's number, which outlives renaming and is never given twice. Any when it is absent.",
    },
    repositoryOwnerID: {
      type: "string",
      minLength: 1,
      maxLength: 20,
      pattern: "^[1-9][0-9]*$",
      description:
        "The number of the repository's owner, which outlives renaming and is never given twice. Any when it is absent.",
    },
    issuer: {
      type: "string",
      minLength: 1,
      maxLength: 1024,
      description: "The OIDC issuer, exactly. Default: https://token.actions.githubusercontent.com.",
    },
    serverURL: {
      type: "string",
      minLength: 9,
      maxLength: 255,
      pattern: "^https://[a-z0-9][a-z0-9.-]*(:[1-9][0-9]{0,4})?$",
      description:
        "The server's URL without a path, for GitHub Enterprise; issuer is then required. Default: https://github.com.",
    },
  },
} as const;
