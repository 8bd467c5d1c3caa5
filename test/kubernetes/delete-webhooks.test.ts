// Configurations that are taken away: those named, whether they are there or not, in spite of an API server that stumbles.
import assert from "node:assert/strict";
import { deleteWebhooks } from "../../src/kubernetes/delete-webhooks.ts";
import { FakeCluster } from "./fake-cluster.ts";

const GROUP = "/apis/admissionregistration.k8s.io/v1";
const VALIDATING = `${GROUP}/validatingwebhookconfigurations/sealgate`;
const ALL = [
  { kind: "ValidatingWebhookConfiguration", name: "sealgate" },
  { kind: "MutatingWebhookConfiguration", name: "sealgate" },
] as const;

describe("deleteWebhooks()", () => {
  let cluster: FakeCluster;
  let told: string[];
  let waits: number;
  beforeEach(() => {
    cluster = new FakeCluster();
    cluster.put(VALIDATING, { metadata: { name: "sealgate" } });
    cluster.put(`${GROUP}/validatingwebhookconfigurations/other`, { metadata: { name: "other" } });
    [told, waits] = [[], 0];
  });
  const remove = (): Promise<void> =>
    deleteWebhooks(ALL, {
      api: cluster,
      delay: async () => void (waits += 1),
      onDeleted: ({ kind }, wasThere) => void told.push(`${kind} ${wasThere}`),
    });

  it("deletes those named and no other, and says which were there", async () => {
    await remove();
    assert.deepEqual([...cluster.objects.keys()], [`${GROUP}/validatingwebhookconfigurations/other`]);
    assert.deepEqual(told, ["ValidatingWebhookConfiguration true", "MutatingWebhookConfiguration false"]);
    assert.equal(waits, 0);
  });

  it("asks again where the API server cannot", async () => {
    cluster.refusals.push(500, 429);
    await remove();
    assert.ok(!cluster.objects.has(VALIDATING));
    assert.equal(waits, 2);
  });

  it("says which it cannot delete, and why", async () => {
    cluster.refusals.push(403, 403, 403, 403, 403);
    await assert.rejects(remove(), /^Error: Cannot delete ValidatingWebhookConfiguration "sealgate": .* answered 403$/);
    cluster.isDown = true;
    await assert.rejects(remove(), /ECONNREFUSED/);
  });
});
