/** What a review will look at: the images that some rule covers, each text once, with its rules (policy-api.md §4, steps 2 to 4). No I/O. */
import { podImages } from "../admission/images.ts";
import { objectLabels } from "../admission/labels.ts";
import { reviewedPod } from "../admission/match-facts.ts";
import { podUnderReview, type PodUnderReview } from "../admission/pod-template.ts";
import { pullSecretNames } from "../admission/pull-secrets.ts";
import type { AdmissionRequest } from "../admission/request.ts";
import type { Instant } from "../encoding/instant.ts";
import { attempt, type Attempt } from "../failure/attempt.ts";
import { parseImageReference, type ImageReference } from "../oci/reference.ts";
import type { CompiledPolicy } from "../policy/compile.ts";
import { takeExcepted, type ExceptionUse } from "../policy/exception.ts";
import { applicablePolicies, policyIndex, ruleFinder, type ApplicableRule } from "../policy/match.ts";
import type { UnmatchedImages } from "../policy/verdict.ts";
import type { PodPullSecrets } from "../ports/credentials.ts";
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
  /** Only where no rule of a cluster policy is about it, and that is not allowed. */
  readonly unmatched?: Exclude<UnmatchedImages, "Allow">;
}

/** What the configuration says of all pods (policy-api.md §2.8). */
export interface ReviewSettings {
  readonly unmatchedImages: UnmatchedImages;
  /** By their exact names; their pods are not looked at. */
  readonly excludeNamespaces: readonly string[];
}

export const REVIEW_SETTINGS: ReviewSettings = { unmatchedImages: "Allow", excludeNamespaces: [] };

export interface Plan {
  readonly tasks: readonly Task[];
  /** What the pod's images are pulled with; undefined where nothing is looked at. */
  readonly pod?: PodPullSecrets;
  readonly exceptions: readonly ExceptionUse[];
  /** How many images of a pod no rule of a cluster policy is about, whatever the configuration says of them. */
  readonly unmatched: number;
}

const NOTHING: Plan = { tasks: [], exceptions: [], unmatched: 0 };

/** Throws AdmissionError for a pod that cannot be read. */
export function planReview(
  snapshot: PolicySnapshot,
  request: AdmissionRequest,
  now: Instant,
  { unmatchedImages, excludeNamespaces }: ReviewSettings = REVIEW_SETTINGS,
): Plan {
  const { namespace } = request;
  if (excludeNamespaces.includes(namespace)) return NOTHING;
  const review = podUnderReview(request);
  const isAskedOfNobody = snapshot.policies.length === 0 && unmatchedImages === "Allow";
  if (review === undefined || isAskedOfNobody) return NOTHING;
  const index = policyIndex(snapshot.policies);
  const pod = reviewedPod(request, review, snapshot.namespaceLabels(namespace));
  const rulesOf = ruleFinder(index, pod);
  const isTemplate = review.template !== undefined;
  const where = { namespace, labels: objectLabels(review.pod) };
  const exceptions: ExceptionUse[] = [];
  let unmatched = 0;
  /** A template is early feedback, and may be none of a policy's whose pods are: only pods can be unmatched. */
  const unmatchedMember = (policies: readonly CompiledPolicy[]): Pick<Task, "unmatched"> => {
    if (isTemplate || policies.some(({ id }) => id.kind === "ClusterImageVerifyPolicy")) return {};
    unmatched += 1;
    return unmatchedImages === "Allow" ? {} : { unmatched: unmatchedImages };
  };
  const tasks = [...fieldsByImage(request, review)].flatMap(([text, fields]): Task[] => {
    const reference = attempt(() => parseImageReference(text));
    const common = { text, fields, isTemplate, reference, rules: [], policies: [] };
    if (!reference.ok) {
      const policies = applicablePolicies(index, pod);
      const task = { ...common, ...unmatchedMember(policies), policies };
      return policies.length === 0 && task.unmatched === undefined ? [] : [task];
    }
    const covering = rulesOf(reference.value);
    const { rules, uses } = takeExcepted(covering, snapshot.exceptions, { ...where, reference: reference.value }, now);
    exceptions.push(...uses);
    const task = { ...common, ...unmatchedMember(covering.map(({ policy }) => policy)), rules };
    return rules.length === 0 && task.unmatched === undefined ? [] : [task];
  });
  return { tasks, pod: { namespace, ...pullSecretNames(review) }, exceptions, unmatched };
}

function fieldsByImage(request: AdmissionRequest, review: PodUnderReview): ReadonlyMap<string, readonly string[]> {
  const fieldsByText = new Map<string, string[]>();
  for (const { image, field } of podImages(request, review)) {
    fieldsByText.set(image, [...(fieldsByText.get(image) ?? []), field]);
  }
  return fieldsByText;
}
