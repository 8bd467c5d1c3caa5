/**
 * GET of a registry's URL, wherever it leads (registry.md §6, §11): redirects by hand, each destination held against the
 * rules before it is called, one more try where that can help. What fails on the way is UnavailableError; what the answer
 * says is the caller's matter.
 */
import { VerificationFailure } from "../failure/failure.ts";
import type { ProxySettings } from "../ports/registry-settings.ts";
import { UnavailableError } from "../ports/unavailable.ts";
import { makeConnect, makeOpen } from "./connect.ts";
import { Blocked, Destinations, hostOf, type DestinationRules } from "./destinations.ts";
import { errorClass, exchange, refusal, type Exchange, type HttpAnswer } from "./exchange.ts";
import { HostLoad } from "./host-load.ts";
import { pause } from "./pause.ts";
import { Pools } from "./pools.ts";
import { compileProxy } from "./proxy.ts";
import { resolveName, type Resolve } from "./resolve.ts";
import { SpareSockets } from "./spare-sockets.ts";

export interface NetworkRules extends DestinationRules {
  readonly proxy?: ProxySettings | undefined;
  /** Requests to one host at a time; 16 unless said. */
  readonly perHost?: number;
}

export interface HttpOptions {
  readonly rules: NetworkRules;
  readonly timeouts: HttpTimeouts;
  readonly resolve?: Resolve;
  /** Milliseconds since 1970, monotonic; of the machine unless said. */
  readonly now?: () => number;
  /** From 0 to below 1, for pauses. */
  readonly random?: () => number;
}

export interface HttpTimeouts {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly idleMs: number;
}

export interface HttpCall {
  readonly url: URL;
  /** GET unless said. */
  readonly method?: "HEAD";
  readonly headers: Readonly<Record<string, string>>;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** How messages name the other side; its host unless said. */
  readonly place?: string;
  /** Whom the registry throttles: a name for the credential, empty for nobody's. */
  readonly principal?: string;
  /** On whose behalf: those who wait for a host are let in by turns. */
  readonly party?: string;
}

interface Hop extends Exchange, Pick<HttpCall, "principal" | "party"> {}

const MAX_REDIRECTS = 5;
const RETRY_PAUSE_MS = { least: 100, spread: 200 };
const KEEP_ALIVE_MS = 15_000;
const PER_HOST = 16;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const RETRIED: ReadonlySet<number> = new Set([502, 503, 504]);
/** A connection that was lost is worth a second try; a registry that was too slow once has had its time. */
const LOST: ReadonlySet<string> = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "UND_ERR_SOCKET", "EAI_AGAIN"]);
const CREDENTIAL_HEADERS: ReadonlySet<string> = new Set(["authorization", "cookie", "proxy-authorization"]);

interface Network {
  readonly destinations: Destinations;
  readonly pools: Pools;
  readonly spares: SpareSockets;
  readonly perHost: number;
}

export class HttpClient {
  readonly #options: HttpOptions;
  readonly #load: HostLoad;
  #network: Network;

  constructor(options: HttpOptions) {
    this.#options = options;
    const { random = Math.random, now = (): number => performance.timeOrigin + performance.now() } = options;
    this.#load = new HostLoad({ perHost: () => this.#network.perHost, now, random });
    this.#network = openNetwork(options, options.rules);
  }

  /** From now on by these rules. What is under way ends by the old ones, on their connections. */
  async reload(rules: NetworkRules): Promise<void> {
    const { pools, spares } = this.#network;
    this.#network = openNetwork(this.#options, rules);
    spares.close();
    await pools.close();
  }

  /** The base address of a registry: https unless the operator named it as plain HTTP. */
  baseUrl(host: string): URL {
    return this.#network.destinations.baseUrl(host);
  }

  /** True if the operator named the host of this URL as plain HTTP. */
  isPlainHttp(url: URL): boolean {
    return this.#network.destinations.of(url).endpoint.plainHttp === true;
  }

  /** Opens connections to a host that has answered, up to `total` of them, for requests that will go out together. */
  warm(url: URL, total: number): void {
    this.#network.spares.warm(url, total);
  }

