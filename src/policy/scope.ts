/**
 * Which pods a policy applies to (policy-api.md §2.2): everything written must hold. What cannot be read, a selector with an
 * error or a condition that errs counts as matching: nothing opens silently.
 */
import type { CelInput } from "@bufbuild/cel";
import type { CelProgram } from "./cel/program.ts";
import type { FieldError } from "./field-errors.ts";
import { compileConditions } from "./match-conditions.ts";
import { compileSelector, type Labels, type Selector } from "./selector.ts";
import type { PodController, PolicyResource } from "./types.ts";

/** Names of an expression to values. */
export type Facts = Readonly<Record<string, CelInput>>;

/** A pod under review, or the one that a template would make. */
export interface ReviewedPod {
  readonly namespace: string;
  /** undefined when they cannot be read. */
  readonly namespaceLabels: Labels | undefined;
  /** As it is to be, and as it was before an update. */
  readonly labels: readonly Labels[];
  /** The kind whose template it is; undefined for a pod itself. */
  readonly template?: PodController;
  /** The kind that owns the object with the template, which was reviewed as well. */
  readonly owner?: PodController;
  /** What conditions look at. */
  facts(): Facts;
}

export type Scope = (pod: ReviewedPod) => boolean;

/** `errors` are those outside of rules. */
export function compileScope({ kind, metadata, spec }: PolicyResource, errors: readonly FieldError[]): Scope {
  const own = kind === "ImageVerifyPolicy" ? metadata.namespace : undefined;
  const isBroken = (path: string): boolean => errors.some((error) => error.path.startsWith(path));
  // Without a match that can be read only the namespace is certain
  if (errors.some(({ path }) => path === "spec" || path === "spec.match"))
    return ({ namespace }) => isIn(own, namespace);
  const match = spec.match ?? {};
  const everything: Selector = () => true;
  const selectorOf = (field: "namespaceSelector" | "objectSelector"): Selector =>
    isBroken(`spec.match.${field}`) ? everything : compileSelector(match[field]);
  const namespaces = selectorOf("namespaceSelector");
  const objects = selectorOf("objectSelector");
  const controllers = isBroken("spec.match.podControllers") ? undefined : match.podControllers;
  const conditions = isBroken("spec.match.conditions") ? [] : compileConditions(match.conditions ?? []);
  return (pod) =>
    isIn(own, pod.namespace) &&
    namespaces(pod.namespaceLabels) &&
    pod.labels.some((labels) => objects(labels)) &&
    isListed(pod, controllers) &&
    holdAll(conditions, pod);
}

function isIn(own: string | undefined, namespace: string): boolean {
  return own === undefined || own === namespace;
}

/** Pods always are. A template is where its kind is listed and no other listed kind owns it. */
function isListed({ template, owner }: ReviewedPod, listed: readonly PodController[] | undefined): boolean {
  if (template === undefined) return true;
  const isChecked = (kind: PodController): boolean => listed === undefined || listed.includes(kind);
  return isChecked(template) && (owner === undefined || !isChecked(owner));
}

/** An error counts as true. */
function holdAll(conditions: readonly CelProgram[], pod: ReviewedPod): boolean {
  if (conditions.length === 0) return true;
  const facts = pod.facts();
  return conditions.every((condition) => {
    const outcome = condition.evaluate(facts);
    return outcome.kind === "error" || outcome.value;
  });
}
