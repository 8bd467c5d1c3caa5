/**
 * AdmissionReview v1 as the API server sends it (kubernetes.md §1), typed after strict guards. The body is hostile: anyone
 * who reaches the port can send one. Members that we do not know are ignored, as the API asks.
 */
import { asArray, asObject, asString } from "../encoding/guard.ts";
import { parseJson, type JsonObject, type JsonValue } from "../encoding/json.ts";
import { decodeLatin1 } from "../encoding/text.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { quoted } from "../failure/failure.ts";
import { AdmissionError } from "./error.ts";

export interface AdmissionRequest {
  readonly uid: string;
  readonly operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT";
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly resource: string;
  readonly subResource?: string;
  readonly namespace: string;
  /** Empty on CREATE with generateName. */
  readonly name: string;
  readonly user: { readonly username: string; readonly groups: readonly string[] };
  readonly dryRun: boolean;
  readonly object?: JsonObject;
  readonly oldObject?: JsonObject;
  /** Everything that the API server wrote, for conditions of policies. */
  readonly members: JsonObject;
}

/** The API server takes objects of at most 3 MiB, and a request may hold two. */
export const MAX_REVIEW_BYTES = 7 * 1024 * 1024;
const MAX_DEPTH = 100;
/** Two objects as large as the API server's store takes have some 150,000, and no pod is so large. */
const MAX_VALUES = 250_000;
const OPERATIONS: ReadonlySet<string> = new Set(["CREATE", "UPDATE", "DELETE", "CONNECT"]);

/**
 * Throws AdmissionError: 400 for what is not a v1 AdmissionReview, 413 for one that is too large; with its uid where a pod of
 * more than we read brought that about.
 */
export function parseAdmissionReview(bytes: Uint8Array): AdmissionRequest {
  if (bytes.length > MAX_REVIEW_BYTES) throw tooLarge(uidOf(bytes));
  // A pod may hold any 64-bit integer (runAsUser, for one), and none decides here.
  const limits = { maxDepth: MAX_DEPTH, maxValues: MAX_VALUES, roundIntegers: true };
  const review = readable(() => parseJson(bytes, limits), uidOf(bytes));
  return readable(() => readReview(asObject(review, "AdmissionReview")), undefined);
}

export function tooLarge(uid?: string): AdmissionError {
  return new AdmissionError(
    413,
    `AdmissionReview has more than ${MAX_REVIEW_BYTES} bytes: make the object smaller`,
    uid,
  );
}

/** Written by the API server before all that anybody else wrote. */
const BEGINNING =
  /^\{(?:"kind":"AdmissionReview",|"apiVersion":"admission\.k8s\.io\/v1",){2}"request":\{"uid":"([A-Za-z0-9-]{1,64})"/;
const BEGINNING_BYTES = 512;

/** The uid of a review by its beginning, of which the rest is not read; undefined where it does not begin as one. */
export function uidOf(start: Uint8Array): string | undefined {
  return BEGINNING.exec(decodeLatin1(start.subarray(0, BEGINNING_BYTES)))?.[1];
}

function readable<T>(read: () => T, uid: string | undefined): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
    throw new AdmissionError(400, `Cannot read AdmissionReview: ${error.message}`, uid);
  }
}

function readReview(review: JsonObject): AdmissionRequest {
  const apiVersion = asString(review.get("apiVersion"), "apiVersion");
  const kind = asString(review.get("kind"), "kind");
  if (apiVersion !== "admission.k8s.io/v1" || kind !== "AdmissionReview") {
    throw new EncodingError(
      `it is ${quoted(kind)} of ${quoted(apiVersion)}, want "AdmissionReview" of "admission.k8s.io/v1"`,
    );
  }
  const request = asObject(review.get("request"), "request");
  const resource = asObject(request.get("resource"), "request.resource");
  const subResource = text(request.get("subResource"), "request.subResource");
  const operation = readOperation(request.get("operation"));
  return {
    uid: nonEmpty(request.get("uid"), "request.uid"),
    operation,
    kind: readKind(request.get("kind")),
    resource: asString(resource.get("resource"), "request.resource.resource"),
    ...(subResource === "" ? {} : { subResource }),
    namespace: text(request.get("namespace"), "request.namespace"),
    name: text(request.get("name"), "request.name"),
    user: readUser(request.get("userInfo")),
    dryRun: request.get("dryRun") === true,
    ...objectMember(request, "object", operation === "CREATE" || operation === "UPDATE"),
    ...objectMember(request, "oldObject", false),
    members: request,
  };
}

function readOperation(value: JsonValue | undefined): AdmissionRequest["operation"] {
  const operation = asString(value, "request.operation");
  if (!OPERATIONS.has(operation)) throw new EncodingError("request.operation is not CREATE, UPDATE, DELETE or CONNECT");
  return operation as AdmissionRequest["operation"];
}

function readKind(value: JsonValue | undefined): AdmissionRequest["kind"] {
  const kind = asObject(value, "request.kind");
  return {
    group: text(kind.get("group"), "request.kind.group"),
    version: asString(kind.get("version"), "request.kind.version"),
    kind: asString(kind.get("kind"), "request.kind.kind"),
  };
}

function readUser(value: JsonValue | undefined): AdmissionRequest["user"] {
  if (value === undefined || value === null) return { username: "", groups: [] };
  const user = asObject(value, "request.userInfo");
  const groups = user.get("groups") ?? [];
  return {
    username: text(user.get("username"), "request.userInfo.username"),
    groups: asArray(groups, "request.userInfo.groups").map((group, i) =>
      asString(group, `request.userInfo.groups[${i}]`),
    ),
  };
}

/** What is written must be there: without its object a CREATE would name no image, and nothing would be refused. */
function objectMember(
  request: JsonObject,
  name: "object" | "oldObject",
  isRequired: boolean,
): Partial<Record<typeof name, JsonObject>> {
  const value = request.get(name) ?? null;
  if (value === null && !isRequired) return {};
  return { [name]: asObject(value, `request.${name}`) };
}

function nonEmpty(value: JsonValue | undefined, path: string): string {
  const string = asString(value, path);
  if (string === "") throw new EncodingError(`${path} is empty`);
  return string;
}

function text(value: JsonValue | undefined, path: string): string {
  return value === undefined || value === null ? "" : asString(value, path);
}
