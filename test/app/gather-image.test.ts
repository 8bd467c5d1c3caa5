// Images that are an index, over the real client: which digests are looked at, and what one of them that cannot be means.
import assert from "node:assert/strict";
import { gatherPlatforms } from "../../src/app/gather-image.ts";
import { GATHER_LIMITS } from "../../src/app/search.ts";
import type { Digest } from "../../src/crypto/digest.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { MEDIA_TYPE } from "../../src/oci/manifest.ts";
import type { CompiledPolicy } from "../../src/policy/compile.ts";
import type { Platforms } from "../../src/policy/types.ts";
import { answer } from "../registry/fixtures.ts";
import type { EmbeddedRegistry } from "../support/registry/registry.ts";
import { signBundle, signLegacy } from "../support/signer.ts";
import { byDigest, KEY, makePolicy, OTHER_KEY, outcomes, PATH, withApplication, type Bench } from "./fixtures.ts";
import { SIGNATURES } from "./gathering.ts";

const asking = (platforms: Platforms): CompiledPolicy => makePolicy({ rule: { platforms } });

interface MultiArch {
  readonly index: Digest;
  readonly amd64: Digest;
  readonly arm64: Digest;
}

async function putMultiArch(server: EmbeddedRegistry): Promise<MultiArch> {
  const amd64 = await server.putImage(PATH, undefined, "amd64");
  const arm64 = await server.putImage(PATH, undefined, "arm64");
  return { index: await server.putIndex(PATH, "1", [amd64, arm64]), amd64, arm64 };
}

const sign = async ({ server }: Pick<Bench, "server">, ...digests: readonly Digest[]): Promise<void> => {
  for (const digest of digests) await signBundle(server, PATH, digest, KEY);
};

