/** The configuration of a running program: read at the start, read again when it changes, kept when it breaks. */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePorts, makeTemporaryDir, run, startProcess } from "../support/testbed/process.ts";
import { sealgateProgram, startSealgate, type Sealgate } from "../support/testbed/sealgate.ts";

const PUBLIC_GOOD = "test/vectors/real/root-signing/targets/trusted_root.json";

describe("the configuration file of the built program", () => {
  const dir = makeTemporaryDir("configuration");
  const config = join(dir, "config.yaml");
  const root = join(dir, "acme.json");
  const policies = join(dir, "policies");
  let sealgate: Sealgate;

  before(async () => {
    mkdirSync(policies);
    copyFileSync(PUBLIC_GOOD, root);
    writeFileSync(config, "builtInTrustRoots: [github]\ntrustRoots: {acme: {file: acme.json}}\n");
    sealgate = await startSealgate({ source: { policies }, plainHttp: [], config });
  });
  after(async () => sealgate.stop());

  /** Waits until the readiness page shows it; the suite's own limit ends a wait in vain. */
  async function shows(line: RegExp): Promise<void> {
    for (;;) {
      const page = await (await fetch(`${sealgate.operationsUrl}/readyz?verbose`)).text();
      if (line.test(page)) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  it("is served from, once the port is open", async () => {
    await shows(/^\[\+\] serving: accepting reviews$/mu);
  });

  it("names the trust roots in force", async () => {
    await shows(/^\[\+\] trust-roots: github, acme$/mu);
    await shows(/^\[\+\] configuration: \S+config\.yaml$/mu);
  });

  it("is taken when it changes", async () => {
    writeFileSync(config, "trustRoots: {acme: {file: acme.json}, other: {file: acme.json}}\n");
    await shows(/^\[\+\] trust-roots: sigstore-public-good, github, acme, other$/mu);
  });

  it("tells what happens to images of no policy, as soon as that changes", async () => {
    await shows(/^\[\+\] images: images that no cluster policy is about: Allow; excluded namespaces: none$/mu);
    const acme = "trustRoots: {acme: {file: acme.json}, other: {file: acme.json}}";
    writeFileSync(config, `${acme}\nunmatchedImages: Deny\nexcludeNamespaces: [dev]\n`);
    await shows(/^\[\+\] images: images that no cluster policy is about: Deny; excluded namespaces: dev$/mu);
  });

  it("keeps the last good when it breaks, and says what is wrong", async () => {
    writeFileSync(config, "trustRoot: {}\n");
    await shows(/^\[\+\] configuration: kept as it last was: \S+config\.yaml:1: trustRoot: is unknown/mu);
    await shows(/^\[\+\] trust-roots: sigstore-public-good, github, acme, other$/mu);
    writeFileSync(config, "trustRoots: {acme: {file: acme.json}}\n");
    await shows(/^\[\+\] trust-roots: sigstore-public-good, github, acme$/mu);
  });

  it("keeps the last good of a trust root's file that breaks", async () => {
    writeFileSync(root, "{");
    await shows(/^\[\+\] trust-roots: sigstore-public-good, github, acme; kept as it last was: \S+acme\.json: /mu);
    copyFileSync(PUBLIC_GOOD, root);
    await shows(/^\[\+\] trust-roots: sigstore-public-good, github, acme$/mu);
  });

  it("has nobody ready before there is a certificate to open the port with", async () => {
    const kubeconfig = join(dir, "kubeconfig.json");
    const named = { name: "nobody", cluster: { server: "https://127.0.0.1:9" }, user: { token: "none" } };
    const context = { cluster: "nobody", user: "nobody" };
    const lists = { clusters: [named], users: [named], contexts: [{ name: "nobody", context }] };
    writeFileSync(
      kubeconfig,
      JSON.stringify({ apiVersion: "v1", kind: "Config", "current-context": "nobody", ...lists }),
    );
    const names = { namespace: "sealgate", secret: "ca", service: "sealgate", lease: "sealgate" };
    const selfManaged = { ...names, configurations: { validating: ["sealgate"] } };
    const managed = join(dir, "managed.json");
    writeFileSync(managed, JSON.stringify({ tls: { selfManaged } }));
    const [port, operationsPort] = await freePorts(2);
    const url = `http://127.0.0.1:${operationsPort}/readyz`;
    const { stop } = await startProcess({
      name: "unready",
      command: process.execPath,
      args: [
        sealgateProgram,
        "serve",
        `--kubeconfig=${kubeconfig}`,
        `--config=${managed}`,
        `--listen-webhook=127.0.0.1:${port}`,
        `--listen-operations=127.0.0.1:${operationsPort}`,
        "--drain-seconds=0",
      ],
      dir,
      ready: { url, isReady: (status) => status === 503 },
      ceilingMs: 30_000,
    });
    try {
      assert.match(await (await fetch(`${url}?verbose`)).text(), /^\[-\] serving: not open yet$/mu);
    } finally {
      await stop();
    }
  });

  it("ends the program at start when it is broken, with every fault's line", async () => {
    writeFileSync(join(dir, "broken.yaml"), "a: 1\nb: 2\n");
    const broken = join(dir, "broken.yaml");
    const { code, stderr } = await run(process.execPath, [
      sealgateProgram,
      "serve",
      `--policies=${policies}`,
      `--config=${broken}`,
    ]);
    assert.equal(code, 2);
    assert.match(stderr, /^error: \S+broken\.yaml:1: a: is unknown.*\n\S+broken\.yaml:2: b: is unknown/u);
  });

  it("is printed in full by --print-config", async () => {
    const { code, stdout } = await run(process.execPath, [sealgateProgram, "serve", "--print-config"]);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^trustRoots: \{\}\nbuiltInTrustRoots:\n {2}- sigstore-public-good\n {2}- github\nunmatchedImages: Allow\nexcludeNamespaces: \[\]\npodControllers: true\nsecretNamespaces: \[\]\nlimits:\n/,
    );
    assert.match(
      stdout,
      /^registries: \[\]\nproxy:\n {2}from: Environment\ndeadline:\n {2}max: 10s\n {2}reserve: 500ms\n$/m,
    );
  });
});
