/** TLS in front of an embedded registry, with a private authority: what it serves, and which client certificates it saw. */
import { request as ask } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { makeAuthority, makeServingCertificate, type Authority } from "../testbed/certificates.ts";

export interface TlsFront {
  readonly port: number;
  readonly authority: Authority;
  /** Common names of the clients, "nobody" for one without a certificate. */
  readonly clients: string[];
  stop(): Promise<void>;
}

/** `upstream` is the embedded registry's "host:port". */
export async function startTlsFront(upstream: string, dns: readonly string[]): Promise<TlsFront> {
  const authority = await makeAuthority("CN=registry-ca");
  const serving = await makeServingCertificate(authority, { dns, ip: [] });
  const clients: string[] = [];
  const options = { cert: serving.certificate, key: serving.key, requestCert: true, rejectUnauthorized: false };
  const server = createServer(options, (request, response) => {
    const { subject } = (request.socket as TLSSocket).getPeerCertificate() as { subject?: { CN?: string } };
    clients.push(subject?.CN ?? "nobody");
    const { method, headers, url } = request;
    const call = ask(`http://${upstream}${url}`, { method, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    call.on("error", () => response.destroy());
    request.pipe(call);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port: (server.address() as AddressInfo).port, authority, clients, stop };
}
