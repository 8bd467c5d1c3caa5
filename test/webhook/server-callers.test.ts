// The admission port and who may call it: before anything of a request is read, and without a word of it in the log.
import assert from "node:assert/strict";
import type { LightMyRequestResponse } from "fastify";
import { digestOf } from "../../src/crypto/digest.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { makeServingCertificate } from "../../src/kubernetes/serving-certificate.ts";
import type { Callers } from "../../src/ports/callers.ts";
import { buildWebhookServer } from "../../src/webhook/server.ts";
import { admissionReview, pod } from "../support/reviews.ts";

const TOKEN = "a-token-of-an-api-server";
const byToken: Callers = { kind: "bearerToken", digests: new Set([digestOf(encodeUtf8(TOKEN))]) };

describe("the admission port, of its callers", () => {
  let refused: object[] = [];
  let reviewed = 0;
  beforeEach(() => {
    [refused, reviewed] = [[], 0];
  });

  async function ask(callers: Callers, authorization?: string): Promise<LightMyRequestResponse> {
    const { certPem, keyPem } = await makeServingCertificate(["localhost"], Date.UTC(2026, 0, 1));
    const none = { verdicts: [], exceptions: [], unmatched: 0, warnings: [] };
    const server = await buildWebhookServer({
      reviewer: {
        validate: () => Promise.resolve({ allowed: true, ...none }),
        pin: () => assert.fail("it is asked to validate"),
      },
      tls: { cert: certPem, key: keyPem },
      log: {
        decided: () => void (reviewed += 1),
        failed: ({ error }) => assert.fail(String(error)),
        refused: (refusal) => void refused.push(refusal),
        defect: (error) => assert.fail(String(error)),
      },
      isReady: () => true,
      isDraining: () => false,
      deadline: () => ({ maxMs: 10_000, reserveMs: 500 }),
      callers: () => callers,
    });
    const payload = admissionReview(pod({ web: "registry.example/acme/web:1" }));
    const headers = authorization === undefined ? {} : { authorization };
    const response = await server.inject({ method: "POST", url: "/validate?timeout=10s", headers, payload });
    await server.close();
    return response;
  }

  it("answers whatever they send, where nothing is asked for", async () => {
    assert.equal((await ask({ kind: "anybody" }, `Bearer ${TOKEN}`)).statusCode, 200);
    assert.equal(reviewed, 1);
  });

  it("answers the token that is asked for", async () => {
    assert.equal((await ask(byToken, `Bearer ${TOKEN}`)).statusCode, 200);
    assert.equal(reviewed, 1);
  });

  for (const authorization of [undefined, "Bearer not-that-token-but-one"]) {
    it(`answers ${authorization === undefined ? "no token" : "another token"} with 401`, async () => {
      const response = await ask(byToken, authorization);
      assert.equal(response.statusCode, 401);
      assert.equal(response.headers["www-authenticate"], "Bearer");
      const { error: reason } = response.json<{ error: string }>();
      assert.deepEqual(refused, [{ path: "/validate", status: 401, reason }]);
      assert.equal(reviewed, 0);
      assert.doesNotMatch(reason, /not-that-token/);
    });
  }
});
