/**
 * The embedded registry of tests, demo and benchmarks: the reading half of the OCI distribution specification 1.1 on
 * loopback, filled by method calls, with the Referrers API, tokens and a hook through which a test makes it misbehave.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Digest } from "../../../src/crypto/digest.ts";
import { digestOf } from "../../../src/crypto/digest.ts";
import { encodeUtf8 } from "../../../src/encoding/text.ts";
import { MEDIA_TYPE } from "../../../src/oci/manifest.ts";
import type { RegistryEndpoint } from "../../../src/ports/registry-settings.ts";
import { Gatekeeper, type RegistryAuth } from "./auth.ts";
import { Store, type PlainDescriptor, type StoredManifest } from "./store.ts";

/** What a test's hook has set stays. */
const CONTENT_DIGEST = "docker-content-digest";

export interface RegistryOptions {
  /** The Referrers API; on unless false. Without it evidence is found by the fallback tag only. */
  readonly referrersApi?: boolean;
  /** Entries on a page of the Referrers API; all on one unless said. */
  readonly referrersPerPage?: number;
  readonly auth?: RegistryAuth;
}

export interface LoggedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  /** Of a POST, once it has been read. */
  body?: string;
}

/** True: the hook has answered, or will. */
export type Hook = (request: IncomingMessage, response: ServerResponse) => boolean;

const EMPTY_CONFIG = encodeUtf8("{}");

/** How a client is told that it may call a registry of these tests, which no client does by itself. */
export function loopbackEndpoint(host: string): RegistryEndpoint {
  return { host, plainHttp: true, allowPrivate: true };
}

/** Listens on a free port of 127.0.0.1, plain HTTP. */
export async function startRegistry(options: RegistryOptions = {}): Promise<EmbeddedRegistry> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  return new EmbeddedRegistry(server, options);
}

export class EmbeddedRegistry {
  /** `127.0.0.1:port`, as images of this registry name it. */
  readonly host: string;
  readonly requests: LoggedRequest[] = [];
  readonly hasReferrersApi: boolean;
  readonly #store = new Store();
  readonly #server: Server;
  readonly #perPage: number;
  readonly #gatekeeper: Gatekeeper | undefined;
  #hook: Hook | undefined;

  constructor(server: Server, { referrersApi = true, referrersPerPage = 1000, auth }: RegistryOptions) {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("Cannot start a registry: no port");
    this.host = `127.0.0.1:${address.port}`;
    this.hasReferrersApi = referrersApi;
    this.#perPage = referrersPerPage;
    this.#gatekeeper = auth === undefined ? undefined : new Gatekeeper(auth, this.host);
    this.#server = server.on("request", (request, response) => this.#serve(request, response));
  }

  /** Pushes a one-layer image that differs by `seed`, under `tag`. */
  async putImage(repository: string, tag: string | undefined, seed: string): Promise<Digest> {
    const layer = await this.putBlob(repository, encodeUtf8(`layer of ${seed}`));
    const rootfs = { type: "layers", diff_ids: [layer.digest] };
    const configBytes = encodeUtf8(JSON.stringify({ architecture: "amd64", os: "linux", rootfs }));
    const config = await this.putBlob(repository, configBytes, "application/vnd.oci.image.config.v1+json");
    const layers = [{ ...layer, mediaType: "application/vnd.oci.image.layer.v1.tar" }];
    return await this.putManifest(repository, tag, { ...manifestHead(MEDIA_TYPE.ociManifest), config, layers });
  }

  /** Pushes an index over manifests that the repository already holds. */
  async putIndex(repository: string, tag: string | undefined, children: readonly Digest[]): Promise<Digest> {
    const architectures = ["amd64", "arm64", "s390x"];
    const manifests = children.map((digest, i) => ({
      ...this.describe(repository, digest),
      platform: { os: "linux", architecture: architectures[i % architectures.length] },
    }));
    return await this.putManifest(repository, tag, { ...manifestHead(MEDIA_TYPE.ociIndex), manifests });
  }

  /** Any document, or any bytes; the media type is the document's own unless said. */
  async putManifest(
    repository: string,
    tag: string | undefined,
    document: Uint8Array | Readonly<Record<string, unknown>>,
    mediaType?: string,
  ): Promise<Digest> {
    const own = document instanceof Uint8Array ? undefined : (document["mediaType"] as string | undefined);
    const bytes = document instanceof Uint8Array ? document : encodeUtf8(JSON.stringify(document));
    return this.#store.putManifest(repository, { bytes, mediaType: mediaType ?? own ?? MEDIA_TYPE.ociManifest }, tag);
  }

