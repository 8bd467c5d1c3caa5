// The admission port by injected requests: the status and body of every answer, and never an allow by mistake.
import assert from "node:assert/strict";
import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import type { AdmissionResponse } from "../../src/admission/response.ts";
import type { Pinning, Review, Reviewer } from "../../src/app/reviewer.ts";
import { makeServingCertificate } from "../../src/kubernetes/serving-certificate.ts";
import type { AdmissionLog } from "../../src/webhook/admission-log.ts";
import { buildWebhookServer, type TlsMaterial, type WebhookOptions } from "../../src/webhook/server.ts";
import { imageVerdict, result, ruleVerdict } from "../admission/verdicts.ts";
import { fakeRegistry, makeApplication, makePolicy } from "../app/fixtures.ts";
import { admissionReview, encodeReview, pod } from "../support/reviews.ts";

const POD = pod({ web: "registry.local:5000/acme/web:1" });
const UID = "705ab4f5-6393-11e8-b7cc-42010a800002";
const ADMITTED: Review = { allowed: true, verdicts: [], exceptions: [], unmatched: 0, warnings: [] };
const DENIED: Review = {
  allowed: false,
  verdicts: [imageVerdict()],
  exceptions: [],
  unmatched: 0,
  message: "the explanation",
  warnings: ["careful"],
  retryAfterSeconds: 5,
};
const UNPINNED: Pinning = { pins: [], warnings: [] };

type Event = { readonly [K in keyof AdmissionLog]: readonly [K, ...Parameters<AdmissionLog[K]>] }[keyof AdmissionLog];

interface Served {
  readonly response: LightMyRequestResponse;
  readonly log: readonly Event[];
}

