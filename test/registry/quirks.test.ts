/**
 * What registries answer in the field (registry.md §14), as shapes of our own: whoever answers so, the verdict is the
 * documented one. Nothing here is recognised by its name; each is what any registry may do.
 */
import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Digest } from "../../src/crypto/digest.ts";
import { fallbackTag } from "../../src/oci/cosign-tag.ts";
import { MEDIA_TYPE } from "../../src/oci/manifest.ts";
import { KEY, outcomes, PATH, withApplication } from "../app/fixtures.ts";
import type { EmbeddedRegistry, RegistryOptions } from "../support/registry/registry.ts";
import { signBundle, signLegacy } from "../support/signer.ts";

type Headers = Readonly<Record<string, string>>;

/** One answer instead of the registry's own; undefined leaves that. */
interface Shape {
  readonly on: RegExp;
  readonly status?: number;
  readonly headers?: Headers;
  readonly body?: string;
}

interface Quirk {
  /** How the image is signed. */
  readonly signed?: "bundle" | "bundle, under the fallback tag" | "legacy";
  readonly options?: RegistryOptions;
  readonly shapes?: readonly Shape[];
  readonly arrange?: (server: EmbeddedRegistry, digest: Digest) => Promise<void>;
  readonly verdict: string;
}

const JSON_TYPE = { "content-type": "application/json" };
const REFERRERS = /\/referrers\//;
const IMAGE = /\/manifests\/(?:1|sha256:[0-9a-f]+)$/;
const TAGS = /\/manifests\/sha256-/;
const error = (code: string, message: string): string => JSON.stringify({ errors: [{ code, message }] });
const without = (on: RegExp, status: number, body = "", headers: Headers = JSON_TYPE): Shape => ({
  on,
  status,
  body,
  headers,
});

