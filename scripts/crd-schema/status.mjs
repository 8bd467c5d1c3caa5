// The status of all kinds (policy-api.md §2.7), which the leader writes: conditions, and what an administrator should see.
const condition = {
  type: "object",
  description: "One thing that is true of the object, or not.",
  required: ["type", "status", "reason", "message", "lastTransitionTime"],
  properties: {
    type: { type: "string", maxLength: 64, description: "Ready, Relaxed, TimeoutCapped or TemplatesUnchecked." },
    status: { type: "string", enum: ["True", "False", "Unknown"], description: "Whether it is so." },
    reason: { type: "string", maxLength: 64, description: "Why, in one word for programs." },
    message: { type: "string", maxLength: 4096, description: "Why, in sentences for people." },
    observedGeneration: {
      type: "integer",
      format: "int64",
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: "The generation of the object that it is about.",
    },
    lastTransitionTime: {
      type: "string",
      format: "date-time",
      maxLength: 64,
      description: "Since when the status is what it is.",
    },
  },
};

const paths = (description, maxItems) => ({
  type: "array",
  maxItems,
  "x-kubernetes-list-type": "atomic",
  description,
  items: { type: "string", maxLength: 512, description: "Path of a field, for example spec.failurePolicy." },
});

const common = {
  observedGeneration: {
    type: "integer",
    format: "int64",
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description: "The generation of the object that the status is about.",
  },
  conditions: {
    type: "array",
    maxItems: 8,
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["type"],
    description:
      "Ready: whether it is in force as it is written. Of policies also Relaxed: whether something in it asks for less; TimeoutCapped: whether its own time is more than a request has; and TemplatesUnchecked: whether templates of the controllers that it lists are not sent to be checked.",
    items: condition,
  },
  droppedFields: paths(
    "Fields that were written and that the API server dropped, since the kind does not have them, as far as kubectl's last-applied annotation shows them.",
    32,
  ),
};

const status = (properties) => ({
  type: "object",
  description: "What Sealgate makes of the object. Its leader writes it.",
  properties,
});

export const plainStatus = status(common);

export const policyStatus = status({
  ...common,
  relaxations: paths("What in the policy asks for less than it could: paths of fields with their values.", 64),
});
