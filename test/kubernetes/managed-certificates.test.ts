// Certificates of our own against an API server in memory: several replicas, one Secret, a rotation from end to end.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Leaf } from "../../src/kubernetes/certificate-authority.ts";
import { splitCertificates } from "../../src/kubernetes/certificate-authority.ts";
import { ManagedCertificates } from "../../src/kubernetes/managed-certificates.ts";
import { FakeCluster } from "./fake-cluster.ts";
import { ManualClock, until } from "./manual-clock.ts";

const SECRET = "/api/v1/namespaces/ns/secrets/ca";
const CONFIGURATIONS = ["mutating", "validating"].map(
  (kind) => `/apis/admissionregistration.k8s.io/v1/${kind}webhookconfigurations/sealgate`,
);
const HOUR = 3_600_000;

interface Replica {
  readonly certificates: ManagedCertificates;
  readonly leaves: Leaf[];
  readonly told: string[];
}

const OFF_MS = 300_000;

describe("ManagedCertificates", () => {
  let cluster: FakeCluster;
  let clock: ManualClock;
  let stop: AbortController;
  let running: Promise<void>[];
  beforeEach(() => {
    cluster = new FakeCluster();
    clock = new ManualClock(Date.UTC(2026, 5, 1));
    stop = new AbortController();
    running = [];
    cluster.put(SECRET, { metadata: { name: "ca", annotations: { kept: "yes" } } });
    for (const path of CONFIGURATIONS) {
      cluster.put(path, { metadata: { name: "sealgate" }, webhooks: [{ name: "a.b.c", clientConfig: {} }] });
    }
  });
  afterEach(async () => {
    stop.abort();
    await Promise.all(running);
  });

  /** One whose clock is that far off. */
  function start(offMs = 0): Replica {
    const { monotonicNow, delay, random } = clock;
    const now = (): number => clock.time + offMs;
    const leaves: Leaf[] = [];
    const told: string[] = [];
    const certificates = new ManagedCertificates({
      api: cluster,
      namespace: "ns",
      secret: "ca",
      configurations: [
        { kind: "MutatingWebhookConfiguration", name: "sealgate" },
        { kind: "ValidatingWebhookConfiguration", name: "sealgate" },
      ],
      names: ["sealgate.ns.svc"],
      times: {
        authorityLifetimeMs: 1000 * HOUR,
        renewBeforeMs: 100 * HOUR,
        leafLifetimeMs: 10 * HOUR,
        distributionWaitMs: 30_000,
        overlapWaitMs: 20 * HOUR,
      },
      report: {
        serving: (leaf) => void leaves.push(leaf),
        rotated: (step) => void told.push(step),
        configuration: ({ kind }, state) => void told.push(`${kind} ${state}`),
        failed: (what, reason) => void told.push(`${what}: ${reason}`),
      },
      now,
      monotonicNow,
      delay,
      random,
    });
    running.push(certificates.run(stop.signal));
    return { certificates, leaves, told };
  }
  const lead = ({ certificates }: Replica): void => void running.push(certificates.lead(stop.signal));
  const bundle = (): readonly X509Certificate[] => {
    const { "ca.crt": encoded = "" } = cluster.objects.get(SECRET)!["data"] as Record<string, string>;
    return splitCertificates(atob(encoded)).map((pem) => new X509Certificate(pem));
  };
  const carried = (path: string): readonly X509Certificate[] => {
    const [webhook] = cluster.objects.get(path)!["webhooks"] as { clientConfig: { caBundle?: string } }[];
    const { caBundle = "" } = webhook!.clientConfig;
    return caBundle === "" ? [] : splitCertificates(atob(caBundle)).map((pem) => new X509Certificate(pem));
  };
  const isIssuedBy = (leaf: Leaf | undefined, ca: X509Certificate | undefined): boolean =>
    leaf !== undefined && ca !== undefined && new X509Certificate(leaf.certPem).verify(ca.publicKey);
  /** Until something that takes a thread's time is so, the clock going on; threads need real time as well. */
  const reaches = async (what: string, isSo: () => boolean, step = 2_000): Promise<void> => {
    for (let i = 0; i < 500 && !isSo(); i += 1) {
      await clock.advance(step, step);
      await sleep(5);
    }
    assert.ok(isSo(), what);
  };

  it("has one CA, whoever comes first, and a leaf for each replica that is stored nowhere", async () => {
    const replicas = [start(), start(), start()];
    await until("all serve", () => replicas.every(({ leaves }) => leaves.length > 0));
    const [ca, ...others] = bundle();
    assert.deepEqual(others, []);
    for (const { leaves, certificates } of replicas) {
      assert.ok(isIssuedBy(leaves.at(-1), ca));
      assert.match(certificates.detail().detail, /^leaf until 2026-06-01T10:00:00.000Z, CA until /);
    }
    assert.equal(new Set(replicas.map(({ leaves }) => leaves.at(-1)?.certPem)).size, 3);
    const stored = cluster.objects.get(SECRET)!;
    assert.deepEqual(Object.keys(stored["data"] as object).toSorted(), ["ca.crt", "ca.key"]);
    assert.deepEqual(stored.metadata.annotations, { kept: "yes" });
  });

  it("makes the Secret where there is none", async () => {
    cluster.remove(SECRET);
    const { leaves } = start();
    await until("it serves", () => leaves.length > 0);
    assert.ok(cluster.objects.has(SECRET));
  });

  it("does not serve with a broken CA, says why, and serves when it is emptied", async () => {
    cluster.put(SECRET, { metadata: { name: "ca" }, data: { "ca.crt": "YWJj", "ca.key": "YWJj" } });
    const replica = start();
    await until("it is refused", () => replica.told.length > 0);
    assert.deepEqual(replica.certificates.detail(), {
      ok: false,
      detail:
        "Cannot use the CA in the Secret: ca.crt: there is no certificate in it; empty its data to have a new CA made",
    });
    cluster.put(SECRET, { metadata: { name: "ca" } });
    await until("it serves", () => replica.leaves.length > 0);
  });

  it("keeps serving what was in force when the CA becomes broken", async () => {
    const replica = start();
    await until("it serves", () => replica.leaves.length > 0);
    cluster.put(SECRET, { metadata: { name: "ca" }, data: { "ca.crt": "YWJj" } });
    await until("it is refused", () => replica.told.length > 0);
    assert.equal(replica.certificates.detail().ok, true);
    assert.equal(replica.leaves.length, 1);
  });

  it("replaces a leaf after half of its life", async () => {
    const { leaves } = start();
    await until("it serves", () => leaves.length > 0);
    await clock.advance(4.9 * HOUR, 60_000);
    assert.equal(leaves.length, 1);
    await clock.advance(0.2 * HOUR, 60_000);
    await until("there is another", () => leaves.length > 1);
    assert.ok(isIssuedBy(leaves[1], bundle()[0]));
  });

  it("rotates in the order that loses no call: trust both, issue, drop", async () => {
    const [leader, other] = [start(), start()];
    await until("both serve", () => [leader, other].every(({ leaves }) => leaves.length > 0));
    lead(leader);
    await reaches("the first CA is carried", () => CONFIGURATIONS.every((path) => carried(path).length === 1));
    const [old] = bundle();
    const secret = cluster.objects.get(SECRET)!;
    cluster.put(SECRET, { ...secret, metadata: { ...secret.metadata, annotations: { "sealgate.dev/rotate": "1" } } });

    await reaches("both CAs are trusted", () => CONFIGURATIONS.every((path) => carried(path).length === 2));
    const began = clock.time;
    assert.ok(
      [leader, other].every(({ leaves }) => isIssuedBy(leaves.at(-1), old)),
      "leaves are still of the old",
    );
    const [made] = bundle();
    await reaches("leaves are of the new", () =>
      [leader, other].every(({ leaves }) => isIssuedBy(leaves.at(-1), made)),
    );
    assert.ok(clock.time - began >= 30_000, "not before API servers had time to learn it");
    assert.ok(CONFIGURATIONS.every((path) => carried(path).length === 2));

    const issued = clock.time;
    await reaches("the old is dropped", () => CONFIGURATIONS.every((path) => carried(path).length === 1), 600_000);
    assert.ok(clock.time - issued >= 19 * HOUR, "not while a leaf of it may live");
    assert.deepEqual(bundle()[0]?.fingerprint256, made?.fingerprint256);
    assert.deepEqual(
      leader.told.filter((line) => !line.includes("Configuration")),
      ["distribute", "issue", "drop"],
    );
    assert.equal(cluster.objects.get(SECRET)?.metadata.annotations?.["sealgate.dev/rotated"], "1");
  });

  it("serves, and rotates in that order, by clocks that are five minutes off, either way", async () => {
    const replicas = [start(OFF_MS), start(-OFF_MS)] as const;
    await until("both serve", () => replicas.every(({ leaves }) => leaves.length > 0));
    lead(replicas[0]);
    await reaches("the first CA is carried", () => CONFIGURATIONS.every((path) => carried(path).length === 1));
    const secret = cluster.objects.get(SECRET)!;
    cluster.put(SECRET, { ...secret, metadata: { ...secret.metadata, annotations: { "sealgate.dev/rotate": "1" } } });
    await reaches("both CAs are trusted", () => CONFIGURATIONS.every((path) => carried(path).length === 2));
    const [made] = bundle();
    const began = clock.time;
    await reaches("leaves are of the new", () => replicas.every(({ leaves }) => isIssuedBy(leaves.at(-1), made)));
    assert.ok(clock.time - began >= 30_000, "not before API servers had time to learn it");
    for (const pem of [...replicas.map(({ leaves }) => leaves.at(-1)?.certPem ?? ""), String(made)]) {
      const { validFrom, validTo } = new X509Certificate(pem);
      for (const at of [clock.time - OFF_MS, clock.time + OFF_MS]) {
        assert.ok(Date.parse(validFrom) <= at && at < Date.parse(validTo));
      }
    }
  });

  it("leaves a configuration deleted that was deleted by hand, tells it once, and goes on with the other", async () => {
    const replica = start();
    await until("it serves", () => replica.leaves.length > 0);
    lead(replica);
    cluster.remove(CONFIGURATIONS[1]!);
    await reaches("the other carries the CA", () => carried(CONFIGURATIONS[0]!).length === 1);
    await clock.advance(60_000, 2_000);
    assert.ok(!cluster.objects.has(CONFIGURATIONS[1]!));
    assert.deepEqual(replica.told, ["MutatingWebhookConfiguration applied", "ValidatingWebhookConfiguration absent"]);
  });

  it("writes nothing while nothing changes", async () => {
    const replica = start();
    await until("it serves", () => replica.leaves.length > 0);
    lead(replica);
    await reaches("the CA is carried", () => CONFIGURATIONS.every((path) => carried(path).length === 1));
    const before = cluster.sent.length;
    await clock.advance(60_000, 2_000);
    assert.deepEqual([...new Set(cluster.sent.slice(before).map(({ method }) => method))], ["GET"]);
  });

  it("tells what it may not do", async () => {
    const replica = start();
    await until("it serves", () => replica.leaves.length > 0);
    cluster.refusals.push(403, 403);
    lead(replica);
    await until("both were refused", () => replica.told.length === 2);
    assert.match(replica.told[0] ?? "", /^caBundle: Cannot read MutatingWebhookConfiguration "sealgate": .*403$/);
  });
});
