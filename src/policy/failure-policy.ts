/**
 * What a policy does with an image of which nobody can tell (policy-api.md §2.1): failurePolicy and verifiedWithin, checked
 * and read.
 */
import { parseDuration } from "../encoding/duration.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { itemsOf, memberOf, type FieldError } from "./field-errors.ts";
import { parsePattern } from "./pattern.ts";
import type { FailurePolicy } from "./verdict.ts";

const DEFAULT_WITHIN_MS = 24 * 3_600_000;
const MAX_WITHIN_MS = 168 * 3_600_000;

/** `spec` is any value. */
export function checkFailurePolicy(spec: unknown): readonly FieldError[] {
  return [...checkIgnore(spec), ...checkVerifiedWithin(spec)];
}

/** Of any value: what is wrong with it is an error of its own, and taken as the strictest. */
export function readFailurePolicy(spec: unknown): {
  readonly failurePolicy: FailurePolicy;
  /** Milliseconds for which IgnoreIfVerified rests on what a rule passed. */
  readonly verifiedWithin?: number;
} {
  const written = memberOf(spec, "failurePolicy");
  if (written === "Ignore") return { failurePolicy: written };
  if (written !== "IgnoreIfVerified") return { failurePolicy: "Fail" };
  return { failurePolicy: written, verifiedWithin: durationOf(memberOf(spec, "verifiedWithin")) ?? DEFAULT_WITHIN_MS };
}

/** The pod's author would pick a registry that answers the node and not us. */
function checkIgnore(spec: unknown): readonly FieldError[] {
  if ((memberOf(spec, "failureAction") ?? "Enforce") !== "Enforce" || memberOf(spec, "failurePolicy") !== "Ignore") {
    return [];
  }
  const patterns = itemsOf(memberOf(spec, "verifyImages"), "").flatMap(({ value }) =>
    itemsOf(memberOf(value, "imageReferences"), ""),
  );
  const wild = patterns.find(({ value }) => {
    const result = typeof value === "string" ? parsePattern(value) : undefined;
    return result?.ok === true && result.pattern.hasHostWildcard;
  });
  if (wild === undefined) return [];
  const message = `is Ignore, want Fail: under Enforce a pattern with a wildcard in its host, as ${JSON.stringify(wild.value)}, would let the pod's author pick a registry that does not answer`;
  return [{ path: "spec.failurePolicy", message }];
}

function checkVerifiedWithin(spec: unknown): readonly FieldError[] {
  const path = "spec.verifiedWithin";
  const written = memberOf(spec, "verifiedWithin");
  if (written === undefined) return [];
  if (memberOf(spec, "failurePolicy") !== "IgnoreIfVerified") {
    const message = "must be written with failurePolicy IgnoreIfVerified alone: no other policy remembers anything";
    return [{ path, message }];
  }
  const duration = durationOf(written);
  return duration !== undefined && duration > MAX_WITHIN_MS
    ? [{ path, message: `is ${JSON.stringify(written)}, want at most 168h` }]
    : [];
}

/** What is no duration the schema refuses. */
function durationOf(written: unknown): number | undefined {
  if (typeof written !== "string") return undefined;
  try {
    return parseDuration(written);
  } catch (error) {
    if (error instanceof EncodingError) return undefined;
    throw error;
  }
}
