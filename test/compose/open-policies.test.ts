// Where serve has its policies from: a directory is read at once; a cluster is not ready before it was listed.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../src/cli/io.ts";
import { openPolicies, readPoliciesOnce } from "../../src/compose/open-policies.ts";
import { openTrust } from "../../src/compose/open-trust.ts";
import type { ObservedPolicy } from "../../src/telemetry/metrics.ts";
import { inlineOf } from "../policy/trust-roots.ts";
import { entriesOf } from "../../src/policy/compile.ts";

const FLAGS = {
  printConfig: false,
  listenWebhook: { host: "127.0.0.1", port: 0 },
  listenOperations: { host: "127.0.0.1", port: 0 },
  plainHttp: [],
  allowPrivate: [],
  staleSeconds: 900,
  drainSeconds: 0,
  logLevel: "info",
} as const;

describe("compose/open-policies", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sealgate-open-policies-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const stale: string[] = [];
  let observed: readonly ObservedPolicy[] = [];
  const telemetry = {
    logger: { info: (): void => undefined, warn: (): void => undefined },
    metrics: {
      observeStale: (name: string): number => stale.push(name),
      observeKeyAge: (): void => undefined,
      observePolicies: (policies: readonly ObservedPolicy[]): void => void (observed = policies),
    },
  };

  it("reads a directory", () => {
    cpSync("examples/cluster-policy.yaml", join(folder, "policy.yaml"));
    const source = openPolicies({ ...FLAGS, policies: folder }, openTrust(undefined), telemetry);
    source.close();
    assert.equal(source.policies.snapshot()?.policies.length, 1);
    assert.deepEqual(observed, [{ kind: "ClusterImageVerifyPolicy", name: "acme-release", isReady: true }]);
    assert.deepEqual(source.leaderWorks, []);
    assert.deepEqual(
      source.readiness().map(({ name, ok }) => ({ name, ok })),
      [
        { name: "policies", ok: true },
        { name: "kms-keys", ok: true },
      ],
    );
  });

  it("gives policies of files the keys of Secrets beside them, in the namespace that is Sealgate's", () => {
    cpSync("examples/keys", folder, { recursive: true });
    const causes = (namespace?: string): readonly unknown[] => {
      const flags = { ...FLAGS, policies: folder, ...(namespace === undefined ? {} : { namespace }) };
      const source = openPolicies(flags, openTrust(undefined), telemetry);
      source.close();
      const rules = source.policies.snapshot()?.policies.flatMap((policy) => policy.rules) ?? [];
      assert.ok(rules.length > 0 && rules.every(({ errors }) => errors.length === 0));
      return rules.flatMap(entriesOf).flatMap(({ requirement }) => ("cause" in requirement ? requirement.cause : []));
    };
    assert.deepEqual(causes(), []);
    assert.ok(causes("elsewhere").includes("KeyUnavailable"));
  });

  it("gives trust roots of files the texts beside them, in the namespace that is Sealgate's", () => {
    const root = { apiVersion: "sealgate.dev/v1alpha1", kind: "TrustRoot", metadata: { name: "acme" } };
    const metadata = { name: "roots", namespace: "sealgate" };
    for (const object of [
      { ...root, spec: { configMap: { name: "roots", key: "acme.json" } } },
      { apiVersion: "v1", kind: "ConfigMap", metadata, data: { "acme.json": inlineOf() } },
    ]) {
      writeFileSync(join(folder, `${object.kind}.json`), JSON.stringify(object));
    }
    const errors = (namespace?: string): readonly unknown[] => {
      const flags = { ...FLAGS, policies: folder, ...(namespace === undefined ? {} : { namespace }) };
      const source = openPolicies(flags, openTrust(undefined), telemetry);
      source.close();
      return source.policies.snapshot()?.trustRoots.flatMap((each) => each.errors.map(({ message }) => message)) ?? [];
    };
    assert.deepEqual(errors(), []);
    assert.deepEqual(errors("elsewhere"), [
      'member "acme.json" of ConfigMap "elsewhere/roots": the ConfigMap does not exist',
    ]);
  });

  it("fetches the keys of a command's policies once, and asks for none where none is named", async () => {
    const trust = openTrust(undefined);
    const none = await readPoliciesOnce(["examples/keys"], trust, {}, () => assert.fail("asked"));
    assert.equal(none.policies.length, 1);
    const policy = readFileSync("examples/keys/policy.yaml", "utf8");
    writeFileSync(join(folder, "kms.yaml"), policy.replace("secret: {name: release}", "kms: hashivault://release"));
    const asked: (readonly string[])[] = [];
    const { policies } = await readPoliciesOnce([folder], trust, {}, async (uris) => {
      asked.push(uris);
      return await Promise.resolve(() => ({ kind: "none", reason: "it is sealed" }));
    });
    assert.deepEqual(asked, [["hashivault://release"]]);
    const entries = policies.flatMap(({ rules }) => rules.flatMap(entriesOf));
    const reasons = entries.map(({ requirement }) => ("reason" in requirement ? requirement.reason : ""));
    assert.deepEqual(reasons, ["it is sealed", "the Secret does not exist"]);
  });

  it("names a directory that is not there", () => {
    const flags = { ...FLAGS, policies: join(folder, "absent") };
    assert.throws(() => openPolicies(flags, openTrust(undefined), telemetry), UsageError);
  });

  it("follows a cluster, and has nothing before its answer", () => {
    const kubeconfig = join(folder, "kubeconfig");
    const cluster = { name: "c", cluster: { server: "https://127.0.0.1:1" } };
    const context = { name: "x", context: { cluster: "c", user: "u" } };
    const users = [{ name: "u", user: { token: "none" } }];
    writeFileSync(
      kubeconfig,
      JSON.stringify({ "current-context": "x", clusters: [cluster], contexts: [context], users }),
    );
    const source = openPolicies({ ...FLAGS, kubeconfig }, openTrust(undefined), telemetry);
    const checks = source.readiness();
    source.close();
    assert.equal(source.namespace, "sealgate");
    assert.equal(source.policies.snapshot(), undefined);
    assert.equal(source.leaderWorks.length, 1);
    assert.ok(checks.length > 0);
    assert.ok(checks.every(({ ok }) => !ok));
    assert.deepEqual(
      checks.map(({ name }) => name),
      [...stale, "key-secrets", "trust-root-texts", "kms-keys"],
    );
  });
});
