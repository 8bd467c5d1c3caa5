/**
 * What a JSON schema (draft 7) says of a value: what is wrong, each with the field's path and what is allowed there. ajv has
 * made a function of the schema beforehand (validators.d.ts): nobody waits for that. Values are plain, as toPlain() of
 * encoding/json.ts gives them.
 */
import type { ErrorObject } from "ajv";
import { quoted } from "../failure/failure.ts";

export interface SchemaError {
  /** For example verifyImages[0].name; empty for the value itself. */
  readonly path: string;
  readonly message: string;
}

export type SchemaCheck = (value: unknown) => readonly SchemaError[];

/** A function that ajv made, with `allErrors` and `verbose`. */
export interface Validate {
  (value: unknown): boolean;
  /** Of the last value. */
  readonly errors?: readonly ErrorObject[] | null;
}

export function schemaCheck(validate: Validate): SchemaCheck {
  return (value) => (validate(value) ? [] : (validate.errors ?? []).filter(isTold).map(schemaError));
}

/** True for a member that the schema does not have. */
export function isUnknownMember({ message }: SchemaError): boolean {
  return message.startsWith(UNKNOWN);
}

const UNKNOWN = "is unknown, want";

/** What is wrong with a member's name is told once, by "propertyNames". */
function isTold({ keyword, propertyName }: ErrorObject): boolean {
  return propertyName === undefined || keyword === "propertyNames";
}

function schemaError(error: ErrorObject): SchemaError {
  const path = fieldPath(error.instancePath);
  const member = String(error.params["missingProperty"] ?? error.params["additionalProperty"] ?? "");
  switch (error.keyword) {
    case "required":
      return { path: memberPath(path, member), message: `is required${described(memberSchema(error, member))}` };
    case "additionalProperties":
      return { path: memberPath(path, member), message: `${UNKNOWN} ${knownMembers(error, member)}` };
    case "enum":
      return { path, message: `is ${shown(error.data)}, want ${allowedValues(error)}` };
    case "pattern":
      return { path, message: `is ${shown(error.data)}, want what matches ${String(error.params["pattern"])}` };
    case "propertyNames":
      return { path: memberPath(path, String(error.params["propertyName"])), message: wantedName(error) };
    case "type":
      return { path, message: wantedType(error) };
    case "uniqueItems":
      return { path, message: `has ${shown((error.data as readonly unknown[])[Number(error.params["j"])])} twice` };
    default:
      return { path, message: outOfBounds(error) ?? error.message ?? "is not allowed" };
  }
}

const TYPES: Readonly<Record<string, string>> = {
  object: "an object",
  array: "a list",
  string: "a text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
};

/** A text is not repeated: it may be what somebody wrote in the wrong line. Numbers and booleans are what YAML made of a text. */
function wantedType({ data, params }: ErrorObject): string {
  const type = String(params["type"]);
  const wanted = TYPES[type] ?? type;
  if (data === undefined) return `is required: ${wanted}`;
  const isScalar = typeof data === "number" || typeof data === "boolean";
  if (isScalar)
    return `is ${String(data)}, want ${wanted}${type === "string" ? ` (write "${String(data)}" in quotes)` : ""}`;
  return `is ${kindOf(data)}, want ${wanted}`;
}

function kindOf(data: unknown): string {
  if (data === null) return "null";
  if (Array.isArray(data)) return "a list";
  return typeof data === "string" ? "a text" : "an object";
}

/** undefined for keywords that set no bound. */
function outOfBounds({ keyword, params, data }: ErrorObject): string | undefined {
  const limit = String(params["limit"]);
  switch (keyword) {
    case "minimum":
      return `is ${String(data)}, want at least ${limit}`;
    case "maximum":
      return `is ${String(data)}, want at most ${limit}`;
    case "minItems":
    case "minProperties":
      return `has ${sizeOf(data)} members, want at least ${limit}`;
    case "maxItems":
    case "maxProperties":
      return `has ${sizeOf(data)} members, want at most ${limit}`;
    case "minLength":
      return `has ${sizeOf(data)} characters, want at least ${limit}`;
    case "maxLength":
      return `has ${sizeOf(data)} characters, want at most ${limit}`;
    default:
      return undefined;
  }
}

function sizeOf(data: unknown): number {
  return typeof data === "string" ? Array.from(data).length : Object.keys(data as object).length;
}

/** /verifyImages/0/name as an operator writes it: verifyImages[0].name. */
function fieldPath(pointer: string): string {
  const parts = pointer.split("/").slice(1);
  return parts.reduce((path, part) => memberPath(path, part.replaceAll("~1", "/").replaceAll("~0", "~")), "");
}

/** `member` of what stands at `path`, as an operator writes it: trustRoots["a.b"]. */
export function memberPath(path: string, part: string): string {
  if (/^\d+$/.test(part)) return `${path}[${part}]`;
  const shownPart = /^[A-Za-z][A-Za-z0-9]*$/.test(part) ? part : `[${quoted(part)}]`;
  return path === "" || shownPart.startsWith("[") ? path + shownPart : `${path}.${shownPart}`;
}

interface Described {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
}

function memberSchema(error: ErrorObject, member: string): Described | undefined {
  return (error.parentSchema as Described | undefined)?.properties?.[member];
}

function described(schema: Described | undefined): string {
  return schema?.description === undefined ? "" : `: ${schema.description.replace(/\.$/, "")}`;
}

function knownMembers(error: ErrorObject, written: string): string {
  const known = Object.keys((error.parentSchema as Described | undefined)?.properties ?? {});
  const meant = known.find((name) => isAlike(name, written));
  return known.length === 0
    ? "nothing here"
    : `one of ${known.join(", ")}${meant === undefined ? "" : ` (do you mean ${meant}?)`}`;
}

/** One letter more, less, other or in the other case: what a hand slips on. */
function isAlike(name: string, written: string): boolean {
  const [a, b] = [name.toLowerCase(), written.toLowerCase()];
  if (a === b) return true;
  if (Math.abs(a.length - b.length) > 1 || Math.min(a.length, b.length) < 3) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  return restA.slice(1) === restB || restA === restB.slice(1) || restA.slice(1) === restB.slice(1);
}

function wantedName({ schema }: ErrorObject): string {
  return `is not a name for this, want what matches ${String((schema as { pattern?: string }).pattern)}`;
}

/** A single allowed value is a decision that wants its reason. */
function allowedValues(error: ErrorObject): string {
  const values = error.params["allowedValues"] as readonly unknown[];
  const list = values.map(String).join(", ");
  return values.length === 1 ? `${list}${described(error.parentSchema as Described)}` : `one of ${list}`;
}

/** A long text may be a key: it is counted, not repeated. */
function shown(value: unknown): string {
  if (typeof value !== "string") return String(JSON.stringify(value)).slice(0, 64);
  return value.length <= 80 ? quoted(value) : `a text of ${value.length} characters`;
}
