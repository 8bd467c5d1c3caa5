/** Finding the rules that cover an image among many policies: done for every image, before any network. */
import { parseImageReference } from "../src/oci/reference.ts";
import { compilePolicy } from "../src/policy/compile.ts";
import { policyIndex, ruleFinder } from "../src/policy/match.ts";
import type { PolicyResource } from "../src/policy/types.ts";
import { microTable } from "./micro.ts";
import type { Benchmark } from "./table.ts";

const LABELS = new Map([["tier", "prod"]]);

export const matching: Benchmark = {
  name: "match",
  describes: "find the rules of an image among policies",
  run: async () => {
    const reference = parseImageReference("ghcr.io/acme/web:1.0");
    const operations = [1, 100, 1000].map((count): [string, () => void] => {
      const pod = { namespace: "prod", namespaceLabels: LABELS, labels: [LABELS], facts: () => ({}) };
      const policies = Array.from({ length: count }, (_, i) =>
        compilePolicy(policyOver(i === 0 ? "acme" : `team-${i}`), () => undefined),
      );
      return [
        `1 of ${count} policies`,
        () => {
          if (ruleFinder(policyIndex(policies), pod)(reference).length !== 1) throw new Error("one rule must match");
        },
      ];
    });
    return [await microTable("Matching", Object.fromEntries(operations))];
  },
};

function policyOver(owner: string): PolicyResource {
  const rule = { name: owner, imageReferences: [`ghcr.io/${owner}/*`, `quay.io/${owner}/*`], verifyDigest: true };
  return {
    apiVersion: "sealgate.dev/v1alpha1",
    kind: "ClusterImageVerifyPolicy",
    metadata: { name: owner },
    spec: { match: { namespaceSelector: { matchLabels: { tier: "prod" } } }, verifyImages: [rule] },
  };
}
