/** What every kind of ours has around its spec (policy-api.md §5): version, members, name. Unknown members are refused. */
import { quoted } from "../failure/failure.ts";
import { memberOf, type FieldError } from "./field-errors.ts";
import { API_VERSION } from "./types.ts";

const TOP_LEVEL = ["apiVersion", "kind", "metadata", "spec"];
/** Of an object that was read from an API server: it is what Sealgate wrote, and says nothing. */
const STATUS = "status";
const OBJECT_NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/** Version and members of any value that may be one of our objects; its kind is the caller's to know. */
export function checkEnvelope(resource: unknown): readonly FieldError[] {
  const errors: FieldError[] = [];
  const version = memberOf(resource, "apiVersion");
  if (version !== API_VERSION) errors.push({ path: "apiVersion", message: `${written(version)}, want ${API_VERSION}` });
  const members = typeof resource === "object" && resource !== null ? Object.keys(resource) : [];
  for (const member of members.filter((name) => !TOP_LEVEL.includes(name) && name !== STATUS)) {
    errors.push({ path: member.slice(0, 64), message: `is unknown, want one of ${TOP_LEVEL.join(", ")}` });
  }
  return errors;
}

/** metadata.name of any kind. */
export function checkName(metadata: unknown): readonly FieldError[] {
  const name = memberOf(metadata, "name");
  if (typeof name === "string" && OBJECT_NAME.test(name)) return [];
  const wanted = "a DNS name: lower-case letters, digits, - and ., at most 253 characters";
  return [{ path: "metadata.name", message: `${written(name)}, want ${wanted}` }];
}

function written(value: unknown): string {
  if (value === undefined) return "is absent";
  return typeof value === "string" ? `is ${quoted(value)}` : "is no text";
}

/** metadata of a kind that belongs to no namespace. */
export function checkClusterMetadata(metadata: unknown): readonly FieldError[] {
  const message = "must not be written: the kind belongs to no namespace";
  const isPlaced = memberOf(metadata, "namespace") !== undefined;
  return [...checkName(metadata), ...(isPlaced ? [{ path: "metadata.namespace", message }] : [])];
}

/** Path of a schema's error in the object: spec.verifyImages[0]. */
export function specPath(path: string): string {
  if (path === "") return "spec";
  return path.startsWith("[") ? `spec${path}` : `spec.${path}`;
}
