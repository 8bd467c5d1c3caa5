/**
 * The spec of the policy kinds as a JSON schema, for schema/validator.ts. The namespaced kind selects no namespaces.
 * Made by "npm run generate" from scripts/crd-schema.mjs and scripts/crd-schema/: edit those. It refuses nothing by itself.
 */
import { ATTESTOR_SET_SCHEMA } from "./attestor-set-schema.generated.ts";
import { ATTESTATION_SCHEMA } from "./attestation-schema.generated.ts";
import { MATCH_SCHEMA } from "./match-schema.generated.ts";
export const POLICY_SPEC_SCHEMA = {
  type: "object",
  description: "Rules over images. Every rule of every policy that applies to an image must pass.",
  required: ["verifyImages"],
  additionalProperties: false,
  properties: {
    failureAction: {
      type: "string",
      enum: ["Enforce", "Warn", "Audit"],
      description:
        "What a failed verification does: Enforce denies the pod, Warn admits it with a warning, Audit admits it. All three are reported.",
    },
    failurePolicy: {
      type: "string",
      enum: ["Fail", "Ignore", "IgnoreIfVerified"],
      description:
        "What happens under Enforce when a registry could not be asked: Fail denies the pod, Ignore admits it with a warning, IgnoreIfVerified does so for a digest that the rule passed within verifiedWithin. It never softens a failed verification. Default: Fail.",
    },
    verifiedWithin: {
      type: "string",
      minLength: 2,
      maxLength: 8,
      pattern: "^[1-9][0-9]{0,6}[smhd]$",
      description:
        "For how long IgnoreIfVerified rests on what a rule passed, for example 12h: an integer and s, m, h or d, at most 168h. Remembered in memory, by each replica for itself. Default: 24h.",
    },
    timeoutSeconds: {
      type: "integer",
      minimum: 1,
      maximum: 30,
      description:
        "Seconds that a request may spend on this policy, from 1 to 30; never more than the webhook has. When they are spent it is undetermined. Default: what the webhook has.",
    },
    match: MATCH_SCHEMA,
    verifyImages: {
      type: "array",
      minItems: 1,
      maxItems: 16,
      description: "The rules of the policy, by name.",
      items: {
        type: "object",
        description: "What is asked of the images that the rule covers.",
        required: ["name", "imageReferences"],
        additionalProperties: false,
        properties: {
          name: {
            type: "string",
            minLength: 1,
            maxLength: 63,
            pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
            description: "Name of the rule, a DNS label that is unique in the policy. Every message shows it.",
          },
          imageReferences: {
            type: "array",
            maxItems: 64,
            description: "Patterns of the images that the rule covers; one that matches suffices.",
            minItems: 1,
            uniqueItems: true,
            items: {
              type: "string",
              minLength: 1,
              maxLength: 320,
              description:
                "A pattern over the canonical repository: * matches any run of characters, ? one character but /.",
            },
          },
          skipImageReferences: {
            type: "array",
            maxItems: 64,
            description:
              "Patterns of images that this rule leaves out. They are narrower than imageReferences, and may end with a digest. None when it is absent.",
            uniqueItems: true,
            items: {
              type: "string",
              minLength: 1,
              maxLength: 400,
              description:
                "A pattern over the canonical repository: * matches any run of characters, ? one character but /.",
            },
          },
          static: {
            type: "object",
            description:
              "The verdict on every image that the rule covers, without looking at it. Pass asks nothing and marks the image as covered, Fail refuses it. None when it is absent.",
            required: ["action"],
            additionalProperties: false,
            properties: {
              action: {
                type: "string",
                enum: ["Pass", "Fail"],
                description: "The verdict, Pass or Fail. Pass overrides no other rule. It has no default.",
              },
              message: {
                type: "string",
                minLength: 1,
                maxLength: 512,
                description: "Why, in a sentence that a denial shows. None when it is absent.",
              },
            },
          },
          mutateDigest: {
            type: "boolean",
            description:
              "Writes the verified digest into the pod, as host/path:tag@digest. True under Enforce and false under Warn and Audit when it is absent.",
          },
          verifyDigest: {
            type: "boolean",
            description:
              "Refuses an image of a pod that has no digest when the validating webhook sees it. True under Enforce and false under Warn and Audit when it is absent.",
          },
          imageRegistryCredentials: {
            type: "object",
            description: "What the registry is shown where the pod's own pull secrets do not open it.",
            required: ["secrets"],
            additionalProperties: false,
            properties: {
              secrets: {
                type: "array",
                minItems: 1,
                maxItems: 8,
                description:
                  "Names of pull secrets, in the namespace of the policy, or of Sealgate for a policy of the cluster. Tried after the pod's, and before the operator's.",
                items: {
                  type: "string",
                  minLength: 1,
                  maxLength: 253,
                  pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
                  description: "Name of a Secret of type kubernetes.io/dockerconfigjson or kubernetes.io/dockercfg.",
                },
              },
            },
          },
          trustRoot: {
            type: "string",
            minLength: 1,
            maxLength: 253,
            pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
            description:
              "Name of the trust root that signatures are verified with, for example sigstore-public-good or github. Default: sigstore-public-good.",
          },
          platforms: {
            type: "string",
            enum: ["Index", "EachPlatform", "IndexOrEachPlatform"],
            description:
              "Which digest carries signatures and attestations. Index: exactly the digest that is named. EachPlatform: every manifest of the index but those of unknown/unknown, at most 16, or the manifest itself. IndexOrEachPlatform: either. Default: Index.",
          },
          source: {
            type: "object",
            description: "Where signatures and attestations lie. In the image's own repository when it is absent.",
            required: ["repository"],
            additionalProperties: false,
            properties: {
              repository: {
                type: "string",
                minLength: 3,
                maxLength: 255,
                pattern:
                  "^((localhost|[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)+)(:[0-9]{1,5})?|[a-z0-9]([a-z0-9-]*[a-z0-9])?:[0-9]{1,5})(/[a-z0-9]+(([.]|_|__|-+)[a-z0-9]+)*)+$",
                description:
                  "A repository, host/path in lower case without tag or digest, that is looked in instead of the image's: what COSIGN_REPOSITORY named when they were made.",
              },
              secrets: {
                type: "array",
                minItems: 1,
                maxItems: 8,
                description:
                  "Names of pull secrets for this repository alone, in the namespace of the policy, or of Sealgate for a policy of the cluster. Tried after the pod's, with those of the rule. None when it is absent.",
                items: {
                  type: "string",
                  minLength: 1,
                  maxLength: 253,
                  pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
                  description: "Name of a Secret of type kubernetes.io/dockerconfigjson or kubernetes.io/dockercfg.",
                },
              },
            },
          },
          attestors: {
            type: "array",
            minItems: 1,
            maxItems: 4,
            description: "Sets of signers. Every set must pass. None when it is absent.",
            items: ATTESTOR_SET_SCHEMA,
          },
          attestations: {
            type: "array",
            minItems: 1,
            maxItems: 8,
            description:
              "Statements about the image that must be there, by name. All of them must pass. None when it is absent.",
            items: ATTESTATION_SCHEMA,
          },
          validations: {
            type: "array",
            minItems: 1,
            maxItems: 8,
            description:
              "What must be true of signatures and attestations together, once all of them passed. None when it is absent.",
            items: {
              type: "object",
              description: "One expression that must be true, and what is said when it is not.",
              required: ["expression"],
              additionalProperties: false,
              properties: {
                expression: {
                  type: "string",
                  minLength: 1,
                  maxLength: 2048,
                  description:
                    "An expression of CEL over image, signatures, attestations and now. An error, a result that is no bool and more than 100,000 steps are not met.",
                },
                message: {
                  type: "string",
                  minLength: 1,
                  maxLength: 512,
                  description: "A sentence for the denial. The expression's number alone is named when it is absent.",
                },
              },
            },
          },
        },
      },
    },
  },
} as const;
