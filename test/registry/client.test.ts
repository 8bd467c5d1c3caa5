/**
 * The client against the embedded registry: what it reads, and how it names what a registry can refuse, withhold or forge
 * (registry.md §2 to §6, §15).
 */
import assert from "node:assert/strict";
import { digestOf, type Digest } from "../../src/crypto/digest.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { signatureTag } from "../../src/oci/cosign-tag.ts";
import { MEDIA_TYPE, type Descriptor } from "../../src/oci/manifest.ts";
import type { EmbeddedRegistry } from "../support/registry/registry.ts";
import { makeKeyPair, signBundle, signLegacy } from "../support/signer.ts";
import { answer, isUnavailable, PATH, rejectsWith, withRegistry } from "./fixtures.ts";

describe("registry client: reads", () => {
  it("a manifest by tag and by digest, hashed by itself whatever the headers say", async () => {
    await withRegistry({}, async ({ server, client, repository, signal }) => {
      const digest = await server.putImage(PATH, "1", "a");
      server.misbehave((_, response) => {
        response.setHeader("docker-content-digest", digestOf(encodeUtf8("a lie")));
        return false;
      });
      assert.equal((await client.manifest(repository, "1", signal)).digest, digest);
      assert.equal((await client.manifest(repository, digest, signal)).document.kind, "manifest");
      assert.match(server.requests[0]?.headers.accept ?? "", /image\.index.*manifest\.list.*image\.manifest/);
      assert.equal(server.requests[0]?.headers["accept-encoding"], "identity");
    });
  });

  it("what a registry says that a tag has, by HEAD, and nothing where it says nothing that is a digest", async () => {
    await withRegistry({}, async ({ server, client, repository, signal }) => {
      const digest = await server.putImage(PATH, "1", "a");
      const claim = (): Promise<Digest | undefined> | undefined => client.claimedDigest?.(repository, "1", signal);
      assert.equal(await claim(), digest);
      assert.deepEqual(
        server.requests.map(({ method }) => method),
        ["HEAD"],
      );
      assert.match(server.requests[0]?.headers.accept ?? "", /image\.index/);
      for (const header of ["", "sha256:ABC", `sha512:${"0".repeat(128)}`]) {
        server.misbehave((_, response) => {
          response.setHeader("docker-content-digest", header);
          return false;
        });
        assert.equal(await claim(), undefined, header);
      }
      for (const status of [403, 404, 405]) {
        server.misbehave((_, response) => {
          response.writeHead(status).end();
          return true;
        });
        assert.equal(await claim(), undefined, `${status}`);
      }
    });
  });

  it("an index", async () => {
    await withRegistry({}, async ({ server, client, repository, signal }) => {
      const children = [await server.putImage(PATH, undefined, "a"), await server.putImage(PATH, undefined, "b")];
      await server.putIndex(PATH, "multi", children);
      const { document } = await client.manifest(repository, "multi", signal);
      assert.deepEqual(document.kind === "index" && document.manifests.map(({ digest }) => digest), children);
    });
  });

  it("a blob, and both layers of a .sig tag", async () => {
    await withRegistry({}, async ({ server, client, repository, signal }) => {
      const digest = await server.putImage(PATH, "1", "a");
      const key = makeKeyPair();
      await signLegacy(server, PATH, digest, key);
      await signLegacy(server, PATH, digest, { ...key, payload: (payload) => ({ ...payload, optional: { n: "2" } }) });
      const { document } = await client.manifest(repository, signatureTag(digest), signal);
      assert.ok(document.kind === "manifest");
      const payloads = await Promise.all(document.layers.map((layer) => client.blob(repository, layer, signal)));
      assert.equal(payloads.length, 2);
    });
  });

  it("all pages of the Referrers API", async () => {
    await withRegistry({ referrersPerPage: 2 }, async ({ server, client, repository, signal }) => {
      const digest = await server.putImage(PATH, "1", "a");
      const bundles = [];
      for (let i = 0; i < 5; i++) bundles.push(await signBundle(server, PATH, digest, makeKeyPair()));
      const listed = await client.referrers(repository, digest, signal);
      assert.deepEqual(listed !== "unsupported" && listed.descriptors.map((entry) => entry.digest), bundles);
    });
  });

  it("nothing of the Referrers API where there is none", async () => {
    await withRegistry({ referrersApi: false }, async ({ server, client, repository, signal }) => {
      const digest = await server.putImage(PATH, "1", "a");
      const bundle = await signBundle(server, PATH, digest, makeKeyPair());
      assert.equal(await client.referrers(repository, digest, signal), "unsupported");
      const { document } = await client.manifest(repository, digest.replace(":", "-"), signal);
      assert.deepEqual(document.kind === "index" && document.manifests.map((entry) => entry.digest), [bundle]);
      for (const status of [400, 405, 406]) {
        server.misbehave((_, response) => answer(response, status));
        assert.equal(await client.referrers(repository, digest, signal), "unsupported");
      }
      server.misbehave((_, response) => answer(response, 200, { "content-type": "text/html" }, "<p>hello"));
      assert.equal(await client.referrers(repository, digest, signal), "unsupported");
    });
  });
});

