// A rule wants the image pinned, and /mutate did not: denied, and what to do.
import assert from "node:assert/strict";
import type { Registry } from "../../src/ports/registry.ts";
import { UnavailableError } from "../../src/ports/unavailable.ts";
import { signLegacy } from "../support/signer.ts";
import {
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

function failingRegistry(error: Error): Registry {
  const fail = (): Promise<never> => Promise.reject(error);
  return { manifest: fail, blob: fail, referrers: fail };
}

const DOWN = new UnavailableError("RegistryUnreachable", "registry.local cannot be reached (ECONNREFUSED)");

describe("an image that /mutate did not pin", () => {
  it("says to try again where a rule wants the image pinned and /mutate did not", async () => {
    await withApplication({}, async ({ server, repository, validate, enforce }) => {
      const digest = await server.putImage(PATH, "1", "a");
      await signLegacy(server, PATH, digest, KEY);
      const rule = { mutateDigest: true, verifyDigest: true };
      enforce(makePolicy({ rule }));
      const missed = await validate(`${repository}:1`);
      assert.deepEqual([missed.allowed, outcomes(missed), missed.retryAfterSeconds], [false, ["Fail NoDigest"], 5]);
      assert.match(
        missed.message ?? "",
        /: the image was not pinned\n.*\n.*\n {2}hint: try again: a rule wants this image pinned/,
      );
      assert.match(missed.message ?? "", new RegExp(`^Image ".*@${digest}" denied by `));
      enforce(makePolicy({ rule: { ...rule, mutateDigest: false } }));
      const unpinned = await validate(`${repository}:1`);
      assert.deepEqual(
        [unpinned.allowed, outcomes(unpinned), unpinned.retryAfterSeconds],
        [false, ["Fail NoDigest"], undefined],
      );
      enforce(makePolicy({ rule, key: OTHER_KEY }));
      const unsigned = await validate(`${repository}:1`);
      assert.deepEqual([unsigned.allowed, unsigned.retryAfterSeconds], [false, undefined]);
    });
  });

  it("names the cause where the digest still cannot be had at /validate, and when to try again", async () => {
    const rule = { mutateDigest: true, verifyDigest: true };
    const { reviewer, enforce } = makeApplication(failingRegistry(DOWN), [makePolicy({ rule })]);
    const review = await reviewer.validate(requestFor("registry.local/acme/web:1"), signal);
    assert.deepEqual(
      [review.allowed, outcomes(review), review.retryAfterSeconds],
      [false, ["Undetermined RegistryUnreachable"], 5],
    );
    assert.match(review.message ?? "", /RegistryUnreachable: .*\n {2}hint: try again; /);
    // A rule that asks for nothing but the digest has the cause as well
    enforce(makePolicy({ rule: { attestors: undefined, mutateDigest: true, verifyDigest: true } }));
    const pinned = await reviewer.validate(requestFor("registry.local/acme/web:1"), signal);
    assert.deepEqual(
      [pinned.allowed, outcomes(pinned), pinned.retryAfterSeconds],
      [false, ["Undetermined RegistryUnreachable"], 5],
    );
  });
});
