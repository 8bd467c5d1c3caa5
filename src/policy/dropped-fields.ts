/**
 * Fields that an operator wrote and the API server dropped (policy-api.md §5): a plain PUT or POST loses what the kind does
 * not have, with a warning that few see. kubectl's last-applied annotation still shows them.
 */
import { parseJson, toPlain } from "../encoding/json.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { isUnknownMember, schemaCheck, type SchemaCheck } from "../schema/validator.ts";
import { validateExceptionSpec, validateTrustRootSpec } from "../schema/validators.js";
import { memberOf } from "./field-errors.ts";
import { specPath } from "./resource-check.ts";
import { checkPolicySchema } from "./validate.ts";

export type Kind = "ImageVerifyPolicy" | "ClusterImageVerifyPolicy" | "ImageVerifyException" | "TrustRoot";

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
/** As many as a status holds, and as long as it holds them. */
const MAX_FIELDS = 32;
const MAX_PATH = 512;

const CHECKS: Readonly<Record<Kind, SchemaCheck>> = {
  ImageVerifyPolicy: (spec) => checkPolicySchema("ImageVerifyPolicy", spec),
  ClusterImageVerifyPolicy: (spec) => checkPolicySchema("ClusterImageVerifyPolicy", spec),
  ImageVerifyException: schemaCheck(validateExceptionSpec),
  TrustRoot: schemaCheck(validateTrustRootSpec),
};

/** Their paths. Nothing where the annotation is absent or cannot be read: whoever writes the object writes it. */
export function droppedFields(kind: Kind, metadata: unknown): readonly string[] {
  const written = memberOf(memberOf(metadata, "annotations"), LAST_APPLIED);
  if (typeof written !== "string") return [];
  const unknown = CHECKS[kind](memberOf(readJson(written), "spec")).filter(isUnknownMember);
  return unknown.slice(0, MAX_FIELDS).map(({ path }) => specPath(path).slice(0, MAX_PATH));
}

function readJson(text: string): unknown {
  try {
    return toPlain(parseJson(text));
  } catch (error) {
    if (error instanceof EncodingError) return undefined;
    throw error;
  }
}
