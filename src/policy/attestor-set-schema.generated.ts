/**
 * A set of attestors as a JSON schema.
 * Made by "npm run generate" from scripts/crd-schema.mjs and scripts/crd-schema/: edit those. It refuses nothing by itself.
 */
import { KEYS_SCHEMA } from "./keys-schema.generated.ts";
import { KEYLESS_SCHEMA } from "./keyless-schema.generated.ts";
import { GITHUB_ACTIONS_SCHEMA } from "./github-actions-schema.generated.ts";
import { CERTIFICATES_SCHEMA } from "./certificates-schema.generated.ts";
export const ATTESTOR_SET_SCHEMA = {
  type: "object",
  description: "A set of signers, of which a number must have signed.",
  required: ["entries"],
  additionalProperties: false,
  properties: {
    count: {
      type: "integer",
      minimum: 1,
      maximum: 16,
      description:
        "How many parties must be met, each by a signature of a different signer. All of them when it is absent.",
    },
    entries: {
      type: "array",
      minItems: 1,
      maxItems: 16,
      description: "The signers of the set, by name. Each is a party of its own unless party says otherwise.",
      items: {
        type: "object",
        description: "One signer that the set accepts, and what its signature must bring. One variant must be written.",
        required: ["name"],
        additionalProperties: false,
        properties: {
          name: {
            type: "string",
            minLength: 1,
            maxLength: 63,
            pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
            description: "Name of the signer, a DNS label that is unique in its set. Messages show it.",
          },
          party: {
            type: "string",
            minLength: 1,
            maxLength: 63,
            pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
            description:
              "Name of the party that signs by this entry, a DNS label. Entries of one party are alternatives, and count once. Default: the entry's name.",
          },
          keys: KEYS_SCHEMA,
          keyless: KEYLESS_SCHEMA,
          githubActions: GITHUB_ACTIONS_SCHEMA,
          certificates: CERTIFICATES_SCHEMA,
          annotations: {
            type: "object",
            minProperties: 1,
            maxProperties: 16,
            description:
              "Annotations that the signed payload must hold, each with exactly this value. None when it is absent.",
            additionalProperties: {
              type: "string",
              maxLength: 1024,
              description: "The value that the annotation must have, exactly.",
            },
          },
          trustRoot: {
            type: "string",
            minLength: 1,
            maxLength: 253,
            pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
            description:
              "Name of the trust root that this signer's signatures are verified with, for example github. Default: the rule's.",
          },
          insecureIgnoreTlog: {
            type: "boolean",
            description:
              "No entry of a transparency log is asked for or looked at, whatever the trust root requires. Default: false.",
          },
          insecureIgnoreSCT: {
            type: "boolean",
            description:
              "The certificate needs no proof that a certificate transparency log has it, whatever the trust root requires. Default: false.",
          },
          requireTimestamp: {
            type: "boolean",
            description:
              "At least one time stamp of RFC 3161 must be verified, beside what the trust root requires. Default: false.",
          },
        },
      },
    },
  },
} as const;
