/**
 * What is wrong with an attestor entry beside its keys (policy-api.md §2.4, §5): the unions, the fields that need or exclude
 * one another, expressions and certificates. The sentences of the CEL rules, and what no CEL rule can see.
 */
import { attempt } from "../failure/attempt.ts";
import { buildAuthorities } from "../x509/authority.ts";
import type { Certificate } from "../x509/certificate.ts";
import { parseCertificates } from "./certificate-list.ts";
import { memberOf, type FieldError } from "./field-errors.ts";
import { parseRegularExpression } from "./regular-expression.ts";

const VARIANTS = ["keys", "keyless", "githubActions", "certificates"] as const;
const MAX_ANNOTATION_KEY = 128;

export function checkEntry(entry: unknown, path: string): readonly FieldError[] {
  const written = VARIANTS.filter((variant) => memberOf(entry, variant) !== undefined);
  const several = `must have exactly one of ${VARIANTS.join(", ")}`;
  return [
    ...(written.length === 1 ? [] : [{ path, message: several }]),
    ...checkKeyless(memberOf(entry, "keyless"), `${path}.keyless`),
    ...checkGithubActions(memberOf(entry, "githubActions"), `${path}.githubActions`),
    ...checkCertificates(memberOf(entry, "certificates"), `${path}.certificates`),
    ...checkAnnotations(memberOf(entry, "annotations"), `${path}.annotations`),
    ...checkWitnesses(entry, path),
  ];
}

/** Without a log entry something else must prove the time that a certificate or a key's window is held against. */
function checkWitnesses(entry: unknown, path: string): readonly FieldError[] {
  const keys = memberOf(entry, "keys");
  const certificates = memberOf(entry, "certificates");
  const hasFulcio = memberOf(entry, "keyless") !== undefined || memberOf(entry, "githubActions") !== undefined;
  const hasWindow = memberOf(keys, "validFrom") !== undefined || memberOf(keys, "validUntil") !== undefined;
  const isUnproven = memberOf(entry, "insecureIgnoreTlog") === true && memberOf(entry, "requireTimestamp") !== true;
  const usesNow = memberOf(certificates, "insecureUseCurrentTime") === true;
  const errors: FieldError[] = [];
  if (isUnproven && keys === undefined && !usesNow) {
    const message =
      "must not be true for a certificate, unless requireTimestamp or certificates.insecureUseCurrentTime is: nothing else would prove when it signed";
    errors.push({ path: `${path}.insecureIgnoreTlog`, message });
  }
  if (isUnproven && hasWindow) {
    const message =
      "must not be true for a key with validFrom or validUntil, unless requireTimestamp is: nothing else would prove when it signed";
    errors.push({ path: `${path}.insecureIgnoreTlog`, message });
  }
  if (memberOf(entry, "insecureIgnoreSCT") !== undefined && !hasFulcio) {
    const message = "must be written with keyless and githubActions only: no other signature could bring one";
    errors.push({ path: `${path}.insecureIgnoreSCT`, message });
  }
  return errors;
}

function checkKeyless(keyless: unknown, path: string): readonly FieldError[] {
  return [...checkText(keyless, path, "issuer"), ...checkText(keyless, path, "subject")];
}

/** Exactly one of `field` and `fieldRegExp`, and whichever it is well written. */
function checkText(variant: unknown, path: string, field: "issuer" | "subject"): readonly FieldError[] {
  if (variant === undefined) return [];
  const exact = memberOf(variant, field);
  const expression = memberOf(variant, `${field}RegExp`);
  const union =
    (exact === undefined) === (expression === undefined)
      ? [{ path: `${path}.${field}`, message: `must have exactly one of ${field}, ${field}RegExp` }]
      : [];
  return [
    ...union,
    ...checkExact(exact, `${path}.${field}`, `${field}RegExp is for more than one ${field}`),
    ...checkExpression(expression, `${path}.${field}RegExp`),
  ];
}

function checkExact(text: unknown, path: string, instead: string): readonly FieldError[] {
  if (typeof text !== "string" || !text.includes("*")) return [];
  return [{ path, message: `must not hold a *, since it is compared as it is: ${instead}` }];
}

function checkExpression(source: unknown, path: string): readonly FieldError[] {
  const result = typeof source === "string" ? parseRegularExpression(source) : undefined;
  return result === undefined || result.ok ? [] : [{ path, message: result.message }];
}

function checkGithubActions(workflow: unknown, path: string): readonly FieldError[] {
  const issuer = memberOf(workflow, "issuer");
  const errors = checkExact(issuer, `${path}.issuer`, "a keyless entry takes expressions");
  if (memberOf(workflow, "serverURL") === undefined || issuer !== undefined) return errors;
  return [
    ...errors,
    { path: `${path}.issuer`, message: "must be written when serverURL is: another server has another issuer" },
  ];
}

function checkCertificates(certificates: unknown, path: string): readonly FieldError[] {
  const errors: FieldError[] = [...checkText(certificates, path, "subject")];
  const read = (field: "roots" | "intermediates"): readonly Certificate[] => {
    const pem = memberOf(certificates, field);
    if (typeof pem !== "string") return [];
    const result = attempt(() => parseCertificates(pem));
    if (!result.ok) errors.push({ path: `${path}.${field}`, message: result.failure.message });
    return result.ok ? result.value : [];
  };
  const found = { roots: read("roots"), intermediates: read("intermediates") };
  const notCa = (["roots", "intermediates"] as const).filter((field) => !found[field].every(mayIssue));
  const message = "hold a certificate that may not issue others, want certificate authorities";
  errors.push(...notCa.map((field) => ({ path: `${path}.${field}`, message })));
  return errors.length > 0 ? errors : checkPaths(found, path);
}

function mayIssue({ basicConstraints }: Certificate): boolean {
  return basicConstraints?.isCa === true;
}

function checkPaths(
  { roots, intermediates }: { readonly roots: readonly Certificate[]; readonly intermediates: readonly Certificate[] },
  path: string,
): readonly FieldError[] {
  const used = new Set(buildAuthorities(roots, intermediates).flatMap(({ chain }) => chain));
  if (intermediates.every((certificate) => used.has(certificate))) return [];
  return [{ path: `${path}.intermediates`, message: "hold a certificate that does not lead to any of the roots" }];
}

function checkAnnotations(annotations: unknown, path: string): readonly FieldError[] {
  const keys = typeof annotations === "object" && annotations !== null ? Object.keys(annotations) : [];
  const isBad = keys.some((key) => key === "" || key.length > MAX_ANNOTATION_KEY);
  return isBad ? [{ path, message: `must have keys of 1 to ${MAX_ANNOTATION_KEY} characters` }] : [];
}