const QUIRKS: Readonly<Record<string, Quirk>> = {
  "Docker Hub: no API, bundles by the fallback tag": {
    signed: "bundle, under the fallback tag",
    shapes: [without(REFERRERS, 404, error("NOT_FOUND", "page not found"))],
    verdict: "Pass",
  },
  "Docker Hub: an API that lists": { signed: "bundle", verdict: "Pass" },
  "Docker Hub: 401 for a repository that does not exist": {
    shapes: [without(IMAGE, 401, error("UNAUTHORIZED", "authentication required"))],
    verdict: "Fail RegistryUnauthorized",
  },
  "Docker Hub: the rate limit": {
    shapes: [
      without(IMAGE, 429, error("TOOMANYREQUESTS", "you have reached your pull rate limit"), {
        "ratelimit-limit": "100;w=21600",
        "ratelimit-remaining": "0;w=21600",
      }),
    ],
    verdict: "Undetermined RegistryThrottled",
  },
  "GHCR: no API, bundles by the fallback tag": {
    signed: "bundle, under the fallback tag",
    shapes: [without(REFERRERS, 404, "404 page not found", { "content-type": "text/plain" })],
    verdict: "Pass",
  },
  "GHCR: 403 for a private or absent repository": {
    shapes: [without(IMAGE, 403, error("DENIED", "requested access to the resource is denied"))],
    verdict: "Fail RegistryUnauthorized",
  },
  "ECR: an API, and OCI-Subject": {
    signed: "bundle",
    shapes: [{ on: REFERRERS, headers: { "oci-subject": `sha256:${"0".repeat(64)}` } }],
    verdict: "Pass",
  },
  "ECR before 2024: OCI-Subject without an API": {
    signed: "bundle, under the fallback tag",
    shapes: [without(REFERRERS, 405, "", { "oci-subject": `sha256:${"0".repeat(64)}` })],
    verdict: "Pass",
  },
  "ECR: 404 for a repository that does not exist": {
    shapes: [without(IMAGE, 404, error("NAME_UNKNOWN", "the repository does not exist"))],
    verdict: "Fail ManifestNotFound",
  },
  "GAR: an API that lists nothing, a fallback tag that does": {
    signed: "bundle, under the fallback tag",
    shapes: [
      without(REFERRERS, 200, JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests: [] }), {
        "content-type": MEDIA_TYPE.ociIndex,
      }),
    ],
    verdict: "Pass",
  },
  "GAR: 403 without permission": {
    shapes: [without(IMAGE, 403, error("DENIED", "permission denied"))],
    verdict: "Fail RegistryUnauthorized",
  },
  "ACR: a listing without artifactType": {
    signed: "bundle",
    arrange: relistedByApi((entry) => ({ ...entry, artifactType: undefined })),
    verdict: "Pass",
  },
  "Quay: 400 on the path of the API": {
    signed: "bundle, under the fallback tag",
    shapes: [without(REFERRERS, 400, error("MANIFEST_UNKNOWN", "manifest unknown"))],
    verdict: "Pass",
  },
  "Quay: 401 for a repository that does not exist": {
    shapes: [without(IMAGE, 401, error("UNAUTHORIZED", "access to the requested resource is not authorized"))],
    verdict: "Fail RegistryUnauthorized",
  },
  "Harbor before 2.8: 401 on the path of the API": {
    signed: "bundle, under the fallback tag",
    shapes: [without(REFERRERS, 401, error("UNAUTHORIZED", "unauthorized"))],
    verdict: "Pass",
  },
  "Harbor before 2.8: a filter that is not announced": {
    signed: "bundle",
    shapes: [{ on: REFERRERS, headers: {} }],
    verdict: "Pass",
  },
  "Harbor 2.10: UNKNOWN, not found": {
    shapes: [without(IMAGE, 404, error("UNKNOWN", "unknown: artifact acme/web:1 not found"))],
    verdict: "Fail ManifestNotFound",
  },
  "GitLab: no API, bundles by the fallback tag": {
    signed: "bundle, under the fallback tag",
    shapes: [without(REFERRERS, 404, error("NOT_FOUND", "not found"))],
    verdict: "Pass",
  },
  "GitLab: a token service with a query of its own": {
    signed: "bundle",
    options: { auth: { scheme: "bearer", users: {}, anonymous: true } },
    verdict: "Pass",
  },
  "Artifactory: 403 for tags that do not exist, a bundle by the API": {
    signed: "bundle",
    shapes: [without(TAGS, 403, error("UNAUTHORIZED", "the client does not have permission"))],
    verdict: "Pass",
  },
  "Artifactory: .sig answers 403, and nothing is signed": {
    shapes: [without(TAGS, 403, error("UNAUTHORIZED", "the client does not have permission"))],
    verdict: "Fail NoSignatureFound",
  },
  "Artifactory: 401 for tags that do not exist, and nothing is signed": {
    shapes: [without(TAGS, 401, error("UNAUTHORIZED", "authentication is required"))],
    verdict: "Fail NoSignatureFound",
  },
  "distribution: plain text where there is no API": {
    signed: "bundle, under the fallback tag",
    shapes: [without(REFERRERS, 404, "404 page not found\n", { "content-type": "text/plain; charset=utf-8" })],
    verdict: "Pass",
  },
  "distribution: schema 1, or nothing, for whoever does not say what it accepts": {
    signed: "legacy",
    arrange: async (server) => {
      server.misbehave((request, response) => {
        const accepts = request.headers.accept ?? "";
        const knows = [MEDIA_TYPE.ociIndex, MEDIA_TYPE.ociManifest, MEDIA_TYPE.dockerManifest];
        if (!TAGS.test(request.url ?? "") && !IMAGE.test(request.url ?? "")) return false;
        return !knows.every((type) => accepts.includes(type)) && refuse(response, 404);
      });
    },
    verdict: "Pass",
  },
  "distribution: 500 for a digest that is malformed": {
    signed: "legacy",
    arrange: async (server) => {
      const isMalformed = ({ url = "" }: IncomingMessage): boolean => /sha256:(?![0-9a-f]{64}$)/.test(url);
      server.misbehave((request, response) => isMalformed(request) && refuse(response, 500));
    },
    verdict: "Pass",
  },
  "crane's registry: METHOD_UNKNOWN in text/plain": {
    signed: "bundle, under the fallback tag",
    shapes: [without(REFERRERS, 404, error("METHOD_UNKNOWN", "unknown"), { "content-type": "text/plain" })],
    verdict: "Pass",
  },
  "crane's registry: warnings at random": {
    signed: "legacy",
    shapes: [{ on: /./, headers: { warning: '299 - "just a warning"' } }],
    verdict: "Pass",
  },
  "zot: an API": { signed: "bundle", verdict: "Pass" },
  "any: a tag whose Docker-Content-Digest is another's": {
    signed: "legacy",
    shapes: [{ on: /./, headers: { "docker-content-digest": `sha256:${"0".repeat(64)}` } }],
    verdict: "Pass",
  },
  "any: HTML with 200 on the path of the API": {
    signed: "bundle, under the fallback tag",
    shapes: [without(REFERRERS, 200, "<html>", { "content-type": "text/html" })],
    verdict: "Pass",
  },
  "any: OCI-Filters-Applied, although nothing was to be filtered": {
    signed: "bundle",
    shapes: [{ on: REFERRERS, headers: { "oci-filters-applied": "artifactType" } }],
    verdict: "Pass",
  },
  ...Object.fromEntries(
    [400, 401, 403, 404, 405, 406].map((status) => [
      `any: ${status} on the path of the API, a bundle under the fallback tag`,
      { signed: "bundle, under the fallback tag", shapes: [without(REFERRERS, status)], verdict: "Pass" },
    ]),
  ),
};

