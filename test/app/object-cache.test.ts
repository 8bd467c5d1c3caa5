// What was read once by digest is read once: for the same credentials, within its bound, and nothing of tags or absence.
import assert from "node:assert/strict";
import { ObjectCache } from "../../src/app/object-cache.ts";
import type { Descriptor } from "../../src/oci/manifest.ts";
import { rejectsWith } from "../registry/fixtures.ts";
import { signBundle, signLegacy } from "../support/signer.ts";
import { countCalls, KEY, PATH, withApplication, type Bench, type CountedRegistry } from "./fixtures.ts";
import { gather } from "./gathering.ts";

const MIB = 1024 * 1024;

async function withCache(
  maxBytes: () => number,
  test: (bench: Bench & { readonly cache: ObjectCache; readonly counted: CountedRegistry }) => Promise<void>,
): Promise<void> {
  await withApplication({}, async (bench) => {
    await test({ ...bench, cache: new ObjectCache(maxBytes), counted: countCalls(bench.registry) });
  });
}

async function blobOf({ server }: Bench, text: string): Promise<Descriptor> {
  const { mediaType, digest, size } = await server.putBlob(PATH, new TextEncoder().encode(text));
  return { mediaType, digest: digest as Descriptor["digest"], size, annotations: new Map() };
}

describe("ObjectCache", () => {
  it("asks once for a manifest and a blob by digest", async () => {
    await withCache(
      () => MIB,
      async (bench) => {
        const { server, cache, counted, signal } = bench;
        const repository = { host: server.host, path: PATH };
        const registry = cache.before(counted, "");
        const digest = await server.putImage(PATH, "1", "a");
        const blob = await blobOf(bench, "x");
        const first = await registry.manifest(repository, digest, signal);
        assert.equal(await registry.manifest(repository, digest, signal), first);
        assert.deepEqual(await registry.blob(repository, blob, signal), await registry.blob(repository, blob, signal));
        assert.deepEqual(counted.calls, { manifest: 1, blob: 1, referrers: 0 });
      },
    );
  });

  it("asks each time what a tag names, and remembers what it named by its digest", async () => {
    await withCache(
      () => MIB,
      async ({ server, cache, counted, signal }) => {
        const repository = { host: server.host, path: PATH };
        const registry = cache.before(counted, "");
        const digest = await server.putImage(PATH, "1", "a");
        await registry.manifest(repository, "1", signal);
        await registry.manifest(repository, digest, signal);
        assert.equal(counted.calls.manifest, 1);
        const other = await server.putImage(PATH, "1", "b");
        assert.equal((await registry.manifest(repository, "1", signal)).digest, other);
      },
    );
  });

  it("shares nothing across credentials, nor across repositories", async () => {
    await withCache(
      () => MIB,
      async ({ server, cache, counted, signal }) => {
        const digest = await server.putImage(PATH, "1", "a");
        await server.putImage("acme/other", "1", "a");
        for (const credentials of ["", "a", "b"]) {
          await cache.before(counted, credentials).manifest({ host: server.host, path: PATH }, digest, signal);
        }
        await cache.before(counted, "").manifest({ host: server.host, path: "acme/other" }, digest, signal);
        assert.equal(counted.calls.manifest, 4);
      },
    );
  });

  it("does not take a descriptor's word for a size", async () => {
    await withCache(
      () => MIB,
      async (bench) => {
        const repository = { host: bench.server.host, path: PATH };
        const registry = bench.cache.before(bench.registry, "");
        const blob = await blobOf(bench, "xy");
        await registry.blob(repository, blob, bench.signal);
        await rejectsWith("BlobDigestMismatch", registry.blob(repository, { ...blob, size: 1 }, bench.signal));
      },
    );
  });

  it("remembers no failure", async () => {
    await withCache(
      () => MIB,
      async ({ server, cache, counted, signal }) => {
        const repository = { host: server.host, path: PATH };
        const registry = cache.before(counted, "");
        await rejectsWith("ManifestNotFound", registry.manifest(repository, "1", signal));
        await server.putImage(PATH, "1", "a");
        await registry.manifest(repository, "1", signal);
      },
    );
  });

  it("keeps to its bound, also to one that changes", async () => {
    let bound = 8 * 1024;
    await withCache(
      () => bound,
      async (bench) => {
        const repository = { host: bench.server.host, path: PATH };
        const registry = bench.cache.before(bench.counted, "");
        const small = await blobOf(bench, "small");
        const large = await blobOf(bench, "x".repeat(5000));
        const read = async (blob: Descriptor): Promise<number> => {
          await registry.blob(repository, blob, bench.signal);
          return bench.counted.calls.blob;
        };
        assert.deepEqual([await read(small), await read(small)], [1, 1]);
        assert.deepEqual([await read(large), await read(large)], [2, 3]);
        bound = 64 * 1024;
        assert.deepEqual([await read(large), await read(large), await read(small)], [4, 4, 5]);
      },
    );
  });

  it("keeps what was asked for twice, however much is asked for once", async () => {
    await withCache(
      () => 64 * 1024,
      async (bench) => {
        const repository = { host: bench.server.host, path: PATH };
        const registry = bench.cache.before(bench.counted, "");
        const read = async (blob: Descriptor): Promise<number> => {
          await registry.blob(repository, blob, bench.signal);
          return bench.counted.calls.blob;
        };
        const [twice, once] = [await blobOf(bench, "twice"), await blobOf(bench, "once")];
        assert.deepEqual([await read(twice), await read(twice), await read(once)], [1, 1, 2]);
        for (let i = 0; i < 10; i += 1) await read(await blobOf(bench, `another ${i}`));
        assert.deepEqual([await read(twice), await read(once)], [12, 13]);
      },
    );
  });

  it("spares a second rule, and a second look, everything but the lists", async () => {
    await withCache(
      () => MIB,
      async ({ server, cache, counted }) => {
        const registry = cache.before(counted, "");
        const digest = await server.putImage(PATH, "1", "a");
        await signLegacy(server, PATH, digest, KEY);
        await signBundle(server, PATH, digest, KEY);
        await gather({ server, registry }, digest);
        const { manifest, blob } = counted.calls;
        await gather({ server, registry }, digest);
        assert.deepEqual(counted.calls, { manifest: manifest + 3, blob, referrers: 2 });
      },
    );
  });
});
