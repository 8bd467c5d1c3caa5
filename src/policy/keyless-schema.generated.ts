/**
 * The variant keyless of an attestor entry as a JSON schema.
 * Made by "npm run generate" from scripts/crd-schema.mjs and scripts/crd-schema/: edit those. It refuses nothing by itself.
 */
export const KEYLESS_SCHEMA = {
  type: "object",
  description: "The signer has a certificate of Fulcio's that names this OIDC issuer and this subject.",
  additionalProperties: false,
  properties: {
    issuer: {
      type: "string",
      minLength: 1,
      maxLength: 1024,
      description:
        "The OIDC issuer, exactly, for example https://accounts.google.com. It or issuerRegExp must be written.",
    },
    issuerRegExp: {
      type: "string",
      minLength: 1,
      maxLength: 512,
      description:
        "A regular expression of RE2 that matches the whole OIDC issuer, from its first character to its last. Instead of issuer.",
    },
    subject: {
      type: "string",
      minLength: 1,
      maxLength: 1024,
      description:
        "The subject, exactly: an e-mail address, a URI or a user name, as the certificate has it. It or subjectRegExp must be written.",
    },
    subjectRegExp: {
      type: "string",
      minLength: 1,
      maxLength: 512,
      description:
        "A regular expression of RE2 that matches the whole subject, from its first character to its last. Instead of subject.",
    },
    extensions: {
      type: "object",
      minProperties: 1,
      description:
        "What else Fulcio must have written down, by name. A field that a certificate has not never matches.",
      additionalProperties: false,
      properties: {
        buildSignerURI: {
          type: "string",
          minLength: 1,
          maxLength: 1024,
          description:
            "Fulcio's .9: the workflow file, with its ref, whose job signed. Compared exactly. Any or none when it is absent.",
        },
        buildSignerDigest: {
          type: "string",
          minLength: 1,
          maxLength: 1024,
          description:
            "Fulcio's .10: the commit of the workflow file whose job signed. Compared exactly. Any or none when it is absent.",
        },
        runnerEnvironment: {
          type: "string",
          minLength: 1,
          maxLength: 1024,
          description:
            "Fulcio's .11: the kind of machine, for example github-hosted. Compared exactly. Any or none when it is absent.",
        },
        sourceRepositoryURI: {
          type: "string",
          minLength: 1,
          maxLength: 1024,
          description:
            "Fulcio's .12: the repository that was built, as a URL. Compared exactly. Any or none when it is absent.",
        },
        sourceRepositoryDigest: {
          type: "string",
          minLength: 1,
          maxLength: 1024,
          description: "Fulcio's .13: the commit that was built. Compared exactly. Any or none when it is absent.",
        },
        sourceRepositoryRef: {
          type: "string",
          minLength: 1,
          maxLength: 1024,
          description:
            "Fulcio's .14: the ref that was built, for example refs/heads/main. Compared exactly. Any or none when it is absent.",
        },
        sourceRepositoryIdentifier: {
          type: "string",
          minLength: 1,
          maxLength: 1024,
          description:
            "Fulcio's .15: the number of the repository that was built. Compared exactly. Any or none when it is absent.",
        },
        sourceRepositoryOwnerURI: {
          type: "string",
          minLength: 1,
          maxLength: 1024,
          description:
            "Fulcio's .16: the owner of the repository, as a URL. Compared exactly. Any or none when it is absent.",
        },
        sourceRepositoryOwnerIdentifier: {
          type: "string",
          minLength: 1,
          maxLength: 1024,
          description:
            "Fulcio's .17: the number of the repository's owner. Compared exactly. Any or none when it is absent.",
        },
        sourceRepositoryVisibility: {
          type: "string",
          minLength: 1,
          maxLength: 1024,
          description:
            "Fulcio's .22: the repository's visibility at signing, for example public. Compared exactly. Any or none when it is absent.",
        },
        buildConfigURI: {
          type: "string",
          minLength: 1,
          maxLength: 1024,
          description:
            "Fulcio's .18: the workflow file that began the run, with its ref. Compared exactly. Any or none when it is absent.",
        },
        buildConfigDigest: {
          type: "string",
          minLength: 1,
          maxLength: 1024,
          description:
            "Fulcio's .19: the commit of the workflow file that began the run. Compared exactly. Any or none when it is absent.",
        },
        buildTrigger: {
          type: "string",
          minLength: 1,
          maxLength: 1024,
          description:
            "Fulcio's .20: the event that began the run, for example push. Compared exactly. Any or none when it is absent.",
        },
        runInvocationURI: {
          type: "string",
          minLength: 1,
          maxLength: 1024,
          description:
            "Fulcio's .21: the one run that signed, as a URL. Compared exactly. Any or none when it is absent.",
        },
        deploymentEnvironment: {
          type: "string",
          minLength: 1,
          maxLength: 1024,
          description:
            "Fulcio's .23: the deployment environment that the job named. Compared exactly. Any or none when it is absent.",
        },
        tokenSubject: {
          type: "string",
          minLength: 1,
          maxLength: 1024,
          description:
            "Fulcio's .24: the sub claim of the OIDC token. Compared exactly. Any or none when it is absent.",
        },
        githubWorkflowTrigger: {
          type: "string",
          minLength: 1,
          maxLength: 1024,
          description:
            "Fulcio's .2 (old): the event that began the run. Compared exactly. Any or none when it is absent.",
        },
        githubWorkflowSHA: {
          type: "string",
          minLength: 1,
          maxLength: 1024,
          description:
            "Fulcio's .3 (old): the commit of the workflow file. Compared exactly. Any or none when it is absent.",
        },
        githubWorkflowName: {
          type: "string",
          minLength: 1,
          maxLength: 1024,
          description: "Fulcio's .4 (old): the name of the workflow. Compared exactly. Any or none when it is absent.",
        },
        githubWorkflowRepository: {
          type: "string",
          minLength: 1,
          maxLength: 1024,
          description:
            "Fulcio's .5 (old): the repository, as owner/name. Compared exactly. Any or none when it is absent.",
        },
        githubWorkflowRef: {
          type: "string",
          minLength: 1,
          maxLength: 1024,
          description: "Fulcio's .6 (old): the ref that was built. Compared exactly. Any or none when it is absent.",
        },
      },
    },
  },
} as const;
