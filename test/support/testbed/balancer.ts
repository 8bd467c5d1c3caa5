// What kube-proxy is in a cluster: one address in front of several, per connection. An address taken away gets no new
// connection; those that stand go on.
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

export interface Balancer {
  readonly port: number;
  /** Ports of loopback that get new connections from now on. */
  readonly setEndpoints: (ports: readonly number[]) => void;
  /** Cuts every connection that stands. */
  readonly cut: () => void;
  readonly stop: () => Promise<void>;
}

export async function startBalancer(): Promise<Balancer> {
  let endpoints: readonly number[] = [];
  let turn = 0;
  const open = new Set<Socket>();
  const server: Server = createServer((client) => {
    const port = endpoints[turn++ % Math.max(endpoints.length, 1)];
    open.add(client);
    client.on("error", () => client.destroy());
    if (port === undefined) {
      open.delete(client);
      return client.destroy();
    }
    const target = connect({ host: "127.0.0.1", port });
    target.on("error", () => client.destroy());
    client.on("close", () => {
      open.delete(client);
      target.destroy();
    });
    target.on("close", () => client.destroy());
    client.pipe(target).pipe(client);
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    setEndpoints: (ports) => {
      endpoints = ports;
    },
    cut: () => {
      for (const client of open) client.destroy();
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        endpoints = [];
      }),
  };
}
