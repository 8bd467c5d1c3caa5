// One HTTP(S) request on loopback with an own CA, for probes and for pushing images.
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly ca?: string;
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
