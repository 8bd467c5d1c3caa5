/**
 * The Registry port over HTTP (distribution-spec; registry.md §2 to §7). Headers are hints: every byte is hashed here. No
 * class of answer means "allow": 401, 403, 404 and malformed data are VerificationFailure, what could not be asked is
 * UnavailableError (policy-api.md §4).
 */
import { digestOf, type Digest } from "../crypto/digest.ts";
import type { FailureCode } from "../failure/catalogue.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { MEDIA_TYPE, parseManifest, type Descriptor } from "../oci/manifest.ts";
import type { Repository } from "../oci/reference.ts";
import type { FetchedManifest, Registry } from "../ports/registry.ts";
import { UnavailableError } from "../ports/unavailable.ts";
import { basic, TokenSource, type Credential } from "./bearer.ts";
import { pickChallenge } from "./challenge.ts";
import { HttpClient, type HttpAnswer, type HttpTimeouts } from "./http.ts";
import { nextPage } from "./link.ts";

export interface RegistryOptions {
  /** Registries ("host[:port]", canonical) that are spoken to without TLS. */
  readonly plainHttpHosts: readonly string[];
  readonly credentials?: (host: string) => Credential | undefined;
  readonly timeouts?: HttpTimeouts;
  /** Milliseconds, for token lifetimes. */
  readonly now: () => number;
}

const ACCEPT_MANIFEST = Object.values(MEDIA_TYPE).join(", ");
const DEFAULT_TIMEOUTS: HttpTimeouts = { connectMs: 2000, firstByteMs: 3000, idleMs: 2000 };
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
const MAX_BLOB_BYTES = 16 * 1024 * 1024;
const MIN_READ_BYTES = 65_536;
const MAX_PAGES = 10;
const MAX_LISTED = 1000;

export function buildRegistry(options: RegistryOptions): Registry & { close(): Promise<void> } {
  return new RegistryClient(options);
}

interface Ask {
  readonly repository: Repository;
  readonly url: URL;
  readonly accept: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

class RegistryClient implements Registry {
  readonly #http: HttpClient;
  readonly #tokens: TokenSource;
  readonly #credentials: (host: string) => Credential | undefined;

  constructor(options: RegistryOptions) {
    const plainHttpHosts = new Set(options.plainHttpHosts);
    this.#http = new HttpClient({ plainHttpHosts, timeouts: options.timeouts ?? DEFAULT_TIMEOUTS });
    this.#tokens = new TokenSource(this.#http, options.now);
    this.#credentials = options.credentials ?? (() => undefined);
  }

  async manifest(repository: Repository, reference: string, signal: AbortSignal): Promise<FetchedManifest> {
    const url = this.#url(repository, `manifests/${reference}`);
    const ask = { repository, url, accept: ACCEPT_MANIFEST, maxBytes: MAX_MANIFEST_BYTES, signal };
    const answer = await this.#ask(ask);
    expectOk(answer, "ManifestNotFound", `manifest ${reference}`);
    const digest = digestOf(answer.body);
    // A tag never holds ":": by digest the bytes must be the ones asked for, by tag their hash is the answer.
    if (reference.includes(":") && digest !== reference) {
      const reason = `Cannot use manifest: it hashes to ${digest}, want ${reference}`;
      throw new VerificationFailure("ManifestDigestMismatch", reason);
    }
    return { digest, bytes: answer.body, document: parseManifest(answer.body, contentType(answer)) };
  }

