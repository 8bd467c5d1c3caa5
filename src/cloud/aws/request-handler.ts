/**
 * How AWS's own SDK calls its services here: by the one transport of this folder, so that proxies, limits and messages are
 * those of every cloud. An endpoint that the environment names is asked over TLS, and without it on this machine alone:
 * anybody in between could give another key.
 */
import { CloudError, isLoopback, type CloudTransport } from "../http.ts";

/** As the SDK hands one over. */
export interface AwsRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface AwsResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

export interface AwsRequestHandler {
  readonly metadata: { readonly handlerProtocol: string };
  handle(
    request: AwsRequest,
    options?: { readonly abortSignal?: unknown },
  ): Promise<{ readonly response: AwsResponse }>;
  destroy(): void;
}

/** Of the connection; the transport writes its own. */
const OURS: ReadonlySet<string> = new Set(["host", "content-length", "expect", "connection"]);

export function awsRequestHandler(transport: CloudTransport): AwsRequestHandler {
  return {
    metadata: { handlerProtocol: "http/1.1" },
    handle: async (request, { abortSignal } = {}) => {
      const url = urlOf(request);
      const isLocal = isLoopback(url.hostname);
      if (url.protocol !== "https:" && !(url.protocol === "http:" && isLocal)) {
        throw new CloudError("the endpoint that the environment names for AWS is not https");
      }
      const { body } = request;
      const { status, headers, bytes } = await transport({
        url: url.href,
        method: request.method === "GET" ? "GET" : "POST",
        headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => !OURS.has(name.toLowerCase()))),
        ...(typeof body === "string" || body instanceof Uint8Array ? { body } : {}),
        signal: abortSignal instanceof AbortSignal ? abortSignal : new AbortController().signal,
        isLocal,
      });
      return { response: { statusCode: status, headers: flat(headers), body: bytes } };
    },
    destroy: () => undefined,
  };
}

function urlOf({ protocol, hostname, port, path, query = {} }: AwsRequest): URL {
  const url = new URL(`${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}`);
  for (const [name, value] of Object.entries(query)) {
    for (const each of [value ?? ""].flat()) url.searchParams.append(name, each);
  }
  return url;
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value = ""]) => [name, [value].flat().join(", ")]));
}
