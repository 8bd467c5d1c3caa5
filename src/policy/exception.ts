/**
 * ImageVerifyException (policy-api.md §2.7): takes named rules off images, for pods of listed namespaces, until it expires
 * and never longer than 90 days. One that is wrong in any part takes nothing off. It cannot make a rule pass, and several
 * never add up to more than each says.
 */
import type { Instant } from "../encoding/instant.ts";
import { formatReference, type ImageReference } from "../oci/reference.ts";
import type { CompiledPolicy } from "./compile.ts";
import { checkException, parseExceptionPattern } from "./exception-check.ts";
import type { ExceptionSpec } from "./exception-spec.generated.ts";
import type { FieldError } from "./field-errors.ts";
import type { ApplicableRule } from "./match.ts";
import type { ImagePattern } from "./pattern.ts";
import { compileSelector, type Labels } from "./selector.ts";
import { readTime } from "./written-time.ts";

/** As the API server and files hold it; nothing of it is believed before checkException(). */
export interface ExceptionResource {
  readonly kind: "ImageVerifyException";
  readonly metadata: { readonly name: string; readonly creationTimestamp?: string };
  readonly spec: ExceptionSpec;
}

/** What may be excepted: one rule over one image of one pod. */
export interface ExceptedRule {
  readonly policy: CompiledPolicy["id"];
  readonly rule: string;
  readonly namespace: string;
  /** Of the pod; undefined when they are not known, and then a selector selects nothing. */
  readonly labels: Labels | undefined;
  readonly reference: ImageReference;
}

export interface CompiledException {
  readonly name: string;
  readonly reason: string;
  /** Non-empty: it takes nothing off. */
  readonly errors: readonly FieldError[];
  /** The policies and rules that it names, for whoever tells the operator that one does not exist. */
  readonly policies: ExceptionSpec["policies"];
  /** From this instant it holds no more; undefined where it does not hold at all. */
  readonly until?: Instant;
  /** It would hold longer than 90 days, and does not. */
  readonly expiresTooLate: boolean;
  excepts(what: ExceptedRule, now: Instant): boolean;
}

const MAX_AGE_MS = 90 * 24 * 60 * 60 * 1000;

/** Never throws for what an operator wrote; see `errors`. */
export function compileException(resource: ExceptionResource): CompiledException {
  const { metadata, spec } = resource;
  const errors = checkException(resource);
  const { name } = metadata;
  if (errors.length > 0) {
    return { name, reason: "", errors, policies: [], expiresTooLate: false, excepts: () => false };
  }
  const expires = readTime(spec.expires) ?? -Infinity;
  const created = readTime(metadata.creationTimestamp ?? "");
  const latest = created === undefined ? Infinity : created + MAX_AGE_MS;
  const until = Math.min(expires, latest);
  // What a file says has no time of making: it may not reach farther than 90 days from now
  const holdsAt = (now: Instant): boolean => now < until && until <= now + MAX_AGE_MS;
  return {
    name,
    reason: spec.reason,
    errors,
    policies: spec.policies,
    until,
    expiresTooLate: expires > latest,
    excepts: compileExcepts(spec, holdsAt),
  };
}

/** One rule that an exception took off one image, for every record of it. */
export interface ExceptionUse {
  readonly exception: string;
  readonly reason: string;
  readonly until: Instant;
  readonly policy: CompiledPolicy["id"];
  readonly rule: string;
  /** Canonical reference. */
  readonly image: string;
}

/** The rules that stand, and those that an exception takes off. */
export function takeExcepted<T extends ApplicableRule>(
  rules: readonly T[],
  exceptions: readonly CompiledException[],
  where: Pick<ExceptedRule, "namespace" | "labels" | "reference">,
  now: Instant,
): { readonly rules: readonly T[]; readonly uses: readonly ExceptionUse[] } {
  const uses: ExceptionUse[] = [];
  const standing = rules.filter(({ policy, rule }) => {
    const what = { ...where, policy: policy.id, rule: rule.name };
    const found = exceptions.find((exception) => exception.excepts(what, now));
    if (found?.until === undefined) return true;
    const { name: exception, reason, until } = found;
    uses.push({
      exception,
      reason,
      until,
      policy: policy.id,
      rule: rule.name,
      image: formatReference(where.reference),
    });
    return false;
  });
  return { rules: standing, uses };
}

function compileExcepts(spec: ExceptionSpec, holdsAt: (now: Instant) => boolean): CompiledException["excepts"] {
  const namespaces = new Set(spec.namespaces);
  const images = spec.images.flatMap((text): readonly ImagePattern[] => {
    const result = parseExceptionPattern(text);
    return result.ok ? [result.pattern] : [];
  });
  const selects = spec.podSelector === undefined ? undefined : compileSelector(spec.podSelector);
  return ({ policy, rule, namespace, labels, reference }, now) =>
    holdsAt(now) &&
    namespaces.has(namespace) &&
    spec.policies.some(
      (named) => isNamed(named, policy) && (named.rules === undefined || named.rules.includes(rule)),
    ) &&
    images.some((pattern) => pattern.matches(reference)) &&
    (selects === undefined || (labels !== undefined && selects(labels)));
}

function isNamed(named: ExceptionSpec["policies"][number], policy: CompiledPolicy["id"]): boolean {
  return (
    (named.kind ?? "ClusterImageVerifyPolicy") === policy.kind &&
    named.name === policy.name &&
    named.namespace === policy.namespace
  );
}
