/**
 * The API server over HTTPS: client-node gives configuration and authentication, node:https the bytes. Who only reads is
 * given a KubernetesClient; writing is a KubernetesApi. The credentials are applied anew for every request, so a rotated service-account token is picked up.
 */
import { request, type RequestOptions } from "node:https";
import type { IncomingMessage } from "node:http";
import { KubeConfig } from "@kubernetes/client-node";

export interface KubernetesAnswer {
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array>;
}

export interface KubernetesClient {
  /** GET of an API path with a query. Rejects when no answer arrives. */
  get(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<KubernetesAnswer>;
}

/** One call that may write. */
export interface KubernetesRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON; a PATCH is a server-side apply. */
  readonly body?: unknown;
}

export interface KubernetesApi extends KubernetesClient {
  /** Rejects when no answer arrives. */
  send(request: KubernetesRequest, signal: AbortSignal): Promise<KubernetesAnswer>;
}

/** Where nothing says another: the one that docs/install.md installs into. */
export const DEFAULT_NAMESPACE = "sealgate";
const TCP_KEEP_ALIVE_MS = 15_000;

/**
 * From a kubeconfig file, else in-cluster, else KUBECONFIG or ~/.kube/config. Throws Error, with "kubeconfig" in its
 * sentence, when there is no cluster in it that is spoken to over TLS.
 */
export function buildKubernetesClient(kubeconfig: string | undefined): KubernetesApi {
  const config = loadConfig(kubeconfig);
  const server = serverOf(config);
  const call: KubernetesApi["send"] = async ({ method, path, query = {}, body }, signal) => {
    const url = new URL(`${server.replace(/\/$/, "")}${path}?${new URLSearchParams(query).toString()}`);
    const type = method === "PATCH" ? "application/apply-patch+yaml" : "application/json";
    const headers = { accept: "application/json", "user-agent": "sealgate" };
    const options: RequestOptions = {
      signal,
      method,
      headers: body === undefined ? headers : { ...headers, "content-type": type },
    };
    await config.applyToHTTPSOptions(options);
    return await exchange(url, options, body === undefined ? undefined : JSON.stringify(body));
  };
  return { get: (path, query, signal) => call({ method: "GET", path, query }, signal), send: call };
}

/** Where that cluster's API server is. Throws as buildKubernetesClient does. */
export function apiServerUrl(kubeconfig: string | undefined): URL {
  return new URL(serverOf(loadConfig(kubeconfig)));
}

/** The namespace that this process is in, or that the kubeconfig's current context names. Throws as buildKubernetesClient does. */
export function ownNamespace(kubeconfig: string | undefined): string {
  const config = loadConfig(kubeconfig);
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace?.trim();
  return namespace === undefined || namespace === "" ? DEFAULT_NAMESPACE : namespace;
}

function serverOf(config: KubeConfig): string {
  const server = config.getCurrentCluster()?.server ?? "";
  if (server.startsWith("https://")) return server;
  throw new Error("the kubeconfig names no current cluster with an https address");
}

function loadConfig(kubeconfig: string | undefined): KubeConfig {
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    // A parser quotes the file, and the file holds credentials.
    const reason = error instanceof Error && "code" in error ? error.message : "it is no kubeconfig";
    throw new Error(`Cannot read the kubeconfig ${kubeconfig ?? "of this machine"}: ${reason}`, { cause: error });
  }
  return config;
}

async function exchange(url: URL, options: RequestOptions, body: string | undefined): Promise<KubernetesAnswer> {
  return await new Promise<KubernetesAnswer>((resolve, reject) => {
    const call = request(url, options, (response: IncomingMessage) => {
      response.socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
      resolve({ status: response.statusCode ?? 0, body: response });
    });
    call.on("error", reject);
    call.end(body);
  });
}
