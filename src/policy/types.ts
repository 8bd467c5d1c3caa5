/**
 * The policy kinds as the API server and files hold them (policy-api.md §2). The spec's type is made from the schema;
 * what arrives has still to go through validatePolicy() or compilePolicy(), which believe none of it.
 */
import type { PolicySpec } from "./spec.generated.ts";

export const API_VERSION = "sealgate.dev/v1alpha1";

export type PolicyKind = "ImageVerifyPolicy" | "ClusterImageVerifyPolicy";

export interface PolicyResource {
  readonly apiVersion: string;
  readonly kind: PolicyKind;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly creationTimestamp?: string;
    readonly generation?: number;
  };
  readonly spec: PolicySpec;
}

export type RuleSpec = PolicySpec["verifyImages"][number];
export type SetSpec = NonNullable<RuleSpec["attestors"]>[number];
export type AttestationSpec = NonNullable<RuleSpec["attestations"]>[number];
export type Platforms = NonNullable<RuleSpec["platforms"]>;
export type ConditionSpec = NonNullable<RuleSpec["validations"]>[number];
export type EntrySpec = SetSpec["entries"][number];
export type MatchSpec = NonNullable<PolicySpec["match"]>;
export type PodController = NonNullable<MatchSpec["podControllers"]>[number];
export type NamespaceSelector = NonNullable<MatchSpec["namespaceSelector"]>;

export function isPolicyKind(kind: unknown): kind is PolicyKind {
  return kind === "ImageVerifyPolicy" || kind === "ClusterImageVerifyPolicy";
}
