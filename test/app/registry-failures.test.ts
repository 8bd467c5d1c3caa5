// Every way in which a registry fails, through the real client, by the table of policy-api.md §4: Fail or Undetermined, never
// an admission without a word.
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";

import { encodeUtf8 } from "../../src/encoding/text.ts";

import { answer } from "../registry/fixtures.ts";
import type { EmbeddedRegistry } from "../support/registry/registry.ts";
import { signBundle, signLegacy } from "../support/signer.ts";

import { byDigest, KEY, makePolicy, OTHER_KEY, outcomes, PATH, withApplication } from "./fixtures.ts";

/** What the registry answers to a request for one kind of thing. */
type Answer = (response: ServerResponse) => boolean;

const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) =>
    answer(response, code, headers, "a secret of another host");

const text =
  (body: string, type: string): Answer =>
  (response) =>
    answer(response, 200, { "content-type": type }, body);

const truncated: Answer = (response) => {
  response.socket?.end("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 100\r\n\r\n{");
  return true;
};

const reset: Answer = (response) => {
  response.destroy();
  return true;
};

const silent: Answer = () => true;

const OCI = "application/vnd.oci.image.manifest.v1+json";
const EMPTY = `{"schemaVersion":2,"mediaType":"${OCI}","config":{"mediaType":"a/b","digest":"sha256:${"1".repeat(64)}","size":2},"layers":[]}`;

/** Answers the requests whose path matches, all others as ever. */
function misbehaveOn(server: EmbeddedRegistry, path: RegExp, how: Answer): void {
  server.misbehave((request, response) => path.test(request.url ?? "") && how(response));
}

const QUICK = { timeouts: { connectMs: 1_000, firstByteMs: 150, idleMs: 150 } };

describe("a registry that fails on the image itself", () => {
  const cases: readonly [string, Answer, string, string][] = [
    ["401", status(401), "Fail", "RegistryUnauthorized"],
    ["403", status(403), "Fail", "RegistryUnauthorized"],
    ["404", status(404), "Fail", "ManifestNotFound"],
    ["408", status(408), "Undetermined", "RegistryError"],
    ["429", status(429, { "retry-after": "1" }), "Undetermined", "RegistryThrottled"],
    ["500", status(500), "Undetermined", "RegistryError"],
    ["503", status(503), "Undetermined", "RegistryError"],
    ["a status that says nothing", status(418), "Fail", "RegistryAnswerUnexpected"],
    ["a redirect to plain HTTP elsewhere", status(302, { location: "http://example.com/" }), "Fail", "RedirectRefused"],
    ["a closed connection", reset, "Undetermined", "RegistryUnreachable"],
    ["silence", silent, "Undetermined", "RegistryUnreachable"],
    ["an answer cut short", truncated, "Fail", "RegistryAnswerTruncated"],
    ["a page of HTML", text("<html>", "text/html"), "Fail", "ManifestDigestMismatch"],
    ["reject list: manifest digest ≠ requested", text(EMPTY, OCI), "Fail", "ManifestDigestMismatch"],
  ];
  for (const [what, how, outcome, code] of cases) {
    for (const failurePolicy of ["Fail", "Ignore"] as const) {
      const allowed = outcome === "Undetermined" && failurePolicy === "Ignore";
      it(`${what} (failurePolicy ${failurePolicy}: ${outcome}, ${code}, ${allowed ? "admitted with a warning" : "denied"})`, async () => {
        await withApplication(QUICK, async ({ server, repository, validate, enforce }) => {
          const digest = await server.putImage(PATH, "1", "a");
          await signLegacy(server, PATH, digest, KEY);
          const rule = { imageReferences: [`${server.host}/*`] };
          enforce(makePolicy({ spec: { failurePolicy }, rule }));
          misbehaveOn(server, /\/manifests\/sha256:/, how);
          const review = await validate(byDigest(repository, digest));
          assert.deepEqual(outcomes(review), [`${outcome} ${code}`]);
          assert.equal(review.allowed, allowed);
          assert.equal(review.warnings.length, allowed ? 1 : 0);
          assert.equal(review.retryAfterSeconds, !allowed && outcome === "Undetermined" ? 5 : undefined);
          assert.doesNotMatch(`${review.message} ${review.warnings.join()}`, /secret|<html|example\.com/);
        });
      });
    }
  }

  it("is not there at all: Undetermined, RegistryUnreachable", async () => {
    await withApplication({}, async ({ server, repository, validate }) => {
      await server.stop();
      assert.deepEqual(outcomes(await validate(`${repository}:1`)), ["Undetermined RegistryUnreachable"]);
    });
  });

  const manifests: Readonly<
    Record<string, readonly [Record<string, unknown> | Uint8Array, string | undefined, string]>
  > = {
    "no JSON": [encodeUtf8("not json"), OCI, "ManifestMalformed"],
    "both shapes": [{ ...(JSON.parse(EMPTY) as object), manifests: [] }, OCI, "ManifestAmbiguous"],
    "Docker schema 1": [
      { schemaVersion: 1, name: "a", fsLayers: [] },
      "application/vnd.docker.distribution.manifest.v1+json",
      "ManifestSchema1",
    ],
    "more than 4 MiB": [new Uint8Array(4 * 1024 * 1024 + 1).fill(0x20), OCI, "RegistryAnswerTooLarge"],
  };
  for (const [what, [document, mediaType, code]] of Object.entries(manifests)) {
    it(`serves a manifest that is ${what}: Fail, ${code}`, async () => {
      await withApplication({}, async ({ server, repository, validate, enforce }) => {
        await server.putManifest(PATH, "1", document, mediaType);
        enforce(makePolicy({ spec: { failurePolicy: "Ignore" }, rule: { imageReferences: [`${server.host}/*`] } }));
        const review = await validate(`${repository}:1`);
        assert.equal(review.allowed, false);
        assert.match(outcomes(review)[0] ?? "", new RegExp(`^Fail ${code}\\b`));
      });
    });
  }
});