describe("registry client: answers", () => {
  const digest = digestOf(encodeUtf8("no such thing"));
  const blob: Descriptor = { mediaType: "x/y", digest, size: 13, annotations: new Map() };

  for (const status of [401, 403]) {
    it(`${status} is RegistryUnauthorized, and its body stays out of the message`, async () => {
      await withRegistry({}, async ({ server, client, repository, signal }) => {
        server.misbehave((_, response) => answer(response, status, {}, "secret of another host"));
        const failure = await rejectsWith("RegistryUnauthorized", client.manifest(repository, "1", signal));
        assert.doesNotMatch(failure.message, /secret/);
      });
    });
  }

  it("404 is ManifestNotFound or BlobNotFound", async () => {
    await withRegistry({}, async ({ client, repository, signal }) => {
      await rejectsWith("ManifestNotFound", client.manifest(repository, "none", signal));
      await rejectsWith("BlobNotFound", client.blob(repository, blob, signal));
    });
  });

  it("429 is RegistryThrottled, with the seconds of Retry-After", async () => {
    await withRegistry({}, async ({ server, client, repository, signal }) => {
      server.misbehave((_, response) => answer(response, 429, { "retry-after": "tomorrow" }));
      const vague = await isUnavailable("RegistryThrottled", client.manifest(repository, "1", signal));
      assert.equal(vague.retryAfterSeconds, undefined);
      server.misbehave((_, response) => answer(response, 429, { "retry-after": 7 }));
      const error = await isUnavailable("RegistryThrottled", client.manifest(repository, "1", signal));
      assert.equal(error.retryAfterSeconds, 7);
    });
  });

  for (const [status, requests] of [
    [408, 1],
    [500, 1],
    [502, 2],
    [503, 2],
    [504, 2],
  ] as const) {
    it(`${status} is RegistryError, after ${requests} request(s)`, async () => {
      await withRegistry({}, async ({ server, client, repository, signal }) => {
        server.misbehave((_, response) => answer(response, status));
        await isUnavailable("RegistryError", client.manifest(repository, "1", signal));
        assert.equal(server.requests.length, requests);
      });
    });
  }

  it("a status that no clause allows is RegistryAnswerUnexpected", async () => {
    await withRegistry({}, async ({ server, client, repository, signal }) => {
      server.misbehave((_, response) => answer(response, 206));
      await rejectsWith("RegistryAnswerUnexpected", client.manifest(repository, "1", signal));
    });
  });

  it("other bytes than the digest names are a mismatch, of manifest and of blob", async () => {
    await withRegistry({}, async ({ server, client, repository, signal }) => {
      const headers = { "content-type": MEDIA_TYPE.ociManifest };
      server.misbehave((_, response) => answer(response, 200, headers, "other bytes.."));
      await rejectsWith("ManifestDigestMismatch", client.manifest(repository, digest, signal));
      await rejectsWith("BlobDigestMismatch", client.blob(repository, blob, signal));
      await rejectsWith("BlobDigestMismatch", client.blob(repository, { ...blob, size: 12 }, signal));
    });
  });

  it("a blob that is larger than Sealgate reads is not asked for", async () => {
    await withRegistry({}, async ({ server, client, repository, signal }) => {
      await rejectsWith("RegistryAnswerTooLarge", client.blob(repository, { ...blob, size: 2 ** 25 }, signal));
      assert.equal(server.requests.length, 0);
    });
  });

  it("both-shapes and schema 1 are refused", async () => {
    await withRegistry({}, async ({ server, client, repository, signal }) => {
      const both = { schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests: [], layers: [] };
      await server.putManifest(PATH, "both", both);
      await rejectsWith("ManifestAmbiguous", client.manifest(repository, "both", signal));
      const schema1 = "application/vnd.docker.distribution.manifest.v1+prettyjws";
      await server.putManifest(PATH, "old", { schemaVersion: 1 }, schema1);
      await rejectsWith("ManifestSchema1", client.manifest(repository, "old", signal));
      await server.putManifest(PATH, "garbage", encodeUtf8("<html>"));
      await rejectsWith("ManifestMalformed", client.manifest(repository, "garbage", signal));
    });
  });
});

