/** A way to a registry that takes time: every TCP round trip is delayed, the handshakes of TCP and TLS among them. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { ServingCertificate } from "../test/support/testbed/certificates.ts";

export interface DelayedHost {
  readonly port: number;
  close(): void;
}

/** TLS in front of a plain port of loopback, at the end of a line of `roundTripMs`. */
export async function startDelayedHost(
  plainPort: number,
  { certificate, key }: ServingCertificate,
  roundTripMs: number,
): Promise<DelayedHost> {
  const sockets = new Set<Socket>();
  const track = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.setNoDelay(true).on("error", () => undefined);
  };
  const tls = createTlsServer({ cert: certificate, key }, (secure) => {
    const plain = track(connect(plainPort, "127.0.0.1"));
    secure.on("error", () => plain.destroy());
    secure.pipe(plain).pipe(secure);
  });
  const tlsPort = await listen(tls);
  const line = createServer((near) => {
    const far = connect(tlsPort, "127.0.0.1");
    const half = roundTripMs / 2;
    // The kernel of loopback has opened the connection at once; a real one would have taken a round trip.
    carry(track(near), track(far), half, performance.now() + roundTripMs);
    carry(far, near, half, 0);
  });
  const port = await listen(line);
  return {
    port,
    close: () => {
      line.close();
      tls.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Everything arrives `halfMs` later, in its order; nothing leaves before `from`. */
function carry(source: Socket, target: Socket, halfMs: number, from: number): void {
  const later = (deliver: () => void): void => {
    setTimeout(deliver, Math.max(performance.now(), from) + halfMs - performance.now());
  };
  source.on("data", (chunk) => later(() => target.write(chunk)));
  source.on("end", () => later(() => target.end()));
  source.on("close", () => later(() => target.destroy()));
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return (server.address() as AddressInfo).port;
}