describe("a registry that fails where signatures are looked for", () => {
  const places = {
    "the referrers API": /\/referrers\//,
    "the fallback tag": /\/manifests\/sha256-[0-9a-f]{64}$/,
    "the .sig tag": /\/manifests\/sha256-[0-9a-f]{64}\.sig$/,
  };
  const cases: readonly [string, Answer, string][] = [
    ["401", status(401), "Fail NoSignatureFound"],
    ["403", status(403), "Fail NoSignatureFound"],
    ["404", status(404), "Fail NoSignatureFound"],
    ["429", status(429), "Undetermined RegistryThrottled"],
    ["500", status(500), "Undetermined RegistryError"],
    ["504", status(504), "Undetermined RegistryError"],
    ["a closed connection", reset, "Undetermined RegistryUnreachable"],
    ["an answer cut short", truncated, "Fail RegistryAnswerTruncated"],
    ["a redirect out of https", status(307, { location: "http://example.com/" }), "Fail RedirectRefused"],
  ];
  for (const [place, path] of Object.entries(places)) {
    for (const [what, how, outcome] of cases) {
      it(`${place}, ${what}: ${outcome}`, async () => {
        await withApplication({}, async ({ server, repository, validate }) => {
          const digest = await server.putImage(PATH, "1", "a");
          misbehaveOn(server, path, how);
          const review = await validate(byDigest(repository, digest));
          assert.deepEqual([review.allowed, outcomes(review)], [false, [outcome]]);
        });
      });
    }

    it(`${place}, unread: a good signature elsewhere is a Pass`, async () => {
      await withApplication({}, async ({ server, repository, validate }) => {
        const digest = await server.putImage(PATH, "1", "a");
        await signLegacy(server, PATH, digest, KEY);
        await signBundle(server, PATH, digest, KEY);
        misbehaveOn(server, path, status(503));
        const review = await validate(byDigest(repository, digest));
        assert.deepEqual([review.allowed, review.warnings], [true, []]);
        assert.match(outcomes(review)[0] ?? "", /^Pass\b/);
      });
    });

    it(`reject list: registry outage treated as absence (must be Undetermined) (${place}, unread, beside a bad signature)`, async () => {
      await withApplication({}, async ({ server, repository, validate }) => {
        const digest = await server.putImage(PATH, "1", "a");
        await signLegacy(server, PATH, digest, OTHER_KEY);
        await signBundle(server, PATH, digest, { ...OTHER_KEY, fallback: true });
        misbehaveOn(server, path, status(503));
        const [outcome = ""] = outcomes(await validate(byDigest(repository, digest)));
        assert.match(outcome, /^Undetermined .*RegistryError/);
      });
    });
  }

  const blobs: readonly [string, Answer, string][] = [
    ["401", status(401), "Fail RegistryUnauthorized"],
    ["404", status(404), "Fail BlobNotFound"],
    ["429", status(429), "Undetermined RegistryThrottled"],
    ["503", status(503), "Undetermined RegistryError"],
    [
      "reject list: blob digest/size ≠ descriptor",
      text("other", "application/octet-stream"),
      "Fail BlobDigestMismatch",
    ],
  ];
  for (const [what, how, outcome] of blobs) {
    it(`a signature's blob, ${what} (${outcome})`, async () => {
      await withApplication({}, async ({ server, repository, validate }) => {
        const digest = await server.putImage(PATH, "1", "a");
        await signLegacy(server, PATH, digest, KEY);
        misbehaveOn(server, /\/blobs\//, how);
        assert.deepEqual(outcomes(await validate(byDigest(repository, digest))), [outcome]);
      });
    });
  }
});
