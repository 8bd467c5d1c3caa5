/**
 * The API server over HTTPS: client-node gives configuration and authentication, node:https the bytes. Read-only. The
 * credentials are applied anew for every request, so a rotated service-account token is picked up.
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

const TCP_KEEP_ALIVE_MS = 15_000;

/** From a kubeconfig file, else in-cluster, else KUBECONFIG or ~/.kube/config. Throws Error when there is no cluster in it. */
export function buildKubernetesClient(kubeconfig: string | undefined): KubernetesClient {
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromFile(kubeconfig);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new Error("the kubeconfig names no current cluster");
  return {
    get: async (path, query, signal) => {
      const url = new URL(`${server.replace(/\/$/, "")}${path}?${new URLSearchParams(query).toString()}`);
      const options: RequestOptions = { signal, headers: { accept: "application/json", "user-agent": "sealgate" } };
      await config.applyToHTTPSOptions(options);
      return await send(url, options);
    },
  };
}

async function send(url: URL, options: RequestOptions): Promise<KubernetesAnswer> {
  return await new Promise<KubernetesAnswer>((resolve, reject) => {
    const call = request(url, options, (response: IncomingMessage) => {
      response.socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
      resolve({ status: response.statusCode ?? 0, body: response });
    });
    call.on("error", reject);
    call.end();
  });
}
