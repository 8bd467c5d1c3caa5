// Runs the reflector against a script of answers, and says what happened.
import { asObject, asString } from "../../src/encoding/guard.ts";
import type { JsonObject } from "../../src/encoding/json.ts";
import { ListWatch } from "../../src/kubernetes/list-watch.ts";
import { fakeApi, isStreamed, list, named, type Step } from "./fake-api.ts";

export const PATH = "/api/v1/things";

export interface FollowOptions {
  /** The API server can begin a watch with all there is. */
  readonly canStream?: boolean;
  readonly random?: number;
  /** Says when it may not read, too. */
  readonly tellsForbidden?: boolean;
  readonly onObject?: (name: string) => void;
}

/** Runs a script to its end; everything that happened, in order. */
export async function follow(
  steps: readonly Step[],
  { canStream = false, random = 0, tellsForbidden = false, onObject }: FollowOptions = {},
): Promise<readonly string[]> {
  const stop = new AbortController();
  const happened: string[] = [];
  const { client } = fakeApi({ [PATH]: steps }, () => stop.abort(), canStream);
  const take = (object: JsonObject): string => {
    const name = asString(asObject(object.get("metadata"), "metadata").get("name"), "name");
    onObject?.(name);
    return name;
  };
  await new ListWatch({
    client: {
      get: (path, query, signal) => {
        const watched = isStreamed(query) ? "stream" : `watch ${query["resourceVersion"]}`;
        const asked = query["watch"] === "true" ? watched : `list ${query["continue"] ?? ""}`.trim();
        if (canStream || asked !== "stream") happened.push(asked);
        return client.get(path, query, signal);
      },
    },
    path: PATH,
    onReplace: (objects) => {
      happened.push(`= ${objects.map(take).join(" ")}`.trim());
    },
    onChange: (type, object) => {
      happened.push(`${type} ${take(object)}`);
    },
    onState: (state) => happened.push(`"${state}"`),
    onForbidden: () => tellsForbidden && happened.push("forbidden"),
    delay: (milliseconds) => {
      happened.push(`wait ${milliseconds}`);
      return Promise.resolve();
    },
    random: () => random,
  }).run(stop.signal);
  return happened;
}

/** A list of a and b. */
export const TWO = list([named("a", "1"), named("b", "2")], "7");
/** The Status of 410. */
export const GONE = { kind: "Status", status: "Failure", reason: "Expired", code: 410, message: "secret" };
