/**
 * AdmissionReview answers (kubernetes.md §1). Always with the request's uid; a denial is 403 Forbidden with a cause an
 * image; a patch only when there is something to patch, and never from /validate.
 */
import { encodeBase64 } from "../encoding/base64.ts";
import { encodeUtf8 } from "../encoding/text.ts";
import type { ExceptionUse } from "../policy/exception.ts";
import { effectOf, unmatchedEffect, type ImageVerdict } from "../policy/verdict.ts";

export interface AdmissionResponse {
  readonly apiVersion: "admission.k8s.io/v1";
  readonly kind: "AdmissionReview";
  readonly response: {
    readonly uid: string;
    readonly allowed: boolean;
    readonly status?: DenialStatus;
    readonly patchType?: "JSONPatch";
    readonly patch?: string;
    readonly warnings?: readonly string[];
    readonly auditAnnotations?: Readonly<Record<string, string>>;
  };
}

interface DenialStatus {
  readonly code: number;
  readonly reason: "Forbidden";
  readonly message: string;
  readonly details: {
    readonly causes: readonly { readonly field: string; readonly reason: string; readonly message: string }[];
    readonly retryAfterSeconds?: number;
  };
}

/** What a review found, for the audit log. */
export interface Reviewed {
  readonly verdicts: readonly ImageVerdict[];
  readonly exceptions: readonly ExceptionUse[];
}

export interface Denial extends Reviewed {
  readonly message: string;
  readonly retryAfterSeconds?: number;
}

const MAX_WARNINGS_TOTAL = 4000;
const MAX_WARNING = 250;

export function allowResponse(uid: string, reviewed: Reviewed, warnings: readonly string[]): AdmissionResponse {
  return answer({ uid, allowed: true, ...warningMember(warnings), auditAnnotations: audit("allow", reviewed) });
}

export function denyResponse(uid: string, denial: Denial, warnings: readonly string[]): AdmissionResponse {
  const { message, verdicts, retryAfterSeconds } = denial;
  const causes = verdicts.flatMap(causesOf);
  const details = { causes, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
  const status: DenialStatus = { code: 403, reason: "Forbidden", message, details };
  return answer({ uid, allowed: false, status, ...warningMember(warnings), auditAnnotations: audit("deny", denial) });
}

/** Admits, with the image fields replaced by their pinned references. */
export function pinResponse(
  uid: string,
  pins: readonly { readonly field: string; readonly value: string }[],
  warnings: readonly string[],
): AdmissionResponse {
  const operations = pins.map(({ field, value }) => ({ op: "replace", path: field, value }));
  const patch = { patchType: "JSONPatch" as const, patch: encodeBase64(encodeUtf8(JSON.stringify(operations))) };
  return answer({ uid, allowed: true, ...(pins.length === 0 ? {} : patch), ...warningMember(warnings) });
}

function answer(response: AdmissionResponse["response"]): AdmissionResponse {
  return { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response };
}

/** The API server cuts each to 256 runes once all together pass 4096, and drops one that holds a control character. */
function warningMember(warnings: readonly string[]): { warnings?: readonly string[] } {
  const lines = [...new Set(warnings.map(oneLine))];
  const kept: string[] = [];
  let room = MAX_WARNINGS_TOTAL;
  for (const line of lines) {
    room -= line.length;
    if (room < 0) break;
    kept.push(line);
  }
  if (kept.length < lines.length) kept.push(`… and ${lines.length - kept.length} more warnings`);
  return kept.length === 0 ? {} : { warnings: kept };
}

/** Go's control characters, and the two line separators of Unicode. */
function oneLine(text: string): string {
  const runes = Array.from(text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " "));
  return runes.length > MAX_WARNING ? `${runes.slice(0, MAX_WARNING - 1).join("")}…` : runes.join("");
}

/** Keys without "/": the API server puts the webhook's name before them. */
function audit(decision: string, { verdicts, exceptions }: Reviewed): Readonly<Record<string, string>> {
  const policies = verdicts.flatMap(({ results }) =>
    results.map(({ policy, verdict }) => `${ruleName(policy, verdict.rule)}=${verdict.outcome}`),
  );
  const unmatched = verdicts.filter((verdict) => verdict.unmatched !== undefined).map(({ image }) => image);
  const excepted = exceptions.map((use) => `${use.exception}:${ruleName(use.policy, use.rule)}`);
  return {
    decision,
    ...listed("policies", policies),
    ...listed(
      "images",
      verdicts.map(({ image }) => image),
    ),
    ...listed("exceptions", excepted),
    ...listed("unmatched", unmatched),
  };
}

function ruleName({ namespace = "", name }: ExceptionUse["policy"], rule: string): string {
  return `${namespace}/${name}/${rule}`;
}

function listed(key: string, values: readonly string[]): Readonly<Record<string, string>> {
  return values.length === 0 ? {} : { [key]: [...new Set(values)].join(",").slice(0, 1024) };
}

/** One for each field that names a denied image; an image that passed, or for which is only warned, causes nothing. */
function causesOf(verdict: ImageVerdict): DenialStatus["details"]["causes"] {
  const denying = verdict.results.filter((result) => effectOf(result) === "deny");
  const isUnmatched = unmatchedEffect(verdict) === "deny";
  if (denying.length === 0 && !isUnmatched) return [];
  const found = denying.flatMap(({ verdict: { findings } }) => findings.map(({ code }) => code));
  const codes = isUnmatched ? [...found, "ImageUnmatched"] : found;
  const message = `${verdict.image}: ${[...new Set(codes)].join(", ")}`.slice(0, 1024);
  return verdict.fields.map((field) => ({ field: dotted(field), reason: "FieldValueForbidden", message }));
}

/** /spec/containers/0/image → spec.containers[0].image */
function dotted(pointer: string): string {
  return pointer
    .slice(1)
    .replace(/\/([0-9]+)(?=\/|$)/g, "[$1]")
    .replaceAll("/", ".");
}