  async blob(repository: Repository, descriptor: Descriptor, signal: AbortSignal): Promise<Uint8Array> {
    const { size, digest } = descriptor;
    if (size > MAX_BLOB_BYTES) {
      const reason = `Cannot read a blob of ${size} bytes, want at most ${MAX_BLOB_BYTES}`;
      throw new VerificationFailure("RegistryAnswerTooLarge", reason);
    }
    const url = this.#url(repository, `blobs/${digest}`);
    const answer = await this.#ask({
      repository,
      url,
      accept: "*/*",
      maxBytes: Math.max(size, MIN_READ_BYTES),
      signal,
    });
    expectOk(answer, "BlobNotFound", `blob ${digest}`);
    if (answer.body.length !== size || digestOf(answer.body) !== digest) {
      throw new VerificationFailure("BlobDigestMismatch", `Cannot use blob: its bytes are not those of ${digest}`);
    }
    return answer.body;
  }

  async referrers(
    repository: Repository,
    digest: Digest,
    signal: AbortSignal,
  ): Promise<readonly Descriptor[] | "unsupported"> {
    const listed: Descriptor[] = [];
    let url: URL | undefined = this.#url(repository, `referrers/${digest}`);
    for (let page = 1; url !== undefined; page++) {
      const accept = MEDIA_TYPE.ociIndex;
      const answer: HttpAnswer = await this.#ask({ repository, url, accept, maxBytes: MAX_MANIFEST_BYTES, signal });
      if (page === 1 && isUnsupported(answer)) return "unsupported";
      expectOk(answer, "ManifestNotFound", "referrers");
      const document = parseManifest(answer.body, MEDIA_TYPE.ociIndex);
      if (document.kind === "index") listed.push(...document.manifests);
      url = nextPage(answer);
      if (listed.length > MAX_LISTED || (url !== undefined && page === MAX_PAGES)) {
        const reason = `Cannot list all referrers: more than ${MAX_LISTED} entries or ${MAX_PAGES} pages`;
        throw new VerificationFailure("TooManyCandidates", reason);
      }
    }
    return listed;
  }

  async close(): Promise<void> {
    await this.#http.close();
  }

  #url(repository: Repository, rest: string): URL {
    return new URL(`v2/${repository.path}/${rest}`, this.#http.baseUrl(repository.host));
  }

  /** Anonymous or with a known token first; a 401 is answered once by what its challenge asks for. */
  async #ask(ask: Ask): Promise<HttpAnswer> {
    const { host } = ask.repository;
    const scope = `repository:${ask.repository.path}:pull`;
    const credential = this.#credentials(host);
    const known = this.#tokens.known(host, scope, credential);
    const first = await this.#get(ask, known === undefined ? undefined : `Bearer ${known}`);
    if (first.status !== 401) return first;
    this.#tokens.forget(host, scope, credential);
    // A challenge of a host that we were redirected to is not the registry's, and gets nothing of ours.
    const challenge = first.url.host === ask.url.host ? pickChallenge(first.headers["www-authenticate"]) : undefined;
    if (challenge === undefined) return first;
    if (challenge.scheme === "basic") return credential === undefined ? first : await this.#get(ask, basic(credential));
    const token = await this.#tokens.token({ challenge, host, scope, credential, signal: ask.signal });
    return await this.#get(ask, `Bearer ${token}`);
  }

  async #get(ask: Ask, authorization: string | undefined): Promise<HttpAnswer> {
    const headers = { accept: ask.accept, ...(authorization === undefined ? {} : { authorization }) };
    return await this.#http.get({ url: ask.url, headers, maxBytes: ask.maxBytes, signal: ask.signal });
  }
}

/** 404 and its kin, or 200 with another content type: no referrers API (registry.md §5.4). */
function isUnsupported(answer: HttpAnswer): boolean {
  if (answer.status === 200) return contentType(answer) !== MEDIA_TYPE.ociIndex;
  return [400, 404, 405, 406].includes(answer.status);
}

function expectOk(answer: HttpAnswer, notFound: FailureCode, what: string): void {
  const { status } = answer;
  const { host } = answer.url;
  if (status === 200) return;
  if (status === 429) throw new UnavailableError("RegistryThrottled", `${host} answered 429`, retryAfter(answer));
  if (status === 408 || status >= 500) throw new UnavailableError("RegistryError", `${host} answered ${status}`);
  if (status === 404) throw new VerificationFailure(notFound, `Cannot find ${what}: ${host} answered 404`);
  if (status === 401 || status === 403) {
    throw new VerificationFailure("RegistryUnauthorized", `Cannot read ${what}: ${host} answered ${status}`);
  }
  throw new VerificationFailure("RegistryAnswerUnexpected", `Cannot read ${what}: ${host} answered ${status}`);
}

function retryAfter(answer: HttpAnswer): { retryAfterSeconds?: number } {
  const header = answer.headers["retry-after"];
  return typeof header === "string" && /^[0-9]{1,5}$/.test(header) ? { retryAfterSeconds: Number(header) } : {};
}

/** Without parameters, lower case. */
function contentType(answer: HttpAnswer): string | undefined {
  const header = answer.headers["content-type"];
  return typeof header === "string" ? header.split(";")[0]?.trim().toLowerCase() : undefined;
}