describe("registry client: connections", () => {
  /** Local ports of the connections that its server has seen so far. */
  function socketsOf(server: EmbeddedRegistry): ReadonlySet<number | undefined> {
    const sockets = new Set<number | undefined>();
    server.misbehave(({ socket }) => {
      sockets.add(socket.remotePort);
      return false;
    });
    return sockets;
  }

  it("are used again by what is asked next", async () => {
    await withRegistry({}, async ({ server, client, repository, signal }) => {
      await server.putImage(PATH, "1", "a");
      const sockets = socketsOf(server);
      for (let i = 0; i < 5; i++) await client.manifest(repository, "1", signal);
      assert.equal(sockets.size, 1);
    });
  });

  it("for what goes out together are opened while a token is fetched", async () => {
    const auth = { scheme: "bearer" as const, users: {}, anonymous: true };
    await withRegistry({ auth }, async ({ server, client, repository, signal }) => {
      const digest = await server.putImage(PATH, "1", "a");
      let opened = 0;
      server.onConnection(() => (opened += 1));
      await client.manifest(repository, "1", signal);
      while (opened < 5) await new Promise((resolve) => setImmediate(resolve));
      const asked = ["1", digest, "1", digest, "1"].map(async (each) => client.manifest(repository, each, signal));
      await Promise.all(asked);
      assert.equal(opened, 5);
    });
  });
});

describe("registry client: a referrers list that does not end", () => {
  const index = JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests: [] });
  const digest = digestOf(encodeUtf8("image"));

  it("is cut after ten pages", async () => {
    await withRegistry({}, async ({ server, client, repository, signal }) => {
      server.misbehave((_, response) => {
        const link = `<?page=${server.requests.length}>; rel="next"`;
        return answer(response, 200, { "content-type": MEDIA_TYPE.ociIndex, link }, index);
      });
      assert.deepEqual(await client.referrers(repository, digest, signal), { descriptors: [], isCut: true });
      assert.equal(server.requests.length, 10);
    });
  });

  it("is cut after a thousand entries", async () => {
    const entry = { mediaType: MEDIA_TYPE.ociManifest, digest, size: 1 };
    const page = {
      schemaVersion: 2,
      mediaType: MEDIA_TYPE.ociIndex,
      manifests: Array.from({ length: 600 }, () => entry),
    };
    await withRegistry({}, async ({ server, client, repository, signal }) => {
      server.misbehave((_, response) => {
        const link = `<?page=${server.requests.length}>; rel="next"`;
        return answer(response, 200, { "content-type": MEDIA_TYPE.ociIndex, link }, JSON.stringify(page));
      });
      const listed = await client.referrers(repository, digest, signal);
      assert.ok(listed !== "unsupported");
      assert.deepEqual([listed.descriptors.length, listed.isCut], [1200, true]);
      assert.equal(server.requests.length, 2);
    });
  });

  it("is refused when it leads to another host", async () => {
    await withRegistry({}, async ({ server, client, repository, signal }) => {
      const link = '<http://evil.example/v2/x>; rel="next"';
      const headers = { "content-type": MEDIA_TYPE.ociIndex, link };
      server.misbehave((_, response) => answer(response, 200, headers, index));
      await rejectsWith("RegistryAnswerUnexpected", client.referrers(repository, digest, signal));
    });
  });
});
