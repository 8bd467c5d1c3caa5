/**
 * Which rules decide over an image (policy-api.md §4, steps 3 and 4): the cluster's policies, then the namespace's, that
 * apply to the pod's namespace, and of them the rules that cover the image. No I/O; an empty answer asks for nothing.
 */
import type { ImageReference } from "../oci/reference.ts";
import type { CompiledPolicy, CompiledRule } from "./compile.ts";
import type { Labels } from "./selector.ts";

export interface ApplicableRule {
  readonly policy: CompiledPolicy;
  readonly rule: CompiledRule;
}

/** `labels` are the namespace's; undefined when they cannot be read, and then every selector matches. */
export function applicablePolicies(
  policies: readonly CompiledPolicy[],
  namespace: string,
  labels: Labels | undefined,
): readonly CompiledPolicy[] {
  const applying = policies.filter((policy) => policy.appliesTo(namespace, labels));
  return [...applying.filter(isCluster), ...applying.filter((policy) => !isCluster(policy))];
}

export function applicableRules(
  policies: readonly CompiledPolicy[],
  namespace: string,
  labels: Labels | undefined,
  reference: ImageReference,
): readonly ApplicableRule[] {
  return applicablePolicies(policies, namespace, labels).flatMap((policy) =>
    policy.rules.filter((rule) => rule.covers(reference)).map((rule) => ({ policy, rule })),
  );
}

function isCluster(policy: CompiledPolicy): boolean {
  return policy.id.kind === "ClusterImageVerifyPolicy";
}
