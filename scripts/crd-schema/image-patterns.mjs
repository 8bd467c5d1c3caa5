// Lists of patterns over images (policy-api.md §3). The CEL rules refuse the same texts as src/policy/pattern.ts, and are
// written so that they read the same as JavaScript: a test runs both.

const SEGMENT = "[a-z0-9._*?-]+";
const PORT = "(:([1-9][0-9]{0,4}|[*]))?";
const END = "(:[*])?(@[^/]*)?$";
const HOST = `[*]|([a-z0-9*?-]+[.])*[a-z0-9-]+[.]?${PORT}`;

const shapeRule = (digest) => ({
  rule: `self.matches('^([a-z0-9._:*?-]+/)?${SEGMENT}(/${SEGMENT})*(:[*])?${digest}$')`,
  message:
    digest === ""
      ? "must be * or [host/]path[:*] in lower case: tags and digests select nothing, since the pod's author writes them"
      : "must be [host/]path[:*][@sha256:<64 hex>] in lower case: tags select nothing, since the pod's author writes them",
});
const hubRule = {
  rule: "self == '*' || self.contains('/') || self.matches('^[a-z0-9_-]+(:[^/]*)?(@[^/]*)?$')",
  message:
    "must name its host, for example docker.io/nginx* or ghcr.io/*: a pattern without / is one official image of Docker Hub",
};
const hostRule = {
  rule: `!self.matches('^[^/]*[.:*?][^/]*/') || self.matches('^(${HOST})/')`,
  message:
    "must start with a host whose last label is literal, or with */: ghcr.* would match ghcr.io.evil.example as well",
};
const narrowRule = {
  rule:
    `self.matches('^(localhost|[^/*?]*[.:][^/*?]*)/([*]+${END}|[^/*?:@]+(/|${END}))') || ` +
    `(!self.startsWith('localhost/') && self.matches('^[^/*?.:@]+(/|${END})'))`,
  message:
    "must have a literal host and a literal first path segment (or the path *): others may own names that a wider skip takes out",
};

const patterns = (description, maxLength, rules) => ({
  type: "array",
  maxItems: 64,
  "x-kubernetes-list-type": "set",
  description,
  items: {
    type: "string",
    minLength: 1,
    maxLength,
    description: "A pattern over the canonical repository: * matches any run of characters, ? one character but /.",
    "x-kubernetes-validations": rules,
  },
});

export const imageReferences = {
  ...patterns("Patterns of the images that the rule covers; one that matches suffices.", 320, [
    shapeRule(""),
    hubRule,
    hostRule,
  ]),
  minItems: 1,
};

export const skipImageReferences = patterns(
  "Patterns of images that this rule leaves out. They are narrower than imageReferences, and may end with a digest. None when it is absent.",
  400,
  [shapeRule("(@sha256:[0-9a-f]{64})?"), hubRule, hostRule, narrowRule],
);

/** Of exceptions: as narrow as skips, or every image at all. */
export const exceptionImages = {
  ...patterns(
    "Patterns of the images that are excepted: as narrow as skipImageReferences and possibly with a digest, or *.",
    400,
    [
      shapeRule("(@sha256:[0-9a-f]{64})?"),
      hubRule,
      hostRule,
      { ...narrowRule, rule: `self == '*' || ${narrowRule.rule}` },
    ],
  ),
  minItems: 1,
};
