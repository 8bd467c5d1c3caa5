import assert from "node:assert/strict";
import { buildOperationsServer, type ReadinessCheck } from "../../src/webhook/operations.ts";

const READY: ReadinessCheck = { name: "policies", ok: true, detail: "3 policies of 2 files" };
const UNREADY: ReadinessCheck = { name: "serving", ok: false, detail: "draining after SIGTERM" };

async function get(path: string, checks: readonly ReadinessCheck[]): Promise<readonly [number, string, unknown]> {
  const metrics = { contentType: "text/plain; version=0.0.4", text: () => Promise.resolve("a_total 1\n") };
  const server = await buildOperationsServer({ readiness: () => checks, metrics });
  const { statusCode, body, headers } = await server.inject({ url: path });
  await server.close();
  return [statusCode, body, headers["content-type"]];
}

describe("the operations port", () => {
  it("/livez is ok while the process runs, ready or not", async () => {
    assert.deepEqual(await get("/livez", [UNREADY]), [200, "ok\n", "text/plain"]);
  });

  it("/readyz is 200 when every check is", async () => {
    assert.deepEqual((await get("/readyz", [READY])).slice(0, 2), [200, "ok\n"]);
  });

  it("/readyz?verbose lists the checks", async () => {
    assert.deepEqual((await get("/readyz?verbose", [READY])).slice(0, 2), [
      200,
      "[+] policies: 3 policies of 2 files\nok\n",
    ]);
  });

  it("/readyz is 503 when one is not, and says which without being asked", async () => {
    const [status, body] = await get("/readyz", [READY, UNREADY]);
    assert.equal(status, 503);
    assert.equal(body, "[+] policies: 3 policies of 2 files\n[-] serving: draining after SIGTERM\nnot ready\n");
  });

  it("/metrics is what telemetry has, in its type", async () => {
    assert.deepEqual(await get("/metrics", []), [200, "a_total 1\n", "text/plain; version=0.0.4"]);
  });

  it("has nothing else", async () => {
    for (const path of ["/", "/validate", "/debug", "/metrics/x"]) assert.equal((await get(path, []))[0], 404);
  });
});