describe("the admission port", () => {
  let tls: TlsMaterial;

  before(async () => {
    const { certPem, keyPem } = await makeServingCertificate(["localhost"], Date.UTC(2026, 0, 1));
    tls = { cert: certPem, key: keyPem };
  });

  async function withServer<T>(
    options: Partial<WebhookOptions>,
    use: (server: FastifyInstance, log: readonly Event[]) => Promise<T>,
  ): Promise<T> {
    const events: Event[] = [];
    const log: AdmissionLog = {
      decided: (review) => events.push(["decided", review]),
      failed: (review) => events.push(["failed", review]),
      refused: (refusal) => events.push(["refused", refusal]),
      defect: (error) => events.push(["defect", error]),
    };
    const always: Reviewer = { validate: () => Promise.resolve(ADMITTED), pin: () => Promise.resolve(UNPINNED) };
    const deadline: WebhookOptions["deadline"] = () => ({ maxMs: 10_000, reserveMs: 500 });
    const callers: WebhookOptions["callers"] = () => ({ kind: "anybody" });
    const settings = { reviewer: always, tls, log, isReady: () => true, isDraining: () => false, deadline, callers };
    const server = await buildWebhookServer({ ...settings, ...options });
    try {
      return await use(server, events);
    } finally {
      await server.close();
    }
  }

  async function send(
    reviewer: Partial<Reviewer>,
    path: string,
    payload: Uint8Array = encodeReview(admissionReview(POD)),
    headers: Readonly<Record<string, string>> = { "content-type": "application/json" },
  ): Promise<Served> {
    const unexpected = (): never => assert.fail("the application was asked");
    const asked = { validate: unexpected, pin: unexpected, ...reviewer };
    return await withServer({ reviewer: asked }, async (server, log) => {
      const response = await server.inject({ method: "POST", url: path, payload: Buffer.from(payload), headers });
      return { response, log };
    });
  }

  const reviewOf = ({ response }: Served): AdmissionResponse["response"] => {
    assert.equal(response.statusCode, 200);
    assert.match(String(response.headers["content-type"]), /^application\/json/);
    const body: AdmissionResponse = response.json();
    assert.deepEqual([body.kind, body.apiVersion], ["AdmissionReview", "admission.k8s.io/v1"]);
    assert.equal(body.response.uid, UID);
    return body.response;
  };

  describe("/validate", () => {
    it("admits what the application admits", async () => {
      const served = await send({ validate: () => Promise.resolve(ADMITTED) }, "/validate?timeout=10s");
      assert.deepEqual(reviewOf(served), { uid: UID, allowed: true, auditAnnotations: { decision: "allow" } });
      const [event] = served.log;
      assert.ok(event?.[0] === "decided");
      const { webhook, allowed, explanation, seconds, request } = event[1];
      assert.deepEqual([webhook, allowed, explanation, request.uid], ["validate", true, undefined, UID]);
      assert.ok(seconds >= 0);
    });

    it("denies with the explanation, warnings and when to try again", async () => {
      const served = await send({ validate: () => Promise.resolve(DENIED) }, "/validate");
      const { allowed, status, warnings, patch } = reviewOf(served);
      assert.deepEqual([allowed, warnings, patch], [false, ["careful"], undefined]);
      assert.deepEqual([status?.code, status?.message, status?.details.retryAfterSeconds], [403, "the explanation", 5]);
      assert.equal(status?.details.causes.length, 1);
      const [event] = served.log;
      assert.ok(event?.[0] === "decided");
      assert.deepEqual([event[1].allowed, event[1].explanation], [false, "the explanation"]);
    });

    it("logs what Warn, Audit and Ignore admit, though the user may hear nothing", async () => {
      const audited = imageVerdict([result(ruleVerdict(), { failureAction: "Audit" })]);
      const passed = imageVerdict([result(ruleVerdict({ outcome: "Pass" }))]);
      const review = { ...ADMITTED, verdicts: [passed, audited] };
      const { log } = await send({ validate: () => Promise.resolve(review) }, "/validate");
      const [event] = log;
      assert.ok(event?.[0] === "decided");
      assert.equal(event[1].verdicts.length, 2);
      assert.match(
        event[1].explanation ?? "",
        /^Image "[^"]+" would be denied by ImageVerifyPolicy "prod\/signed"[^\n]*$/,
      );
    });

    it("denies a pod that cannot be read, as a verdict: a failed call could be let through", async () => {
      const { reviewer } = makeApplication(fakeRegistry({}), [makePolicy()]);
      const real: Reviewer = {
        validate: (request, signal) => reviewer.validate(request, signal),
        pin: (request, signal) => reviewer.pin(request, signal),
      };
      const unreadable = encodeReview(admissionReview({ kind: "Pod", metadata: {} }));
      for (const path of ["/validate", "/mutate"]) {
        const served = await send(real, path, unreadable);
        const { allowed, status } = reviewOf(served);
        assert.deepEqual([allowed, status?.message], [false, "Cannot read the pod: spec is absent, want an object"]);
        assert.equal(served.log[0]?.[0], "decided");
      }
    });
  });

  describe("/mutate", () => {
    it("pins by a JSON Patch", async () => {
      const pins = [{ field: "/spec/containers/0/image", value: "a@sha256:1" }];
      const { allowed, patch, patchType } = reviewOf(
        await send({ pin: () => Promise.resolve({ pins, warnings: [] }) }, "/mutate?timeout=10s"),
      );
      assert.deepEqual([allowed, patchType], [true, "JSONPatch"]);
      assert.deepEqual(JSON.parse(Buffer.from(patch ?? "", "base64").toString()), [
        { op: "replace", path: "/spec/containers/0/image", value: "a@sha256:1" },
      ]);
    });

    it("changes nothing where there is nothing to pin", async () => {
      assert.deepEqual(reviewOf(await send({ pin: () => Promise.resolve(UNPINNED) }, "/mutate")), {
        uid: UID,
        allowed: true,
      });
    });
  });

  describe("a defect", () => {
    for (const path of ["/validate", "/mutate"]) {
      it(`of the application denies ${path}, and stays in the log`, async () => {
        const fail = (): Promise<never> => Promise.reject(new TypeError("secret inside"));
        const { response, log } = await send({ validate: fail, pin: fail }, path);
        const { allowed, status } = reviewOf({ response, log });
        assert.equal(allowed, false);
        assert.match(status?.message ?? "", /internal error .*\(Internal\)/);
        assert.doesNotMatch(response.body, /secret/);
        const [event] = log;
        assert.ok(event?.[0] === "failed");
        assert.match(String(event[1].error), /secret inside/);
      });
    }

    it("of the log denies what was admitted", async () => {
      const events: unknown[] = [];
      const log: AdmissionLog = {
        decided: () => {
          throw new Error("the disk is full");
        },
        failed: (review) => events.push(review),
        refused: () => undefined,
        defect: () => undefined,
      };
      await withServer({ log }, async (server) => {
        const payload = admissionReview(POD);
        const response = await server.inject({ method: "POST", url: "/validate", payload });
        assert.equal(reviewOf({ response, log: [] }).allowed, false);
        assert.equal(events.length, 1);
      });
    });

    it("where nothing was decided yet is 500", async () => {
      const isReady = (): never => {
        throw new Error("secret inside");
      };
      await withServer({ isReady }, async (server, log) => {
        const response = await server.inject({ method: "POST", url: "/validate", payload: admissionReview(POD) });
        assert.equal(response.statusCode, 500);
        assert.deepEqual(response.json(), { error: "internal error" });
        assert.equal(log[0]?.[0], "defect");
      });
    });
  });

  describe("what is no review", () => {
    const review = admissionReview(POD);
    const json = { "content-type": "application/json" };
    const cases: Readonly<Record<string, readonly [number, RegExp, Uint8Array, Readonly<Record<string, string>>?]>> = {
      "an empty body": [400, /want a JSON value/, new Uint8Array()],
      "a broken body": [400, /Cannot read AdmissionReview: /, encodeReview(review).subarray(1)],
      "another version": [
        400,
        /want "AdmissionReview" of "admission.k8s.io\/v1"/,
        encodeReview({ ...review, apiVersion: "v1" }),
      ],
      "another kind": [400, /it is "Pod" of "v1"/, encodeReview(POD)],
      "too deep": [400, /nested deeper than 100/, Buffer.from("[".repeat(200))],
      "a creation of nothing": [400, /request.object is null/, encodeReview(admissionReview(null))],
      "more than 7 MiB": [413, /more than 7340032 bytes/, new Uint8Array(7 * 1024 * 1024 + 1).fill(0x20)],
      "another content type": [
        415,
        /Content-Type is not application\/json/,
        encodeReview(review),
        { "content-type": "text/plain" },
      ],
      "no content type": [415, /Content-Type is not application\/json/, encodeReview(review), {}],
    };
    for (const path of ["/validate", "/mutate"]) {
      for (const [what, [status, message, payload, headers = json]] of Object.entries(cases)) {
        it(`${path}, ${what}: ${status}, and a line in the log`, async () => {
          const { response, log } = await send({}, path, payload, headers);
          assert.equal(response.statusCode, status);
          const { error, ...rest } = response.json<{ error: string }>();
          assert.match(error, message);
          assert.deepEqual(rest, {});
          assert.deepEqual(log, [["refused", { path, status, reason: error }]]);
        });
      }
    }

    it("is denied where a pod's author made it more than is read: the webhook's failurePolicy decides nothing", async () => {
      const args = Array.from({ length: 250_000 }, () => "");
      for (const path of ["/validate", "/mutate"]) {
        const served = await send({}, path, encodeReview(admissionReview({ ...POD, args })));
        const { allowed, status } = reviewOf(served);
        assert.equal(allowed, false);
        assert.match(status?.message ?? "", /more than 250000 values/);
        assert.deepEqual(served.log, [["refused", { path, status: 400, reason: status?.message }]]);
      }
    });

    it("is not asked for by another method or path", async () => {
      await withServer({}, async (server) => {
        const payload = admissionReview(POD);
        for (const [method, url] of [
          ["GET", "/validate"],
          ["PUT", "/validate"],
          ["POST", "/"],
          ["POST", "/validate/x"],
        ] as const) {
          const { statusCode, body } = await server.inject({ method, url, ...(method === "GET" ? {} : { payload }) });
          assert.equal(statusCode, 404, `${method} ${url}`);
          assert.doesNotMatch(body, /allowed/);
        }
      });
    });

    it("may have parameters on its content type, and headers that we do not know", async () => {
      const headers = { "content-type": "application/json; charset=utf-8", authorization: "Bearer secret" };
      const served = await send(
        { validate: () => Promise.resolve(ADMITTED) },
        "/validate",
        encodeReview(review),
        headers,
      );
      assert.equal(reviewOf(served).allowed, true);
      assert.doesNotMatch(JSON.stringify(served.log), /secret/);
    });
  });

  it("says 503 and when to try again before it is ready, and asks nobody", async () => {
    await withServer({ isReady: () => false }, async (server, log) => {
      for (const url of ["/validate", "/mutate"]) {
        const response = await server.inject({ method: "POST", url, payload: admissionReview(POD) });
        assert.equal(response.statusCode, 503);
        assert.equal(response.headers["retry-after"], "1");
        assert.doesNotMatch(response.body, /allowed/);
      }
      assert.deepEqual(log, []);
    });
  });

  it("goes on deciding while it drains, and asks for the connection to be closed", async () => {
    await withServer({ isDraining: () => true }, async (server) => {
      const response = await server.inject({ method: "POST", url: "/validate", payload: admissionReview(POD) });
      assert.equal(reviewOf({ response, log: [] }).allowed, true);
      assert.equal(response.headers["connection"], "close");
    });
  });

  it("gives the application the API server's time, less a reserve", async () => {
    const validate = async (_request: unknown, signal: AbortSignal): Promise<Review> => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return DENIED;
    };
    assert.equal(reviewOf(await send({ validate }, "/validate?timeout=200ms")).allowed, false);
  });

  it("keeps idle connections longer than the API server does", async () => {
    await withServer({}, (server) => {
      const { keepAliveTimeout, headersTimeout, requestTimeout } = server.server;
      assert.ok(keepAliveTimeout > 90_000);
      assert.ok(headersTimeout > keepAliveTimeout);
      assert.ok(requestTimeout >= 35_000);
      return Promise.resolve();
    });
  });

  it("does not start with a certificate that is none", async () => {
    await assert.rejects(withServer({ tls: { cert: "nothing", key: tls.key } }, () => Promise.resolve()));
  });
});
