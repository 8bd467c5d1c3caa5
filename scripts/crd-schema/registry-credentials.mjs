// imageRegistryCredentials (policy-api.md §2.3): pull secrets of the rule, tried after those of the pod.

export const imageRegistryCredentials = {
  type: "object",
  description: "What the registry is shown where the pod's own pull secrets do not open it.",
  required: ["secrets"],
  properties: {
    secrets: {
      type: "array",
      minItems: 1,
      maxItems: 8,
      "x-kubernetes-list-type": "atomic",
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
};
