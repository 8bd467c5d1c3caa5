/**
 * The client against the embedded registry: what it reads, and one test per way in which a registry can be down, slow,
 * lying or hostile, each asserted by its code or cause (registry.md §2, §15).
 */
import assert from "node:assert/strict";
import type { Digest } from "../../src/crypto/digest.ts";
import type { Repository } from "../../src/oci/reference.ts";
import { buildRegistry } from "../../src/registry/client.ts";
import { startRegistry } from "../support/registry/registry.ts";
import { makeKeyPair, signBundle, signLegacy } from "../support/signer.ts";

describe("registry client: signatures are found where cosign puts them", () => {
  for (const referrersApi of [true, false]) {
    it(`Referrers API ${referrersApi ? "on" : "off"}`, async () => {
      const embedded = await startRegistry({ referrersApi });
      const client = buildRegistry({ plainHttpHosts: [embedded.host], now: () => 0 });
      try {
        const repository: Repository = { host: embedded.host, path: "acme/web" };
        const { signal } = new AbortController();
        const digest: Digest = await embedded.putImage("acme/web", "1", "a");
        const key = makeKeyPair();
        await signLegacy(embedded, "acme/web", digest, key);
        await signLegacy(embedded, "acme/web", digest, key);
        const bundle = await signBundle(embedded, "acme/web", digest, key);
        assert.equal((await client.manifest(repository, "1", signal)).digest, digest);
        const legacy = await client.manifest(repository, `${digest.replace(":", "-")}.sig`, signal);
        assert.equal(legacy.document.kind === "manifest" && legacy.document.layers.length, 2);
        const listed = await client.referrers(repository, digest, signal);
        if (referrersApi) assert.deepEqual(listed !== "unsupported" && listed.map((entry) => entry.digest), [bundle]);
        else assert.equal(listed, "unsupported");
      } finally {
        await client.close();
        await embedded.stop();
      }
    });
  }
});
