/** Connections that are opened before they are needed: taken first, as many as are missing, and closed when nobody comes. */
import assert from "node:assert/strict";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { SpareSockets } from "../../src/registry/spare-sockets.ts";

describe("registry: spare connections", () => {
  let server: Server;
  let url: URL;
  let opened: Socket[];
  let spares: SpareSockets;
  const accepted = new Set<Socket>();

  before(async () => {
    server = createServer((socket) => accepted.add(socket.on("error", () => undefined)));
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/v2/`);
  });
  beforeEach(() => {
    opened = [];
    spares = new SpareSockets(
      (to) =>
        new Promise((resolve, reject) => {
          const socket = connect(Number(to.port), "127.0.0.1", () => resolve(socket)).on("error", reject);
          opened.push(socket);
        }),
    );
  });
  afterEach(() => {
    spares.close();
    for (const socket of opened) socket.destroy();
  });
  after(() => {
    for (const socket of accepted) socket.destroy();
    server.close();
  });

  it("opens what is missing, and takes them in their order before a new one", async () => {
    const first = await spares.take(url);
    spares.warm(url, 3);
    spares.warm(url, 3);
    assert.equal(opened.length, 3);
    assert.deepEqual([await spares.take(url), await spares.take(url)], opened.slice(1));
    assert.equal(opened[0], first);
    assert.notEqual(await spares.take(url), undefined);
    assert.equal(opened.length, 4);
  });

  it("takes none that was closed meanwhile", async () => {
    spares.warm(url, 1);
    const [spare] = opened;
    await new Promise((resolve) => spare?.once("connect", resolve));
    spare?.destroy();
    const taken = await spares.take(url);
    assert.notEqual(taken, spare);
    assert.equal(taken.destroyed, false);
  });

  it("counts what was closed as missing", async () => {
    const taken = await spares.take(url);
    await new Promise((resolve) => taken.once("close", resolve).destroy());
    spares.warm(url, 1);
    assert.equal(opened.length, 2);
  });

  it("opens a hundred for all hosts together, and knows of none that were taken", async () => {
    for (let host = 1; host <= 30; host += 1) spares.warm(new URL(`https://127.0.0.${host}:${url.port}/`), 5);
    assert.deepEqual([opened.length, spares.spare], [100, 100]);
    for (let i = 0; i < 5; i += 1) await spares.take(new URL(`https://127.0.0.1:${url.port}/`));
    assert.deepEqual([opened.length, spares.spare], [100, 95]);
  });

  it("says what is wrong only to who takes", async () => {
    const nowhere = new SpareSockets(() => Promise.reject(new Error("nobody is there")));
    nowhere.warm(url, 2);
    await new Promise((resolve) => setImmediate(resolve));
    await assert.rejects(nowhere.take(url), /nobody is there/);
  });

  it("closes what nobody took, and opens no more", async () => {
    spares.warm(url, 2);
    spares.close();
    await Promise.all(opened.map((socket) => new Promise((resolve) => socket.once("close", resolve))));
    spares.warm(url, 2);
    assert.equal(opened.length, 2);
  });
});
