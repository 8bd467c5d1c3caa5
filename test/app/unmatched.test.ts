// unmatchedImages and excludeNamespaces (policy-api.md §2.8): what the configuration says of all pods.
import assert from "node:assert/strict";
import type { ReviewSettings } from "../../src/app/plan.ts";
import { PodReviewer } from "../../src/app/review-pod.ts";
import type { Review } from "../../src/app/reviewer.ts";
import type { CompiledPolicy } from "../../src/policy/compile.ts";
import { compileException } from "../../src/policy/exception.ts";
import { pod, requestOf, updateOf, workload, workloadRequest, type Members } from "../support/reviews.ts";
import { DIGEST_ONLY, fakeRegistry, makeApplication, makePolicy, NOW, outcomes } from "./fixtures.ts";

const { signal } = new AbortController();
const DIGEST = `@sha256:${"1".repeat(64)}`;
const ACME = `registry.local/acme/web${DIGEST}`;
const OTHER = `registry.local/other/web${DIGEST}`;
const COVERED = { ...DIGEST_ONLY, imageReferences: ["registry.local/acme/*"] };

interface Situation extends Partial<ReviewSettings> {
  readonly policies?: readonly CompiledPolicy[];
  readonly exceptions?: PolicyExceptions;
}
type PolicyExceptions = readonly ReturnType<typeof compileException>[];

function reviewerOf({
  policies = [makePolicy({ rule: COVERED })],
  exceptions = [],
  unmatchedImages = "Deny",
  excludeNamespaces = [],
}: Situation = {}): PodReviewer {
  const { verifier } = makeApplication(fakeRegistry({}), []);
  const snapshot = { policies, exceptions, trustRoots: [], namespaceLabels: () => undefined };
  return new PodReviewer({ snapshot: () => snapshot }, verifier, () => NOW, {
    settings: () => ({ unmatchedImages, excludeNamespaces }),
  });
}

const review = (image: string, situation?: Situation, request: Members = {}): Promise<Review> =>
  reviewerOf(situation).validate(requestOf(pod({ web: image }), request), signal);

