// The spec of ImageVerifyException (policy-api.md §2.7): which rules are taken off which images, for whom, until when.
import { exceptionImages } from "./image-patterns.mjs";
import { labelSelector } from "./label-selector.mjs";
import { instant, name, objectName } from "./text.mjs";

const policy = {
  type: "object",
  description: "A policy, and those of its rules that are taken off.",
  required: ["name"],
  "x-kubernetes-validations": [
    {
      rule: "(self.kind == 'ImageVerifyPolicy') == has(self.__namespace__)",
      message: "namespace must be written for an ImageVerifyPolicy, and must not be for a ClusterImageVerifyPolicy",
      fieldPath: ".namespace",
    },
  ],
  properties: {
    kind: {
      type: "string",
      enum: ["ClusterImageVerifyPolicy", "ImageVerifyPolicy"],
      default: "ClusterImageVerifyPolicy",
      description: "The kind of the policy. Default: ClusterImageVerifyPolicy.",
    },
    name: objectName("Name of the policy, a DNS subdomain, as metadata.name has it."),
    namespace: name("Namespace of the policy, a DNS label, for an ImageVerifyPolicy alone. None when it is absent."),
    rules: {
      type: "array",
      minItems: 1,
      maxItems: 16,
      "x-kubernetes-list-type": "set",
      description: "Names of the rules that are taken off. All rules of the policy when it is absent.",
      items: name("Name of one rule of the policy, a DNS label."),
    },
  },
};

export const exceptionSpec = {
  type: "object",
  description: "Takes rules off images, for pods of the namespaces that it lists, until it expires.",
  required: ["policies", "namespaces", "images", "reason", "expires"],
  properties: {
    policies: {
      type: "array",
      minItems: 1,
      maxItems: 32,
      "x-kubernetes-list-type": "atomic",
      description: "The policies whose rules are taken off.",
      items: policy,
    },
    namespaces: {
      type: "array",
      minItems: 1,
      maxItems: 64,
      "x-kubernetes-list-type": "set",
      description: "Namespaces of the pods that are excepted, by their exact names.",
      items: name("Exact name of one namespace, a DNS label."),
    },
    images: exceptionImages,
    podSelector: labelSelector(
      "Labels of the pods that are excepted; every pod of the namespaces when it is absent. Whoever makes a pod writes its labels, so it only narrows.",
      "the pod",
    ),
    reason: {
      type: "string",
      minLength: 1,
      maxLength: 512,
      description: "Why the exception is made, in a sentence: it stands in every record of its use.",
    },
    expires: instant(
      "A time of RFC 3339 from which the exception holds no more. At most 90 days after it was made; to renew it, make another.",
    ),
  },
};
