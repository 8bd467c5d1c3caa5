// What `unmatchedImages` and `excludeNamespaces` are seen by: a review of a pod that no policy is about, and of one that is denied.
import type { Config } from "../../src/config/load.ts";
import { PodReviewer } from "../../src/app/review-pod.ts";
import { DIGEST_ONLY, fakeRegistry, makeApplication, makePolicy, requestFor } from "../app/fixtures.ts";

export const LIVE_SETTINGS: Readonly<Record<string, { readonly before: string; readonly after: string }>> = {
  unmatchedImages: { before: "unmatchedImages: Allow", after: "unmatchedImages: Deny" },
  "excludeNamespaces[]": { before: "excludeNamespaces: [dev]", after: "excludeNamespaces: [prod]" },
};

export async function reviewedUnder({ unmatchedImages, excludeNamespaces }: Config): Promise<readonly boolean[]> {
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
  return reviews.map(({ allowed }) => allowed);
}