describe("registry: platforms of an image", () => {
  it("EachPlatform wants a signature of every manifest, and says which one has none", async () => {
    await withApplication({ policies: [asking("EachPlatform")] }, async (bench) => {
      const { index, amd64, arm64 } = await putMultiArch(bench.server);
      await sign(bench, index, amd64);
      const denied = await bench.validate(byDigest(bench.repository, index));
      assert.deepEqual(outcomes(denied), ["Fail NoSignatureFound"]);
      assert.match(
        denied.message ?? "",
        new RegExp(`linux/arm64 ${arm64.slice(0, 19)}…: rule "acme"  NoSignatureFound`),
      );
      assert.match(
        denied.message ?? "",
        /looked in: referrers API .*linux\/arm64 sha256:[0-9a-f]{12}…: referrers API \(0 listed\)/,
      );
      assert.doesNotMatch(denied.message ?? "", /linux\/amd64 \S+: rule/);
    });
  });

  it("EachPlatform passes an index that is not signed itself, and is remembered", async () => {
    await withApplication({ policies: [asking("EachPlatform")] }, async (bench) => {
      const { index, amd64, arm64 } = await putMultiArch(bench.server);
      await sign(bench, amd64);
      await signLegacy(bench.server, PATH, arm64, KEY);
      assert.equal((await bench.validate(byDigest(bench.repository, index))).allowed, true);
      const { length } = bench.server.requests;
      assert.equal((await bench.validate(byDigest(bench.repository, index))).allowed, true);
      assert.equal(bench.server.requests.length, length);
    });
  });

  it("a signature of one manifest is none of another, and none of the index", async () => {
    for (const platforms of ["Index", "EachPlatform", "IndexOrEachPlatform"] as const) {
      await withApplication({ policies: [asking(platforms)] }, async (bench) => {
        const { index, amd64 } = await putMultiArch(bench.server);
        await sign(bench, amd64);
        await signBundle(bench.server, PATH, index, OTHER_KEY);
        assert.equal((await bench.validate(byDigest(bench.repository, index))).allowed, false);
      });
    }
  });

  it("IndexOrEachPlatform asks for the manifests only where the index is not enough", async () => {
    await withApplication({ policies: [asking("IndexOrEachPlatform")] }, async (bench) => {
      const { index, amd64, arm64 } = await putMultiArch(bench.server);
      const asksFor = (digest: Digest): boolean => bench.server.requests.some(({ path }) => path.includes(digest));
      await sign(bench, index);
      assert.equal((await bench.validate(byDigest(bench.repository, index))).allowed, true);
      assert.equal(asksFor(amd64), false);
      const other = await bench.server.putIndex(PATH, "2", [arm64, amd64]);
      await sign(bench, amd64, arm64);
      assert.equal((await bench.validate(byDigest(bench.repository, other))).allowed, true);
      assert.equal(asksFor(amd64) && asksFor(arm64), true);
    });
  });

  it("takes an image that is no index as its one manifest", async () => {
    await withApplication({ policies: [asking("EachPlatform")] }, async (bench) => {
      const { amd64 } = await putMultiArch(bench.server);
      assert.deepEqual(outcomes(await bench.validate(byDigest(bench.repository, amd64))), ["Fail NoSignatureFound"]);
      const signed = await bench.server.putImage(PATH, undefined, "signed");
      await sign(bench, signed);
      assert.equal((await bench.validate(byDigest(bench.repository, signed))).allowed, true);
    });
  });

  it("passes over what BuildKit attaches", async () => {
    await withApplication({ policies: [asking("EachPlatform")] }, async (bench) => {
      const amd64 = await bench.server.putImage(PATH, undefined, "amd64");
      const attestation = await bench.server.putImage(PATH, undefined, "attestation");
      await sign(bench, amd64);
      const entry = (digest: Digest, os: string, architecture: string): object => ({
        ...bench.server.describe(PATH, digest),
        platform: { os, architecture },
      });
      const manifests = [entry(amd64, "linux", "amd64"), entry(attestation, "unknown", "unknown")];
      const index = await putIndexOf(bench.server, manifests);
      assert.equal((await bench.validate(byDigest(bench.repository, index))).allowed, true);
    });
  });

  const untold: Readonly<Record<string, readonly [string, (server: EmbeddedRegistry) => Promise<object[]>]>> = {
    "an index in the index": [
      "IndexNested",
      async (server) => [server.describe(PATH, (await putMultiArch(server)).index)],
    ],
    "an index that its entry calls a manifest": [
      "IndexNested",
      async (server) => {
        const { index, amd64, arm64 } = await putMultiArch(server);
        await sign({ server }, index, amd64, arm64);
        return [{ ...server.describe(PATH, index), mediaType: MEDIA_TYPE.ociManifest }];
      },
    ],
    "17 manifests": [
      "TooManyPlatforms",
      async (server) => {
        const seeds = Array.from({ length: 17 }, (_, i) => `image ${i}`);
        const digests = await Promise.all(seeds.map((seed) => server.putImage(PATH, undefined, seed)));
        return digests.map((digest) => server.describe(PATH, digest));
      },
    ],
    "no manifest": ["NoPlatforms", async () => []],
    "an entry of sha512": [
      "PlatformUnverifiable",
      async () => [{ mediaType: MEDIA_TYPE.ociManifest, digest: `sha512:${"1".repeat(128)}`, size: 3 }],
    ],
    "a manifest that is not there": [
      "ManifestNotFound",
      async () => [{ mediaType: MEDIA_TYPE.ociManifest, digest: `sha256:${"1".repeat(64)}`, size: 3 }],
    ],
  };
  for (const [name, [code, entries]] of Object.entries(untold)) {
    it(`refuses ${name} with ${code}`, async () => {
      await withApplication({ policies: [asking("EachPlatform")] }, async (bench) => {
        const index = await putIndexOf(bench.server, await entries(bench.server));
        await sign(bench, index);
        const denied = await bench.validate(byDigest(bench.repository, index));
        assert.match(outcomes(denied).join(), new RegExp(`^Fail .*${code}`));
      });
    });
  }

  it("is Undetermined where one manifest, or its signatures, could not be asked for", async () => {
    for (const part of ["manifests", "referrers"]) {
      await withApplication({ policies: [asking("EachPlatform")] }, async (bench) => {
        const { index, amd64, arm64 } = await putMultiArch(bench.server);
        await sign(bench, index, amd64);
        bench.server.misbehave(
          ({ url = "" }, response) => url.includes(`${part}/${arm64}`) && answer(response, 500, {}, ""),
        );
        const denied = await bench.validate(byDigest(bench.repository, index));
        assert.match(outcomes(denied).join(), /^Undetermined .*RegistryError/);
        assert.match(denied.message ?? "", /linux\/arm64/);
      });
    }
  });

  it("counts what was found beside an unread manifest for nothing", async () => {
    await withApplication({ policies: [asking("EachPlatform")] }, async (bench) => {
      const { index, amd64, arm64 } = await putMultiArch(bench.server);
      await sign(bench, amd64, arm64);
      bench.server.misbehave(
        ({ url = "" }, response) => url.includes(`manifests/${arm64}`) && answer(response, 500, {}, ""),
      );
      const denied = await bench.validate(byDigest(bench.repository, index));
      assert.match(outcomes(denied).join(), /^Undetermined/);
    });
  });

  it("spends the bytes of one image on all manifests together", async () => {
    await withApplication({}, async ({ server, registry, signal }) => {
      const { index, amd64, arm64 } = await putMultiArch(server);
      await sign({ server }, amd64, arm64);
      const { document } = await registry.manifest({ host: server.host, path: PATH }, index, signal);
      assert.ok(document.kind === "index");
      const image = { host: server.host, path: PATH };
      const query = { index: document, image, repository: image, wanted: SIGNATURES };
      const gather = async (imageBytes: number): Promise<number> => {
        const gathered = await gatherPlatforms(registry, query, { ...GATHER_LIMITS, imageBytes }, signal);
        assert.ok(gathered.ok);
        return gathered.value.flatMap(({ candidates }) => candidates.filter(({ entity }) => entity.ok)).length;
      };
      assert.equal(await gather(1_000_000), 2);
      assert.equal(await gather(1_000), 1);
    });
  });
});

