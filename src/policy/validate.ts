/**
 * validatePolicy(): everything that is wrong with a policy, all at once and with paths: the schema, then what no schema
 * can say (policy-api.md §5). Unknown fields are refused, since a field that nothing reads protects nobody.
 */
import { compileSchema } from "../schema/validator.ts";
import { checkCount } from "./count-check.ts";
import { checkEntry } from "./entry-check.ts";
import { duplicateNames, itemsOf, memberOf, type FieldError } from "./field-errors.ts";
import { checkKeys } from "./key-check.ts";
import { parsePattern, parseSkipPattern } from "./pattern.ts";
import { POLICY_SPEC_SCHEMA } from "./schema.generated.ts";
import { API_VERSION, isPolicyKind, type PolicyKind } from "./types.ts";

const { match: _clusterOnly, ...NAMESPACED_PROPERTIES } = POLICY_SPEC_SCHEMA.properties;
const CHECK_SCHEMA = {
  ClusterImageVerifyPolicy: compileSchema(POLICY_SPEC_SCHEMA),
  ImageVerifyPolicy: compileSchema({ ...POLICY_SPEC_SCHEMA, properties: NAMESPACED_PROPERTIES }),
} as const;

const TOP_LEVEL = ["apiVersion", "kind", "metadata", "spec"];
const OBJECT_NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;
const NAMESPACE_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const LABEL_KEY = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\/)?[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;

/** For files and the command line: any value, and everything that keeps it from being a policy. */
export function validatePolicy(resource: unknown): readonly FieldError[] {
  const kind = memberOf(resource, "kind");
  const errors: FieldError[] = [];
  if (memberOf(resource, "apiVersion") !== API_VERSION) {
    errors.push({ path: "apiVersion", message: `is not supported, want ${API_VERSION}` });
  }
  if (!isPolicyKind(kind)) {
    errors.push({ path: "kind", message: "is unknown, want ImageVerifyPolicy or ClusterImageVerifyPolicy" });
    return errors;
  }
  const members = typeof resource === "object" && resource !== null ? Object.keys(resource) : [];
  for (const member of members.filter((name) => !TOP_LEVEL.includes(name))) {
    errors.push({ path: member.slice(0, 64), message: `is unknown, want one of ${TOP_LEVEL.join(", ")}` });
  }
  return [
    ...errors,
    ...checkMetadata(kind, memberOf(resource, "metadata")),
    ...checkSpec(kind, memberOf(resource, "spec")),
  ];
}

/** Name, and the namespace that the namespaced kind lives in. */
export function checkMetadata(kind: PolicyKind, metadata: unknown): readonly FieldError[] {
  const name = memberOf(metadata, "name");
  const namespace = memberOf(metadata, "namespace");
  const errors: FieldError[] = [];
  if (typeof name !== "string" || !OBJECT_NAME.test(name)) {
    errors.push({ path: "metadata.name", message: "is required: a DNS name of at most 253 characters" });
  }
  if (kind === "ClusterImageVerifyPolicy" && namespace !== undefined) {
    errors.push({ path: "metadata.namespace", message: "must not be written: the kind belongs to no namespace" });
  }
  if (kind === "ImageVerifyPolicy" && (typeof namespace !== "string" || !NAMESPACE_NAME.test(namespace))) {
    errors.push({ path: "metadata.namespace", message: "is required: the namespace whose pods the policy is about" });
  }
  return errors;
}

/** Schema errors and those of the checks below; where both speak of one field, the check says it better. */
export function checkSpec(kind: PolicyKind, spec: unknown): readonly FieldError[] {
  const rules = itemsOf(memberOf(spec, "verifyImages"), "spec.verifyImages");
  const checks = [
    ...duplicateNames(memberOf(spec, "verifyImages"), "spec.verifyImages"),
    ...rules.flatMap(({ value, path }) => checkRule(value, path)),
    ...checkIgnore(spec),
    ...(kind === "ClusterImageVerifyPolicy"
      ? checkSelector(memberOf(memberOf(spec, "match"), "namespaceSelector"))
      : []),
  ];
  const spoken = new Set(checks.map(({ path }) => path));
  const schema = CHECK_SCHEMA[kind](spec).map(({ path, message }) => ({ path: specPath(path), message }));
  return [...schema.filter(({ path }) => !spoken.has(path)), ...checks];
}

function specPath(path: string): string {
  if (path === "") return "spec";
  return path.startsWith("[") ? `spec${path}` : `spec.${path}`;
}

function checkRule(rule: unknown, path: string): readonly FieldError[] {
  const sets = itemsOf(memberOf(rule, "attestors"), `${path}.attestors`);
  return [
    ...checkAsksForSomething(rule, path),
    ...checkPatterns(memberOf(rule, "imageReferences"), `${path}.imageReferences`, parsePattern),
    ...checkPatterns(memberOf(rule, "skipImageReferences"), `${path}.skipImageReferences`, parseSkipPattern),
    ...sets.flatMap((set) => checkSet(set.value, set.path)),
  ];
}

function checkSet(set: unknown, path: string): readonly FieldError[] {
  const entries = itemsOf(memberOf(set, "entries"), `${path}.entries`);
  return [
    ...duplicateNames(memberOf(set, "entries"), `${path}.entries`),
    ...entries.flatMap((entry) => [
      ...checkEntry(entry.value, entry.path),
      ...checkKeys(memberOf(entry.value, "keys"), `${entry.path}.keys`),
    ]),
    ...checkCount(set, path),
  ];
}

function checkAsksForSomething(rule: unknown, path: string): readonly FieldError[] {
  const asks =
    memberOf(rule, "attestors") !== undefined ||
    memberOf(rule, "mutateDigest") === true ||
    memberOf(rule, "verifyDigest") === true;
  const message = "must ask for something: attestors, mutateDigest: true or verifyDigest: true";
  return asks ? [] : [{ path, message }];
}

function checkPatterns(list: unknown, path: string, parse: typeof parsePattern): readonly FieldError[] {
  return itemsOf(list, path).flatMap((item) => {
    const result = typeof item.value === "string" ? parse(item.value) : undefined;
    return result === undefined || result.ok ? [] : [{ path: item.path, message: result.message }];
  });
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

function checkSelector(selector: unknown): readonly FieldError[] {
  const path = "spec.match.namespaceSelector";
  const labels = memberOf(selector, "matchLabels");
  const keys = typeof labels === "object" && labels !== null ? Object.keys(labels) : [];
  const badKeys = keys.filter((key) => key.length > 317 || !LABEL_KEY.test(key));
  return [
    ...badKeys.map((key) => ({
      path: `${path}.matchLabels`,
      message: `has the key ${JSON.stringify(key.slice(0, 64))}, want label names`,
    })),
    ...itemsOf(memberOf(selector, "matchExpressions"), `${path}.matchExpressions`).flatMap(checkExpression),
  ];
}

function checkExpression(item: { value: unknown; path: string }): readonly FieldError[] {
  const operator = memberOf(item.value, "operator");
  const values = memberOf(item.value, "values");
  const wantsValues = operator === "In" || operator === "NotIn";
  const hasValues = Array.isArray(values) && values.length > 0;
  if (operator === undefined || wantsValues === hasValues) return [];
  const message = "must be written with In and NotIn, and must not be with Exists and DoesNotExist";
  return [{ path: `${item.path}.values`, message }];
}
