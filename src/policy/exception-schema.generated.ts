/**
 * The spec of ImageVerifyException as a JSON schema.
 * Made by "npm run generate" from scripts/crd-schema.mjs and scripts/crd-schema/: edit those. It refuses nothing by itself.
 */
export const EXCEPTION_SPEC_SCHEMA = {
  type: "object",
  description: "Takes rules off images, for pods of the namespaces that it lists, until it expires.",
  required: ["policies", "namespaces", "images", "reason", "expires"],
  additionalProperties: false,
  properties: {
    policies: {
      type: "array",
      minItems: 1,
      maxItems: 32,
      description: "The policies whose rules are taken off.",
      items: {
        type: "object",
        description: "A policy, and those of its rules that are taken off.",
        required: ["name"],
        additionalProperties: false,
        properties: {
          kind: {
            type: "string",
            enum: ["ClusterImageVerifyPolicy", "ImageVerifyPolicy"],
            description: "The kind of the policy. Default: ClusterImageVerifyPolicy.",
          },
          name: {
            type: "string",
            minLength: 1,
            maxLength: 253,
            pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
            description: "Name of the policy, a DNS subdomain, as metadata.name has it.",
          },
          namespace: {
            type: "string",
            minLength: 1,
            maxLength: 63,
            pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
            description:
              "Namespace of the policy, a DNS label, for an ImageVerifyPolicy alone. None when it is absent.",
          },
          rules: {
            type: "array",
            minItems: 1,
            maxItems: 16,
            description: "Names of the rules that are taken off. All rules of the policy when it is absent.",
            uniqueItems: true,
            items: {
              type: "string",
              minLength: 1,
              maxLength: 63,
              pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
              description: "Name of one rule of the policy, a DNS label.",
            },
          },
        },
      },
    },
    namespaces: {
      type: "array",
      minItems: 1,
      maxItems: 64,
      description: "Namespaces of the pods that are excepted, by their exact names.",
      uniqueItems: true,
      items: {
        type: "string",
        minLength: 1,
        maxLength: 63,
        pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
        description: "Exact name of one namespace, a DNS label.",
      },
    },
    images: {
      type: "array",
      maxItems: 64,
      description:
        "Patterns of the images that are excepted: as narrow as skipImageReferences and possibly with a digest, or *.",
      minItems: 1,
      uniqueItems: true,
      items: {
        type: "string",
        minLength: 1,
        maxLength: 400,
        description: "A pattern over the canonical repository: * matches any run of characters, ? one character but /.",
      },
    },
    podSelector: {
      type: "object",
      description:
        "Labels of the pods that are excepted; every pod of the namespaces when it is absent. Whoever makes a pod writes its labels, so it only narrows.",
      additionalProperties: false,
      properties: {
        matchLabels: {
          type: "object",
          maxProperties: 16,
          description: "Labels that the pod must have, with exactly these values. None when it is absent.",
          additionalProperties: {
            type: "string",
            maxLength: 63,
            pattern: "^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$",
            description: "The value that the label must have, exactly.",
          },
        },
        matchExpressions: {
          type: "array",
          maxItems: 16,
          description: "Requirements on labels. All of them must hold. None when it is absent.",
          items: {
            type: "object",
            description: "One requirement on a label.",
            required: ["key", "operator"],
            additionalProperties: false,
            properties: {
              key: {
                type: "string",
                minLength: 1,
                maxLength: 317,
                pattern: "^([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$",
                description:
                  "Name of the label that the requirement is about, with its prefix where it has one, for example app.kubernetes.io/name.",
              },
              operator: {
                type: "string",
                enum: ["In", "NotIn", "Exists", "DoesNotExist"],
                description:
                  "How the label is compared with values. A label that is absent meets NotIn and DoesNotExist.",
              },
              values: {
                type: "array",
                maxItems: 64,
                description: "Values that In and NotIn compare the label with. None when it is absent.",
                uniqueItems: true,
                items: {
                  type: "string",
                  maxLength: 63,
                  pattern: "^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$",
                  description: "One value that the label may have, exactly.",
                },
              },
            },
          },
        },
      },
    },
    reason: {
      type: "string",
      minLength: 1,
      maxLength: 512,
      description: "Why the exception is made, in a sentence: it stands in every record of its use.",
    },
    expires: {
      type: "string",
      minLength: 20,
      maxLength: 35,
      pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$",
      description:
        "A time of RFC 3339 from which the exception holds no more. At most 90 days after it was made; to renew it, make another.",
    },
  },
} as const;
