// The end of a drain: connections are waited for and never closed, up to a time after which nobody uses them.
import assert from "node:assert/strict";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { untilUnused } from "../../src/webhook/drain.ts";

describe("untilUnused()", () => {
  let server: Server;
  beforeEach(async () => {
    server = createServer((socket) => socket.on("end", () => socket.end()).resume());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => server.close());

  async function open(): Promise<Socket> {
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    await new Promise((resolve) => server.once("connection", resolve));
    return socket;
  }
  const never = new AbortController().signal;

  it("ends within a second where there is no connection", async () => {
    let waited = 0;
    await untilUnused(server, { delay: async (ms) => void (waited += ms), signal: never });
    assert.equal(waited, 750);
  });

  it("waits for one to be closed by the other side, and closes none", async () => {
    const socket = await open();
    let turns = 0;
    const delay = async (): Promise<void> => {
      turns += 1;
      if (turns === 3) {
        assert.equal(socket.readyState, "open");
        socket.destroy();
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    };
    await untilUnused(server, { delay, signal: never });
    assert.ok(turns >= 3);
  });

  it("gives up after the time that an API server keeps one idle", async () => {
    const socket = await open();
    let waited = 0;
    await untilUnused(server, { delay: async (ms) => void (waited += ms), signal: never });
    assert.equal(waited, 95_000);
    socket.destroy();
  });

  it("ends when it is told to", async () => {
    const socket = await open();
    const stop = new AbortController();
    await untilUnused(server, { delay: async () => stop.abort(), signal: stop.signal });
    socket.destroy();
  });
});
