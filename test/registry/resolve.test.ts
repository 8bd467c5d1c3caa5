/** Names to addresses: a stranger's name is asked as it stands, one of ours as this machine looks names up. */
import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { promises as dns } from "node:dns";
import { askNameServers, resolveName } from "../../src/registry/resolve.ts";

/** A name server on loopback that knows one name. */
async function startNameServer(known: string, v4: readonly number[]): Promise<{ socket: Socket; asked: string[] }> {
  const asked: string[] = [];
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => {
    const name = nameOf(query);
    const isV4 = query[query.indexOf(0, 12) + 2] === 1;
    asked.push(name);
    socket.send(answerOf(query, name === known ? (isV4 ? v4 : []) : undefined), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return { socket, asked };
}

function nameOf(query: Buffer): string {
  const labels: string[] = [];
  for (let at = 12; (query[at] ?? 0) > 0; at += (query[at] ?? 0) + 1) {
    labels.push(query.toString("latin1", at + 1, at + 1 + (query[at] ?? 0)));
  }
  return labels.join(".").toLowerCase();
}

/** undefined: there is no such name; empty: it has no address of this kind. */
function answerOf(query: Buffer, address: readonly number[] | undefined): Buffer {
  const question = query.subarray(12, query.indexOf(0, 12) + 5);
  const count = address?.length === 4 ? 1 : 0;
  const head = [query[0] ?? 0, query[1] ?? 0, 0x81, address === undefined ? 0x83 : 0x80, 0, 1, 0, count, 0, 0, 0, 0];
  const record = count === 0 ? [] : [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...(address ?? [])];
  return Buffer.concat([Buffer.from(head), question, Buffer.from(record)]);
}

describe("registry: names", () => {
  it("a name of ours is looked up as this machine does", async () => {
    assert.ok((await resolveName("localhost", true)).some((address) => address === "127.0.0.1" || address === "::1"));
  });

  it("a stranger's name is asked as it stands; one family is enough, no name is an error", async () => {
    const { socket, asked } = await startNameServer("registry.example", [203, 0, 113, 9]);
    try {
      const resolver = new dns.Resolver({ timeout: 500, tries: 1 });
      resolver.setServers([`127.0.0.1:${socket.address().port}`]);
      assert.deepEqual(await askNameServers("registry.example", resolver), ["203.0.113.9"]);
      assert.deepEqual(asked, ["registry.example", "registry.example"]);
      await assert.rejects(askNameServers("other.example", resolver), { code: "ENOTFOUND" });
      assert.deepEqual([...new Set(asked)], ["registry.example", "other.example"]);
    } finally {
      socket.close();
    }
  });
});
