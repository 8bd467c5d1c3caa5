/**
 * An attestation that a rule asks for, as a JSON schema.
 * Made by "npm run generate" from scripts/crd-schema.mjs and scripts/crd-schema/: edit those. It refuses nothing by itself.
 */
import { ATTESTOR_SET_SCHEMA } from "./attestor-set-schema.generated.ts";
export const ATTESTATION_SCHEMA = {
  type: "object",
  description: "A kind of statement that must be there, signed, and what must hold of it.",
  required: ["name", "predicateTypes", "attestors"],
  additionalProperties: false,
  properties: {
    name: {
      type: "string",
      minLength: 1,
      maxLength: 63,
      pattern: "^[a-z][a-zA-Z0-9]*$",
      description:
        "Name of the attestation, unique in its rule: messages show it, and validations read it as attestations.NAME.",
    },
    predicateTypes: {
      type: "array",
      minItems: 1,
      maxItems: 8,
      description: "The predicate types that count. Any other is another kind of statement.",
      uniqueItems: true,
      items: {
        type: "string",
        minLength: 1,
        maxLength: 255,
        pattern:
          "^(custom|slsaprovenance|slsaprovenance02|slsaprovenance1|spdx|spdxjson|cyclonedx|link|vuln|openvex|[A-Za-z][A-Za-z0-9+.-]*:[!-~]+)$",
        description: "A URI, compared exactly, or a name of cosign's for one, for example vuln or spdxjson.",
      },
    },
    attestors: {
      type: "array",
      minItems: 1,
      maxItems: 2,
      description: "Sets of signers of the statements. Every set must pass.",
      items: ATTESTOR_SET_SCHEMA,
    },
    match: {
      type: "string",
      enum: ["All", "Any", "Latest"],
      description:
        "Which of a signer's statements must meet the conditions: All of them, Any one, or the Latest by the certificate of its signature. Default: All.",
    },
    maxAge: {
      type: "string",
      minLength: 2,
      maxLength: 8,
      pattern: "^[1-9][0-9]{0,6}[smhd]$",
      description:
        "Statements whose certificate is older are put aside, for example 7d: an integer and s, m, h or d. Unbounded when it is absent.",
    },
    platforms: {
      type: "string",
      enum: ["Index", "EachPlatform", "IndexOrEachPlatform"],
      description:
        "Which digest carries the statements. Index: exactly the digest that is named. EachPlatform: every manifest of the index but those of unknown/unknown, at most 16, or the manifest itself. IndexOrEachPlatform: either. Default: the rule's.",
    },
    conditions: {
      type: "array",
      minItems: 1,
      maxItems: 8,
      description: "What must be true of a statement. Its presence suffices when it is absent.",
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
              "An expression of CEL over predicate, statement, image, signer and now. An error, a result that is no bool and more than 100,000 steps are not met.",
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
} as const;
