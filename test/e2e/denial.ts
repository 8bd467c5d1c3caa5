/** Reads the text of a denial. */

/** The codes of the numbered lines, one for each candidate. */
export function codesOf(text: string): readonly string[] {
  return [...text.matchAll(/^ *\d+\. .*?  ([A-Z][A-Za-z0-9]+)(?: \([a-z-]+\))?: \S/gmu)].map(([, code = ""]) => code);
}
