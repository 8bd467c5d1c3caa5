/**
 * The wildcards of patterns (policy-api.md §3), matched by hand in time proportional to pattern times text, so that no
 * pattern and no image name can make it slow. Nothing but `*` and `?` is special, and both ends are anchored.
 */

/** True if all of `text` matches `pattern`. Neither `*` nor `?` takes a character of `stop`, as `star` and `one` say. */
export function matchGlob(pattern: string, text: string, stops: { star: string; one: string }): boolean {
  let p = 0;
  let t = 0;
  let starAt = -1;
  let starText = 0;
  while (t < text.length) {
    const wanted = pattern[p];
    if (wanted === "*") {
      starAt = p;
      starText = t;
      p += 1;
    } else if (wanted !== undefined && matchesOne(wanted, text.charAt(t), stops.one)) {
      p += 1;
      t += 1;
    } else if (starAt >= 0 && text[starText] !== stops.star) {
      // Only the last star is ever widened: if it can take the rest, no earlier one needs to
      starText += 1;
      t = starText;
      p = starAt + 1;
    } else {
      return false;
    }
  }
  while (pattern[p] === "*") p += 1;
  return p === pattern.length;
}

function matchesOne(wanted: string, character: string, stop: string): boolean {
  return wanted === "?" ? character !== stop : wanted === character;
}
