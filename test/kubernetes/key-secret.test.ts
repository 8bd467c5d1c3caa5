// One key read once by name: a reason for each answer that is none.
import assert from "node:assert/strict";
import type { KubernetesApi, KubernetesRequest } from "../../src/kubernetes/client.ts";
import { fetchSecretKey } from "../../src/kubernetes/key-secret.ts";
import { KEYS } from "../policy/resources.ts";
import { networkError, text, type Step } from "./fake-api.ts";

const { signal } = new AbortController();
const REFERENCE = { namespace: "prod", name: "release", key: "cosign.pub" };

async function fetched(step: Step): Promise<{ readonly result: string; readonly sent: readonly KubernetesRequest[] }> {
  const sent: KubernetesRequest[] = [];
  const api: KubernetesApi = {
    get: () => assert.fail("asked otherwise"),
    send: async (request, cut) => {
      sent.push(request);
      return await Promise.resolve(step(cut));
    },
  };
  const answer = await fetchSecretKey(api, REFERENCE, signal);
  return { result: answer.kind === "key" ? "key" : answer.reason, sent };
}

describe("kubernetes/key-secret", () => {
  const data = { "cosign.pub": Buffer.from(KEYS.a.pem).toString("base64") };

  it("asks for the Secret by name", async () => {
    const { result, sent } = await fetched(text(200, JSON.stringify({ kind: "Secret", data })));
    assert.equal(result, "key");
    assert.deepEqual(sent, [{ method: "GET", path: "/api/v1/namespaces/prod/secrets/release" }]);
  });

  const status = (code: number): Step => text(code, JSON.stringify({ kind: "Status", message: "pl4nted" }));
  const answers: readonly [string, Step, string][] = [
    ["no Secret", status(404), "the Secret does not exist"],
    ["no right to read it", status(403), "the API server answered 403"],
    ["HTML", text(200, "<html>pl4nted"), "the API server's answer cannot be read"],
    [
      "nobody",
      () => {
        throw networkError("ECONNREFUSED");
      },
      "the API server could not be asked: ECONNREFUSED",
    ],
    [
      "a defect of the network",
      () => {
        throw new Error("pl4nted");
      },
      "the API server could not be asked: no answer",
    ],
  ];
  for (const [name, step, reason] of answers) {
    it(`says what came for ${name}`, async () => assert.equal((await fetched(step)).result, reason));
  }
});
