/** Mirrors (registry.md §11): the pod's name, other places' bytes, the origin's word. */
import assert from "node:assert/strict";
import type { Digest } from "../../src/crypto/digest.ts";
import type { Repository } from "../../src/oci/reference.ts";
import type { MirroredPrefix } from "../../src/ports/registry-settings.ts";
import { buildRegistry, type OwnedRegistry } from "../../src/registry/client.ts";
import { mirrorsOf } from "../../src/registry/mirrors.ts";
import { loopbackEndpoint, startRegistry, type EmbeddedRegistry } from "../support/registry/registry.ts";
import { answer, isUnavailable, keychainOf, PATH, rejectsWith } from "./fixtures.ts";

describe("mirrorsOf", () => {
  const mirrored: readonly MirroredPrefix[] = [
    { prefix: "ghcr.io", mirrors: [{ location: "m.example/ghcr", pullBy: "All" }] },
    {
      prefix: "ghcr.io/acme",
      mirrors: [
        { location: "a.example:5000", pullBy: "Digest" },
        { location: "b.example/x", pullBy: "Tag" },
      ],
    },
  ];
  const places = (name: string, kind: "Digest" | "Tag"): readonly string[] => {
    const [host = "", ...path] = name.split("/");
    return mirrorsOf(mirrored, { host, path: path.join("/") }, kind).map((place) => `${place.host} ${place.path}`);
  };
  const table: readonly [string, "Digest" | "Tag", readonly string[]][] = [
    ["ghcr.io/other/web", "Tag", ["m.example ghcr/other/web"]],
    ["ghcr.io/acme/web", "Digest", ["a.example:5000 web"]],
    ["ghcr.io/acme/web", "Tag", ["b.example x/web"]],
    ["ghcr.io/acme", "Tag", ["b.example x"]],
    ["ghcr.io/acmeinc/web", "Tag", ["m.example ghcr/acmeinc/web"]],
    ["ghcr.io.evil/acme/web", "Tag", []],
    ["docker.io/library/nginx", "Digest", []],
  ];
  for (const [name, kind, expected] of table) {
    it(`${name} by ${kind}: ${expected.join(", ") || "none"}`, () => assert.deepEqual(places(name, kind), expected));
  }
});

