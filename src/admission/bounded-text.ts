/**
 * What one answer has room for. A pod may name thousands of images under many rules, and an event keeps the first 1,024 bytes of
 * what is said of it: the first refusals are told in full, all are counted, and as many as there is room for are named.
 */

/** Characters of one text, all of it. */
export const MAX_TEXT = 16_384;
/** Of these, kept for the names of what is not told in full. */
const NAMES_ROOM = 4096;
const MAX_LINE = 2048;

/** What is said of one image by one rule. */
export interface Refusal {
  /** One line: image, policy, rule and codes. */
  readonly name: string;
  /** Its first line says the same in a sentence. */
  readonly lines: readonly string[];
}

/** At most MAX_TEXT characters. Nothing is left out without being counted. */
export function joinRefusals(refusals: readonly Refusal[], images: number): string {
  const whole = refusals.map(({ lines }) => lines.join("\n")).join("\n");
  if (whole.length <= MAX_TEXT) return whole;
  if (refusals.length === 1) return cutLines(refusals[0]?.lines ?? [], MAX_TEXT);
  const head = `${refusals.length} refusals of ${images} images, more than fits here: the first in full`;
  const told: string[] = [];
  let room = MAX_TEXT - NAMES_ROOM - head.length - 1;
  for (const { lines } of refusals) {
    // The first is told whatever its length is
    const text = told.length === 0 ? cutLines(lines, room) : lines.join("\n");
    if (text.length > room) break;
    told.push(text);
    room -= text.length + 1;
  }
  const rest = refusals.slice(told.length);
  return [head, ...told, ...(rest.length === 0 ? [] : [nameRest(rest)])].join("\n");
}

/** `… and 3 more: A; B; 1 not named`, within NAMES_ROOM with the line's end before it. */
function nameRest(rest: readonly Refusal[]): string {
  const start = `… and ${rest.length} more: `;
  const named: string[] = [];
  const lastWords = (left: number): string => (left === 0 ? "" : `; ${left} not named`);
  let room = NAMES_ROOM - 1 - start.length - lastWords(rest.length).length;
  for (const { name } of rest) {
    room -= name.length + 2;
    if (room < 0) break;
    named.push(name);
  }
  if (named.length === 0) return `… and ${rest.length} more`;
  return `${start}${named.join("; ")}${lastWords(rest.length - named.length)}`;
}

/** As many whole lines as there is room for; one that is long by itself ends with "…". */
function cutLines(lines: readonly string[], room: number): string {
  if (lines.join("\n").length <= room) return lines.join("\n");
  const kept: string[] = [];
  const lastLine = (left: number): string => `  … and ${left} more lines`;
  let left = room - lastLine(lines.length).length;
  for (const line of lines.map(cutLine)) {
    left -= line.length + 1;
    if (left < 0) break;
    kept.push(line);
  }
  return kept.length === lines.length ? kept.join("\n") : [...kept, lastLine(lines.length - kept.length)].join("\n");
}

/** Never between the two halves of one character. */
function cutLine(line: string): string {
  return line.length <= MAX_LINE ? line : `${line.slice(0, MAX_LINE - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
