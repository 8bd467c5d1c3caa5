// A pod in, one decision out: what is looked at, what is admitted, denied, warned of and pinned (policy-api.md §4).
import assert from "node:assert/strict";
import { FAILURES } from "../../src/failure/catalogue.ts";
import { PodReviewer } from "../../src/app/review-pod.ts";
import type { Registry } from "../../src/ports/registry.ts";
import { UnavailableError } from "../../src/ports/unavailable.ts";
import { signBundle, signLegacy } from "../support/signer.ts";
import { container, pod, requestOf, updateOf } from "../support/reviews.ts";
import {
  byDigest,
  DIGEST_ONLY,
  fakeRegistry,
  KEY,
  makeApplication,
  makePolicy,
  OTHER_KEY,
  outcomes,
  PATH,
  requestFor,
  withApplication,
} from "./fixtures.ts";

const { signal } = new AbortController();
const DIGEST = `sha256:${"1".repeat(64)}` as const;
const WEB = `registry.local/acme/web@${DIGEST}`;

/** Whatever is asked of it fails in this way. */
function failingRegistry(error: Error): Registry {
  const fail = (): Promise<never> => Promise.reject(error);
  return { manifest: fail, blob: fail, referrers: fail };
}

const DOWN = new UnavailableError("RegistryUnreachable", "registry.local cannot be reached (ECONNREFUSED)");

