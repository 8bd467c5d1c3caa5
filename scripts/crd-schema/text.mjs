// Kinds of text that several fields share, each with its maximum: the API server refuses rules whose cost it cannot bound.

const DNS_LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

export const name = (description) => ({ type: "string", minLength: 1, maxLength: 63, pattern: DNS_LABEL, description });

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

export const trustRoot = (description) => ({
  type: "string",
  minLength: 1,
  maxLength: 253,
  pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
  description,
});

export const flag = (description) => ({ type: "boolean", description });
