// What /mutate pins, and the table of effects row by row (policy-api.md §2.3, §4).
import assert from "node:assert/strict";

import type { Registry } from "../../src/ports/registry.ts";
import { UnavailableError } from "../../src/ports/unavailable.ts";
import { signLegacy } from "../support/signer.ts";
import { container, pod, requestOf, updateOf } from "../support/reviews.ts";
import {
  byDigest,
  DIGEST_ONLY,
  fakeRegistry,
  KEY,
  LABELS,
  makeApplication,
  makePolicy,
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

describe("the effect of a verdict", () => {
  const unreachable = failingRegistry(DOWN);
  const rows = [
    // outcome, failurePolicy, then what Enforce, Warn and Audit do
    ["Pass", "Fail", "admit", "admit", "admit"],
    ["Fail", "Fail", "deny", "warn", "admit"],
    ["Fail", "Ignore", "deny", "warn", "admit"],
    ["Undetermined, outside", "Fail", "deny", "warn", "admit"],
    ["Undetermined, outside", "Ignore", "warn", "warn", "admit"],
    ["Undetermined, ours", "Ignore", "deny", "warn", "admit"],
  ] as const;
  const actions = ["Enforce", "Warn", "Audit"] as const;
  for (const [outcome, failurePolicy, ...effects] of rows) {
    for (const [column, failureAction] of actions.entries()) {
      it(`${outcome}, failurePolicy ${failurePolicy}, ${failureAction}: ${effects[column]}`, async () => {
        const spec = { failureAction, failurePolicy };
        const imageReferences = ["registry.local/*"];
        const policies = {
          Pass: makePolicy({ spec, rule: { ...DIGEST_ONLY, imageReferences } }),
          Fail: makePolicy({ spec, rule: { ...DIGEST_ONLY, imageReferences } }),
          "Undetermined, outside": makePolicy({ spec, rule: { imageReferences } }),
          "Undetermined, ours": makePolicy({ spec, rule: { imageReferences, attestors: [] } }),
        };
        const { reviewer } = makeApplication(unreachable, [policies[outcome]]);
        const image = outcome === "Fail" ? "registry.local/acme/web:1" : WEB;
        const review = await reviewer.validate(requestFor(image), signal);
        assert.equal(review.verdicts[0]?.results[0]?.verdict.outcome, outcome.split(",")[0]);
        const warned = review.warnings.length > 0 ? "warn" : "admit";
        assert.equal(review.allowed ? warned : "deny", effects[column]);
        assert.equal(review.message !== undefined, !review.allowed);
      });
    }
  }
});

describe("PodReviewer.pin()", () => {
  it("writes host, path, tag and digest into every field that names a tag", async () => {
    await withApplication({}, async ({ server, repository, reviewer }) => {
      const digest = await server.putImage(PATH, "1", "a");
      const image = `${repository}:1`;
      const spec = {
        initContainers: [container("i", byDigest(repository, digest))],
        volumes: [{ name: "v", image: { reference: image } }],
      };
      const { pins } = await reviewer.pin(requestOf(pod({ one: image, two: image }, spec)), signal);
      const value = `${repository}:1@${digest}`;
      assert.deepEqual(pins, [
        { field: "/spec/containers/0/image", value },
        { field: "/spec/containers/1/image", value },
        { field: "/spec/volumes/0/image/reference", value },
      ]);
    });
  });

  it("is done once: what is pinned is not pinned again", async () => {
    await withApplication({}, async ({ server, repository, reviewer }) => {
      const digest = await server.putImage(PATH, "1", "a");
      const again = await reviewer.pin(requestFor(`${repository}:1@${digest}`), signal);
      assert.deepEqual(again, { pins: [], warnings: [] });
    });
  });

  it("pins what it saw, and a tag that moves later changes nothing", async () => {
    await withApplication({}, async ({ server, repository, reviewer, validate }) => {
      const signed = await server.putImage(PATH, "1", "signed");
      await signLegacy(server, PATH, signed, KEY);
      const [pin] = (await reviewer.pin(requestFor(`${repository}:1`), signal)).pins;
      await server.putImage(PATH, "1", "evil");
      assert.equal(pin?.value, `${repository}:1@${signed}`);
      assert.equal((await validate(pin.value)).allowed, true);
      assert.equal((await validate(`${repository}:1`)).allowed, false);
    });
  });

  it("leaves what was there before an UPDATE, and mirror pods", async () => {
    const { reviewer } = makeApplication(fakeRegistry({}), [makePolicy()]);
    const tagged = pod({ web: "registry.local/acme/web:1" });
    assert.deepEqual((await reviewer.pin(updateOf(tagged, tagged), signal)).pins, []);
    const mirror = pod({ web: "registry.local/a:1" }, {}, { annotations: { "kubernetes.io/config.mirror": "x" } });
    const node = { username: "system:node:a", groups: ["system:nodes"] };
    assert.deepEqual((await reviewer.pin(requestOf(mirror, { userInfo: node }), signal)).pins, []);
  });

  it("is wanted by one rule for all: a digest that could not be had is not the author's fault", async () => {
    const digestOnly = makePolicy({ name: "digest", rule: DIGEST_ONLY });
    const { reviewer } = makeApplication(failingRegistry(DOWN), [digestOnly, makePolicy()]);
    const review = await reviewer.validate(requestFor("registry.local/acme/web:1"), signal);
    assert.deepEqual(outcomes(review), ["Undetermined RegistryUnreachable", "Undetermined RegistryUnreachable"]);
  });

  it("pins for one rule that wants it, and asks nobody when none does", async () => {
    const dont = makePolicy({ name: "dont", rule: { mutateDigest: false } });
    const warns = makePolicy({ name: "warns", spec: { failureAction: "Warn" } });
    const { reviewer } = makeApplication(fakeRegistry({}), [dont, warns]);
    assert.deepEqual((await reviewer.pin(requestFor("registry.local/acme/web:1"), signal)).pins, []);
    await withApplication({ policies: [dont, warns, makePolicy()] }, async ({ server, repository, reviewer: real }) => {
      await server.putImage(PATH, "1", "a");
      assert.equal((await real.pin(requestFor(`${repository}:1`), signal)).pins.length, 1);
    });
  });

  it("decides nothing: what it cannot resolve is left as it is, and judged by validate", async () => {
    for (const error of [DOWN, new UnavailableError("DeadlineSpent", "late")]) {
      const { reviewer } = makeApplication(failingRegistry(error), [makePolicy()]);
      const request = requestFor("registry.local/acme/web:1");
      assert.deepEqual(await reviewer.pin(request, signal), { pins: [], warnings: [] });
      const review = await reviewer.validate(request, signal);
      // Pinning was wanted and could not be had: the missing digest is not the author's fault.
      assert.deepEqual([review.allowed, outcomes(review)], [false, [`Undetermined ${error.undetermined}`]]);
    }
    await withApplication({}, async ({ repository, reviewer, validate }) => {
      assert.deepEqual((await reviewer.pin(requestFor(`${repository}:none`), signal)).pins, []);
      assert.deepEqual(outcomes(await validate(`${repository}:none`)), ["Fail ManifestNotFound"]);
    });
  });

  it("starts the look-up that validate will need", async () => {
    await withApplication({}, async ({ server, repository, reviewer, validate }) => {
      const digest = await server.putImage(PATH, "1", "a");
      await signLegacy(server, PATH, digest, KEY);
      const [pin] = (await reviewer.pin(requestFor(`${repository}:1`), signal)).pins;
      assert.equal((await validate(pin?.value ?? "")).allowed, true);
      const looked = server.requests.length;
      assert.equal((await validate(pin?.value ?? "")).allowed, true);
      assert.equal(server.requests.length, looked);
      assert.equal(server.requests.filter(({ path }) => path.includes("/referrers/")).length, 1);
    });
  });

  it("uses the labels of the namespace as validate does", async () => {
    const selecting = makePolicy({ spec: { match: { namespaceSelector: { matchLabels: { env: "prod" } } } } });
    const { reviewer } = makeApplication(fakeRegistry({}), [selecting], LABELS);
    assert.deepEqual((await reviewer.pin(requestFor("registry.local/acme/web:1"), signal)).pins, []);
  });
});
