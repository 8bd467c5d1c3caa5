// What the webhook serves with, by flags and configuration: which wins, what changes it, what each name is for.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../src/cli/io.ts";
import type { SelfManaged, TlsConfig } from "../../src/config/tls.ts";
import {
  servingCertificates,
  systemClock,
  type ServingCertificates,
  type ServingOptions,
} from "../../src/compose/serve-certificates.ts";
import { makeServingCertificate } from "../../src/kubernetes/serving-certificate.ts";
import type { TlsMaterial } from "../../src/webhook/server.ts";
import { FakeCluster } from "../kubernetes/fake-cluster.ts";
import { ManualClock, until } from "../kubernetes/manual-clock.ts";

const HOUR = 3_600_000;
const MANAGED: SelfManaged = {
  namespace: "ns",
  secret: "ca",
  service: "sealgate",
  configurations: { validating: ["sealgate"], mutating: ["sealgate"] },
  lease: "election",
  authorityLifetimeMs: 1000 * HOUR,
  renewBeforeMs: 100 * HOUR,
  leafLifetimeMs: 10 * HOUR,
  distributionWaitMs: 1000,
  overlapWaitMs: 10 * HOUR,
};
const managed = (more: Partial<SelfManaged> = {}): TlsConfig => ({ kind: "self-managed", ...MANAGED, ...more });