  async putBlob(
    repository: string,
    bytes: Uint8Array,
    mediaType = "application/octet-stream",
  ): Promise<PlainDescriptor> {
    return { mediaType, digest: this.#store.putBlob(repository, bytes), size: bytes.length };
  }

  /** The `{}` that artifacts carry for a configuration. */
  async putEmptyConfig(repository: string): Promise<PlainDescriptor> {
    return await this.putBlob(repository, EMPTY_CONFIG, "application/vnd.oci.empty.v1+json");
  }

  /** What a tag or digest names, if anything. */
  stored(repository: string, reference: string): StoredManifest | undefined {
    return this.#store.manifest(repository, reference);
  }

  /** The descriptor of a manifest that the repository holds. */
  describe(repository: string, digest: Digest): PlainDescriptor {
    const stored = this.#store.manifest(repository, digest);
    if (stored === undefined) throw new Error(`Cannot describe ${digest}: ${repository} does not hold it`);
    return { mediaType: stored.mediaType, digest, size: stored.bytes.length };
  }

  /** From now on `hook` sees every request first; undefined ends that. */
  misbehave(hook: Hook | undefined): void {
    this.#hook = hook;
  }

  /** Calls back for each connection from now on. */
  onConnection(opened: () => void): void {
    this.#server.on("connection", opened);
  }

  /** Every token given so far stops working. */
  revokeTokens(): void {
    this.#gatekeeper?.revoke();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { method = "", url: path = "", headers } = request;
    const logged: LoggedRequest = { method, path, headers };
    this.requests.push(logged);
    if (this.#hook?.(request, response) === true) return;
    const url = new URL(path, `http://${this.host}`);
    const ask = parseAsk(url);
    if (url.pathname === "/token" && method === "POST") void this.#grantToken(request, response, logged);
    else if (url.pathname === "/token") this.#sendToken(request, response, url);
    // the version check, which cosign makes first
    else if (url.pathname === "/v2/") send(response, 200, EMPTY_CONFIG, "application/json");
    else if (ask === undefined) sendError(response, 404, "UNSUPPORTED");
    else {
      const challenge = this.#gatekeeper?.challenge(request, ask.repository);
      if (challenge === undefined) this.#answer(response, ask);
      else sendError(response, 401, "UNAUTHORIZED", { "www-authenticate": challenge });
    }
  }

  #sendToken(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const token = this.#gatekeeper?.token(request, url.searchParams);
    send(response, token === undefined ? 401 : 200, encodeUtf8(JSON.stringify(token ?? {})), "application/json");
  }

  async #grantToken(request: IncomingMessage, response: ServerResponse, logged: LoggedRequest): Promise<void> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk);
    logged.body = Buffer.concat(chunks).toString();
    const token = this.#gatekeeper?.grant(new URLSearchParams(logged.body));
    const status = token === "unknown" ? 404 : token === undefined ? 401 : 200;
    send(response, status, encodeUtf8(JSON.stringify(token ?? {})), "application/json");
  }

  #answer(response: ServerResponse, ask: Ask): void {
    const { repository, kind, reference } = ask;
    if (kind === "referrers") {
      if (this.hasReferrersApi) this.#listReferrers(response, ask);
      else sendError(response, 404, "UNSUPPORTED");
    } else if (kind === "manifests") {
      const stored = this.#store.manifest(repository, reference);
      if (stored === undefined) sendError(response, 404, "MANIFEST_UNKNOWN");
      else {
        if (!response.hasHeader(CONTENT_DIGEST)) response.setHeader(CONTENT_DIGEST, digestOf(stored.bytes));
        send(response, 200, stored.bytes, stored.mediaType);
      }
    } else {
      const bytes = this.#store.blob(repository, reference);
      if (bytes === undefined) sendError(response, 404, "BLOB_UNKNOWN");
      else send(response, 200, bytes, "application/octet-stream");
    }
  }

  #listReferrers(response: ServerResponse, { repository, reference, url }: Ask): void {
    const start = Number(url.searchParams.get("start") ?? "0");
    const all = this.#store.referrers(repository, reference);
    const end = start + this.#perPage;
    if (end < all.length) response.setHeader("link", `<${url.pathname}?start=${end}>; rel="next"`);
    const index = { ...manifestHead(MEDIA_TYPE.ociIndex), manifests: all.slice(start, end) };
    send(response, 200, encodeUtf8(JSON.stringify(index)), MEDIA_TYPE.ociIndex);
  }
}

interface Ask {
  readonly repository: string;
  readonly kind: string;
  readonly reference: string;
  readonly url: URL;
}

function parseAsk(url: URL): Ask | undefined {
  const [, repository = "", kind = "", reference = ""] =
    /^\/v2\/(.+)\/(manifests|blobs|referrers)\/([^/]+)$/.exec(url.pathname) ?? [];
  return repository === "" ? undefined : { repository, kind, reference, url };
}

function manifestHead(mediaType: string): { schemaVersion: 2; mediaType: string } {
  return { schemaVersion: 2, mediaType };
}

function send(response: ServerResponse, status: number, body: Uint8Array, contentType: string): void {
  response.writeHead(status, { "content-type": contentType, "content-length": body.length });
  response.end(body);
}

function sendError(response: ServerResponse, status: number, code: string, headers: Record<string, string> = {}): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  send(response, status, encodeUtf8(JSON.stringify({ errors: [{ code, message: code }] })), "application/json");
}
