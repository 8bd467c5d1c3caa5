// attestations[] and validations[] (policy-api.md §2.5, §2.6): statements about the image, by whom, and what must be in them.
import { attestorSet } from "./attestors.mjs";
import { platforms } from "./platforms.mjs";

const ALIASES = "custom|slsaprovenance|slsaprovenance02|slsaprovenance1|spdx|spdxjson|cyclonedx|link|vuln|openvex";
/** Words that CEL keeps for itself: attestations.NAME could not be written with them. */
const RESERVED =
  "as|break|const|continue|else|false|for|function|if|import|in|let|loop|namespace|null|package|return|true|var|void|while";

const expressions = (description, sees) => ({
  type: "array",
  minItems: 1,
  maxItems: 8,
  "x-kubernetes-list-type": "atomic",
  description,
  items: {
    type: "object",
    description: "One expression that must be true, and what is said when it is not.",
    required: ["expression"],
    properties: {
      expression: {
        type: "string",
        minLength: 1,
        maxLength: 2048,
        description: `An expression of CEL over ${sees}. An error, a result that is no bool and more than 100,000 steps are not met.`,
      },
      message: {
        type: "string",
        minLength: 1,
        maxLength: 512,
        description: "A sentence for the denial. The expression's number alone is named when it is absent.",
      },
    },
  },
});

const needsCertificateTime = {
  rule: "(!has(self.maxAge) && (!has(self.match) || self.match != 'Latest')) || self.attestors.all(s, s.entries.all(e, !has(e.keys) && !has(e.certificates)))",
  message:
    "must not have keys or certificates beside maxAge or match: Latest: only Fulcio's certificates say when a statement was signed; compare a time of the predicate with now instead",
  fieldPath: ".attestors",
};

const attestation = {
  type: "object",
  description: "A kind of statement that must be there, signed, and what must hold of it.",
  required: ["name", "predicateTypes", "attestors"],
  "x-kubernetes-validations": [needsCertificateTime],
  properties: {
    name: {
      type: "string",
      minLength: 1,
      maxLength: 63,
      pattern: "^[a-z][a-zA-Z0-9]*$",
      description:
        "Name of the attestation, unique in its rule: messages show it, and validations read it as attestations.NAME.",
      "x-kubernetes-validations": [
        { rule: `!self.matches('^(${RESERVED})$')`, message: "must not be a word that CEL keeps for itself" },
      ],
    },
    predicateTypes: {
      type: "array",
      minItems: 1,
      maxItems: 8,
      "x-kubernetes-list-type": "set",
      description: "The predicate types that count. Any other is another kind of statement.",
      items: {
        type: "string",
        minLength: 1,
        maxLength: 255,
        pattern: `^(${ALIASES}|[A-Za-z][A-Za-z0-9+.-]*:[!-~]+)$`,
        description: "A URI, compared exactly, or a name of cosign's for one, for example vuln or spdxjson.",
      },
    },
    attestors: {
      type: "array",
      minItems: 1,
      maxItems: 2,
      "x-kubernetes-list-type": "atomic",
      description: "Sets of signers of the statements. Every set must pass.",
      items: attestorSet,
    },
    match: {
      type: "string",
      enum: ["All", "Any", "Latest"],
      default: "All",
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
    platforms: platforms("the statements", "Default: the rule's."),
    conditions: expressions(
      "What must be true of a statement. Its presence suffices when it is absent.",
      "predicate, statement, image, signer and now",
    ),
  },
};

export const attestations = {
  type: "array",
  minItems: 1,
  maxItems: 8,
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": ["name"],
  description: "Statements about the image that must be there, by name. All of them must pass. None when it is absent.",
  items: attestation,
};

export const validations = expressions(
  "What must be true of signatures and attestations together, once all of them passed. None when it is absent.",
  "image, signatures, attestations and now",
);
