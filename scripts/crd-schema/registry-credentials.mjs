// Pull secrets of a rule (policy-api.md §2.3), tried after those of the pod: imageRegistryCredentials, and those of a source.
import { objectName } from "./text.mjs";

export const secretNames = (description) => ({
  type: "array",
  minItems: 1,
  maxItems: 8,
  "x-kubernetes-list-type": "atomic",
  description,
  items: objectName("Name of a Secret of type kubernetes.io/dockerconfigjson or kubernetes.io/dockercfg."),
});

export const imageRegistryCredentials = {
  type: "object",
  description: "What the registry is shown where the pod's own pull secrets do not open it.",
  required: ["secrets"],
  properties: {
    secrets: secretNames(
      "Names of pull secrets, in the namespace of the policy, or of Sealgate for a policy of the cluster. Tried after the pod's, and before the operator's.",
    ),
  },
};
