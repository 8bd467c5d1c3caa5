// Label selectors with Kubernetes' meaning (meta/v1 LabelSelector), each list and map with its maximum.

const LABEL_NAME = "[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?";
const LABEL_KEY = `^([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?${LABEL_NAME}$`;
const LABEL_VALUE = `^(${LABEL_NAME})?$`;

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
      description:
        "Name of the label that the requirement is about, with its prefix where it has one, for example app.kubernetes.io/name.",
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
      description: "Values that In and NotIn compare the label with. None when it is absent.",
      items: {
        type: "string",
        maxLength: 63,
        pattern: LABEL_VALUE,
        description: "One value that the label may have, exactly.",
      },
    },
  },
};

/** `whose` labels, for the description of the field. */
export const labelSelector = (description, whose) => ({
  type: "object",
  description,
  properties: {
    matchLabels: {
      type: "object",
      maxProperties: 16,
      description: `Labels that ${whose} must have, with exactly these values. None when it is absent.`,
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
        description: "The value that the label must have, exactly.",
      },
    },
    matchExpressions: {
      type: "array",
      maxItems: 16,
      "x-kubernetes-list-type": "atomic",
      description: "Requirements on labels. All of them must hold. None when it is absent.",
      items: requirement,
    },
  },
});
