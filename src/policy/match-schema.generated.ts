/**
 * The match of a policy of the cluster kind as a JSON schema.
 * Made by "npm run generate" from scripts/crd-schema.mjs and scripts/crd-schema/: edit those. It refuses nothing by itself.
 */
export const MATCH_SCHEMA = {
  type: "object",
  description: "Which pods the policy applies to; every one when it is absent.",
  additionalProperties: false,
  properties: {
    namespaceSelector: {
      type: "object",
      description:
        "Labels of the pod's namespace. Everything written must hold. Labels that cannot be read count as matching.",
      additionalProperties: false,
      properties: {
        matchLabels: {
          type: "object",
          maxProperties: 16,
          description: "Labels that the namespace must have, with exactly these values. None when it is absent.",
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
    objectSelector: {
      type: "object",
      description:
        "Labels of the pod or of the template that makes it, as they are or as they were before an update. Everything written must hold. Whoever writes the pod writes its labels.",
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
    podControllers: {
      type: "array",
      maxItems: 7,
      description:
        "Kinds whose templates are checked as well as pods, for early feedback: all seven when it is absent, none when it is empty. One that is owned by another of them is passed over.",
      uniqueItems: true,
      items: {
        type: "string",
        enum: ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicationController"],
        description: "A kind of Kubernetes' own that makes pods from a template.",
      },
    },
    conditions: {
      type: "array",
      maxItems: 16,
      description:
        "Conditions on the request, by name. The policy does not apply when one of them is false. None when it is absent.",
      items: {
        type: "object",
        description: "One condition on the request.",
        required: ["name", "expression"],
        additionalProperties: false,
        properties: {
          name: {
            type: "string",
            minLength: 1,
            maxLength: 63,
            pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
            description:
              "Name of the condition, a DNS label that is unique in the policy: server-side apply merges conditions by it.",
          },
          expression: {
            type: "string",
            minLength: 1,
            maxLength: 2048,
            description:
              "CEL over object, oldObject, request and namespaceObject. The policy does not apply when it is false; an error counts as true.",
          },
        },
      },
    },
  },
} as const;
