// Pools by host: one each, given up with their last connection or for another host's sake, and what is under way ends.
import assert from "node:assert/strict";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { request, type Dispatcher } from "undici";
import { Pools } from "../../src/registry/pools.ts";

describe("registry: Pools", () => {
  let server: Server;
  let port: number;
  let pools: Pools;
  let held: ServerResponse[];

  beforeEach(async () => {
    held = [];
    pools = new Pools({ connections: 2, keepAliveTimeout: 50_000 });
    server = createServer(({ url }, response) => {
      if (url === "/held") held.push(response);
      else response.setHeader("connection", url === "/close" ? "close" : "keep-alive").end("x");
    });
    server.keepAliveTimeout = 60_000;
    await new Promise<void>((resolve) => {
      server.listen(0, "0.0.0.0", resolve);
    });
    ({ port } = server.address() as AddressInfo);
  });
  afterEach(async () => {
    for (const response of held) response.end("x");
    await pools.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** Each is an address of this machine. */
  const urlOf = (host: number, path: string): URL =>
    new URL(`http://127.0.${host >> 8}.${(host % 256) + 1}:${port}${path}`);

  async function ask(url: URL, dispatcher: Dispatcher = pools.of(url)): Promise<string> {
    const { body } = await request(url, { dispatcher });
    const text = await body.text();
    // undici gives a connection free a turn later
    await new Promise((resolve) => setImmediate(resolve));
    return text;
  }

  it("asks a host by one pool, on a connection that stays", async () => {
    assert.equal(pools.of(urlOf(1, "/a")), pools.of(urlOf(1, "/b")));
    await ask(urlOf(1, "/a"));
    await ask(urlOf(1, "/b"));
    assert.equal(pools.size, 1);
    assert.equal(await connections(), 1);
  });

  it("gives up a pool with its last connection", async () => {
    await ask(urlOf(1, "/close"));
    await until(() => pools.size === 0);
    assert.equal(await ask(urlOf(1, "/a")), "x");
  });

  it("keeps the connections of a hundred hosts, and those that were asked last", async () => {
    for (let host = 0; host < 110; host += 1) {
      await ask(urlOf(host, "/a"));
      await ask(urlOf(0, "/a"));
    }
    assert.equal(pools.size, 100);
    await until(async () => (await connections()) === 100);
    const kept = pools.of(urlOf(0, "/a"));
    assert.equal(kept, pools.of(urlOf(0, "/b")));
    assert.equal(await connections(), 100);
  });

  it("ends what is under way where a pool is given up", async () => {
    const first = ask(urlOf(0, "/held"));
    const second = ask(urlOf(0, "/held"));
    const third = ask(urlOf(0, "/a"));
    await until(() => held.length === 2);
    for (let host = 1; host <= 100; host += 1) await ask(urlOf(host, "/a"));
    for (const response of held) response.end("late");
    assert.deepEqual(await Promise.all([first, second, third]), ["late", "late", "x"]);
    assert.equal(pools.size, 100);
  });

  it("gives up a pool that reaches nobody", async () => {
    await new Promise((resolve) => server.close(resolve));
    await assert.rejects(ask(urlOf(1, "/a")));
    assert.equal(pools.size, 0);
  });

  async function connections(): Promise<number> {
    return await new Promise((resolve, reject) => {
      server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
    });
  }
});

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5));
}
