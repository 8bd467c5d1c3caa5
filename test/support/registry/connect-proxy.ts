/** A CONNECT proxy on loopback that writes down whom it was asked for, and can be told where a name really is. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

export interface ProxyOptions {
  /** "host:port" to the loopback port that is meant. Others are dialled as they are. */
  readonly places?: Readonly<Record<string, number>>;
  /** Asked of everybody, as user:password. */
  readonly credential?: string;
}

export interface ConnectProxy {
  readonly url: string;
  /** The authorities of the requests that were let through, in order. */
  readonly asked: string[];
  stop(): Promise<void>;
}

export async function startConnectProxy({ places = {}, credential }: ProxyOptions = {}): Promise<ConnectProxy> {
  const asked: string[] = [];
  const open = new Set<Socket>();
  const server: Server = createServer((_, response) => response.writeHead(405).end());
  const wanted = credential === undefined ? undefined : `Basic ${Buffer.from(credential).toString("base64")}`;
  server.on("connect", (request: IncomingMessage, client: Socket, head: Buffer) => {
    client.on("error", () => undefined);
    if (wanted !== undefined && request.headers["proxy-authorization"] !== wanted) {
      client.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
      return;
    }
    const authority = request.url ?? "";
    asked.push(authority);
    const { hostname, port } = new URL(`http://${authority}`);
    const place = places[authority];
    const upstream = connect(place ?? Number(port), place === undefined ? hostname : "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.write(head);
      client.pipe(upstream).pipe(client);
    });
    upstream.on("error", () => client.end("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n"));
    for (const socket of [client, upstream]) open.add(socket.on("close", () => open.delete(socket)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    for (const socket of open) socket.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, asked, stop };
}
