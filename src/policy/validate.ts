/**
 * validatePolicy(): everything that is wrong with a policy, all at once and with paths: the schema, then what no schema
 * can say (policy-api.md §5). Unknown fields are refused, since a field that nothing reads protects nobody.
 */
import { attempt } from "../failure/attempt.ts";
import { parseImageReference } from "../oci/reference.ts";
import { schemaCheck, type SchemaError } from "../schema/validator.ts";
import { validateClusterPolicySpec, validateNamespacedPolicySpec } from "../schema/validators.js";
import { checkAttestations } from "./attestation-check.ts";
import { checkCount } from "./count-check.ts";
import { checkEntry } from "./entry-check.ts";
import { checkFailurePolicy } from "./failure-policy.ts";
import { duplicateNames, itemsOf, memberOf, type FieldError } from "./field-errors.ts";
import { checkKeys } from "./key-check.ts";
import { checkConditions } from "./match-conditions.ts";
import { parsePattern, parseSkipPattern } from "./pattern.ts";
import { checkClusterMetadata, checkEnvelope, checkName, specPath } from "./resource-check.ts";
import { checkSelector } from "./selector-check.ts";
import { isPolicyKind, type PolicyKind } from "./types.ts";

const CHECK_SCHEMA = {
  ClusterImageVerifyPolicy: schemaCheck(validateClusterPolicySpec),
  ImageVerifyPolicy: schemaCheck(validateNamespacedPolicySpec),
} as const;

/** The schema alone. */
export function checkPolicySchema(kind: PolicyKind, spec: unknown): readonly SchemaError[] {
  return CHECK_SCHEMA[kind](spec);
}

const NAMESPACE_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** What asks for something to be looked at: never beside static. */
const ASKING = [
  "attestors",
  "attestations",
  "validations",
  "mutateDigest",
  "verifyDigest",
  "imageRegistryCredentials",
  "trustRoot",
  "platforms",
  "source",
];

/** For files and the command line: any value, and everything that keeps it from being a policy. */
export function validatePolicy(resource: unknown): readonly FieldError[] {
  const kind = memberOf(resource, "kind");
  const errors = checkEnvelope(resource);
  if (!isPolicyKind(kind)) {
    return [...errors, { path: "kind", message: "is unknown, want ImageVerifyPolicy or ClusterImageVerifyPolicy" }];
  }
  return [
    ...errors,
    ...checkMetadata(kind, memberOf(resource, "metadata")),
    ...checkSpec(kind, memberOf(resource, "spec")),
  ];
}

/** Name, and the namespace that the namespaced kind lives in. */
export function checkMetadata(kind: PolicyKind, metadata: unknown): readonly FieldError[] {
  if (kind === "ClusterImageVerifyPolicy") return checkClusterMetadata(metadata);
  const namespace = memberOf(metadata, "namespace");
  const errors = [...checkName(metadata)];
  if (typeof namespace !== "string" || !NAMESPACE_NAME.test(namespace)) {
    errors.push({ path: "metadata.namespace", message: "is required: the namespace whose pods the policy is about" });
  }
  return errors;
}

/** Schema errors and those of the checks below; where both speak of one field, the check says it better. */
export function checkSpec(kind: PolicyKind, spec: unknown): readonly FieldError[] {
  const rules = itemsOf(memberOf(spec, "verifyImages"), "spec.verifyImages");
  const checks = [
    ...duplicateNames(memberOf(spec, "verifyImages"), "spec.verifyImages"),
    ...rules.flatMap(({ value, path }) => checkRule(kind, value, path)),
    ...checkFailurePolicy(spec),
    ...checkBackground(spec),
    ...checkMatch(kind, memberOf(spec, "match")),
  ];
  const spoken = new Set(checks.map(({ path }) => path));
  const schema = CHECK_SCHEMA[kind](spec).map(({ path, message }) => ({ path: specPath(path), message }));
  return [...schema.filter(({ path }) => !spoken.has(path)), ...checks];
}

