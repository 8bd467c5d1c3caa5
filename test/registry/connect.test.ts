/**
 * Connections to registries over TLS on loopback: the socket goes to the address that was vetted, and what the operator
 * allows one host is allowed no other (registry.md §10, §11).
 */
import assert from "node:assert/strict";
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from "node:net";
import { createServer, type Server } from "node:https";
import type { TLSSocket } from "node:tls";
import type { RegistryEndpoint } from "../../src/ports/registry-settings.ts";
import { HttpClient } from "../../src/registry/http.ts";
import type { Resolve } from "../../src/registry/resolve.ts";
import { makeAuthority, makeServingCertificate, type Authority } from "../support/testbed/certificates.ts";
import { isUnavailable, rejectsWith } from "./fixtures.ts";

const TIMEOUTS = { connectMs: 300, firstByteMs: 500, idleMs: 500 };
const NAME = "registry.localhost";

describe("registry: connections", () => {
  let authority: Authority;
  let server: Server;
  let host: string;
  let clients: string[];
  let http: HttpClient | undefined;

  before(async () => {
    authority = await makeAuthority("CN=registry-ca");
    const serving = await makeServingCertificate(authority, { dns: [NAME], ip: [] });
    const options = { cert: serving.certificate, key: serving.key, requestCert: true, rejectUnauthorized: false };
    server = createServer(options, (request, response) => {
      const socket = request.socket as TLSSocket;
      clients.push(String((socket.getPeerCertificate() as { subject?: { CN?: string } }).subject?.CN));
      response.setHeader("connection", "close");
      response.end("here");
    });
    host = `${NAME}:${await listen(server)}`;
  });
  beforeEach(() => {
    clients = [];
  });
  afterEach(async () => {
    await http?.close();
    http = undefined;
  });
  after(() => server.close());

  async function get(
    endpoint: Partial<RegistryEndpoint>,
    resolve: Resolve = async () => ["127.0.0.1"],
  ): Promise<string> {
    http ??= new HttpClient({
      rules: { endpoints: [{ host, allowPrivate: true, ...endpoint }] },
      timeouts: TIMEOUTS,
      resolve,
    });
    const call = { url: new URL(`https://${host}/`), headers: {}, maxBytes: 100, signal: new AbortController().signal };
    return new TextDecoder().decode((await http.get(call)).body);
  }

  it("a private authority is trusted for the host that it was given to", async () => {
    assert.equal(await get({ ca: authority.pem }), "here");
  });

  it("and for no other: its certificates are unknown", async () => {
    const error = await isUnavailable("RegistryUnreachable", get({}));
    assert.match(error.message, /\(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)$/);
    assert.deepEqual(clients, []);
  });

  it("a certificate of another name is refused, whoever signed it", async () => {
    const url = new URL(`https://other.localhost:${host.split(":")[1]}/`);
    const endpoints = [{ host: url.host, allowPrivate: true, ca: authority.pem }];
    http = new HttpClient({ rules: { endpoints }, timeouts: TIMEOUTS, resolve: async () => ["127.0.0.1"] });
    const call = { url, headers: {}, maxBytes: 1, signal: new AbortController().signal };
    const error = await isUnavailable("RegistryUnreachable", http.get(call));
    assert.match(error.message, /\(ERR_TLS_CERT_ALTNAME_INVALID\)$/);
  });

  it("skipVerify takes any certificate, of this host alone", async () => {
    assert.equal(await get({ skipVerify: true }), "here");
    await http?.reload({
      endpoints: [
        { host: "elsewhere.example", skipVerify: true },
        { host, allowPrivate: true },
      ],
    });
    await isUnavailable("RegistryUnreachable", get({}));
  });

  it("a client certificate is shown to its host", async () => {
    const own = await makeServingCertificate(authority, { dns: ["sealgate.client"], ip: [] });
    const clientCertificate = { cert: own.certificate, key: own.key };
    assert.equal(await get({ ca: authority.pem, clientCertificate }), "here");
    await http?.reload({ endpoints: [{ host, allowPrivate: true, ca: authority.pem }] });
    assert.equal(await get({}), "here");
    assert.deepEqual(clients, ["sealgate.client", "undefined"]);
  });

  for (const [what, address] of [
    ["private", "10.0.0.1"],
    ["of the metadata service", "169.254.169.254"],
    ["of the metadata service, mapped", "::ffff:169.254.169.254"],
  ] as const) {
    it(`a name that stands for an address that is ${what} is AddressBlocked`, async () => {
      const failure = await rejectsWith(
        "AddressBlocked",
        get({ allowPrivate: false }, async () => [address]),
      );
      assert.ok(!failure.message.includes(address));
    });
  }

  it("a name that changes its address between two connections is held against the rules each time", async () => {
    const answers = ["127.0.0.1", "169.254.169.254"];
    const resolve: Resolve = async () => [answers.shift() ?? ""];
    assert.equal(await get({ ca: authority.pem }, resolve), "here");
    await rejectsWith("AddressBlocked", get({}, resolve));
    assert.equal(clients.length, 1);
    assert.deepEqual(answers, []);
  });

  it("a name is resolved once for a connection, and the socket goes to what was looked at", async () => {
    let asked = 0;
    const resolve: Resolve = async () => {
      asked += 1;
      return asked === 1 ? ["127.0.0.1"] : ["127.0.0.2"];
    };
    assert.equal(await get({ ca: authority.pem }, resolve), "here");
    assert.equal(asked, 1);
  });

  it("name servers that are silent, or know nothing, make the registry unreachable", async () => {
    const silent = await isUnavailable(
      "RegistryUnreachable",
      get({}, () => new Promise(() => undefined)),
    );
    assert.match(silent.message, /\(NAME_TIMEOUT\)$/);
    http = undefined;
    const unknown = await isUnavailable(
      "RegistryUnreachable",
      get({}, async () => []),
    );
    assert.match(unknown.message, /\(ENOTFOUND\)$/);
  });

  it("a handshake that never ends makes it unreachable, in its own time", async () => {
    const silent: TcpServer = createTcpServer((socket) => socket.on("error", () => undefined));
    const url = new URL(`https://127.0.0.1:${await listen(silent)}/`);
    http = new HttpClient({ rules: { endpoints: [{ host: url.host, allowPrivate: true }] }, timeouts: TIMEOUTS });
    const call = { url, headers: {}, maxBytes: 1, signal: new AbortController().signal };
    const error = await isUnavailable("RegistryUnreachable", http.get(call));
    assert.match(error.message, /\(TLS_TIMEOUT\)$/);
    silent.close();
  });
});

async function listen(server: TcpServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
