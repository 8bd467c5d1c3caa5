// One call and its answer: what is an answer of an API server, and what only looks like one.
import assert from "node:assert/strict";
import { callApi } from "../../src/kubernetes/api-call.ts";
import type { KubernetesApi } from "../../src/kubernetes/client.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";

const { signal } = new AbortController();

function answering(status: number, text: string): KubernetesApi {
  async function* body(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(encodeUtf8(text));
  }
  const send = (): Promise<{ status: number; body: AsyncIterable<Uint8Array> }> =>
    Promise.resolve({ status, body: body() });
  return { send, get: send };
}
const call = (status: number, text: string): ReturnType<typeof callApi> =>
  callApi(answering(status, text), { method: "GET", path: "/" }, signal);

describe("callApi()", () => {
  it("gives the object of an answer, and the Status of a refusal", async () => {
    assert.equal((await call(200, '{"kind":"Lease"}')).object.get("kind"), "Lease");
    assert.equal((await call(404, '{"kind":"Status","code":404}')).status, 404);
  });

  it("takes the page of a proxy for no answer, whatever its status", async () => {
    for (const status of [200, 404]) await assert.rejects(call(status, "<html></html>"), { name: "EncodingError" });
    await assert.rejects(call(404, '{"error":"no route"}'), /not one of an API server/);
  });

  it("does not read without end", async () => {
    const big = encodeUtf8("x".repeat(1024 * 1024));
    async function* body(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 65; i += 1) yield await Promise.resolve(big);
    }
    const send = (): Promise<{ status: number; body: AsyncIterable<Uint8Array> }> =>
      Promise.resolve({ status: 200, body: body() });
    const api = { send, get: send };
    await assert.rejects(callApi(api, { method: "GET", path: "/" }, signal), /larger than/);
  });
});