/** Of the design, and not made yet: who writes it expects something to happen. */
function checkBackground(spec: unknown): readonly FieldError[] {
  const message = "is not supported: pods that run already are not looked at again, so leave it out";
  return memberOf(spec, "background") === undefined ? [] : [{ path: "spec.background", message }];
}

function checkMatch(kind: PolicyKind, match: unknown): readonly FieldError[] {
  const selectors = kind === "ClusterImageVerifyPolicy" ? ["namespaceSelector", "objectSelector"] : ["objectSelector"];
  return [
    ...selectors.flatMap((field) => checkSelector(memberOf(match, field), `spec.match.${field}`)),
    ...checkConditions(match, "spec.match"),
  ];
}

function checkRule(kind: PolicyKind, rule: unknown, path: string): readonly FieldError[] {
  const checkSet = (set: unknown, at: string): readonly FieldError[] => checkSetOf(kind, set, at);
  const sets = itemsOf(memberOf(rule, "attestors"), `${path}.attestors`);
  return [
    ...checkAsksForSomething(rule, path),
    ...checkStatic(rule, path),
    ...checkPatterns(memberOf(rule, "imageReferences"), `${path}.imageReferences`, parsePattern),
    ...checkPatterns(memberOf(rule, "skipImageReferences"), `${path}.skipImageReferences`, parseSkipPattern),
    ...sets.flatMap((set) => checkSet(set.value, set.path)),
    ...checkSource(memberOf(memberOf(rule, "source"), "repository"), `${path}.source.repository`),
    ...checkAttestations(rule, path, checkSet),
  ];
}

function checkSetOf(kind: PolicyKind, set: unknown, path: string): readonly FieldError[] {
  const entries = itemsOf(memberOf(set, "entries"), `${path}.entries`);
  return [
    ...duplicateNames(memberOf(set, "entries"), `${path}.entries`),
    ...entries.flatMap((entry) => [
      ...checkEntry(entry.value, entry.path),
      ...checkKeys(memberOf(entry.value, "keys"), `${entry.path}.keys`, kind),
    ]),
    ...checkCount(set, path),
  ];
}

function checkAsksForSomething(rule: unknown, path: string): readonly FieldError[] {
  const asks =
    memberOf(rule, "attestors") !== undefined ||
    memberOf(rule, "attestations") !== undefined ||
    memberOf(rule, "static") !== undefined ||
    memberOf(rule, "mutateDigest") === true ||
    memberOf(rule, "verifyDigest") === true;
  const message = "must ask for something: attestors, attestations, static, mutateDigest: true or verifyDigest: true";
  return asks ? [] : [{ path, message }];
}

function checkStatic(rule: unknown, path: string): readonly FieldError[] {
  const beside = memberOf(rule, "static") !== undefined && ASKING.some((field) => memberOf(rule, field) !== undefined);
  const message = `must stand alone, without ${ASKING.slice(0, -1).join(", ")} and ${ASKING.at(-1)}: it leaves nothing to look at`;
  return beside ? [{ path: `${path}.static`, message }] : [];
}

/** The host of a name decides who is asked: one that is no host, or no port, would only fail when it is called. */
function checkSource(repository: unknown, path: string): readonly FieldError[] {
  if (typeof repository !== "string") return [];
  const read = attempt(() => parseImageReference(repository));
  if (read.ok) return [];
  return [{ path, message: `must be host/path, for example registry.example/signatures: ${read.failure.message}` }];
}

function checkPatterns(list: unknown, path: string, parse: typeof parsePattern): readonly FieldError[] {
  return itemsOf(list, path).flatMap((item) => {
    const result = typeof item.value === "string" ? parse(item.value) : undefined;
    return result === undefined || result.ok ? [] : [{ path: item.path, message: result.message }];
  });
}