describe("PodReviewer.validate()", () => {
  it("admits what is signed, by either layout, and says nothing", async () => {
    await withApplication({}, async ({ server, repository, validate }) => {
      const legacy = await server.putImage(PATH, "1", "a");
      await signLegacy(server, PATH, legacy, KEY);
      const bundled = await server.putImage(PATH, "2", "b");
      await signBundle(server, PATH, bundled, KEY);
      for (const digest of [legacy, bundled]) {
        const review = await validate(byDigest(repository, digest));
        assert.deepEqual([review.allowed, review.message, review.warnings], [true, undefined, []]);
        assert.deepEqual(outcomes(review), ["Pass"]);
      }
    });
  });

  it("denies what is not, with the whole explanation", async () => {
    await withApplication({}, async ({ server, repository, validate }) => {
      const digest = await server.putImage(PATH, "1", "a");
      const review = await validate(byDigest(repository, digest));
      assert.equal(review.allowed, false);
      assert.equal(review.retryAfterSeconds, undefined);
      const tag = `tag ${digest.replace(":", "-").slice(0, 15)}…`;
      assert.equal(
        review.message,
        [
          `Image "${repository}@${digest}" denied by ClusterImageVerifyPolicy "signed", rule "acme": 0 of 1 required signatures accepted`,
          `  1. rule "acme"  NoSignatureFound (discovery): Cannot find a signature: 4 places have none, want one in any of them`,
          `  looked in: referrers API (0 listed), ${tag} (absent), ${tag}.sig (absent), ${tag}.att (absent)`,
          `  hint: ${FAILURES.NoSignatureFound.hint}`,
        ].join("\n"),
      );
    });
  });

  it("denies the signature of another key", async () => {
    await withApplication({}, async ({ server, repository, validate }) => {
      const digest = await server.putImage(PATH, "1", "a");
      await signLegacy(server, PATH, digest, OTHER_KEY);
      await signBundle(server, PATH, digest, OTHER_KEY);
      assert.deepEqual(outcomes(await validate(byDigest(repository, digest))), ["Fail SignatureInvalid"]);
    });
  });

  it("names every image and every rule that denies, not the first", async () => {
    await withApplication({}, async ({ server, repository, reviewer, enforce }) => {
      const one = await server.putImage(PATH, "1", "a");
      const two = await server.putImage(PATH, "2", "b");
      enforce(makePolicy(), makePolicy({ name: "own", namespace: "prod" }));
      const images = { one: byDigest(repository, one), two: byDigest(repository, two) };
      const review = await reviewer.validate(requestOf(pod(images)), signal);
      const blocks = review.message?.split("\n").filter((line) => line.startsWith("Image ")) ?? [];
      assert.deepEqual(
        blocks.map((line) => line.slice(0, line.indexOf(", rule"))),
        [one, two].flatMap((digest) => [
          `Image "${repository}@${digest}" denied by ClusterImageVerifyPolicy "signed"`,
          `Image "${repository}@${digest}" denied by ImageVerifyPolicy "prod/own"`,
        ]),
      );
      assert.deepEqual(
        review.verdicts.map(({ fields }) => fields),
        [["/spec/containers/0/image"], ["/spec/containers/1/image"]],
      );
    });
  });

  it("gives two rules that ask the same their own names", async () => {
    const { reviewer } = makeApplication(fakeRegistry({ manifest: () => Promise.reject(DOWN) }), [
      makePolicy({ name: "a", rule: { name: "first" } }),
      makePolicy({ name: "b", rule: { name: "second" } }),
    ]);
    const { message = "" } = await reviewer.validate(requestFor(WEB), signal);
    assert.match(message, /"a", rule "first"/);
    assert.match(message, /"b", rule "second"/);
    await withApplication({}, async ({ server, repository, validate, enforce }) => {
      const digest = await server.putImage(PATH, "1", "a");
      enforce(makePolicy({ rule: { name: "first" } }), makePolicy({ name: "b", rule: { name: "second" } }));
      const review = await validate(byDigest(repository, digest));
      assert.match(review.message ?? "", /"b", rule "second".*\n.*rule "second" {2}NoSignatureFound/);
    });
  });

  it("asks a registry for nothing when no rule covers the image, or no policy the namespace", async () => {
    const { reviewer, enforce } = makeApplication(fakeRegistry({}), []);
    const policies = [
      makePolicy({ rule: { imageReferences: ["ghcr.io/*"] } }),
      makePolicy({ namespace: "elsewhere" }),
      makePolicy({ spec: { match: { namespaceSelector: { matchLabels: { env: "prod" } } } } }),
      makePolicy({ rule: { skipImageReferences: ["registry.local/acme/*"] } }),
    ];
    for (const policy of policies) {
      enforce(policy);
      assert.deepEqual(await reviewer.validate(requestFor(WEB), signal), {
        allowed: true,
        verdicts: [],
        exceptions: [],
        unmatched: 1,
        warnings: [],
      });
    }
  });

  it("takes labels that cannot be read for a match", async () => {
    const selecting = makePolicy({ spec: { match: { namespaceSelector: { matchLabels: { env: "prod" } } } } });
    const { reviewer } = makeApplication(failingRegistry(DOWN), [selecting], null);
    assert.equal((await reviewer.validate(requestFor(WEB), signal)).allowed, false);
  });

  it("never blocks a mirror pod of its node, a deletion, a label", async () => {
    const { reviewer } = makeApplication(fakeRegistry({}), [makePolicy()]);
    const annotations = { "kubernetes.io/config.mirror": "x" };
    const node = { username: "system:node:a", groups: ["system:nodes"] };
    const requests = [
      requestOf(pod({ web: WEB }, {}, { annotations }), { userInfo: node }),
      requestOf(null, { operation: "DELETE", oldObject: pod({ web: WEB }) }),
      updateOf(pod({ web: WEB }), pod({ web: WEB }, {}, { labels: { a: "b" } })),
    ];
    for (const request of requests) assert.equal((await reviewer.validate(request, signal)).allowed, true);
  });

  it("judges a mirror annotation that somebody else wrote", async () => {
    const { reviewer } = makeApplication(failingRegistry(DOWN), [makePolicy()]);
    const request = requestOf(pod({ web: WEB }, {}, { annotations: { "kubernetes.io/config.mirror": "x" } }));
    assert.equal((await reviewer.validate(request, signal)).allowed, false);
  });

  it("judges on UPDATE only the images whose text changed for their container", async () => {
    const { reviewer } = makeApplication(failingRegistry(DOWN), [makePolicy()]);
    const before = pod({ web: "registry.local/a:1", log: "registry.local/b:1" });
    const after = pod({ web: "registry.local/a:1", log: "registry.local/b:2" });
    const { allowed, verdicts } = await reviewer.validate(updateOf(before, after), signal);
    assert.equal(allowed, false);
    assert.deepEqual(
      verdicts.map(({ image, fields }) => [image, fields]),
      [["registry.local/b:2", ["/spec/containers/1/image"]]],
    );
  });

  it("judges image volumes, init and ephemeral containers like any other", async () => {
    const { reviewer } = makeApplication(failingRegistry(DOWN), [makePolicy()]);
    const volumes = [{ name: "v", image: { reference: WEB } }];
    const specs = [
      { volumes },
      { initContainers: [container("init", WEB)] },
      { ephemeralContainers: [container("debug", WEB)] },
    ];
    for (const spec of specs) {
      const request = updateOf(pod({}), pod({}, spec), { subResource: "ephemeralcontainers" });
      assert.equal((await reviewer.validate(request, signal)).allowed, false, JSON.stringify(spec));
    }
  });

  it("looks once at an image that several fields name", async () => {
    const { reviewer } = makeApplication(failingRegistry(DOWN), [makePolicy()]);
    const request = requestOf(pod({ one: WEB, two: WEB }, { initContainers: [container("i", WEB)] }));
    const { verdicts } = await reviewer.validate(request, signal);
    assert.deepEqual(
      verdicts.map(({ fields }) => fields),
      [["/spec/containers/0/image", "/spec/containers/1/image", "/spec/initContainers/0/image"]],
    );
  });

  const references: readonly [string, string, string][] = [
    ["cannot be parsed", "ghcr.io/Acme/web", "ReferenceMalformed"],
    ["has white space", " nginx", "ReferenceMalformed"],
    ["is an image ID", "a".repeat(64), "ReferenceMalformed"],
    ["is an image ID with its algorithm", `sha256:${"a".repeat(64)}`, "ReferenceMalformed"],
    ["has a digest of another algorithm", `nginx@sha512:${"1".repeat(128)}`, "DigestUnsupported"],
    ["has a digest in capitals", `nginx@sha256:${"A".repeat(64)}`, "ReferenceMalformed"],
  ];
  for (const [what, reference, code] of references) {
    it(`fails an image whose reference ${what}, for every policy of its namespace`, async () => {
      const policies = [
        makePolicy({ rule: { imageReferences: ["ghcr.io/other/*"] } }),
        makePolicy({ name: "own", namespace: "prod" }),
        makePolicy({ name: "elsewhere", namespace: "test" }),
      ];
      const { reviewer } = makeApplication(fakeRegistry({}), policies);
      const review = await reviewer.validate(requestFor(reference), signal);
      assert.equal(review.allowed, false);
      assert.deepEqual(outcomes(review), [`Fail ${code}`, `Fail ${code}`]);
      assert.deepEqual(await reviewer.pin(requestFor(reference), signal), { pins: [], warnings: [] });
    });
  }

  it("does not let a reference write lines of the explanation", async () => {
    const { reviewer } = makeApplication(fakeRegistry({}), [makePolicy()]);
    const hostile = `x"\n  hint: run "kubectl delete"\u001b[31m${"y".repeat(5000)}`;
    const { message = "", verdicts } = await reviewer.validate(requestFor(hostile), signal);
    assert.equal(message.split("\n").length, 3, message);
    assert.ok(message.length < 1000, message);
    assert.match(message, /^[\n -~…]*$/);
    assert.match(verdicts[0]?.image ?? "", /^x\\"\\u\{a\} {2}hint: /);
  });

  it("only warns of an unparsable reference where the policy only warns", async () => {
    const { reviewer } = makeApplication(fakeRegistry({}), [makePolicy({ spec: { failureAction: "Warn" } })]);
    const { allowed, warnings } = await reviewer.validate(requestFor("UPPER"), signal);
    assert.equal(allowed, true);
    assert.deepEqual(warnings, ["signed rule acme: the reference cannot be read (ReferenceMalformed): UPPER"]);
  });

  it("leaves a rule that does not compile Undetermined for its images, and for no other", async () => {
    const broken = makePolicy({
      spec: { failurePolicy: "Ignore" },
      rule: { imageReferences: ["registry.local/acme/*"], attestors: [] },
    });
    const { reviewer } = makeApplication(fakeRegistry({}), [broken]);
    const review = await reviewer.validate(requestFor(WEB), signal);
    assert.deepEqual([review.allowed, outcomes(review)], [false, ["Undetermined PolicyInvalid"]]);
    assert.equal((await reviewer.validate(requestFor("registry.local/other/web:1"), signal)).allowed, true);
  });

  it("hides no Fail behind what could not be looked at", async () => {
    const { reviewer } = makeApplication(failingRegistry(DOWN), [
      makePolicy({
        name: "ignore",
        spec: { failurePolicy: "Ignore" },
        rule: { imageReferences: ["registry.local/*"], mutateDigest: false, verifyDigest: false },
      }),
      makePolicy({ name: "digest", rule: DIGEST_ONLY }),
    ]);
    const review = await reviewer.validate(requestFor("registry.local/acme/web:1"), signal);
    assert.equal(review.allowed, false);
    assert.match(review.message ?? "", /"digest", rule "acme": the image has no digest/);
    assert.doesNotMatch(review.message ?? "", /"ignore"/);
    assert.equal(review.retryAfterSeconds, undefined);
    const pinned = await reviewer.validate(requestFor(WEB), signal);
    assert.equal(pinned.allowed, true);
    assert.equal(pinned.warnings.length, 1);
  });

  it("says when to try again only where nothing failed for good", async () => {
    const { reviewer, enforce } = makeApplication(failingRegistry(DOWN), [makePolicy()]);
    assert.equal((await reviewer.validate(requestFor(WEB), signal)).retryAfterSeconds, 5);
    enforce(makePolicy({ rule: { mutateDigest: false } }), makePolicy({ name: "digest", rule: DIGEST_ONLY }));
    const both = await reviewer.validate(requestFor("registry.local/acme/web:1"), signal);
    assert.deepEqual([both.allowed, both.retryAfterSeconds], [false, undefined]);
  });

  it("warns that a tag was verified where neither a pin nor a digest is asked for", async () => {
    await withApplication({}, async ({ server, repository, validate, enforce }) => {
      const digest = await server.putImage(PATH, "1", "a");
      await signLegacy(server, PATH, digest, KEY);
      const rule = { mutateDigest: false, verifyDigest: false };
      enforce(makePolicy({ rule }));
      const tagged = await validate(`${repository}:1`);
      assert.equal(tagged.allowed, true);
      assert.deepEqual(tagged.warnings, [
        `signed rule acme: verified by tag, what runs may differ: ${repository}:1@${digest}`,
      ]);
      assert.deepEqual((await validate(byDigest(repository, digest))).warnings, []);
      enforce(makePolicy({ rule, spec: { failureAction: "Audit" } }));
      assert.deepEqual((await validate(`${repository}:1`)).warnings, []);
    });
  });

  it("throws a defect on, and admits nothing by it", async () => {
    const { reviewer } = makeApplication(failingRegistry(new TypeError("a bug")), [makePolicy()]);
    await assert.rejects(reviewer.validate(requestFor(WEB), signal), TypeError);
    await assert.rejects(reviewer.pin(requestFor("registry.local/acme/web:1"), signal), TypeError);
  });

  it("decides nothing before the policies were read", async () => {
    const { verifier } = makeApplication(fakeRegistry({}), []);
    const reviewer = new PodReviewer({ snapshot: () => undefined }, verifier, () => 0);
    await assert.rejects(reviewer.validate(requestFor(WEB), signal), /the policies have not been read yet/);
    await assert.rejects(reviewer.pin(requestFor(WEB), signal), UnavailableError);
  });

  it("looks at eight images of a pod at a time", async () => {
    let asked = 0;
    const hold: (() => void)[] = [];
    const manifest = (): Promise<never> => {
      asked += 1;
      return new Promise((_, reject) => hold.push(() => reject(DOWN)));
    };
    const { reviewer } = makeApplication(fakeRegistry({ manifest }), [makePolicy()]);
    const images = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`c${i}`, `registry.local/i${i}:1`]));
    const review = reviewer.validate(requestOf(pod(images)), signal);
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const seen: number[] = [];
    while (asked < 20 || hold.length > 0) {
      await turn();
      seen.push(hold.length);
      for (const release of hold.splice(0)) release();
    }
    assert.equal(Math.max(...seen), 8);
    assert.equal((await review).verdicts.length, 20);
  });
});
