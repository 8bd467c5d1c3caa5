// static (policy-api.md §2.3): a verdict without looking. It stands alone, since it leaves nothing to look at.

export const staticVerdict = {
  type: "object",
  description:
    "The verdict on every image that the rule covers, without looking at it. Pass asks nothing and marks the image as covered, Fail refuses it. None when it is absent.",
  required: ["action"],
  properties: {
    action: {
      type: "string",
      enum: ["Pass", "Fail"],
      description: "The verdict, Pass or Fail. Pass overrides no other rule. It has no default.",
    },
    message: {
      type: "string",
      minLength: 1,
      maxLength: 512,
      description: "Why, in a sentence that a denial shows. None when it is absent.",
    },
  },
};

/** Members of a rule that ask for something: none of them stands beside static. */
const ASKING = [
  "attestors",
  "attestations",
  "validations",
  "mutateDigest",
  "verifyDigest",
  "imageRegistryCredentials",
  "trustRoot",
  "platforms",
  "source",
];

export const standsAlone = {
  rule: `!has(self.static) || !(${ASKING.map((field) => `has(self.${field})`).join(" || ")})`,
  message: `static must stand alone, without ${ASKING.slice(0, -1).join(", ")} and ${ASKING.at(-1)}: it leaves nothing to look at`,
  fieldPath: ".static",
};
