// What is known of a tag serves for seconds where that does no harm, and is asked about where it could.
import assert from "node:assert/strict";
import { PartyLoad } from "../../src/app/party-load.ts";
import { TagResolver } from "../../src/app/tag-resolver.ts";
import { VerificationFailure } from "../../src/failure/failure.ts";
import type { Digest } from "../../src/crypto/digest.ts";
import { parseImageReference } from "../../src/oci/reference.ts";
import type { Keychain } from "../../src/ports/credentials.ts";
import type { FetchedManifest, Registry } from "../../src/ports/registry.ts";
import { UnavailableError } from "../../src/ports/unavailable.ts";
import { rejectsWith } from "../registry/fixtures.ts";
import { CLOCKS } from "../../src/app/clocks.ts";
import { PodReviewer } from "../../src/app/review-pod.ts";
import { ImageVerifier } from "../../src/app/verify-image.ts";
import type { CompiledPolicy } from "../../src/policy/compile.ts";
import { withRegistry } from "../registry/fixtures.ts";
import { signLegacy } from "../support/signer.ts";
import { fakeRegistry, KEY, makePolicy, outcomes, PATH, PATIENT, requestFor } from "./fixtures.ts";

const ONE = `sha256:${"1".repeat(64)}` as const;
const TWO = `sha256:${"2".repeat(64)}` as const;
const TAG = parseImageReference("registry.local/acme/web:1");
const SIGNAL = new AbortController().signal;
const NOBODY: Keychain = { id: "", sourcesFor: () => [] };
const SOMEBODY: Keychain = { ...NOBODY, id: "somebody" };

interface World {
  readonly calls: string[];
  /** What the tag has; an error: what is thrown. */
  now: Digest | Error;
  /** What HEAD says, where it does not say what is true. */
  claim: Digest | Error | undefined | "true";
  advance(milliseconds: number): void;
  resolve(isTagRemembered: boolean, keychain?: Keychain): Promise<Digest>;
}

function open(lifetime = 30, more: Partial<Registry> = {}): World {
  let milliseconds = 0;
  const told = (answer: Digest | Error): Digest => {
    if (typeof answer !== "string") throw answer;
    return answer;
  };
  const world: World = {
    calls: [],
    now: ONE,
    claim: "true",
    advance: (by) => (milliseconds += by),
    resolve: (isTagRemembered, keychain = NOBODY) =>
      resolver.resolve(TAG, { keychain, party: "", isTagRemembered }, SIGNAL),
  };
  const registry = fakeRegistry({
    manifest: async (_, reference) => {
      world.calls.push(`GET ${reference}`);
      return Promise.resolve({ digest: told(world.now) } as unknown as FetchedManifest);
    },
    claimedDigest: async (_, tag) => {
      world.calls.push(`HEAD ${tag}`);
      return Promise.resolve(
        world.claim === undefined ? undefined : told(world.claim === "true" ? world.now : world.claim),
      );
    },
    ...more,
  });
  const load = new PartyLoad(() => 1);
  const clock = { now: () => milliseconds, lifetime: () => lifetime };
  const resolver = new TagResolver({ registryOf: () => registry, load, ...clock });
  return world;
}

describe("TagResolver", () => {
  it("asks once, then takes what it knows where that will do, until its time is over", async () => {
    const world = open();
    assert.equal(await world.resolve(true), ONE);
    world.now = TWO;
    assert.equal(await world.resolve(true), ONE);
    assert.deepEqual(world.calls, ["GET 1"]);
    world.advance(30);
    assert.equal(await world.resolve(true), TWO);
    assert.deepEqual(world.calls, ["GET 1", "GET 1"]);
  });

  it("else asks whether it still holds, and is answered by the bytes where it does not", async () => {
    const world = open();
    await world.resolve(false);
    assert.equal(await world.resolve(false), ONE);
    assert.deepEqual(world.calls.splice(0), ["GET 1", "HEAD 1"]);
    world.now = TWO;
    assert.equal(await world.resolve(false), TWO);
    assert.deepEqual(world.calls.splice(0), ["HEAD 1", "GET 1"]);
    assert.equal(await world.resolve(true), TWO);
    assert.deepEqual(world.calls, []);
  });

  it("knows it as long again once it was said to hold", async () => {
    const world = open();
    await world.resolve(false);
    world.advance(20);
    await world.resolve(false);
    world.advance(20);
    await world.resolve(true);
    assert.deepEqual(world.calls, ["GET 1", "HEAD 1"]);
  });

  it("takes no digest from what a registry merely says: another one is a reason to look", async () => {
    for (const claim of [TWO, undefined] as const) {
      const world = open();
      await world.resolve(false);
      world.claim = claim;
      assert.equal(await world.resolve(false), ONE);
      assert.deepEqual(world.calls, ["GET 1", "HEAD 1", "GET 1"]);
    }
  });

  it("asks a registry that answers no such question for the bytes", async () => {
    const calls: string[] = [];
    const manifest: Registry["manifest"] = async (_, tag) => {
      calls.push(tag);
      return Promise.resolve({ digest: ONE } as unknown as FetchedManifest);
    };
    const registry: Registry = fakeRegistry({ manifest });
    const clock = { now: () => 0, lifetime: () => 30 };
    const resolver = new TagResolver({ registryOf: () => registry, load: new PartyLoad(() => 1), ...clock });
    for (let i = 0; i < 2; i++) await resolver.resolve(TAG, { keychain: NOBODY, party: "" }, SIGNAL);
    assert.deepEqual(calls, ["1", "1"]);
  });

  it("is nothing to those who show other credentials", async () => {
    const world = open();
    await world.resolve(true);
    await world.resolve(true, SOMEBODY);
    assert.deepEqual(world.calls, ["GET 1", "GET 1"]);
  });

  it("forgets what cannot be had any more, and keeps no failure", async () => {
    const world = open();
    await world.resolve(true);
    const gone = new VerificationFailure("ManifestNotFound", "it is gone");
    Object.assign(world, { now: gone, claim: undefined });
    await rejectsWith("ManifestNotFound", world.resolve(false));
    await rejectsWith("ManifestNotFound", world.resolve(true));
    world.now = TWO;
    assert.equal(await world.resolve(true), TWO);
  });

  it("is undetermined where the registry cannot be asked whether it holds", async () => {
    const world = open();
    await world.resolve(true);
    world.claim = new UnavailableError("RegistryUnreachable", "it is away");
    await assert.rejects(world.resolve(false), UnavailableError);
  });

  it("keeps nothing without a lifetime", async () => {
    const world = open(0);
    await world.resolve(true);
    await world.resolve(true);
    assert.deepEqual(world.calls, ["GET 1", "GET 1"]);
  });
});

