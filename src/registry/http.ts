/**
 * One HTTP exchange with a registry, bounded in bytes and time (registry.md §6, §11): identity encoding, caps while
 * streaming, redirects by hand. What fails on the way is UnavailableError; what the answer says is the caller's matter.
 */
import { Agent, request, type Dispatcher } from "undici";
import { concatBytes } from "../encoding/text.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { UnavailableError } from "../ports/unavailable.ts";

export interface HttpOptions {
  /** Registries ("host[:port]", canonical) that are spoken to without TLS. */
  readonly plainHttpHosts: ReadonlySet<string>;
  readonly timeouts: HttpTimeouts;
}

export interface HttpTimeouts {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly idleMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Empty unless the status is 200. */
  readonly body: Uint8Array;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
}

export interface HttpCall {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

interface Sent extends HttpCall {
  readonly form?: string;
}

const MAX_REDIRECTS = 5;
const RETRY_PAUSE_MS = 100;
const MAX_ERROR_BYTES = 65_536;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const RETRIED: ReadonlySet<number> = new Set([502, 503, 504]);
const SLOW: ReadonlySet<string> = new Set(["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"]);
const CREDENTIAL_HEADERS: ReadonlySet<string> = new Set(["authorization", "cookie", "proxy-authorization"]);

export class HttpClient {
  readonly #agent: Agent;
  readonly #options: HttpOptions;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#agent = new Agent({
      connect: { timeout: options.timeouts.connectMs },
      headersTimeout: options.timeouts.firstByteMs,
      bodyTimeout: options.timeouts.idleMs,
      connections: 16,
    });
  }

  /** The base address of a registry: https unless the operator named it as plain HTTP. */
  baseUrl(host: string): URL {
    const wire = host === "docker.io" ? "registry-1.docker.io" : host;
    return new URL(`${this.isPlainHttp(host) ? "http" : "https"}://${wire}/`);
  }

  /** True if the operator named this "host[:port]" as plain HTTP. */
  isPlainHttp(host: string): boolean {
    return this.#options.plainHttpHosts.has(host);
  }

  /** GET with redirects followed by hand. Throws UnavailableError or VerificationFailure (redirects, size, encoding). */
  async get(call: HttpCall): Promise<HttpAnswer> {
    let { url, headers } = call;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const answer = await this.#withRetry({ ...call, url, headers });
      if (!REDIRECTS.has(answer.status)) return answer;
      const next = redirectTarget(answer, url);
      // distribution-spec: credentials never leave the scheme, host and port they were meant for.
      headers = next.origin === url.origin ? headers : withoutCredentials(headers);
      url = next;
    }
    throw new VerificationFailure("RedirectRefused", `Cannot follow more than ${MAX_REDIRECTS} redirects`);
  }

  /** POST of a form. It holds what must not travel on, so a redirect is refused. */
  async post(call: HttpCall, form: URLSearchParams): Promise<HttpAnswer> {
    const headers = { ...call.headers, "content-type": "application/x-www-form-urlencoded" };
    const answer = await this.#withRetry({ ...call, headers, form: form.toString() });
    if (!REDIRECTS.has(answer.status)) return answer;
    throw new VerificationFailure(
      "RedirectRefused",
      `Cannot follow the redirect of ${call.url.host}: it was sent a form`,
    );
  }

  async close(): Promise<void> {
    await this.#agent.close();
  }

  async #withRetry(call: Sent): Promise<HttpAnswer> {
    try {
      const answer = await this.#once(call);
      if (!RETRIED.has(answer.status)) return answer;
    } catch (error) {
      if (!(error instanceof UnavailableError) || !isConnectionLoss(error)) throw error;
    }
    await pause(RETRY_PAUSE_MS, call.signal);
    return await this.#once(call);
  }

  async #once(call: Sent): Promise<HttpAnswer> {
    const { host } = call.url;
    try {
      const headers = { ...call.headers, "accept-encoding": "identity", "user-agent": "sealgate" };
      const sent = call.form === undefined ? {} : { method: "POST", body: call.form };
      const response = await request(call.url, { ...sent, headers, dispatcher: this.#agent, signal: call.signal });
      const body = await readBody(response, call.maxBytes, host);
      return { status: response.statusCode, headers: response.headers, body, url: call.url };
    } catch (error) {
      throw asPortError(error, host, call.signal);
    }
  }
}

function asPortError(error: unknown, host: string, signal: AbortSignal): Error {
  if (error instanceof VerificationFailure) return error;
  if (signal.aborted) return new UnavailableError("DeadlineSpent", `the time was spent waiting for ${host}`, { error });
  const name = errorClass(error);
  if (name === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH") {
    const reason = `Cannot read the answer of ${host}: it ends before its Content-Length`;
    return new VerificationFailure("RegistryAnswerTruncated", reason, { cause: error });
  }
  if (isParserError(error) || name === "UND_ERR_HEADERS_OVERFLOW") {
    const reason = `Cannot read the answer of ${host}: it is not HTTP/1.1`;
    return new VerificationFailure("RegistryAnswerUnexpected", reason, { cause: error });
  }
  return new UnavailableError("RegistryUnreachable", `${host} cannot be reached (${name})`, { error });
}

/** A lost connection is worth a second try; a registry that was too slow once has had its time. */
function isConnectionLoss(error: UnavailableError): boolean {
  return error.undetermined === "RegistryUnreachable" && !SLOW.has(errorClass(error.cause));
}

/** Of an answer other than 200 only status and headers matter: its body is thrown away unread. */
async function readBody(response: Dispatcher.ResponseData, maxBytes: number, host: string): Promise<Uint8Array> {
  if (response.statusCode !== 200) {
    await response.body.dump({ limit: MAX_ERROR_BYTES }).catch(() => undefined);
    return new Uint8Array();
  }
  const encoding = response.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") {
    discard(response);
    throw new VerificationFailure("RegistryAnswerUnexpected", `Cannot use the answer of ${host}: it is compressed`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > maxBytes) {
      discard(response);
      const reason = `Cannot read the answer of ${host}: more than ${maxBytes} bytes`;
      throw new VerificationFailure("RegistryAnswerTooLarge", reason);
    }
    chunks.push(chunk);
  }
  return concatBytes(...chunks);
}

/** Ends the transfer; the error that undici then emits on the body is our own doing. */
function discard(response: Dispatcher.ResponseData): void {
  response.body.on("error", () => undefined);
  response.body.destroy();
}

function redirectTarget(answer: HttpAnswer, from: URL): URL {
  const refuse = (why: string): VerificationFailure =>
    new VerificationFailure("RedirectRefused", `Cannot follow the redirect of ${from.host}: ${why}`);
  const location = answer.headers["location"];
  const url = typeof location === "string" && URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (url === undefined || url.username !== "" || url.password !== "") throw refuse("it has no usable address");
  if (url.protocol === "https:") return url;
  // A plain-HTTP registry may redirect within itself; plain HTTP elsewhere was never asked for.
  if (url.protocol !== "http:" || from.protocol !== "http:") throw refuse("it leaves https");
  if (url.host !== from.host) throw refuse("plain HTTP on another host");
  return url;
}

function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !CREDENTIAL_HEADERS.has(name.toLowerCase())));
}

/** Of undici's parser errors some have a code and some only their name. */
function isParserError(error: unknown): boolean {
  return error instanceof Error && error.name === "HTTPParserError";
}

/** Only the class of an error: its text may hold an address. */
function errorClass(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" && /^[A-Z0-9_]{1,60}$/.test(code) ? code : "network error";
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => resolve(clearTimeout(timer)), { once: true });
  });
}
