/** What an object of ours is beside its spec: who it is, which generation of it was read, and the status that it has. */
import { asObject, asString, isJsonObject } from "../encoding/guard.ts";
import { toPlain, type JsonObject } from "../encoding/json.ts";
import { droppedFields, type Kind } from "../policy/dropped-fields.ts";
import { relaxationsOf } from "../policy/relaxations.ts";
import type { Written } from "../policy/status.ts";

/** As paths of the API name the kinds. */
export const PLURALS = {
  ImageVerifyPolicy: "imageverifypolicies",
  ClusterImageVerifyPolicy: "clusterimageverifypolicies",
  ImageVerifyException: "imageverifyexceptions",
  TrustRoot: "trustroots",
} as const satisfies Readonly<Record<Kind, string>>;

export interface ObjectState {
  readonly kind: Kind;
  /** Undefined for what belongs to none. */
  readonly namespace?: string;
  readonly name: string;
  readonly uid: string;
  /** Another one for every change of the spec, and for no other; undefined where the API server gives none. */
  readonly generation?: number;
  /** As it was read, of any shape. */
  readonly status: unknown;
  readonly written: Written;
}

export function readObjectState(kind: Kind, object: JsonObject): ObjectState {
  const metadata = asObject(object.get("metadata"), "metadata");
  const [namespace, uid, generation] = ["namespace", "uid", "generation"].map((member) => metadata.get(member));
  return {
    kind,
    ...(typeof namespace === "string" ? { namespace } : {}),
    name: asString(metadata.get("name"), "metadata.name"),
    uid: typeof uid === "string" ? uid : "",
    ...(typeof generation === "number" ? { generation } : {}),
    status: plain(object.get("status")),
    written: {
      droppedFields: droppedFields(kind, toPlain(metadata)),
      relaxations:
        kind === "TrustRoot" || kind === "ImageVerifyException" ? [] : relaxationsOf(plain(object.get("spec"))),
    },
  };
}

/** True if what was compiled of the one is what would be compiled of the other: its status or its labels changed. */
export function hasSameSpec(before: ObjectState | undefined, after: ObjectState): boolean {
  if (before === undefined || after.generation === undefined || after.uid === "") return false;
  return before.uid === after.uid && before.generation === after.generation;
}

function plain(value: ReturnType<JsonObject["get"]>): unknown {
  return value === undefined || !isJsonObject(value) ? undefined : toPlain(value);
}
