/**
 * A cloud on loopback: hosts by name, each with what it answers, and a log of everything that was asked of anybody. It is
 * reached by the vendors' own endpoint settings, or by a dispatcher that sends every origin here.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Agent, Dispatcher } from "undici";
import { makeCloudTransport, readingObjects, type CloudHttp, type CloudTransport } from "../../../src/cloud/http.ts";

export interface CloudAsked {
  /** As the Host header has it. */
  readonly host: string;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

export interface CloudReply {
  readonly status?: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type CloudHost = (asked: CloudAsked) => CloudReply;

export interface FakeCloud {
  /** http://127.0.0.1:PORT, for endpoint settings. */
  readonly url: string;
  /** 127.0.0.1:PORT: the host under which such settings reach it. */
  readonly host: string;
  readonly asked: CloudAsked[];
  /** What a host answers from now on; "*" stands for its own address. */
  on(host: string, answer: CloudHost): void;
  /** Forgets what was asked and what hosts answer. */
  reset(): void;
  readonly http: CloudHttp;
  readonly transport: CloudTransport;
  stop(): Promise<void>;
}

const nobody: CloudHost = () => ({ status: 599, text: "nobody" });

/** Every origin leads to the fake, which is told the host that was meant. */
class Rerouted extends Dispatcher {
  readonly #agent = new Agent();
  readonly #url: string;

  constructor(url: string) {
    super();
    this.#url = url;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const { host } = new URL(String(options.origin));
    const headers = { ...(options.headers as Record<string, string>), host };
    return this.#agent.dispatch({ ...options, origin: this.#url, headers }, handler);
  }

  override async close(): Promise<void> {
    await this.#agent.close();
  }
}

export async function startFakeCloud(): Promise<FakeCloud> {
  const asked: CloudAsked[] = [];
  const hosts = new Map<string, CloudHost>();
  let own = "";
  const server = createServer((request, response) => void answer(request, response));
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = "", url: path = "", headers: sent } = request;
    const { host = "" } = sent;
    const one = {
      host: host === own ? "*" : host,
      method,
      path,
      headers: request.headers,
      body: Buffer.concat(chunks).toString("utf8"),
    };
    asked.push(one);
    const { status = 200, json, text = "", headers } = (hosts.get(one.host) ?? nobody)(one);
    const type = json === undefined ? "text/html" : "application/json";
    response.writeHead(status, { "content-type": type, ...headers });
    response.end(json === undefined ? text : JSON.stringify(json));
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  own = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `http://${own}`;
  const dispatcher = new Rerouted(url);
  const transport = makeCloudTransport({ dispatcher });
  return {
    url,
    host: own,
    asked,
    on: (host, reply) => void hosts.set(host, reply),
    reset: () => {
      asked.length = 0;
      hosts.clear();
    },
    http: readingObjects(transport),
    transport,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await dispatcher.close();
    },
  };
}

/** Hosts that were asked, each once. */
export function hostsOf({ asked }: FakeCloud): readonly string[] {
  return [...new Set(asked.map(({ host }) => host))];
}
