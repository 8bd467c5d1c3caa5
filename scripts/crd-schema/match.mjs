// spec.match (policy-api.md §2.2): which pods a policy of the cluster kind applies to.
import { labelSelector } from "./label-selector.mjs";

export const match = {
  type: "object",
  description: "Which pods the policy applies to; every one when it is absent.",
  properties: {
    namespaceSelector: labelSelector(
      "Labels of the pod's namespace. Everything written must hold. Labels that cannot be read count as matching.",
      "the namespace",
    ),
  },
};
