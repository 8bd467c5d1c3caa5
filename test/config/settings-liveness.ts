// What the settings of all pods are seen by: a review of a pod that no policy is about, of one that is denied, and a status.
import type { Config } from "../../src/config/load.ts";
import { policyStatus } from "../../src/policy/status.ts";
import { PodReviewer } from "../../src/app/review-pod.ts";
import { DIGEST_ONLY, fakeRegistry, makeApplication, makePolicy, requestFor } from "../app/fixtures.ts";

export const LIVE_SETTINGS: Readonly<Record<string, { readonly before: string; readonly after: string }>> = {
  unmatchedImages: { before: "unmatchedImages: Allow", after: "unmatchedImages: Deny" },
  podControllers: { before: "podControllers: true", after: "podControllers: false" },
  "excludeNamespaces[]": { before: "excludeNamespaces: [dev]", after: "excludeNamespaces: [prod]" },
};

export async function reviewedUnder({
  unmatchedImages,
  excludeNamespaces,
  podControllers: areTemplatesSent,
}: Config): Promise<readonly unknown[]> {
  const { signal } = new AbortController();
  const rule = { ...DIGEST_ONLY, imageReferences: ["registry.local/acme/*"] };
  const { verifier } = makeApplication(fakeRegistry({}), []);
  const snapshot = {
    policies: [makePolicy({ rule })],
    exceptions: [],
    trustRoots: [],
    namespaceLabels: () => undefined,
  };
  const settings = { unmatchedImages, excludeNamespaces };
  const reviewer = new PodReviewer({ snapshot: () => snapshot }, verifier, () => 0, { settings: () => settings });
  const images = ["registry.local/acme/web:1", "registry.local/other/web:1"];
  const reviews = await Promise.all(images.map((image) => reviewer.validate(requestFor(image), signal)));
  const listing = makePolicy({ rule, spec: { match: { podControllers: ["Job"] } } });
  const written = { droppedFields: [], relaxations: [] };
  const { conditions } = policyStatus(listing, written, { isTooMany: false, longestMs: 9500, areTemplatesSent });
  return [
    ...reviews.map(({ allowed }) => allowed),
    conditions.find(({ type }) => type === "TemplatesUnchecked")?.status,
  ];
}
