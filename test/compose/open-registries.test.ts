// The registry client as flags and configuration make it, and the hosts that are never called.
import assert from "node:assert/strict";
import { apiServers, buildVerifier } from "../../src/compose/open-registries.ts";
import { openTrust } from "../../src/compose/open-trust.ts";
import { UsageError } from "../../src/cli/io.ts";

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

describe("compose/open-registries", () => {
  const before = process.env["KUBERNETES_SERVICE_HOST"];
  afterEach(() => {
    if (before === undefined) delete process.env["KUBERNETES_SERVICE_HOST"];
    else process.env["KUBERNETES_SERVICE_HOST"] = before;
  });

  it("forbids the API server that the cluster tells its pods of", () => {
    process.env["KUBERNETES_SERVICE_HOST"] = "10.96.0.1";
    assert.deepEqual(apiServers({ ...FLAGS, policies: "policies" }), [{ host: "10.96.0.1" }]);
    delete process.env["KUBERNETES_SERVICE_HOST"];
    assert.deepEqual(apiServers({ ...FLAGS, policies: "policies" }), []);
  });

  it("asks for a kubeconfig that can be read", () => {
    assert.throws(() => apiServers({ ...FLAGS, kubeconfig: "/nowhere/kubeconfig" }), UsageError);
  });

  it("opens a client that takes a new configuration and closes", async () => {
    const { verifier, reload, close } = buildVerifier(FLAGS, openTrust(undefined).config);
    assert.ok(verifier);
    reload();
    await close();
  });
});
