// Referrers: what a listing says is a hint, what the object's own manifest says decides.
import assert from "node:assert/strict";
import { fallbackTag } from "../../src/oci/cosign-tag.ts";
import { MEDIA_TYPE } from "../../src/oci/manifest.ts";
import type { EmbeddedRegistry } from "../support/registry/registry.ts";
import { makeKeyPair, signBundle, signLegacy } from "../support/signer.ts";
import { countCalls, KEY, PATH, withApplication } from "./fixtures.ts";
import { ATTESTATIONS, candidatesOf, gather, sign, VULN } from "./gathering.ts";

const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const LEGACY = "application/vnd.dev.cosign.artifact.sig.v1+json";

type Members = Readonly<Record<string, unknown>>;

/** The fallback index of `digest` with members of its own for each entry. */
async function relist(server: EmbeddedRegistry, digest: string, edit: (entry: Members) => Members): Promise<void> {
  const tag = fallbackTag(digest as `sha256:${string}`);
  const stored = server.stored(PATH, tag);
  assert.ok(stored !== undefined);
  const index = JSON.parse(new TextDecoder().decode(stored.bytes)) as { manifests: Members[] };
  await server.putManifest(PATH, tag, { ...index, manifests: index.manifests.map(edit) }, MEDIA_TYPE.ociIndex);
}

describe("registry look-ups: gatherReferrers()", () => {
  it("reject list: unexpected media type (referrers of other kinds are passed over)", async () => {
    await withApplication({}, async (bench) => {
      const manifest = (members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => ({
        ...members,
        artifactType: "application/spdx+json",
        layers: [],
      });
      assert.deepEqual(candidatesOf(await gather(bench, await sign(bench.server, { manifest }))), []);
    });
  });

  it("takes a bundle whose type stands on the layer alone", async () => {
    await withApplication({}, async (bench) => {
      const digest = await sign(bench.server, { manifest: (members) => ({ ...members, artifactType: undefined }) });
      const [candidate] = (await gather(bench, digest)).candidates;
      assert.equal(candidate?.entity.ok, true);
    });
  });

  it("reject list: more than one layer in a bundle manifest (several, none, or one of another type: BundleManifestMalformed)", async () => {
    const layer = { mediaType: BUNDLE, digest: `sha256:${"1".repeat(64)}`, size: 2 };
    for (const layers of [[], [layer, layer], [{ ...layer, mediaType: "text/plain" }]]) {
      await withApplication({}, async (bench) => {
        const digest = await sign(bench.server, { manifest: (members) => ({ ...members, layers }) });
        assert.deepEqual(candidatesOf(await gather(bench, digest)), ["BundleManifestMalformed"]);
      });
    }
  });

  it("refuses a bundle that is listed for another image: BundleSubjectMismatch", async () => {
    await withApplication({ referrersApi: false }, async (bench) => {
      const other = { mediaType: "a/b", digest: `sha256:${"1".repeat(64)}`, size: 2 };
      for (const subject of [other, undefined]) {
        const digest = await sign(bench.server, { manifest: (members) => ({ ...members, subject }) });
        assert.ok(candidatesOf(await gather(bench, digest)).includes("BundleSubjectMismatch"));
      }
    });
  });

  it("takes a bundle that the fallback index lists with a wrong artifactType, or with none", async () => {
    for (const artifactType of ["application/vnd.oci.empty.v1+json", "application/spdx+json", undefined]) {
      await withApplication({ referrersApi: false }, async (bench) => {
        const digest = await sign(bench.server, {});
        await relist(bench.server, digest, (entry) => ({ ...entry, artifactType, annotations: undefined }));
        assert.deepEqual(candidatesOf(await gather(bench, digest)), ["bundle-v0.3"]);
      });
    }
  });

  it("takes what lies under the fallback tag alone, although the API answers", async () => {
    await withApplication({}, async (bench) => {
      const digest = await bench.server.putImage(PATH, "1", "a");
      const elsewhere = await bench.server.putImage(PATH, "2", "b");
      await signBundle(bench.server, PATH, digest, { ...KEY, fallback: true });
      bench.server.misbehave((request, response) => {
        if (!(request.url ?? "").includes("/referrers/")) return false;
        request.url = (request.url ?? "").replace(digest, elsewhere);
        response.writeHead(200, { "content-type": MEDIA_TYPE.ociIndex });
        response.end(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests: [] }));
        return true;
      });
      assert.deepEqual(candidatesOf(await gather(bench, digest)), ["bundle-v0.3"]);
    });
  });

  it("leaves out statements of a predicate type that nobody wants, by the listing and by the manifest", async () => {
    await withApplication({}, async ({ server, registry }) => {
      const predicateType = (members: Members): Members => ({
        ...members,
        annotations: { "dev.sigstore.bundle.predicateType": VULN },
      });
      const digest = await sign(server, { manifest: predicateType });
      const counted = countCalls(registry);
      assert.deepEqual(candidatesOf(await gather({ server, registry: counted }, digest)), []);
      assert.equal(counted.calls.blob, 0);
      assert.deepEqual(candidatesOf(await gather({ server, registry }, digest, ATTESTATIONS)), ["bundle-v0.3"]);
    });
  });

  it("takes a legacy signature that was pushed as a referrer, each of its layers", async () => {
    await withApplication({}, async (bench) => {
      const { server } = bench;
      const digest = await server.putImage(PATH, "1", "a");
      const scratch = await server.putImage(PATH, "2", "b");
      await signLegacy(server, PATH, scratch, KEY);
      await signLegacy(server, PATH, scratch, makeKeyPair());
      const stored = server.stored(PATH, `${fallbackTag(scratch)}.sig`);
      const manifest = JSON.parse(new TextDecoder().decode(stored?.bytes)) as Members;
      const subject = server.describe(PATH, digest);
      await server.putManifest(PATH, undefined, { ...manifest, artifactType: LEGACY, subject });
      assert.deepEqual(candidatesOf(await gather(bench, digest)), ["legacy-signature", "legacy-signature"]);
      assert.deepEqual(candidatesOf(await gather(bench, digest, ATTESTATIONS)), []);
    });
  });

  it("fetches likely ones first, and of these the newest", async () => {
    await withApplication({ referrersApi: false }, async (bench) => {
      const digest = await sign(bench.server, { manifest: (members) => ({ ...members, layers: [] }) });
      await signBundle(bench.server, PATH, digest, { ...KEY, bundle: (bundle) => ({ ...bundle, extra: 1 }) });
      await signBundle(bench.server, PATH, digest, KEY);
      const created = ["2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z"];
      let i = 0;
      await relist(bench.server, digest, (entry) => ({
        ...entry,
        artifactType: i === 2 ? "application/spdx+json" : BUNDLE,
        annotations: { "org.opencontainers.image.created": created[i++] },
      }));
      const [first, second] = candidatesOf(await gather(bench, digest, undefined, { fetched: 1 }));
      assert.deepEqual([first, second], ["TooManyCandidates", "BundleManifestMalformed"]);
    });
  });
});
