/**
 * Tests of one whole text, and how messages say what they want (policy-api.md §2.4): exact, a regular expression, or a glob
 * with the wildcards of patterns over images. Exact is code point by code point: GitHub's names that differ in case are
 * one repository to GitHub and two to us.
 */
import { quoted } from "../failure/failure.ts";
import type { TextMatcher } from "../verify/identity.ts";
import { matchGlob } from "./glob.ts";
import { parseRegularExpression } from "./regular-expression.ts";

/** As in paths of images: `*` takes any run of characters, `?` one but `/`. */
const STOPS = { star: "", one: "/" } as const;

export function exactly(text: string): TextMatcher {
  return { wanted: quoted(text), matches: (value) => value === text };
}

/** Requires an expression that validation took. */
export function matchOf(source: string): TextMatcher {
  const result = parseRegularExpression(source);
  if (!result.ok) throw new Error(`an expression ${result.message} after it was validated`);
  return { wanted: `a match of ${quoted(source)}`, matches: (value) => result.expression.matches(value) };
}

export function globbed(pattern: string): TextMatcher {
  return { wanted: quoted(pattern), matches: (value) => matchGlob(pattern, value, STOPS) };
}

/** The first that matches suffices; requires at least one. */
export function oneOf(matchers: readonly TextMatcher[]): TextMatcher {
  return {
    wanted: matchers.map(({ wanted }) => wanted).join(" or "),
    matches: (value) => matchers.some((matcher) => matcher.matches(value)),
  };
}
