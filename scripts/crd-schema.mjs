// The one source of the policy kinds: scripts/crds.mjs makes crds/*.yaml and src/policy/*.generated.ts from it.
// A structural OpenAPI v3 schema with CEL rules (policy-api.md §2 and §3). Everything has a maximum, since the API
// server refuses rules whose estimated cost it cannot bound. Nothing that is not implemented is in it.

const DNS_LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";
const PEM =
  "^\\s*(-----BEGIN PUBLIC KEY-----\\r?\\n([A-Za-z0-9+/=]+\\r?\\n)+-----END PUBLIC KEY-----|-----BEGIN RSA PUBLIC KEY-----\\r?\\n([A-Za-z0-9+/=]+\\r?\\n)+-----END RSA PUBLIC KEY-----)\\s*$";
const LABEL_NAME = "[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?";
const LABEL_KEY = `^([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?${LABEL_NAME}$`;
const LABEL_VALUE = `^(${LABEL_NAME})?$`;

const SEGMENT = "[a-z0-9._*?-]+";
const PORT = "(:([1-9][0-9]{0,4}|[*]))?";
const END = "(:[*])?(@[^/]*)?$";
const HOST = `[*]|([a-z0-9*?-]+[.])*[a-z0-9-]+[.]?${PORT}`;

const shapeRule = (digest) => ({
  rule: `self.matches('^([a-z0-9._:*?-]+/)?${SEGMENT}(/${SEGMENT})*(:[*])?${digest}$')`,
  message:
    digest === ""
      ? "must be * or [host/]path[:*] in lower case: tags and digests select nothing, since the pod's author writes them"
      : "must be [host/]path[:*][@sha256:<64 hex>] in lower case: tags select nothing, since the pod's author writes them",
});
const hubRule = {
  rule: "self == '*' || self.contains('/') || self.matches('^[a-z0-9_-]+(:[^/]*)?(@[^/]*)?$')",
  message:
    "must name its host, for example docker.io/nginx* or ghcr.io/*: a pattern without / is one official image of Docker Hub",
};
const hostRule = {
  rule: `!self.matches('^[^/]*[.:*?][^/]*/') || self.matches('^(${HOST})/')`,
  message:
    "must start with a host whose last label is literal, or with */: ghcr.* would match ghcr.io.evil.example as well",
};
const narrowRule = {
  rule:
    `self.matches('^(localhost|[^/*?]*[.:][^/*?]*)/([*]+${END}|[^/*?:@]+(/|${END}))') || ` +
    `(!self.startsWith('localhost/') && self.matches('^[^/*?.:@]+(/|${END})'))`,
  message:
    "must have a literal host and a literal first path segment (or the path *): others may own names that a wider skip takes out",
};

const name = (description) => ({ type: "string", minLength: 1, maxLength: 63, pattern: DNS_LABEL, description });

const entry = {
  type: "object",
  description: "One signer that the set accepts, and what its signature must bring.",
  required: ["name", "keys", "insecureIgnoreTlog"],
  properties: {
    name: name("Name of the signer, a DNS label that is unique in its set. Messages show it."),
    keys: {
      type: "object",
      description: "The signer holds the private half of this key.",
      required: ["publicKeys"],
      properties: {
        publicKeys: {
          type: "string",
          minLength: 64,
          maxLength: 8192,
          pattern: PEM,
          description:
            'Exactly one PEM block "PUBLIC KEY", for example the cosign.pub that "cosign generate-key-pair" writes. For a second key write a second entry.',
        },
      },
    },
    insecureIgnoreTlog: {
      type: "boolean",
      "x-kubernetes-validations": [
        {
          rule: "self",
          message: "must be true: the transparency log is not supported yet, so no entry in it can be asked for",
        },
      ],
      description:
        "Must be written and must be true: no entry of a transparency log is asked for, since the log is not supported yet and a policy may not look as if it were.",
    },
  },
};

const attestorSet = {
  type: "object",
  description: "A set of signers, of which a number must have signed.",
  required: ["entries"],
  "x-kubernetes-validations": [
    {
      rule: "!has(self.count) || self.count <= size(self.entries)",
      message: "count must not be above the number of entries",
      fieldPath: ".count",
    },
  ],
  properties: {
    count: {
      type: "integer",
      format: "int32",
      minimum: 1,
      maximum: 16,
      description:
        "How many entries must be met, each by a signature of a different key. All of them when it is absent.",
    },
    entries: {
      type: "array",
      minItems: 1,
      maxItems: 16,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
      description: "The signers of the set, by name. Each is one party.",
      items: entry,
    },
  },
};

const patterns = (description, maxLength, rules) => ({
  type: "array",
  maxItems: 64,
  "x-kubernetes-list-type": "set",
  description,
  items: {
    type: "string",
    minLength: 1,
    maxLength,
    description: "A pattern over the canonical repository: * matches any run of characters, ? one character but /.",
    "x-kubernetes-validations": rules,
  },
});

