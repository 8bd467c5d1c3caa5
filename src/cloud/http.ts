/**
 * One call to a cloud's API and its answer, mostly JSON. No redirect is followed, an answer is bounded, and what is said about
 * one is its host and status, never its text. Proxies are the environment's (HTTPS_PROXY, NO_PROXY); what answers on the
 * machine's own link is asked without.
 */
import { Agent, EnvHttpProxyAgent, request, type Dispatcher } from "undici";
import { isJsonObject } from "../encoding/guard.ts";
import { parseJson, type JsonObject } from "../encoding/json.ts";
import { concatBytes } from "../encoding/text.ts";
import { EncodingError } from "../failure/encoding-error.ts";

/** A cloud could not be asked, or says that it will not answer now. Its message is a clause for anybody to read. */
export class CloudError extends Error {
  constructor(reason: string, error?: unknown) {
    super(reason, error === undefined ? undefined : { cause: error });
    this.name = "CloudError";
  }
}

/** Nothing is said about what was asked for: it may be answered another time. */
export class CloudOutage extends CloudError {}

export interface CloudCall {
  readonly url: string;
  readonly method?: "GET" | "POST" | "PUT";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal: AbortSignal;
  /** An address of the machine's own link or of this machine: no proxy is between. */
  readonly isLocal?: boolean;
}

/** As it arrived. */
export interface RawAnswer {
  readonly host: string;
  readonly status: number;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Uint8Array;
}

export interface CloudAnswer extends Omit<RawAnswer, "bytes"> {
  /** Of a JSON object; undefined for everything else, HTML for example. */
  readonly object: JsonObject | undefined;
}

export type CloudTransport = (call: CloudCall) => Promise<RawAnswer>;
export type CloudHttp = (call: CloudCall) => Promise<CloudAnswer>;

export interface CloudHttpOptions {
  /** PEM, instead of the authorities that Node knows. */
  readonly ca?: string;
  /** Instead of the network: for tests. */
  readonly dispatcher?: Dispatcher;
}

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "[::1]", "localhost"]);
const MAX_BYTES = 256 * 1024;
const CONNECT_MS = 5_000;
const ANSWER_MS = 10_000;

/** Fails with CloudError when no answer arrives. */
export function makeCloudHttp(options: CloudHttpOptions = {}): CloudHttp {
  return readingObjects(makeCloudTransport(options));
}

export function readingObjects(transport: CloudTransport): CloudHttp {
  return async (call) => {
    const { host, status, headers, bytes } = await transport(call);
    return { host, status, headers, object: readObject(bytes) };
  };
}

/** Fails as makeCloudHttp(). */
export function makeCloudTransport({ ca, dispatcher }: CloudHttpOptions = {}): CloudTransport {
  const connect = { timeout: CONNECT_MS, ...(ca === undefined ? {} : { ca }) };
  let [direct, proxied]: (Dispatcher | undefined)[] = [dispatcher, dispatcher];
  return async ({ url, method = "GET", headers = {}, body, signal, isLocal = false }) => {
    const { host } = new URL(url);
    const through = isLocal
      ? (direct ??= new Agent({ connect }))
      : (proxied ??= new EnvHttpProxyAgent({ connect, requestTls: connect }));
    try {
      const answer = await request(url, {
        method,
        headers: { accept: "application/json", "user-agent": "sealgate", ...headers },
        body: body ?? null,
        signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
        dispatcher: through,
      });
      const { statusCode: status, headers: answered } = answer;
      return { host, status, headers: answered, bytes: await readBody(answer.body, host) };
    } catch (error) {
      if (error instanceof CloudError) throw error;
      throw new CloudOutage(`${host} could not be asked: ${codeOf(error)}`, error);
    }
  };
}

/** An answer that is not the one that was asked for; `what` begins the clause, for example "no token of Azure". */
export function refusedBy(answer: CloudAnswer, what: string): CloudError {
  const reason = `${what}: ${refusalOf(answer)}`;
  return isOutage(answer.status) ? new CloudOutage(reason) : new CloudError(reason);
}

export function isOutage(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** Of a URL: this machine. */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.has(hostname);
}

/** The clause about an answer that is not the one that was asked for. */
export function refusalOf({ host, status, object }: CloudAnswer): string {
  return object === undefined && status >= 200 && status < 300
    ? `the answer of ${host} is not JSON`
    : `${host} answered ${status}`;
}

async function readBody(body: AsyncIterable<Uint8Array>, host: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_BYTES) throw new CloudError(`the answer of ${host} is larger than ${MAX_BYTES} bytes`);
  }
  return concatBytes(...chunks);
}

function readObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value = parseJson(bytes);
    return isJsonObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof EncodingError) return undefined;
    throw error;
  }
}

/** Of the network, or of the signal; never a message, which may repeat what was asked. */
function codeOf(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") return "it took too long";
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return "no answer";
}