describe("servingCertificates()", () => {
  let folder: string;
  let cluster: FakeCluster;
  let clock: ManualClock;
  let told: Map<string, unknown>;
  let opened: ServingCertificates[];
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "sealgate-serving-"));
  });
  beforeEach(() => {
    cluster = new FakeCluster();
    clock = new ManualClock(Date.UTC(2026, 5, 1));
    told = new Map();
    opened = [];
  });
  afterEach(() => Promise.all(opened.map((each) => each.close())));
  after(() => rmSync(folder, { recursive: true, force: true }));

  function options(): ServingOptions {
    const log = (fields: object, message: string): void => void told.set(message, fields);
    return {
      logger: { debug: log, info: log, warn: log, error: log },
      metrics: {
        observeLeader: (isLeader) => void told.set("leader", isLeader),
        observeLeaf: (notAfter) => void told.set("leaf", notAfter),
        observeConfiguration: ({ kind }, isPresent) => void told.set(kind, isPresent),
      },
      clock,
      announce: (text) => void told.set("announced", text),
      identity: "me",
      api: () => cluster,
      ending: new Promise(() => undefined),
      leaderWorks: [async () => void told.set("worked", true)],
    };
  }
  async function open(flags: { tlsCert?: string; tlsKey?: string }, tls?: TlsConfig): Promise<ServingCertificates> {
    const serving = await servingCertificates(flags, tls, options());
    opened.push(serving);
    return serving;
  }
  async function write(name: string): Promise<{ tlsCert: string; tlsKey: string; cert: string }> {
    const made = await makeServingCertificate([name], clock.time);
    const [tlsCert, tlsKey] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
    writeFileSync(tlsCert, made.certPem);
    writeFileSync(tlsKey, made.keyPem);
    return { tlsCert, tlsKey, cert: made.certPem };
  }

  it("takes the files of the flags before those of the configuration", async () => {
    const [flag, file] = [await write("flag"), await write("file")];
    const configured: TlsConfig = { kind: "files", cert: file.tlsCert, key: file.tlsKey };
    assert.equal((await (await open(flag, configured)).first).cert, flag.cert);
    assert.equal((await (await open({}, configured)).first).cert, file.cert);
  });

  it("hands on files that change", async () => {
    const flags = await write("changing");
    const serving = await open(flags);
    const changed = new Promise<TlsMaterial>((resolve) =>
      serving.onMaterial((material) => {
        resolve(material);
        return true;
      }),
    );
    const again = await write("changing");
    assert.equal((await changed).cert, again.cert);
    assert.equal(told.get("leaf"), Date.parse(new X509Certificate(again.cert).validTo));
    assert.match(serving.readiness()[0]?.detail ?? "", /changing\.crt: read again$/);
  });

  it("tells the end of files that it serves with", async () => {
    const flags = await write("ending");
    await (
      await open(flags)
    ).first;
    assert.equal(told.get("leaf"), Date.parse(new X509Certificate(flags.cert).validTo));
  });

  it("hands on what came between the first and who takes the others", async () => {
    const flags = await write("between");
    const serving = await open(flags);
    await serving.first;
    const again = await write("between");
    const isRead = (): boolean => (serving.readiness()[0]?.detail ?? "").endsWith("read again");
    for (let i = 0; i < 500 && !isRead(); i += 1) await new Promise((resolve) => setTimeout(resolve, 10));
    const taken: string[] = [];
    serving.onMaterial(({ cert }) => taken.push(cert) > 0);
    assert.deepEqual(taken, [again.cert]);
  });

  it("refuses a certificate without its key, and files that are not there", async () => {
    await assert.rejects(open({ tlsCert: "a" }), UsageError);
    const missing = await open({ tlsCert: join(folder, "none"), tlsKey: join(folder, "none") });
    await assert.rejects(missing.first, UsageError);
  });

  it("makes one for loopback where nothing is said", async () => {
    const { cert } = await (await open({})).first;
    assert.equal(new X509Certificate(cert).checkHost("localhost"), "localhost");
    assert.match(String(told.get("announced")), /^No --tls-cert: .*\n-----BEGIN CERTIFICATE-----/);
  });

  it("makes a leaf for the Service by a CA in the Secret, and leads by the Lease", async () => {
    for (const kind of ["mutating", "validating"]) {
      const path = `/apis/admissionregistration.k8s.io/v1/${kind}webhookconfigurations/sealgate`;
      cluster.put(path, { metadata: { name: "sealgate" }, webhooks: [{ name: "a.b.c", clientConfig: {} }] });
    }
    const serving = await open({}, managed());
    const leaf = new X509Certificate((await serving.first).cert);
    for (const name of ["sealgate", "sealgate.ns", "sealgate.ns.svc", "sealgate.ns.svc.cluster.local"]) {
      assert.equal(leaf.checkHost(name), name);
    }
    assert.equal(told.get("leaf"), Date.parse(leaf.validTo));
    for (let i = 0; i < 100 && told.get("ValidatingWebhookConfiguration") === undefined; i += 1) {
      await clock.advance(2000, 2000);
    }
    assert.equal(told.get("ValidatingWebhookConfiguration"), true);
    assert.equal(told.get("leader"), true);
    assert.equal(told.get("worked"), true);
    assert.deepEqual(
      serving.readiness().map(({ name, ok }) => [name, ok]),
      [
        ["certificate", true],
        ["leader", true],
      ],
    );
    assert.equal(serving.readiness()[1]?.detail, '"me" leads');
  });

  it("tells of configurations that are not there: log, metric, event, and an annotation of the Lease", async () => {
    const LEASE = "/apis/coordination.k8s.io/v1/namespaces/ns/leases/election";
    const noted = (): string | undefined =>
      cluster.objects.get(LEASE)?.metadata.annotations?.["sealgate.dev/absent-webhook-configurations"];
    const serving = await open({}, managed());
    await serving.first;
    for (let i = 0; i < 100 && told.get("ValidatingWebhookConfiguration") === undefined; i += 1) {
      await clock.advance(2000, 2000);
    }
    assert.equal(told.get("ValidatingWebhookConfiguration"), false);
    assert.ok(told.has("webhook configuration is not there"));
    await until("events", () => cluster.sent.filter(({ path }) => path.endsWith("/namespaces/ns/events")).length === 2);
    for (let i = 0; i < 10 && noted() === undefined; i += 1) await clock.advance(2000, 2000);
    assert.equal(noted(), "MutatingWebhookConfiguration/sealgate,ValidatingWebhookConfiguration/sealgate");
    for (const kind of ["mutating", "validating"]) {
      const path = `/apis/admissionregistration.k8s.io/v1/${kind}webhookconfigurations/sealgate`;
      cluster.put(path, { metadata: { name: "sealgate" }, webhooks: [{ name: "a.b.c", clientConfig: {} }] });
    }
    for (let i = 0; i < 10 && noted() !== undefined; i += 1) await clock.advance(2000, 2000);
    assert.equal(noted(), undefined);
  });

  it("ends a wait at its time, or when it is told", async () => {
    const stop = new AbortController();
    await systemClock.delay(1, stop.signal);
    const waiting = systemClock.delay(1e9, stop.signal);
    stop.abort();
    await waiting;
    await systemClock.delay(1e9, stop.signal);
  });

  const places: Readonly<Record<string, readonly [Partial<SelfManaged>, string]>> = {
    namespace: [{ namespace: "other" }, "/api/v1/namespaces/other/secrets/ca"],
    secret: [{ secret: "other" }, "/api/v1/namespaces/ns/secrets/other"],
    lease: [{ lease: "other" }, "/apis/coordination.k8s.io/v1/namespaces/ns/leases/other"],
    "configurations.mutating": [
      { configurations: { validating: [], mutating: ["other"] } },
      "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/other",
    ],
    "configurations.validating": [
      { configurations: { validating: ["a", "other"], mutating: [] } },
      "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/other",
    ],
  };
  for (const [key, [more, path]] of Object.entries(places)) {
    it(`tls.selfManaged.${key} is live`, async () => {
      const serving = await open({}, managed(more));
      await serving.first;
      const isAsked = (): boolean => cluster.objects.has(path) || cluster.sent.some((each) => each.path === path);
      for (let i = 0; i < 100 && !isAsked(); i += 1) await clock.advance(2000, 2000);
      assert.ok(isAsked(), path);
    });
  }

  it("tls.selfManaged.service is live", async () => {
    const { cert } = await (await open({}, managed({ service: "other" }))).first;
    assert.equal(new X509Certificate(cert).checkHost("other.ns.svc"), "other.ns.svc");
  });
});
