// The caBundle of a configuration and nothing else of it: applied once, and never to what was deleted.
import assert from "node:assert/strict";
import { applyCaBundle } from "../../src/kubernetes/ca-bundle.ts";
import { FakeCluster } from "./fake-cluster.ts";

const PATH = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/sealgate";
const bundle = { kind: "ValidatingWebhookConfiguration", name: "sealgate", pem: "PEM" } as const;
const { signal } = new AbortController();
const webhook = (name: string): object => ({ name, clientConfig: { service: { name: "s" } }, failurePolicy: "Fail" });

describe("applyCaBundle()", () => {
  let cluster: FakeCluster;
  beforeEach(() => {
    cluster = new FakeCluster();
    cluster.put(PATH, { metadata: { name: "sealgate" }, webhooks: [webhook("a.b.c"), webhook("d.e.f")] });
  });
  const written = (): readonly string[] => cluster.sent.map(({ method }) => method);

  it("applies it to every webhook, by its own manager, bound to the object it read", async () => {
    assert.equal(await applyCaBundle(cluster, bundle, signal), "applied");
    const { query, body } = cluster.sent[1]!;
    assert.deepEqual(query, { fieldManager: "sealgate-ca-bundle", force: "true" });
    assert.deepEqual(body, {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
      metadata: { name: "sealgate", uid: PATH },
      webhooks: ["a.b.c", "d.e.f"].map((name) => ({ name, clientConfig: { caBundle: btoa("PEM") } })),
    });
  });

  it("writes nothing where it stands already", async () => {
    await applyCaBundle(cluster, bundle, signal);
    assert.equal(await applyCaBundle(cluster, bundle, signal), "current");
    assert.deepEqual(written(), ["GET", "PATCH", "GET"]);
  });

  it("puts it back when somebody edited it", async () => {
    await applyCaBundle(cluster, bundle, signal);
    cluster.put(PATH, { metadata: { name: "sealgate" }, webhooks: [webhook("a.b.c")] });
    assert.equal(await applyCaBundle(cluster, bundle, signal), "applied");
  });

  it("leaves a configuration deleted that was deleted", async () => {
    cluster.remove(PATH);
    assert.equal(await applyCaBundle(cluster, bundle, signal), "absent");
    assert.deepEqual(written(), ["GET"]);
  });

  it("says so when the API server refuses", async () => {
    cluster.refusals.push(403);
    await assert.rejects(applyCaBundle(cluster, bundle, signal), /Cannot read .* answered 403/);
    cluster.refusals.length = 0;
    const get = cluster.send.bind(cluster);
    cluster.send = (request, each) => {
      if (request.method === "PATCH") cluster.refusals.push(409);
      return get(request, each);
    };
    await assert.rejects(applyCaBundle(cluster, bundle, signal), /Cannot apply the caBundle .* answered 409/);
  });
});
