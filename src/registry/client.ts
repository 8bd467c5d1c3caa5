/**
 * The Registry port over HTTP (distribution-spec; registry.md §2 to §7). Headers are hints: every byte is hashed here. No
 * class of answer means "allow": 401, 403, 404 and malformed data are VerificationFailure, what could not be asked is
 * UnavailableError (policy-api.md §4).
 */
import type { Digest } from "../crypto/digest.ts";
import type { FailureCode } from "../failure/catalogue.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { MEDIA_TYPE, parseManifest, type Descriptor } from "../oci/manifest.ts";
import type { Repository } from "../oci/reference.ts";
import type { Keychain } from "../ports/credentials.ts";
import type { MirroredPrefix } from "../ports/registry-settings.ts";
import type { FetchedManifest, Referrers, Registry } from "../ports/registry.ts";
import { UnavailableError } from "../ports/unavailable.ts";
import { Authorizer, explainRefusal, type AuthorizedAnswer } from "./authorization.ts";
import type { HttpAnswer } from "./exchange.ts";
import { HttpClient, type HttpTimeouts, type NetworkRules } from "./http.ts";
import { nextPage } from "./link.ts";
import { MirroredRegistry } from "./mirrors.ts";
import type { Resolve } from "./resolve.ts";

export interface RegistryRules extends NetworkRules {
  readonly mirrored?: readonly MirroredPrefix[];
}

export interface RegistryOptions {
  readonly rules: RegistryRules;
  readonly timeouts?: HttpTimeouts;
  /** Names to addresses; the machine's own way unless said. */
  readonly resolve?: Resolve;
  /** Milliseconds since 1970, monotonic, for token lifetimes. */
  readonly now: () => number;
}

const ACCEPT_MANIFEST = Object.values(MEDIA_TYPE).join(", ");
const DEFAULT_TIMEOUTS: HttpTimeouts = { connectMs: 2000, firstByteMs: 3000, idleMs: 2000 };
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
const MAX_BLOB_BYTES = 16 * 1024 * 1024;
const MIN_READ_BYTES = 65_536;
const MAX_PAGES = 10;
const MAX_LISTED = 1000;
/** What goes out together for one image: its manifest, the referrers, and three tags. */
const LOOK_UPS = 5;

/** The registry and what only its owner may do. */
export interface OwnedRegistry extends Registry {
  /** The same connections for whoever holds a keychain; `party` is on whose behalf it is asked. */
  as(keychain: Keychain, party?: string): Registry;
  /** From now on by these rules. */
  reload(rules: RegistryRules): Promise<void>;
  close(): Promise<void>;
}

/** Nobody's pulls. */
export function buildRegistry(options: RegistryOptions): OwnedRegistry {
  const http = new HttpClient({ timeouts: DEFAULT_TIMEOUTS, ...options });
  const authorizer = new Authorizer(http, options.now);
  let { mirrored = [] } = options.rules;
  const client = (keychain: Keychain, party: string): RegistryClient =>
    new RegistryClient(http, authorizer, { keychain, party });
  const as = (keychain: Keychain, party = ""): MirroredRegistry =>
    new MirroredRegistry(client(keychain, party), client(NO_KEYCHAIN, party), () => mirrored);
  const reload = async (rules: RegistryRules): Promise<void> => {
    ({ mirrored = [] } = rules);
    await http.reload(rules);
  };
  return Object.assign(as(NO_KEYCHAIN), { as, reload, close: async () => http.close() });
}

const NO_KEYCHAIN: Keychain = { id: "", sourcesFor: () => [] };

interface Ask {
  readonly repository: Repository;
  /** For messages. */
  readonly what: string;
  readonly url: URL;
  readonly accept: string;
  readonly method?: "HEAD";
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** Who asks. */
interface Caller {
  readonly keychain: Keychain;
  readonly party: string;
}

class RegistryClient implements Registry {
  readonly #http: HttpClient;
  readonly #authorizer: Authorizer;
  readonly #keychain: Keychain;
  readonly #party: string;

  constructor(http: HttpClient, authorizer: Authorizer, { keychain, party }: Caller) {
    this.#http = http;
    this.#authorizer = authorizer;
    this.#keychain = keychain;
    this.#party = party;
  }

  async manifest(repository: Repository, reference: string, signal: AbortSignal): Promise<FetchedManifest> {
    const url = this.#url(repository, `manifests/${reference}`);
    const what = `manifest ${reference}`;
    const ask = { repository, what, url, accept: ACCEPT_MANIFEST, maxBytes: MAX_MANIFEST_BYTES, signal };
    const answer = await this.#ask(ask);
    expectOk(answer, "ManifestNotFound", what);
    const { digest } = answer;
    // A tag never holds ":": by digest the bytes must be the ones asked for, by tag their hash is the answer.
    if (reference.includes(":") && digest !== reference) {
      const reason = `Cannot use manifest: it hashes to ${digest}, want ${reference}`;
      throw new VerificationFailure("ManifestDigestMismatch", reason);
    }
    return { digest, bytes: answer.body, document: parseManifest(answer.body, contentType(answer)) };
  }

