/**
 * Everything that is wrong with an ImageVerifyException, all at once and with paths (policy-api.md §2.7). What it says is
 * held against the policies that exist elsewhere: an exception may be made before its policy.
 */
import { schemaCheck } from "../schema/validator.ts";
import { validateExceptionSpec } from "../schema/validators.js";
import { itemsOf, memberOf, type FieldError } from "./field-errors.ts";
import { parsePattern, parseSkipPattern, type PatternResult } from "./pattern.ts";
import { checkClusterMetadata, checkEnvelope, specPath } from "./resource-check.ts";
import { checkSelector } from "./selector-check.ts";
import { NO_TIME, readTime } from "./written-time.ts";

const checkSchema = schemaCheck(validateExceptionSpec);

/** For files and the command line: any value of this kind. */
export function validateException(resource: unknown): readonly FieldError[] {
  return [...checkEnvelope(resource), ...checkException(resource)];
}

/** As the API server holds it, whose metadata is its own. */
export function checkException(resource: unknown): readonly FieldError[] {
  const metadata = memberOf(resource, "metadata");
  const spec = memberOf(resource, "spec");
  return [
    ...checkClusterMetadata(metadata),
    ...checkTime(memberOf(metadata, "creationTimestamp"), "metadata.creationTimestamp"),
    ...checkSpec(spec),
  ];
}

/** An entry of `images`: as narrow as a skip, or every image. */
export function parseExceptionPattern(text: string): PatternResult {
  return text === "*" ? parsePattern(text) : parseSkipPattern(text);
}

/** Where a check and the schema speak of one field, the check says it better. */
function checkSpec(spec: unknown): readonly FieldError[] {
  const checks = [
    ...itemsOf(memberOf(spec, "policies"), "spec.policies").flatMap(checkPolicy),
    ...itemsOf(memberOf(spec, "images"), "spec.images").flatMap(checkImage),
    ...checkSelector(memberOf(spec, "podSelector"), "spec.podSelector"),
    ...checkTime(memberOf(spec, "expires"), "spec.expires"),
  ];
  const spoken = new Set(checks.map(({ path }) => path));
  const schema = checkSchema(spec).map(({ path, message }) => ({ path: specPath(path), message }));
  return [...schema.filter(({ path }) => !spoken.has(path)), ...checks];
}

function checkPolicy({ value, path }: { value: unknown; path: string }): readonly FieldError[] {
  const isNamespaced = memberOf(value, "kind") === "ImageVerifyPolicy";
  if (isNamespaced === (memberOf(value, "namespace") !== undefined)) return [];
  const message = "namespace must be written for an ImageVerifyPolicy, and must not be for a ClusterImageVerifyPolicy";
  return [{ path: `${path}.namespace`, message }];
}

function checkImage({ value, path }: { value: unknown; path: string }): readonly FieldError[] {
  const result = typeof value === "string" ? parseExceptionPattern(value) : undefined;
  return result === undefined || result.ok ? [] : [{ path, message: result.message }];
}

/** The schema speaks of what is no text. */
function checkTime(value: unknown, path: string): readonly FieldError[] {
  return typeof value === "string" && readTime(value) === undefined ? [{ path, message: NO_TIME }] : [];
}