  /** GET or HEAD with redirects followed by hand. Throws UnavailableError or VerificationFailure (destination, size, encoding). */
  async get(call: HttpCall): Promise<HttpAnswer> {
    const { place = hostOf(call.url) } = call;
    let hop: Hop = { ...call, place };
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const answer = await this.#withRetry(hop);
      if (!REDIRECTS.has(answer.status)) return answer;
      const url = this.#redirectTarget(answer, place);
      // distribution-spec: credentials never leave the scheme, host and port they were meant for.
      const headers = url.origin === hop.url.origin ? hop.headers : withoutCredentials(hop.headers);
      hop = { ...hop, url, headers, place: `what ${place} redirects to` };
    }
    throw new VerificationFailure("RedirectRefused", `Cannot follow more than ${MAX_REDIRECTS} redirects of ${place}`);
  }

  /** POST of a form. It holds what must not travel on, so a redirect is refused. */
  async post(call: HttpCall, form: URLSearchParams): Promise<HttpAnswer> {
    const { place = hostOf(call.url) } = call;
    const headers = { ...call.headers, "content-type": "application/x-www-form-urlencoded" };
    const answer = await this.#withRetry({ ...call, place, headers, form: form.toString() });
    if (!REDIRECTS.has(answer.status)) return answer;
    throw new VerificationFailure("RedirectRefused", `Cannot follow a redirect of ${place}: it was sent a form`);
  }

  async close(): Promise<void> {
    this.#network.spares.close();
    await this.#network.pools.close();
  }

  async #withRetry(call: Hop): Promise<HttpAnswer> {
    try {
      const answer = await this.#once(call);
      if (this.#load.isShortWait(answer)) return await this.#once(call);
      if (!RETRIED.has(answer.status)) return answer;
    } catch (error) {
      if (!(error instanceof UnavailableError) || !LOST.has(errorClass(error.cause))) throw error;
    }
    const { random = Math.random } = this.#options;
    await pause(RETRY_PAUSE_MS.least + random() * RETRY_PAUSE_MS.spread, call.signal);
    return await this.#once(call);
  }

  async #once(call: Hop): Promise<HttpAnswer> {
    const { destinations, pools } = this.#network;
    try {
      destinations.check(call.url);
    } catch (error) {
      throw error instanceof Blocked ? refusal(error, call.place) : error;
    }
    const { url, principal = "", party = "", place, signal } = call;
    const loaded = { host: hostOf(url), principal, party, place, signal };
    return await this.#load.run(loaded, async () => exchange(pools.of(url), call));
  }

  #redirectTarget(answer: HttpAnswer, place: string): URL {
    const refuse = (why: string): VerificationFailure =>
      new VerificationFailure("RedirectRefused", `Cannot follow a redirect of ${place}: ${why}`);
    const { url: from, headers } = answer;
    const location = headers["location"];
    const url = typeof location === "string" && URL.canParse(location, from.href) ? new URL(location, from) : undefined;
    if (url === undefined) throw refuse("it has no usable Location");
    const isPlain = url.protocol === "http:" && from.protocol === "http:" && this.isPlainHttp(url);
    if (url.protocol !== "https:" && !isPlain) throw refuse("it is not https");
    if (url.username !== "" || url.password !== "") throw refuse("its Location holds credentials");
    url.hash = "";
    return url;
  }
}

function openNetwork({ timeouts, resolve = resolveName }: HttpOptions, rules: NetworkRules): Network {
  const { perHost = PER_HOST } = rules;
  const destinations = new Destinations(rules);
  const proxyOf = compileProxy(rules.proxy);
  const spares = new SpareSockets(makeOpen({ destinations, proxyOf, resolve, timeoutMs: timeouts.connectMs }));
  const pools = new Pools({
    connect: makeConnect((url) => spares.take(url)),
    headersTimeout: timeouts.firstByteMs,
    bodyTimeout: timeouts.idleMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Also where the other side would like it longer
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    connections: perHost,
  });
  return { destinations, pools, spares, perHost };
}

function withoutCredentials(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !CREDENTIAL_HEADERS.has(name.toLowerCase())));
}
