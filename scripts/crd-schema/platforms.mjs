// platforms (policy-api.md §2.3): which digest carries the evidence of an image that is an index.

const MEANING =
  "Index: exactly the digest that is named. EachPlatform: every manifest of the index but those of unknown/unknown, at most 16, or the manifest itself. IndexOrEachPlatform: either.";

export const platforms = (what, fallback) => ({
  type: "string",
  enum: ["Index", "EachPlatform", "IndexOrEachPlatform"],
  description: `Which digest carries ${what}. ${MEANING} ${fallback}`,
});
