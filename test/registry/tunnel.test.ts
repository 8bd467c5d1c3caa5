/** Registries behind a CONNECT proxy (registry.md §10, §11): what it is asked, and what its answers mean. */
import assert from "node:assert/strict";
import { HttpClient, type NetworkRules } from "../../src/registry/http.ts";
import { openTunnel, TunnelError } from "../../src/registry/tunnel.ts";
import { startConnectProxy, type ConnectProxy } from "../support/registry/connect-proxy.ts";
import { startRegistry, type EmbeddedRegistry } from "../support/registry/registry.ts";
import { answer, isUnavailable, rejectsWith } from "./fixtures.ts";

const TIMEOUTS = { connectMs: 500, firstByteMs: 500, idleMs: 500 };
const HOST = "registry.example:5000";

describe("registry: through a proxy", () => {
  let registry: EmbeddedRegistry;
  let proxy: ConnectProxy;
  let http: HttpClient | undefined;

  beforeEach(async () => {
    registry = await startRegistry();
    const port = Number(registry.host.split(":")[1]);
    proxy = await startConnectProxy({ places: { [HOST]: port, "moved.example:443": port }, credential: "us er:p:w" });
    registry.misbehave((_, response) => answer(response, 200, {}, "here"));
  });
  afterEach(async () => {
    await http?.close();
    http = undefined;
    await Promise.all([registry.stop(), proxy.stop()]);
  });

  async function get(url: string, rules: Partial<NetworkRules> = {}): Promise<string> {
    const endpoints = [{ host: HOST, plainHttp: true }];
    const settings = { url: proxy.url.replace("//", "//us%20er:p%3Aw@"), noProxy: [] };
    const resolve = async (): Promise<never> => assert.fail("the proxy knows the name");
    http = new HttpClient({ rules: { endpoints, proxy: settings, ...rules }, timeouts: TIMEOUTS, resolve });
    const call = { url: new URL(url), headers: {}, maxBytes: 100, signal: new AbortController().signal };
    return new TextDecoder().decode((await http.get(call)).body);
  }

  it("the proxy is asked for the name, with its credential; the registry sees nothing of that", async () => {
    assert.equal(await get(`http://${HOST}/`), "here");
    assert.deepEqual(proxy.asked, [HOST]);
    assert.equal(registry.requests[0]?.headers["proxy-authorization"], undefined);
  });

  it("a proxy that refuses makes the registry unreachable, and its credential stays unsaid", async () => {
    const settings = { url: proxy.url.replace("//", "//user:wrong@"), noProxy: [] };
    const error = await isUnavailable("RegistryUnreachable", get(`http://${HOST}/`, { proxy: settings }));
    assert.equal(error.message, `${HOST} cannot be reached (PROXY_ANSWERED_407)`);
  });

  it("a proxy that is down, too", async () => {
    await proxy.stop();
    const error = await isUnavailable("RegistryUnreachable", get(`http://${HOST}/`));
    assert.match(error.message, /\(PROXY_ECONNREFUSED\)$/);
  });

  it("addresses, ports and names are held against the rules all the same", async () => {
    await rejectsWith("AddressBlocked", get("https://169.254.169.254/"));
    await rejectsWith("AddressBlocked", get("https://10.0.0.1/"));
    await rejectsWith("HostBlocked", get("https://metadata.google.internal/"));
    await rejectsWith("PortBlocked", get("https://registry.example:22/"));
    assert.deepEqual(proxy.asked, []);
  });

  it("a redirect goes through the proxy as well", async () => {
    registry.misbehave((_, response) => answer(response, 307, { location: "https://moved.example/" }));
    await isUnavailable("RegistryUnreachable", get(`http://${HOST}/`));
    assert.deepEqual(proxy.asked.slice(0, 2), [HOST, "moved.example:443"]);
  });

  it("says by a code what the proxy answered", async () => {
    await assert.rejects(openTunnel(new URL(proxy.url), HOST, 500), (error) => error instanceof TunnelError);
  });
});
