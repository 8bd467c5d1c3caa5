/** The body of a watch: one JSON object a line, cut anywhere by the network (kubernetes.md §11). */
import { asObject, asString } from "../encoding/guard.ts";
import { parseJson, type JsonObject } from "../encoding/json.ts";
import { concatBytes } from "../encoding/text.ts";
import { EncodingError } from "../failure/encoding-error.ts";

export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: JsonObject;
}

const MAX_LINE_BYTES = 8 * 1024 * 1024;
const MAX_DEPTH = 100;
const NEWLINE = 0x0a;
const TYPES: ReadonlySet<string> = new Set(["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]);

/** Yields whole events; a cut last line is dropped, since the watch goes on from the last version seen. Throws EncodingError. */
export async function* readWatchEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<WatchEvent> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    let rest = chunk;
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      const line = concatBytes(...parts, rest.subarray(0, end));
      parts = [];
      length = 0;
      rest = rest.subarray(end + 1);
      if (line.length > 0) yield readEvent(line);
    }
    parts.push(rest);
    length += rest.length;
    if (length > MAX_LINE_BYTES) throw new EncodingError(`a watch event is longer than ${MAX_LINE_BYTES} bytes`);
  }
}

function readEvent(line: Uint8Array): WatchEvent {
  const event = asObject(
    parseJson(line, { maxDepth: MAX_DEPTH, maxValues: Infinity, roundIntegers: true }),
    "watch event",
  );
  const type = asString(event.get("type"), "type");
  if (!TYPES.has(type)) throw new EncodingError("unknown type of watch event");
  return { type: type as WatchEvent["type"], object: asObject(event.get("object"), "object") };
}
