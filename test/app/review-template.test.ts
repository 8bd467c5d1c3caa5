// Templates of controllers: early feedback, which can deny sooner and never admits (policy-api.md §2.2, §2.3, §4).
import assert from "node:assert/strict";
import type { Review } from "../../src/app/reviewer.ts";
import type { Registry } from "../../src/ports/registry.ts";
import { UnavailableError } from "../../src/ports/unavailable.ts";
import { CONTROLLERS, requestOf, updateOf, workload, workloadRequest, type Members } from "../support/reviews.ts";
import {
  byDigest,
  DIGEST_ONLY,
  fakeRegistry,
  makeApplication,
  makePolicy,
  outcomes,
  PATH,
  withApplication,
  type Application,
} from "./fixtures.ts";

const { signal } = new AbortController();
const DOWN = new UnavailableError("RegistryUnreachable", "registry.local cannot be reached (ECONNREFUSED)");
const FAILING: Registry = {
  manifest: () => Promise.reject(DOWN),
  blob: () => Promise.reject(DOWN),
  referrers: () => Promise.reject(DOWN),
};
const IMAGE = "registry.local/acme/web:1";

const review = async (application: Application, kind: string, image: string, metadata: Members = {}): Promise<Review> =>
  application.reviewer.validate(requestOf(workload(kind, { web: image }, metadata), workloadRequest(kind)), signal);

describe("PodReviewer on templates", () => {
  for (const kind of Object.keys(CONTROLLERS)) {
    it(`denies a ${kind} whose pods would be denied, and names the field`, async () => {
      await withApplication({}, async ({ server, repository, ...application }) => {
        const digest = await server.putImage(PATH, "1", "a");
        const found = await review(application, kind, byDigest(repository, digest));
        assert.equal(found.allowed, false);
        assert.deepEqual(outcomes(found), ["Fail NoSignatureFound"]);
        const [field = ""] = found.verdicts[0]?.fields ?? [];
        assert.equal(field, `/${CONTROLLERS[kind]?.path.join("/")}/spec/containers/0/image`);
      });
    });
  }

  it("admits with a warning what cannot be determined now: its pods are asked again", async () => {
    const found = await review(makeApplication(FAILING, [makePolicy()]), "Deployment", IMAGE);
    assert.deepEqual([found.allowed, outcomes(found)], [true, ["Undetermined RegistryUnreachable"]]);
    assert.match(found.warnings.join(), /signed rule acme: .*RegistryUnreachable/);
  });

  it("pins nothing in a template", async () => {
    const application = makeApplication(fakeRegistry({}), [makePolicy()]);
    const request = requestOf(workload("Deployment", { web: IMAGE }), workloadRequest("Deployment"));
    assert.deepEqual(await application.reviewer.pin(request, signal), { pins: [], warnings: [] });
  });

  it("asks for a digest in a template only where no rule would pin its pods", async () => {
    const application = makeApplication(fakeRegistry({}), [makePolicy({ rule: DIGEST_ONLY })]);
    assert.deepEqual(outcomes(await review(application, "Job", IMAGE)), ["Fail NoDigest"]);
    const pinning = makePolicy({ name: "pinning", rule: { attestors: undefined, mutateDigest: true } });
    const both = makeApplication(FAILING, [makePolicy({ rule: DIGEST_ONLY }), pinning]);
    const found = await review(both, "Job", IMAGE);
    assert.deepEqual(outcomes(found), ["Pass", "Undetermined RegistryUnreachable"]);
  });

  it("passes over one whose owner was checked", async () => {
    const ownerReferences = [{ apiVersion: "apps/v1", kind: "Deployment", name: "web", uid: "1", controller: true }];
    const application = makeApplication(fakeRegistry({}), [makePolicy()]);
    const found = await review(application, "ReplicaSet", IMAGE, { ownerReferences });
    assert.deepEqual([found.allowed, found.verdicts], [true, []]);
  });

  it("blocks neither a change of finalizers nor one of replicas, whatever its images", async () => {
    const application = makeApplication(fakeRegistry({}), [makePolicy()]);
    for (const kind of Object.keys(CONTROLLERS)) {
      const before = workload(
        kind,
        { web: IMAGE },
        { finalizers: ["x.io/y"], deletionTimestamp: "2026-01-01T00:00:00Z" },
      );
      const after = workload(kind, { web: IMAGE });
      const found = await application.reviewer.validate(updateOf(before, after, workloadRequest(kind)), signal);
      assert.deepEqual([found.allowed, found.verdicts], [true, []], kind);
    }
  });

  it("denies for all policies a reference that cannot be read", async () => {
    const application = makeApplication(fakeRegistry({}), [makePolicy(), makePolicy({ name: "other" })]);
    const found = await review(application, "Deployment", "not a reference");
    assert.equal(found.allowed, false);
    assert.equal(outcomes(found).length, 2);
  });
});
