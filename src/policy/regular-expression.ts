/**
 * Regular expressions over identities (policy-api.md §2.4; verification-spec §4.5): RE2's syntax and linear time, by re2js
 * and in no other file. They match the whole text: one that matched anywhere in it would take
 * `https://evil.example/?https://github.com/acme/` for acme's. Refused is what RE2 has not, look-around and
 * back-references above all.
 */
import { RE2JS, RE2JSException } from "re2js";
import { quoted } from "../failure/failure.ts";
import { memoized } from "./memo.ts";

export interface RegularExpression {
  readonly source: string;
  /** True if the expression matches all of `text`. */
  matches(text: string): boolean;
}

/** An expression, or the sentence that says why it is none. */
export type RegularExpressionResult =
  { readonly ok: true; readonly expression: RegularExpression } | { readonly ok: false; readonly message: string };

const MAX_SOURCE = 512;
/** No identity is as long; time grows with expression times text, so both have an end. */
const MAX_TEXT = 4096;

/** Asked for by a policy's checks and by its compiler. */
export const parseRegularExpression: (source: string) => RegularExpressionResult = memoized(parse);

function parse(source: string): RegularExpressionResult {
  if (source.length > MAX_SOURCE) {
    return { ok: false, message: `is ${source.length} characters long, want at most ${MAX_SOURCE}` };
  }
  const refusal = refusalOf(source);
  if (refusal !== undefined) return { ok: false, message: `is no regular expression of RE2: ${refusal}` };
  return { ok: true, expression: { source, matches: matcherOf(source) } };
}

/** Its program is half of what a policy would hold, so one that nobody asks has none: it is made for the first text. */
function matcherOf(source: string): RegularExpression["matches"] {
  let program: RE2JS | undefined;
  return (text) => {
    if (text.length > MAX_TEXT) return false;
    program ??= RE2JS.compile(source);
    return program.matches(text);
  };
}

function refusalOf(source: string): string | undefined {
  try {
    RE2JS.compile(source);
    return undefined;
  } catch (error) {
    if (error instanceof RE2JSException) return quoted(error.message.replace("error parsing regexp: ", ""));
    throw error;
  }
}
