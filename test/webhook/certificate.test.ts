// A certificate replaced while connections stand: those go on, new ones see the new one, and a wrong one changes nothing.
import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import type { FastifyInstance } from "fastify";
import { makeServingCertificate } from "../../src/kubernetes/serving-certificate.ts";
import { buildWebhookServer, replaceCertificate, type TlsMaterial } from "../../src/webhook/server.ts";

const unused = (): never => assert.fail("no review was sent");

describe("replaceCertificate()", () => {
  let server: FastifyInstance;
  let sockets: TLSSocket[];
  let first: TlsMaterial;
  let second: TlsMaterial;

  before(async () => {
    const make = async (): Promise<TlsMaterial> => {
      const { certPem, keyPem } = await makeServingCertificate(["localhost"], Date.UTC(2026, 0, 1));
      return { cert: certPem, key: keyPem };
    };
    [first, second] = [await make(), await make()];
  });
  beforeEach(async () => {
    sockets = [];
    server = await buildWebhookServer({
      reviewer: { validate: unused, pin: unused },
      tls: first,
      log: { decided: unused, failed: unused, refused: () => undefined, defect: unused },
      isReady: () => true,
      isDraining: () => false,
      deadline: () => ({ maxMs: 10_000, reserveMs: 500 }),
      callers: () => ({ kind: "anybody" }),
    });
    await server.listen({ host: "127.0.0.1", port: 0 });
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await server.close();
  });

  async function open(): Promise<{ socket: TLSSocket; fingerprint: string }> {
    const { port } = server.server.address() as AddressInfo;
    // Its dates are of no interest here.
    const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
    sockets.push(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("secureConnect", resolve);
      socket.once("error", reject);
    });
    return { socket, fingerprint: socket.getPeerCertificate().fingerprint256 };
  }

  async function ask(socket: TLSSocket): Promise<string> {
    const answer = new Promise<string>((resolve) => socket.once("data", (chunk: Buffer) => resolve(chunk.toString())));
    socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return (await answer).split("\r\n")[0] ?? "";
  }

  it("drops no connection that stands, and shows the new certificate to the next", async () => {
    const old = await open();
    assert.equal(await ask(old.socket), "HTTP/1.1 404 Not Found");
    assert.equal(replaceCertificate(server, second), true);
    const next = await open();
    assert.notEqual(next.fingerprint, old.fingerprint);
    assert.equal(await ask(old.socket), "HTTP/1.1 404 Not Found");
    assert.equal(await ask(next.socket), "HTTP/1.1 404 Not Found");
  });

  it("answers what arrives while it closes", async () => {
    const { socket } = await open();
    const answer = new Promise<string>((resolve) => socket.once("data", (chunk: Buffer) => resolve(chunk.toString())));
    socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n");
    await new Promise((resolve) => setTimeout(resolve, 50));
    const closed = server.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.write("\r\n");
    assert.match(await answer, /^HTTP\/1\.1 404 /u);
    await closed;
  });

  it("keeps what it has when certificate and key are no pair, or neither", async () => {
    const old = await open();
    assert.equal(replaceCertificate(server, { cert: second.cert, key: first.key }), false);
    assert.equal(replaceCertificate(server, { cert: "none", key: "none" }), false);
    assert.equal((await open()).fingerprint, old.fingerprint);
  });
});