describe("unmatchedImages", () => {
  it("denies an image that no rule of a cluster policy is about, and says so", async () => {
    const found = await review(OTHER);
    assert.deepEqual([found.allowed, found.unmatched, found.retryAfterSeconds], [false, 1, undefined]);
    assert.match(
      found.message ?? "",
      /^Image "registry\.local\/other\/web@sha256:1+" denied by unmatchedImages: ImageUnmatched \(policy\): no rule of a ClusterImageVerifyPolicy is about it\n {2}hint: cover the image by a rule/,
    );
    assert.equal((await review(ACME)).allowed, true);
  });

  it("warns of it, or lets it pass without a word; either counts it", async () => {
    const warned = await review(OTHER, { unmatchedImages: "Warn" });
    assert.deepEqual([warned.allowed, warned.message, warned.unmatched], [true, undefined, 1]);
    assert.match(
      warned.warnings.join(),
      /^no rule of a ClusterImageVerifyPolicy is about it \(ImageUnmatched\): registry/,
    );
    const allowed = await review(OTHER, { unmatchedImages: "Allow" });
    assert.deepEqual([allowed.allowed, allowed.warnings, allowed.verdicts, allowed.unmatched], [true, [], [], 1]);
  });

  it("denies every image where there is no policy at all", async () => {
    assert.equal((await review(ACME, { policies: [] })).allowed, false);
    assert.equal((await review(ACME, { policies: [], unmatchedImages: "Allow" })).allowed, true);
  });

  it("counts every cluster policy, whatever it does, and one that passes without looking", async () => {
    for (const spec of [{ failureAction: "Audit" }, { failureAction: "Warn" }]) {
      const policies = [makePolicy({ spec, rule: { ...DIGEST_ONLY, imageReferences: ["registry.local/other/*"] } })];
      assert.equal((await review(OTHER, { policies: [...policies, makePolicy({ rule: COVERED })] })).unmatched, 0);
    }
    const rule = { imageReferences: ["*"], attestors: undefined, static: { action: "Pass" } };
    assert.equal((await review(OTHER, { policies: [makePolicy({ rule })] })).allowed, true);
  });

  it("counts a policy that does not apply to the pod for none", async () => {
    const spec = { match: { conditions: [{ name: "never", expression: "false" }] } };
    assert.equal((await review(ACME, { policies: [makePolicy({ spec, rule: COVERED })] })).allowed, false);
  });

  it("does not count a policy of the namespace, whose verdict stands beside it", async () => {
    const policies = [makePolicy({ namespace: "prod", rule: COVERED })];
    const found = await review(ACME, { policies });
    assert.deepEqual([found.allowed, outcomes(found)], [false, ["Pass"]]);
    assert.match(found.message ?? "", /^Image [^\n]* denied by unmatchedImages/);
    const both = await review("registry.local/acme/web:1", { policies });
    assert.match(both.message ?? "", /denied by ImageVerifyPolicy "prod\/signed"[^]*denied by unmatchedImages/);
  });

  it("counts a skipped rule for none, and an excepted one", async () => {
    const rule = { ...COVERED, skipImageReferences: ["registry.local/acme/web"] };
    assert.equal((await review(ACME, { policies: [makePolicy({ rule })] })).allowed, false);
    const exception = compileException({
      kind: "ImageVerifyException",
      metadata: { name: "outage", creationTimestamp: new Date(NOW).toISOString() },
      spec: {
        policies: [{ name: "signed" }],
        namespaces: ["prod"],
        images: ["*"],
        reason: "a test",
        expires: new Date(NOW + 3_600_000).toISOString(),
      },
    });
    const found = await review(ACME, { exceptions: [exception] });
    assert.deepEqual([found.allowed, found.unmatched, found.exceptions.length], [true, 0, 1]);
  });

  it("denies a reference that nobody can read", async () => {
    const found = await review("registry.local/UPPER", { policies: [] });
    assert.equal(found.allowed, false);
    assert.match(found.message ?? "", /"registry\.local\/UPPER" denied by unmatchedImages/);
    const policies = [makePolicy({ rule: COVERED })];
    assert.doesNotMatch((await review("registry.local/UPPER", { policies })).message ?? "", /unmatchedImages/);
  });

  it("leaves out what stood there before an update, and templates: their pods are asked", async () => {
    const same = pod({ web: OTHER });
    assert.equal((await reviewerOf().validate(updateOf(same, same), signal)).allowed, true);
    const changed = updateOf(pod({ web: ACME }), same);
    assert.equal((await reviewerOf().validate(changed, signal)).allowed, false);
    const template = requestOf(workload("Deployment", { web: OTHER }), workloadRequest("Deployment"));
    const found = await reviewerOf().validate(template, signal);
    assert.deepEqual([found.allowed, found.unmatched], [true, 0]);
  });

  it("pins nothing for it", async () => {
    const tagged = requestOf(pod({ web: "registry.local/other/web:1" }));
    assert.deepEqual((await reviewerOf().pin(tagged, signal)).pins, []);
  });
});

describe("excludeNamespaces", () => {
  it("admits the pods of a namespace that is listed without a look, and of no other", async () => {
    const policies = [makePolicy({ rule: DIGEST_ONLY })];
    const tagged = "registry.local/acme/web:1";
    const excluding = (...excludeNamespaces: string[]): Promise<Review> =>
      review(tagged, { policies, excludeNamespaces });
    const found = await excluding("dev", "prod");
    assert.deepEqual([found.allowed, found.verdicts, found.unmatched], [true, [], 0]);
    for (const other of ["dev", "pro", "prod2", "*"]) assert.equal((await excluding(other)).allowed, false);
    assert.equal((await review(OTHER, { excludeNamespaces: ["prod"] })).allowed, true);
  });

  it("pins nothing there, and reads no pod", async () => {
    const reviewer = reviewerOf({ policies: [makePolicy()], excludeNamespaces: ["prod"] });
    assert.deepEqual(await reviewer.pin(requestOf(pod({ web: "registry.local/a:1" })), signal), {
      pins: [],
      warnings: [],
    });
    assert.equal((await reviewer.validate(requestOf({ kind: "Pod" }), signal)).allowed, true);
  });
});