  /** HEAD, which registries do not count as a pull (registry.md §4); some refuse it, or leave the digest out. */
  async claimedDigest(repository: Repository, tag: string, signal: AbortSignal): Promise<Digest | undefined> {
    const url = this.#url(repository, `manifests/${tag}`);
    const what = `manifest ${tag}`;
    const ask = { repository, what, url, accept: ACCEPT_MANIFEST, method: "HEAD", maxBytes: 0, signal } as const;
    try {
      const answer = await this.#ask(ask);
      expectOk(answer, "ManifestNotFound", what);
      return claimOf(answer);
    } catch (error) {
      if (error instanceof VerificationFailure) return undefined;
      throw error;
    }
  }

  async blob(repository: Repository, descriptor: Descriptor, signal: AbortSignal): Promise<Uint8Array> {
    const { size, digest } = descriptor;
    if (size > MAX_BLOB_BYTES) {
      const reason = `Cannot read a blob of ${size} bytes, want at most ${MAX_BLOB_BYTES}`;
      throw new VerificationFailure("RegistryAnswerTooLarge", reason);
    }
    const url = this.#url(repository, `blobs/${digest}`);
    const what = `blob ${digest}`;
    const maxBytes = Math.max(size, MIN_READ_BYTES);
    const answer = await this.#ask({ repository, what, url, accept: "*/*", maxBytes, signal });
    expectOk(answer, "BlobNotFound", what);
    if (answer.body.length !== size || answer.digest !== digest) {
      throw new VerificationFailure("BlobDigestMismatch", `Cannot use blob: its bytes are not those of ${digest}`);
    }
    return answer.body;
  }

  async referrers(repository: Repository, digest: Digest, signal: AbortSignal): Promise<Referrers | "unsupported"> {
    const listed: Descriptor[] = [];
    let url: URL | undefined = this.#url(repository, `referrers/${digest}`);
    for (let page = 1; url !== undefined; page++) {
      const ask = { repository, what: "referrers", url, accept: MEDIA_TYPE.ociIndex };
      const answer: HttpAnswer = await this.#ask({ ...ask, maxBytes: MAX_MANIFEST_BYTES, signal });
      if (page === 1 && isUnsupported(answer)) return "unsupported";
      expectOk(answer, "ManifestNotFound", "referrers");
      const document = parseManifest(answer.body, MEDIA_TYPE.ociIndex);
      if (document.kind === "index") listed.push(...document.manifests);
      url = nextPage(answer);
      if (listed.length >= MAX_LISTED || page === MAX_PAGES) break;
    }
    return { descriptors: listed, isCut: url !== undefined };
  }

  #url(repository: Repository, rest: string): URL {
    return new URL(`v2/${repository.path}/${rest}`, this.#http.baseUrl(repository.host));
  }

  /** The answer, unless it is a refusal of everybody that the keychain names. */
  async #ask(ask: Ask): Promise<HttpAnswer> {
    const { repository, url, signal } = ask;
    const get = (authorization: string | undefined): Promise<HttpAnswer> => this.#get(ask, authorization);
    const asked = await this.#authorizer.ask({ repository, url, keychain: this.#keychain, signal, get });
    return this.#granted(ask, asked);
  }

  #granted({ what }: Ask, asked: AuthorizedAnswer): HttpAnswer {
    const { status, place } = asked.answer;
    if (status !== 401 && status !== 403) return asked.answer;
    const reason = `Cannot read ${what}: ${place} answered ${status}${explainRefusal(asked)}`;
    throw new VerificationFailure("RegistryUnauthorized", reason);
  }

  async #get(ask: Ask, authorization: string | undefined): Promise<HttpAnswer> {
    const headers = { accept: ask.accept, ...(authorization === undefined ? {} : { authorization }) };
    const { url, method, maxBytes, signal } = ask;
    const who = { principal: this.#keychain.id, party: this.#party };
    const answer = await this.#http.get({ url, headers, maxBytes, signal, ...(method && { method }), ...who });
    // While a token is fetched, the connections for what will be asked then are opened.
    if (answer.status === 401 && answer.url.origin === url.origin) this.#http.warm(url, LOOK_UPS);
    return answer;
  }
}

/** 404 and its kin, or 200 with another content type: no referrers API (registry.md §5.4). */
function isUnsupported(answer: HttpAnswer): boolean {
  if (answer.status === 200) return contentType(answer) !== MEDIA_TYPE.ociIndex;
  return [400, 404, 405, 406].includes(answer.status);
}

function expectOk(answer: HttpAnswer, notFound: FailureCode, what: string): void {
  const { status, place } = answer;
  if (status === 200) return;
  if (status === 429) throw new UnavailableError("RegistryThrottled", `${place} answered 429`, retryAfter(answer));
  if (status === 408 || status >= 500) throw new UnavailableError("RegistryError", `${place} answered ${status}`);
  if (status === 404) throw new VerificationFailure(notFound, `Cannot find ${what}: ${place} answered 404`);
  throw new VerificationFailure("RegistryAnswerUnexpected", `Cannot read ${what}: ${place} answered ${status}`);
}

function claimOf({ headers }: HttpAnswer): Digest | undefined {
  const header = headers["docker-content-digest"];
  return typeof header === "string" && /^sha256:[0-9a-f]{64}$/.test(header) ? (header as Digest) : undefined;
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
