// Kinds of text that several fields share, each with its maximum: the API server refuses rules whose cost it cannot bound.

const DNS_LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

export const name = (description) => ({ type: "string", minLength: 1, maxLength: 63, pattern: DNS_LABEL, description });

/** Of an object of Kubernetes, a Secret for example: a DNS subdomain. */
export const objectName = (description) => ({
  type: "string",
  minLength: 1,
  maxLength: 253,
  pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
  description,
});

/** A member of the data of a Secret or a ConfigMap. */
export const dataKey = (description) => ({
  type: "string",
  minLength: 1,
  maxLength: 253,
  pattern: "^[-._a-zA-Z0-9]+$",
  description,
});

/** Compared as it is. Whoever writes a wildcard expects something else. */
export const exactText = (description, instead) => ({
  type: "string",
  minLength: 1,
  maxLength: 1024,
  description,
  "x-kubernetes-validations": [
    { rule: "!self.contains('*')", message: `must not hold a *, since it is compared as it is: ${instead}` },
  ],
});

/** The rule compiles the expression, and an error of a rule refuses the object as well: its answer is of no interest. */
export const regularExpression = (description) => ({
  type: "string",
  minLength: 1,
  maxLength: 512,
  description,
  "x-kubernetes-validations": [
    { rule: "''.matches(self) ? true : true", message: "must be a regular expression in the syntax of RE2" },
  ],
});

/** A text of one kind or the other, never both and never none. */
export const eitherOf = (exact, expression) => ({
  rule: `has(self.${exact}) != has(self.${expression})`,
  message: `must have exactly one of ${exact}, ${expression}`,
  fieldPath: `.${exact}`,
});

export const flag = (description) => ({ type: "boolean", description });

/** A time of RFC 3339 in 1970 or later. */
export const instant = (description) => ({
  type: "string",
  minLength: 20,
  maxLength: 35,
  pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$",
  description,
  "x-kubernetes-validations": [
    {
      rule: "timestamp(self) >= timestamp('1970-01-01T00:00:00Z')",
      message: "must be a time of RFC 3339 in 1970 or later, for example 2027-01-31T00:00:00Z",
    },
  ],
});