describe("registry quirks:", () => {
  for (const [quirk, { signed, options = {}, shapes = [], arrange, verdict }] of Object.entries(QUIRKS)) {
    it(`${quirk}: ${verdict}`, async () => {
      const hasFallback = signed === "bundle, under the fallback tag";
      await withApplication(options, async ({ server, repository, validate }) => {
        const digest = await server.putImage(PATH, "1", "a");
        if (signed === "legacy") await signLegacy(server, PATH, digest, KEY);
        else if (signed !== undefined) await signBundle(server, PATH, digest, { ...KEY, fallback: hasFallback });
        if (shapes.length > 0) server.misbehave((request, response) => shapeOf(shapes, request, response));
        await arrange?.(server, digest);
        assert.deepEqual(outcomes(await validate(`${repository}@${digest}`)).map(firstTwo), [verdict]);
      });
    });
  }
});

/** A Pass may have findings of other candidates beside it. */
function firstTwo(outcome: string): string {
  return outcome.startsWith("Pass") ? "Pass" : outcome;
}

function shapeOf(shapes: readonly Shape[], request: IncomingMessage, response: ServerResponse): boolean {
  const shape = shapes.find(({ on }) => on.test(request.url ?? ""));
  if (shape === undefined) return false;
  const { status, headers = {}, body = "" } = shape;
  if (status !== undefined) {
    response.writeHead(status, headers).end(body);
    return true;
  }
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  return false;
}

function refuse(response: ServerResponse, status: number): true {
  response.writeHead(status).end();
  return true;
}

/** The API's own list, with its entries edited. */
function relistedByApi(
  edit: (entry: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): NonNullable<Quirk["arrange"]> {
  return async (server, digest) => {
    await signBundle(server, PATH, digest, { ...KEY, fallback: true });
    const stored = server.stored(PATH, fallbackTag(digest));
    const index = JSON.parse(new TextDecoder().decode(stored?.bytes)) as { manifests: Record<string, unknown>[] };
    const body = JSON.stringify({ ...index, manifests: index.manifests.map(edit) });
    server.misbehave((request, response) => {
      if (TAGS.test(request.url ?? "")) return refuse(response, 404);
      if (!REFERRERS.test(request.url ?? "")) return false;
      response.writeHead(200, { "content-type": MEDIA_TYPE.ociIndex }).end(body);
      return true;
    });
  };
}