describe("registry: evidence in another repository", () => {
  const SIGNATURES_PATH = "acme/signatures";
  const from = ({ host }: EmbeddedRegistry, rule: object = {}): CompiledPolicy =>
    makePolicy({ rule: { source: { repository: `${host}/${SIGNATURES_PATH}` }, ...rule } });

  it("is looked for there and not beside the image, and a denial says where", async () => {
    await withApplication({}, async (bench) => {
      const { server, enforce } = bench;
      const digest = await server.putImage(PATH, "1", "a");
      await sign(bench, digest);
      enforce(from(server));
      const denied = await bench.validate(byDigest(bench.repository, digest));
      assert.deepEqual(outcomes(denied), ["Fail NoSignatureFound"]);
      assert.match(denied.message ?? "", new RegExp(`looked in: ${server.host}/${SIGNATURES_PATH}: referrers API`));
      const other = await server.putImage(PATH, "2", "b");
      await signLegacy(server, SIGNATURES_PATH, other, KEY);
      assert.equal((await bench.validate(byDigest(bench.repository, other))).allowed, true);
    });
  });

  it("is each rule's own: one looks there, another beside the image", async () => {
    await withApplication({}, async (bench) => {
      const { server, enforce } = bench;
      const here = makePolicy({ name: "here" });
      enforce(from(server), here);
      const digest = await server.putImage(PATH, "1", "a");
      await sign(bench, digest);
      assert.deepEqual(outcomes(await bench.validate(byDigest(bench.repository, digest))), [
        "Fail NoSignatureFound",
        "Pass",
      ]);
      const other = await server.putImage(PATH, "2", "b");
      await signLegacy(server, SIGNATURES_PATH, other, KEY);
      assert.deepEqual(outcomes(await bench.validate(byDigest(bench.repository, other))), [
        "Pass",
        "Fail NoSignatureFound",
      ]);
    });
  });

  it("holds for the manifests of an index, too", async () => {
    await withApplication({}, async (bench) => {
      const { server, enforce } = bench;
      enforce(from(server, { platforms: "EachPlatform" }));
      const { index, amd64, arm64 } = await putMultiArch(server);
      for (const digest of [amd64, arm64]) await signLegacy(server, SIGNATURES_PATH, digest, KEY);
      assert.equal((await bench.validate(byDigest(bench.repository, index))).allowed, true);
    });
  });
});

async function putIndexOf(server: EmbeddedRegistry, manifests: readonly object[]): Promise<Digest> {
  const document = { schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests };
  return await server.putManifest(PATH, undefined, encodeUtf8(JSON.stringify(document)), MEDIA_TYPE.ociIndex);
}
