/**
 * Label selectors with Kubernetes' meaning (meta/v1 LabelSelector): everything written must hold; an absent label meets
 * NotIn and DoesNotExist. Labels that cannot be read count as matching, so that an outage opens nothing (policy-api.md §2.2).
 */
import type { NamespaceSelector } from "./types.ts";

export type Labels = ReadonlyMap<string, string>;
export type Selector = (labels: Labels | undefined) => boolean;

type Expression = NonNullable<NamespaceSelector["matchExpressions"]>[number];

export function compileSelector(selector: NamespaceSelector = {}): Selector {
  const wanted = Object.entries(selector.matchLabels ?? {});
  const tests = (selector.matchExpressions ?? []).map(compileExpression);
  return (labels) =>
    labels === undefined ||
    (wanted.every(([key, value]) => labels.get(key) === value) && tests.every((matches) => matches(labels)));
}

function compileExpression({ key, operator, values = [] }: Expression): (labels: Labels) => boolean {
  const listed = new Set(values);
  switch (operator) {
    case "In":
      return (labels) => listed.has(labels.get(key) ?? "") && labels.has(key);
    case "NotIn":
      return (labels) => !labels.has(key) || !listed.has(labels.get(key) ?? "");
    case "Exists":
      return (labels) => labels.has(key);
    case "DoesNotExist":
      return (labels) => !labels.has(key);
  }
}
