/** Times as operators write them: RFC 3339 in 1970 or later, which is what the API server's rules take too. */
import { parseRfc3339, type Instant } from "../encoding/instant.ts";
import { EncodingError } from "../failure/encoding-error.ts";

/** What is said of a text that is none. */
export const NO_TIME = "must be a time of RFC 3339 in 1970 or later, for example 2027-01-31T00:00:00Z";

/** In milliseconds; undefined for any other text. */
export function readTime(text: string): Instant | undefined {
  try {
    const instant = parseRfc3339(text);
    return instant < 0 ? undefined : instant;
  } catch (error) {
    if (error instanceof EncodingError) return undefined;
    throw error;
  }
}