const rule = {
  type: "object",
  description: "What is asked of the images that the rule covers.",
  required: ["name", "imageReferences"],
  "x-kubernetes-validations": [
    {
      rule: "has(self.attestors) || (has(self.mutateDigest) && self.mutateDigest) || (has(self.verifyDigest) && self.verifyDigest)",
      message: "must ask for something: attestors, mutateDigest: true or verifyDigest: true",
    },
  ],
  properties: {
    name: name("Name of the rule, a DNS label that is unique in the policy. Every message shows it."),
    imageReferences: {
      ...patterns("Patterns of the images that the rule covers; one that matches suffices.", 320, [
        shapeRule(""),
        hubRule,
        hostRule,
      ]),
      minItems: 1,
    },
    skipImageReferences: patterns(
      "Patterns of images that this rule leaves out. They are narrower than imageReferences, and may end with a digest.",
      400,
      [shapeRule("(@sha256:[0-9a-f]{64})?"), hubRule, hostRule, narrowRule],
    ),
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
    attestors: {
      type: "array",
      minItems: 1,
      maxItems: 4,
      "x-kubernetes-list-type": "atomic",
      description: "Sets of signers. Every set must pass.",
      items: attestorSet,
    },
  },
};

const requirement = {
  type: "object",
  description: "One requirement on a label.",
  required: ["key", "operator"],
  "x-kubernetes-validations": [
    {
      rule: "self.operator in ['In', 'NotIn'] ? has(self.values) && size(self.values) > 0 : !has(self.values) || size(self.values) == 0",
      message: "values must be written with In and NotIn, and must not be with Exists and DoesNotExist",
      fieldPath: ".values",
    },
  ],
  properties: {
    key: {
      type: "string",
      minLength: 1,
      maxLength: 317,
      pattern: LABEL_KEY,
      description: "Name of the label that the requirement is about.",
    },
    operator: {
      type: "string",
      enum: ["In", "NotIn", "Exists", "DoesNotExist"],
      description: "How the label is compared with values. A label that is absent meets NotIn and DoesNotExist.",
    },
    values: {
      type: "array",
      maxItems: 64,
      "x-kubernetes-list-type": "set",
      description: "Values that In and NotIn compare the label with.",
      items: { type: "string", maxLength: 63, pattern: LABEL_VALUE, description: "One value that the label may have." },
    },
  },
};

const match = {
  type: "object",
  description: "Which pods the policy applies to; every one when it is absent.",
  properties: {
    namespaceSelector: {
      type: "object",
      description:
        "Labels of the pod's namespace. Everything written must hold. Labels that cannot be read count as matching.",
      properties: {
        matchLabels: {
          type: "object",
          maxProperties: 16,
          description: "Labels that the namespace must have, with exactly these values.",
          "x-kubernetes-validations": [
            {
              rule: `self.all(k, size(k) <= 317 && k.matches('${LABEL_KEY}'))`,
              message: "must have label names as its keys",
            },
          ],
          additionalProperties: {
            type: "string",
            maxLength: 63,
            pattern: LABEL_VALUE,
            description: "The value that the label must have.",
          },
        },
        matchExpressions: {
          type: "array",
          maxItems: 16,
          "x-kubernetes-list-type": "atomic",
          description: "Requirements on labels. All of them must hold.",
          items: requirement,
        },
      },
    },
  },
};

const spec = {
  type: "object",
  description: "Rules over images. Every rule of every policy that applies to an image must pass.",
  required: ["verifyImages"],
  "x-kubernetes-validations": [
    {
      rule: "self.failureAction != 'Enforce' || self.failurePolicy != 'Ignore' || self.verifyImages.all(r, r.imageReferences.all(p, !p.matches('^([*]$|[^/]*[*?][^/]*/)')))",
      message:
        "failurePolicy must be Fail under Enforce when a pattern has a wildcard in its host: the pod's author would pick a registry that does not answer",
      fieldPath: ".failurePolicy",
    },
  ],
  properties: {
    failureAction: {
      type: "string",
      enum: ["Enforce", "Warn", "Audit"],
      default: "Enforce",
      description:
        "What a failed verification does: Enforce denies the pod, Warn admits it with a warning, Audit admits it. All three are reported.",
    },
    failurePolicy: {
      type: "string",
      enum: ["Fail", "Ignore"],
      default: "Fail",
      description:
        "What happens under Enforce when a registry could not be asked: Fail denies the pod, Ignore admits it with a warning. It never softens a failed verification.",
    },
    match,
    verifyImages: {
      type: "array",
      minItems: 1,
      maxItems: 16,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
      description: "The rules of the policy, by name.",
      items: rule,
    },
  },
};

/** Spec of the cluster kind; the namespaced kind is the same without match. */
export const clusterSpec = spec;
const { match: _match, ...namespacedProperties } = spec.properties;
export const namespacedSpec = { ...spec, properties: namespacedProperties };