describe("registry: mirrors", () => {
  let origin: EmbeddedRegistry;
  let mirror: EmbeddedRegistry;
  let client: OwnedRegistry;
  let repository: Repository;
  let digest: Digest;
  const { signal } = new AbortController();

  beforeEach(async () => {
    [origin, mirror] = await Promise.all([startRegistry(), startRegistry()]);
    repository = { host: origin.host, path: PATH };
    client = connect("All");
    digest = await origin.putImage(PATH, "1", "a");
    await mirror.putImage(`copies/${PATH}`, "1", "a");
  });
  afterEach(async () => {
    await client.close();
    await Promise.all([origin.stop(), mirror.stop()]);
  });

  function connect(pullBy: "Digest" | "Tag" | "All"): OwnedRegistry {
    const endpoints = [loopbackEndpoint(origin.host), loopbackEndpoint(mirror.host)];
    const mirrored = [{ prefix: origin.host, mirrors: [{ location: `${mirror.host}/copies`, pullBy }] }];
    const timeouts = { connectMs: 500, firstByteMs: 200, idleMs: 200 };
    return buildRegistry({ rules: { endpoints, mirrored }, timeouts, now: () => 0 });
  }

  it("the mirror is asked, and the origin is not", async () => {
    assert.equal((await client.manifest(repository, "1", signal)).digest, digest);
    assert.equal((await client.manifest(repository, digest, signal)).digest, digest);
    assert.equal(origin.requests.length, 0);
    assert.ok(mirror.requests.every(({ path }) => path.startsWith(`/v2/copies/${PATH}/`)));
  });

  it("what may be shown to the origin is not shown to the mirror", async () => {
    const challenge = { "www-authenticate": 'Basic realm="r"' };
    for (const server of [origin, mirror]) {
      server.misbehave(
        ({ headers }, response) => headers.authorization === undefined && answer(response, 401, challenge),
      );
    }
    const owned = client.as(keychainOf({ robot: { username: "robot", password: "pw" } }));
    assert.equal((await owned.manifest(repository, "1", signal)).digest, digest);
    assert.ok(
      mirror.requests.length > 0 && mirror.requests.every(({ headers }) => headers.authorization === undefined),
    );
    assert.ok(origin.requests.some(({ headers }) => headers.authorization !== undefined));
  });

  it("pullBy leaves tags to the origin", async () => {
    await client.close();
    client = connect("Digest");
    await client.manifest(repository, "1", signal);
    assert.equal(mirror.requests.length, 0);
    await client.manifest(repository, digest, signal);
    assert.equal(origin.requests.length, 1);
  });

  for (const [what, status] of [
    ["does not have it", 404],
    ["refuses access", 403],
    ["throttles", 429],
    ["fails", 500],
  ] as const) {
    it(`a mirror that ${what}: the origin is asked`, async () => {
      mirror.misbehave((_, response) => answer(response, status));
      assert.equal((await client.manifest(repository, "1", signal)).digest, digest);
      assert.equal(origin.requests.length, 1);
    });
  }

  it("a mirror that is down: the origin is asked", async () => {
    await mirror.stop();
    assert.equal((await client.manifest(repository, "1", signal)).digest, digest);
  });

  it("a mirror that lies about a digest: the origin is asked", async () => {
    const lie = await mirror.putImage(`copies/${PATH}`, "lie", "b");
    const { bytes } = mirror.stored(`copies/${PATH}`, lie) ?? assert.fail("the mirror holds the lie");
    mirror.misbehave((_, response) =>
      answer(response, 200, { "content-type": "application/vnd.oci.image.manifest.v1+json" }, String(bytes)),
    );
    assert.equal((await client.manifest(repository, digest, signal)).digest, digest);
  });

  it("what the origin says is the answer, and it alone is named", async () => {
    mirror.misbehave((_, response) => answer(response, 500));
    const failure = await rejectsWith("ManifestNotFound", client.manifest(repository, "2", signal));
    assert.ok(!failure.message.includes(mirror.host));
    origin.misbehave((_, response) => answer(response, 500));
    await isUnavailable("RegistryError", client.manifest(repository, "1", signal));
  });

  it("what a tag has is asked of the mirror that gives its manifest, and of the origin where that cannot be asked", async () => {
    assert.equal(await client.claimedDigest?.(repository, "1", signal), digest);
    assert.deepEqual([mirror.requests.at(-1)?.method, origin.requests.length], ["HEAD", 0]);
    mirror.misbehave((_, response) => {
      response.writeHead(500).end();
      return true;
    });
    assert.equal(await client.claimedDigest?.(repository, "1", signal), digest);
    assert.equal(origin.requests.at(-1)?.method, "HEAD");
    mirror.misbehave((_, response) => {
      response.writeHead(404).end();
      return true;
    });
    assert.equal(await client.claimedDigest?.(repository, "1", signal), undefined);
  });

  it("a mirror without referrers: the origin's are listed", async () => {
    const artifact = {
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: await origin.putEmptyConfig(PATH),
      layers: [],
      subject: origin.describe(PATH, digest),
    };
    const referrer = await origin.putManifest(PATH, undefined, artifact);
    const listed = await client.referrers(repository, digest, signal);
    assert.deepEqual(listed === "unsupported" ? listed : listed.descriptors.map((each) => each.digest), [referrer]);
    assert.equal(mirror.requests.length, 1);
  });

  it("spent time asks nobody else", async () => {
    const controller = new AbortController();
    mirror.misbehave(() => {
      controller.abort();
      return true;
    });
    await isUnavailable("DeadlineSpent", client.manifest(repository, "1", controller.signal));
    assert.equal(origin.requests.length, 0);
  });
});
