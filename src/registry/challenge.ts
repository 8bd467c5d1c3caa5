/**
 * `WWW-Authenticate` (RFC 9110 §11.6.1): one or several challenges, in one header or several, with quoted strings and
 * commas; names in any case. Bearer is preferred, then Basic (registry.md §7.1).
 */

import { ownText } from "../encoding/text.ts";

export type Challenge =
  { readonly scheme: "bearer"; readonly realm: string; readonly service?: string } | { readonly scheme: "basic" };

const MAX_HEADER = 8192;
const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const QUOTED = /"(?:[^"\\]|\\.)*"/y;
const SPACE = /[ \t]*/y;

/** The challenge to answer, or undefined when there is none that we speak. */
export function pickChallenge(header: string | readonly string[] | undefined): Challenge | undefined {
  const text = (typeof header === "string" ? [header] : (header ?? [])).join(", ");
  if (text.length > MAX_HEADER) return undefined;
  const challenges = parseChallenges(text);
  const bearer = challenges.find(({ scheme }) => scheme === "bearer");
  const realm = bearer?.parameters.get("realm");
  if (realm !== undefined) {
    const service = bearer?.parameters.get("service");
    const named = service === undefined || service === "" ? {} : { service: ownText(service) };
    return { scheme: "bearer", realm: ownText(realm), ...named };
  }
  return challenges.some(({ scheme }) => scheme === "basic") ? { scheme: "basic" } : undefined;
}

interface Parsed {
  readonly scheme: string;
  readonly parameters: Map<string, string>;
}

/** A word followed by "=" is a parameter of the challenge before it; any other word opens a new challenge. */
function parseChallenges(text: string): readonly Parsed[] {
  const challenges: Parsed[] = [];
  let offset = 0;
  const match = (pattern: RegExp): string => {
    pattern.lastIndex = offset;
    const found = pattern.exec(text)?.[0] ?? "";
    offset += found.length;
    return found;
  };
  while (offset < text.length) {
    match(SPACE);
    const word = match(TOKEN).toLowerCase();
    match(SPACE);
    if (word === "") offset += 1;
    else if (text[offset] === "=") {
      offset += 1;
      match(SPACE);
      const value = text[offset] === '"' ? unquote(match(QUOTED)) : match(TOKEN);
      const current = challenges.at(-1);
      if (current !== undefined && !current.parameters.has(word)) current.parameters.set(word, value);
    } else challenges.push({ scheme: word, parameters: new Map() });
  }
  return challenges;
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/g, "$1");
}
