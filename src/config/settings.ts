/** What the configuration says of all pods, beside policies (policy-api.md §2.8): `unmatchedImages`, `excludeNamespaces`. */
import type { UnmatchedImages } from "../policy/verdict.ts";

/** Draft 7; part of CONFIG_SCHEMA. */
export const UNMATCHED_IMAGES = {
  type: "string",
  enum: ["Allow", "Warn", "Deny"],
  description: "What happens to an image that no rule of a ClusterImageVerifyPolicy is about. Default: Allow.",
} as const;

/** Draft 7; part of CONFIG_SCHEMA. */
export const EXCLUDE_NAMESPACES = {
  type: "array",
  description: "Namespaces whose pods are admitted without a look, whatever policies say. Default: none.",
  uniqueItems: true,
  maxItems: 64,
  items: { type: "string", minLength: 1, maxLength: 63, pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" },
} as const;

/** Draft 7; part of CONFIG_SCHEMA. */
export const POD_CONTROLLERS = {
  type: "boolean",
  description:
    "Whether the API server asks about templates of pod controllers, too. Where it does not, policies that list controllers say so in their status. Default: true.",
} as const;

export interface PodSettings {
  readonly unmatchedImages: UnmatchedImages;
  readonly excludeNamespaces: readonly string[];
  /** What the webhook configurations are: nothing is sent or left out by it. */
  readonly podControllers: boolean;
}

/** For readiness, in one clause. */
export function settingsDetail({
  unmatchedImages,
  excludeNamespaces,
}: Pick<PodSettings, "unmatchedImages" | "excludeNamespaces">): string {
  const excluded = excludeNamespaces.length === 0 ? "none" : excludeNamespaces.join(", ");
  return `images that no cluster policy is about: ${unmatchedImages}; excluded namespaces: ${excluded}`;
}
