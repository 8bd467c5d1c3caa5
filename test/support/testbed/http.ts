// One HTTP(S) request on loopback with an own CA, for probes and for pushing images.
import { type Server, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly ca?: string;
  /** For SNI and the certificate, if not the host of the address. */
  readonly servername?: string;
  readonly timeoutMs?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export function request(url: string | URL, options: RequestOptions = {}): Promise<Answer> {
  const target = new URL(url);
  const settings = {
    method: options.method ?? "GET",
    headers: { ...options.headers, ...(options.body ? { "content-length": String(options.body.length) } : {}) },
    timeout: options.timeoutMs ?? 10_000,
    agent: false,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.servername === undefined ? {} : { servername: options.servername }),
  } as const;
  return new Promise((resolve, reject) => {
    const send = target.protocol === "https:" ? httpsRequest : httpRequest;
    const outgoing = send(target, settings, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) }),
      );
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error(`${target.origin} did not answer in time`)));
    outgoing.on("error", reject);
    outgoing.end(options.body);
  });
}

/** Lets a server of the test process listen on a free port of 127.0.0.1. */
export async function listenOnLoopback(server: Server): Promise<{ readonly url: string; stop: () => Promise<void> }> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, stop };
}
