/** What a review will look at: the images that some rule covers, each text once, with its rules (policy-api.md §4, steps 2 to 4). No I/O. */
import { podImages } from "../admission/images.ts";
import { objectLabels } from "../admission/labels.ts";
import { reviewedPod } from "../admission/match-facts.ts";
import { podUnderReview, type PodUnderReview } from "../admission/pod-template.ts";
import type { AdmissionRequest } from "../admission/request.ts";
import type { Instant } from "../encoding/instant.ts";
import { attempt, type Attempt } from "../failure/attempt.ts";
import { parseImageReference, type ImageReference } from "../oci/reference.ts";
import type { CompiledPolicy } from "../policy/compile.ts";
import { takeExcepted, type ExceptionUse } from "../policy/exception.ts";
import { applicablePolicies, policyIndex, ruleFinder, type ApplicableRule } from "../policy/match.ts";
import type { PolicySnapshot } from "../ports/policies.ts";

/** One image text, the fields that name it and the rules that cover it. */
export interface Task {
  readonly text: string;
  readonly fields: readonly string[];
  /** Of the template of a controller: never patched, and judged as early feedback. */
  readonly isTemplate: boolean;
  readonly reference: Attempt<ImageReference>;
  readonly rules: readonly ApplicableRule[];
  /** Policies that apply to the pod, where the reference cannot be read: it is a Fail of each of them. */
  readonly policies: readonly CompiledPolicy[];
}

export interface Plan {
  readonly tasks: readonly Task[];
  readonly exceptions: readonly ExceptionUse[];
}

/** Throws AdmissionError for a pod that cannot be read. */
export function planReview(snapshot: PolicySnapshot, request: AdmissionRequest, now: Instant): Plan {
  const review = podUnderReview(request);
  if (review === undefined || snapshot.policies.length === 0) return { tasks: [], exceptions: [] };
  const { namespace } = request;
  const index = policyIndex(snapshot.policies);
  const pod = reviewedPod(request, review, snapshot.namespaceLabels(namespace));
  const rulesOf = ruleFinder(index, pod);
  const isTemplate = review.template !== undefined;
  const where = { namespace, labels: objectLabels(review.pod) };
  const exceptions: ExceptionUse[] = [];
  const tasks = [...fieldsByImage(request, review)].flatMap(([text, fields]): Task[] => {
    const reference = attempt(() => parseImageReference(text));
    const task = { text, fields, isTemplate, reference, rules: [], policies: [] };
    if (!reference.ok) {
      const policies = applicablePolicies(index, pod);
      return policies.length === 0 ? [] : [{ ...task, policies }];
    }
    const covering = rulesOf(reference.value);
    const { rules, uses } = takeExcepted(covering, snapshot.exceptions, { ...where, reference: reference.value }, now);
    exceptions.push(...uses);
    return rules.length === 0 ? [] : [{ ...task, rules }];
  });
  return { tasks, exceptions };
}

function fieldsByImage(request: AdmissionRequest, review: PodUnderReview): ReadonlyMap<string, readonly string[]> {
  const fieldsByText = new Map<string, string[]>();
  for (const { image, field } of podImages(request, review)) {
    fieldsByText.set(image, [...(fieldsByText.get(image) ?? []), field]);
  }
  return fieldsByText;
}
