/** What `match.conditions` look at (policy-api.md §2.2): the pod as it is to be and as it was, the request, the namespace. */
import type { JsonObject, JsonValue } from "../encoding/json.ts";
import { celOf } from "../policy/cel/values.ts";
import type { Facts, ReviewedPod } from "../policy/scope.ts";
import type { Labels } from "../policy/selector.ts";
import { objectLabels } from "./labels.ts";
import type { PodUnderReview } from "./pod-template.ts";
import type { AdmissionRequest } from "./request.ts";

/** Beside the objects, which are the pods, and what only dry runs have. */
const NOT_SHOWN: ReadonlySet<string> = new Set(["object", "oldObject", "options"]);

/** `labels` are the namespace's; undefined when they cannot be read. Throws AdmissionError for labels that are none. */
export function reviewedPod(
  request: AdmissionRequest,
  { pod, oldPod, template, owner }: PodUnderReview,
  labels: Labels | undefined,
): ReviewedPod {
  const { namespace } = request;
  return {
    namespace,
    namespaceLabels: labels,
    labels: [objectLabels(pod), ...(oldPod === undefined ? [] : [objectLabels(oldPod)])],
    ...(template === undefined ? {} : { template }),
    ...(owner === undefined ? {} : { owner }),
    facts: () => factsOf(request, pod, oldPod, labels),
  };
}

function factsOf(
  { namespace, members }: AdmissionRequest,
  pod: JsonObject,
  oldPod: JsonObject | undefined,
  labels: Labels | undefined,
): Facts {
  const shown = [...members].filter(([name]) => !NOT_SHOWN.has(name));
  return {
    object: celOf(pod),
    oldObject: celOf(oldPod ?? null),
    request: celOf(new Map(shown)),
    // Absent when its labels cannot be read: who asks for it then errs, and an error counts as true
    ...(labels === undefined ? {} : { namespaceObject: celOf(namespaceObject(namespace, labels)) }),
  };
}

function namespaceObject(name: string, labels: Labels): JsonObject {
  const metadata = new Map<string, JsonValue>([
    ["name", name],
    ["labels", new Map<string, JsonValue>(labels)],
  ]);
  return new Map<string, JsonValue>([
    ["apiVersion", "v1"],
    ["kind", "Namespace"],
    ["metadata", metadata],
  ]);
}