describe("the digest of a tag in a review", () => {
  const UNPINNED = { mutateDigest: false, verifyDigest: false };

  /** The requests for tag 1 of a signed image, after it was looked at once, for each call of `again`. */
  async function requestsFor(
    policy: CompiledPolicy,
    again: (reviewer: PodReviewer, image: string) => Promise<unknown>,
  ): Promise<readonly string[]> {
    let seen: readonly string[] = [];
    await withRegistry({ timeouts: PATIENT }, async ({ server, client }) => {
      const digest = await server.putImage(PATH, "1", "a");
      await signLegacy(server, PATH, digest, KEY);
      const verifier = new ImageVerifier({ registry: client, ...CLOCKS, tagLifetime: () => 60_000 });
      const snapshot = { policies: [policy], exceptions: [], trustRoots: [], namespaceLabels: () => undefined };
      const reviewer = new PodReviewer({ snapshot: () => snapshot }, verifier, Date.now);
      const image = `${server.host}/${PATH}:1`;
      await again(reviewer, image);
      const before = server.requests.length;
      await again(reviewer, image);
      seen = server.requests.slice(before).flatMap(({ method, path }) => (path.endsWith("/1") ? [method] : []));
    });
    return seen;
  }

  it("is remembered to pin by", async () => {
    const pin = (reviewer: PodReviewer, image: string): Promise<unknown> => reviewer.pin(requestFor(image), SIGNAL);
    assert.deepEqual(await requestsFor(makePolicy(), pin), []);
  });

  for (const [failureAction, requests] of [
    ["Enforce", ["HEAD"]],
    ["Warn", []],
    ["Audit", []],
  ] as const) {
    it(`is ${requests.length === 0 ? "remembered" : "asked about"} to judge by under ${failureAction}`, async () => {
      const validate = async (reviewer: PodReviewer, image: string): Promise<void> => {
        assert.deepEqual(outcomes(await reviewer.validate(requestFor(image), SIGNAL)), ["Pass"]);
      };
      assert.deepEqual(await requestsFor(makePolicy({ spec: { failureAction }, rule: UNPINNED }), validate), requests);
    });
  }

  it("is asked about where one policy of several enforces", async () => {
    await withRegistry({ timeouts: PATIENT }, async ({ server, client }) => {
      await signLegacy(server, PATH, await server.putImage(PATH, "1", "a"), KEY);
      const verifier = new ImageVerifier({ registry: client, ...CLOCKS, tagLifetime: () => 60_000 });
      const warn = makePolicy({ name: "warn", spec: { failureAction: "Warn" }, rule: UNPINNED });
      const policies = [warn, makePolicy({ rule: UNPINNED })];
      const snapshot = { policies, exceptions: [], trustRoots: [], namespaceLabels: () => undefined };
      const reviewer = new PodReviewer({ snapshot: () => snapshot }, verifier, Date.now);
      const request = requestFor(`${server.host}/${PATH}:1`);
      assert.equal((await reviewer.validate(request, SIGNAL)).allowed, true);
      // Another image under the same tag, which nobody has signed
      await server.putImage(PATH, "1", "b");
      const again = await reviewer.validate(request, SIGNAL);
      assert.equal(again.allowed, false);
      assert.deepEqual(outcomes(again), ["Fail NoSignatureFound", "Fail NoSignatureFound"]);
    });
  });
});
