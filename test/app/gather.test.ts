// All places, always, concurrently and bounded; a limit that is reached is told, never a silent cut.
import assert from "node:assert/strict";
import { gatherEvidence, PARALLEL_OBJECTS } from "../../src/app/gather.ts";
import type { Gathered } from "../../src/app/places.ts";
import { GATHER_LIMITS, type GatherLimits } from "../../src/app/search.ts";
import type { Digest } from "../../src/crypto/digest.ts";
import type { Descriptor, Manifest } from "../../src/oci/manifest.ts";
import type { Registry } from "../../src/ports/registry.ts";
import { signBundle, signLegacy } from "../support/signer.ts";
import { countCalls, fakeRegistry, KEY, PATH, withApplication } from "./fixtures.ts";
import { candidatesOf, gather, sign, SIGNATURES, statesOf } from "./gathering.ts";

const { signal } = new AbortController();

describe("gatherEvidence()", () => {
  it("finds nothing, and says of each place that it has nothing", async () => {
    await withApplication({}, async (bench) => {
      const evidence = await gather(bench, await bench.server.putImage(PATH, "1", "a"));
      assert.deepEqual(candidatesOf(evidence), []);
      assert.deepEqual(statesOf(evidence), ["read: 0 listed", "absent: absent", "absent: absent", "absent: absent"]);
    });
  });

  for (const referrersApi of [true, false]) {
    it(`finds every layout, ${referrersApi ? "with" : "without"} the Referrers API`, async () => {
      await withApplication({ referrersApi }, async (bench) => {
        const digest = await sign(bench.server, {});
        await signLegacy(bench.server, PATH, digest, KEY);
        await signLegacy(bench.server, PATH, digest, { ...KEY, payload: (payload) => ({ ...payload, optional: {} }) });
        const evidence = await gather(bench, digest);
        const formats = candidatesOf(evidence);
        assert.equal(formats.length, 3);
        assert.equal(formats.filter((format) => format === "legacy-signature").length, 2);
        assert.equal(evidence.places.length, 4);
        assert.match(statesOf(evidence).join(), referrersApi ? /read: 1 listed/ : /absent: not supported/);
        assert.match(statesOf(evidence).join(), /read: 2 found/);
      });
    });
  }

  it("fetches once what both listings name", async () => {
    await withApplication({}, async ({ server, registry }) => {
      const digest = await sign(server, { fallback: true });
      const counted = countCalls(registry);
      assert.equal(candidatesOf(await gather({ server, registry: counted }, digest)).length, 1);
      assert.deepEqual(counted.calls, { manifest: 4, blob: 1, referrers: 1 });
    });
  });

  it("keeps a bundle and a layer that do not parse, with their reasons", async () => {
    await withApplication({}, async (bench) => {
      const digest = await sign(bench.server, { bundle: (bundle) => ({ ...bundle, mediaType: "text/plain" }) });
      await signLegacy(bench.server, PATH, digest, { ...KEY, signature: () => "not base64" });
      const evidence = await gather(bench, digest);
      assert.deepEqual(
        evidence.candidates.map(({ entity }) => entity.ok),
        [false, false],
      );
    });
  });

  it("keeps one bad object from spoiling its place", async () => {
    await withApplication({}, async (bench) => {
      const digest = await sign(bench.server, {});
      const broken = await signBundle(bench.server, PATH, digest, {
        ...KEY,
        statement: (statement) => ({ ...statement, x: 1 }),
      });
      bench.server.misbehave((request, response) => {
        if (!(request.url ?? "").includes(broken)) return false;
        response.writeHead(404).end();
        return true;
      });
      assert.equal(
        candidatesOf(await gather(bench, digest)).filter((format) => format === "ManifestNotFound").length,
        1,
      );
      assert.equal((await gather(bench, digest)).candidates.filter(({ entity }) => entity.ok).length, 1);
    });
  });

  describe("limits", () => {
    const digest: Digest = `sha256:${"1".repeat(64)}`;
    const numbered = (i: number): Digest => `sha256:${String(i).padStart(64, "0")}`;
    const descriptors = (count: number, size = 2): readonly Descriptor[] =>
      Array.from({ length: count }, (_, i) => ({
        mediaType: "a/b",
        digest: numbered(i),
        size,
        annotations: new Map(),
      }));
    const manifestOf = (more: Partial<Manifest>): Manifest =>
      ({
        kind: "manifest",
        mediaType: "a/b",
        config: { mediaType: "a/b" },
        layers: [],
        annotations: new Map(),
        ...more,
      }) as unknown as Manifest;

    /** A registry whose listing and `.sig` tag hold what is given. */
    function hoard(referrers: readonly Descriptor[], layers: readonly Descriptor[], fetched: string[]): Registry {
      return fakeRegistry({
        referrers: () => Promise.resolve({ descriptors: referrers, isCut: false }),
        manifest: (_, reference) => {
          fetched.push(reference);
          return Promise.resolve({ digest, bytes: new Uint8Array(), document: manifestOf({ layers }) });
        },
        blob: () => Promise.resolve(new Uint8Array([0x7b])),
      });
    }

    const repository = { host: "registry.local", path: "a" };
    const look = (registry: Registry, limits: Partial<GatherLimits> = {}): Promise<Gathered> =>
      gatherEvidence(registry, { repository, digest, wanted: SIGNATURES }, { ...GATHER_LIMITS, ...limits }, signal);

    it("reject list: too many layers/referrers/bytes (at most 200 referrers, the newest; TooManyCandidates says how many were left)", async () => {
      const fetched: string[] = [];
      const evidence = await look(hoard(descriptors(250), [], fetched));
      const objects = fetched.filter((reference) => reference.startsWith("sha256:"));
      assert.equal(objects.length, GATHER_LIMITS.fetched);
      assert.ok(objects.includes(numbered(249)) && !objects.includes(numbered(49)));
      assert.deepEqual(candidatesOf(evidence), ["TooManyCandidates"]);
      assert.match(
        String(evidence.candidates[0]?.entity.ok === false && evidence.candidates[0].entity.failure),
        /50 were not/,
      );
    });

    it("fetch at most 200 signatures, the newest: TooManyCandidates", async () => {
      const layers = descriptors(250).map((layer) => ({
        ...layer,
        mediaType: "application/vnd.dev.cosign.simplesigning.v1+json",
      }));
      const formats = candidatesOf(await look(hoard([], layers, [])));
      assert.equal(formats.length, GATHER_LIMITS.fetched + 1);
      assert.equal(formats[0], "TooManyCandidates");
    });

    it("say that a list of referrers goes on, beside what was found in it", async () => {
      const registry = hoard([], [], []);
      const cut = { ...registry, referrers: () => Promise.resolve({ descriptors: descriptors(3), isCut: true }) };
      const evidence = await look(cut);
      assert.deepEqual(candidatesOf(evidence), ["TooManyCandidates"]);
      assert.match(statesOf(evidence).join(), /read: 3 listed/);
    });

    it("look at no more of a list than is allowed: TooManyCandidates", async () => {
      const formats = candidatesOf(await look(hoard(descriptors(9), [], []), { listed: 4 }));
      assert.deepEqual(formats, ["TooManyCandidates"]);
    });

    it("fetch no object that is larger than is allowed: RegistryAnswerTooLarge", async () => {
      const layers = descriptors(1, 3).map((layer) => ({
        ...layer,
        mediaType: "application/vnd.dev.cosign.simplesigning.v1+json",
      }));
      assert.deepEqual(candidatesOf(await look(hoard([], layers, []), { blobBytes: 2 })), ["RegistryAnswerTooLarge"]);
    });

    it("fetch at most 64 MiB for one image: TooManyCandidates", async () => {
      const layers = descriptors(5, 16 * 1024 * 1024).map((layer) => ({
        ...layer,
        mediaType: "application/vnd.dev.cosign.simplesigning.v1+json",
      }));
      const formats = candidatesOf(await look(hoard([], layers, [])));
      assert.equal(formats.filter((format) => format === "TooManyCandidates").length, 1);
    });

    it("look at eight objects at a time", async () => {
      let underWay = 0;
      let most = 0;
      const registry = fakeRegistry({
        referrers: () => Promise.resolve({ descriptors: descriptors(40), isCut: false }),
        manifest: async (_, reference) => {
          if (!reference.startsWith("sha256:")) return { digest, bytes: new Uint8Array(), document: manifestOf({}) };
          underWay += 1;
          most = Math.max(most, underWay);
          await new Promise((resolve) => setImmediate(resolve));
          underWay -= 1;
          return { digest, bytes: new Uint8Array(), document: manifestOf({}) };
        },
      });
      await look(registry);
      assert.equal(most, PARALLEL_OBJECTS);
    });
  });

  it("lets a defect fly", async () => {
    const fail = (): Promise<never> => Promise.reject(new TypeError("a bug"));
    const registry = { manifest: fail, blob: fail, referrers: fail };
    const digest: Digest = `sha256:${"1".repeat(64)}`;
    const query = { repository: { host: "h", path: "p" }, digest, wanted: SIGNATURES };
    await assert.rejects(gatherEvidence(registry, query, GATHER_LIMITS, signal), TypeError);
  });
});
