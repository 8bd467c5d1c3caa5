// spec.match (policy-api.md §2.2): which pods a policy applies to. The namespaced kind selects no namespaces.
import { labelSelector } from "./label-selector.mjs";
import { name } from "./text.mjs";

export const POD_CONTROLLERS = [
  "Deployment",
  "ReplicaSet",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "CronJob",
  "ReplicationController",
];

const condition = {
  type: "object",
  description: "One condition on the request.",
  required: ["name", "expression"],
  properties: {
    name: name(
      "Name of the condition, a DNS label that is unique in the policy: server-side apply merges conditions by it.",
    ),
    expression: {
      type: "string",
      minLength: 1,
      maxLength: 2048,
      description:
        "CEL over object, oldObject, request and namespaceObject. The policy does not apply when it is false; an error counts as true.",
    },
  },
};

const podMatch = {
  objectSelector: labelSelector(
    "Labels of the pod or of the template that makes it, as they are or as they were before an update. Everything written must hold. Whoever writes the pod writes its labels.",
    "the pod",
  ),
  podControllers: {
    type: "array",
    maxItems: POD_CONTROLLERS.length,
    "x-kubernetes-list-type": "set",
    description:
      "Kinds whose templates are checked as well as pods, for early feedback: all seven when it is absent, none when it is empty. One that is owned by another of them is passed over.",
    items: {
      type: "string",
      enum: POD_CONTROLLERS,
      description: "A kind of Kubernetes' own that makes pods from a template.",
    },
  },
  conditions: {
    type: "array",
    maxItems: 16,
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["name"],
    description:
      "Conditions on the request, by name. The policy does not apply when one of them is false. None when it is absent.",
    items: condition,
  },
};

const description = "Which pods the policy applies to; every one when it is absent.";

export const namespacedMatch = { type: "object", description, properties: podMatch };

export const match = {
  type: "object",
  description,
  properties: {
    namespaceSelector: labelSelector(
      "Labels of the pod's namespace. Everything written must hold. Labels that cannot be read count as matching.",
      "the namespace",
    ),
    ...podMatch,
  },
};
