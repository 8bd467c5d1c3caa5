/**
 * Registries as they are met: behind a private CA, behind a reverse proxy, redirecting, throttling, mirrored, beyond a CONNECT
 * proxy. What cosign 2 and 3 signed is verified through each, by the built program and its configuration alone.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startConnectProxy } from "../support/registry/connect-proxy.ts";
import { makeSigningTools, type SigningTools } from "../support/testbed/cosign.ts";
import { pushImage } from "../support/testbed/images.ts";
import { type Nginx, startNginx } from "../support/testbed/nginx.ts";
import { makeTemporaryDir, run, type RunResult } from "../support/testbed/process.ts";
import { programsOrSkip } from "../support/testbed/programs.ts";
import { type Registry, startDistribution } from "../support/testbed/registries.ts";
import { sealgateProgram } from "../support/testbed/sealgate.ts";

interface Signed {
  readonly version: "v2" | "v3";
  /** "repository@digest" */
  readonly name: string;
  readonly publicKey: string;
}

describe("registry: real parts", () => {
  const dir = makeTemporaryDir("registry-e2e");
  let registry: Registry;
  let nginx: Nginx;
  let tools: SigningTools;
  const signed: Signed[] = [];
  let unsigned: string;

  before(async function () {
    const programs = programsOrSkip(this);
    registry = await startDistribution({ programs, withTls: true });
    tools = makeSigningTools(programs, registry);
    nginx = await startNginx(programs, registry);
    for (const cosign of [tools.v2, tools.v3]) {
      const repository = `acme/${cosign.version}`;
      const { reference, digest } = await pushImage({ registry, repository, seed: cosign.version });
      const key = await cosign.generateKeyPair("registry");
      await cosign.sign(reference, key);
      signed.push({ version: cosign.version, name: `${repository}@${digest}`, publicKey: key.publicKey });
    }
    const { digest } = await pushImage({ registry, repository: "acme/unsigned", seed: "unsigned" });
    unsigned = `acme/unsigned@${digest}`;
  });
  after(async () => {
    await nginx?.stop();
    await registry?.stop();
  });

  async function verify(image: string, publicKey: string, config: object): Promise<RunResult> {
    const file = join(dir, "config.yaml");
    writeFileSync(file, JSON.stringify(config));
    const args = ["verify", image, "--key", publicKey, "--insecure-ignore-tlog", `--config=${file}`];
    return run(process.execPath, [sealgateProgram, ...args]);
  }

  /** What `sealgate apply` says of a pod with `image`, by a policy of one rule. */
  async function apply(image: string, rule: object, config: object): Promise<string> {
    const policy = {
      apiVersion: "sealgate.dev/v1alpha1",
      kind: "ClusterImageVerifyPolicy",
      metadata: { name: "policy" },
      spec: { verifyImages: [rule] },
    };
    const spec = { containers: [{ name: "web", image }] };
    const files = { policy, pod: { apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, spec }, config };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, `${name}.yaml`), JSON.stringify(text));
    const [p, r, c] = Object.keys(files).map((name) => join(dir, `${name}.yaml`));
    const args = ["apply", "-p", p ?? "", "-r", r ?? "", "--config", c ?? ""];
    const { stdout, stderr } = await run(process.execPath, [sealgateProgram, ...args]);
    return stdout + stderr;
  }

  /** What both cosigns signed passes there, and what nobody signed does not. */
  async function verifiesAt(host: string, config: object): Promise<void> {
    for (const { name, publicKey, version } of signed) {
      const { code, stdout, stderr } = await verify(`${host}/${name}`, publicKey, config);
      assert.equal(code, 0, `${version}: ${stdout}${stderr}`);
    }
    const { code } = await verify(`${host}/${unsigned}`, signed[0]?.publicKey ?? "", config);
    assert.equal(code, 1);
  }

  const own = (): object => ({ host: registry.host, caFile: registry.caFile, allowPrivate: true });
  const face = (host: string): object => ({ host, caFile: nginx.caFile, allowPrivate: true });

  it("TLS by a private CA", async () => {
    await verifiesAt(registry.host, { registries: [own()] });
  });

  it("evidence of more than a megabyte, by the thread for it", async () => {
    const { reference } = await pushImage({ registry, repository: "acme/scanned", seed: "scanned" });
    const [key, other] = [await tools.v3.generateKeyPair("scanner"), await tools.v3.generateKeyPair("stranger")];
    const findings = Array.from({ length: 20_000 }, (_, i) => ({ id: `CVE-${i}`, severity: "LOW", fixed: false }));
    await tools.v3.attest(reference, key, { type: "https://acme.example/scan/v1", predicate: { findings } });
    const verdict = async (publicKeys: string, severity: string): Promise<string> => {
      const attestation = {
        name: "scan",
        predicateTypes: ["https://acme.example/scan/v1"],
        attestors: [{ entries: [{ name: "scanner", keys: { publicKeys }, insecureIgnoreTlog: true }] }],
        conditions: [{ expression: `predicate.findings[19999].severity == '${severity}'` }],
      };
      const rule = { name: "scanned", imageReferences: ["*"], attestations: [attestation] };
      return await apply(reference, rule, { registries: [own()] });
    };
    assert.match(await verdict(key.publicPem, "LOW"), /\bPass\b/);
    assert.match(await verdict(key.publicPem, "HIGH"), /ConditionNotMet/);
    assert.match(await verdict(other.publicPem, "LOW"), /SignatureInvalid/);
  });

  it("TLS by a CA that nobody named: unreachable", async () => {
    const [{ name, publicKey } = assert.fail("nothing is signed")] = signed;
    const config = { registries: [{ host: registry.host, allowPrivate: true }] };
    const { code, stdout, stderr } = await verify(`${registry.host}/${name}`, publicKey, config);
    assert.equal(code, 2);
    assert.match(stdout + stderr, /RegistryUnreachable/);
  });

  it("a registry on this machine that nobody allowed: not called", async () => {
    const [{ name, publicKey } = assert.fail("nothing is signed")] = signed;
    const config = { registries: [{ host: registry.host, caFile: registry.caFile }] };
    const { code, stdout, stderr } = await verify(`${registry.host}/${name}`, publicKey, config);
    assert.equal(code, 1);
    assert.match(stdout + stderr, /AddressBlocked/);
  });

  it("behind nginx as a reverse proxy", async () => {
    await verifiesAt(nginx.reverseProxy, { registries: [face(nginx.reverseProxy)] });
  });

  it("blobs by redirect to another host", async () => {
    await verifiesAt(nginx.redirector, { registries: [face(nginx.redirector), own()] });
    assert.match(nginx.log(), /^GET \/v2\/acme\/v2\/blobs\/\S+ 307$/m);
  });

  it("blobs by redirect to a host that nobody listed: refused, and not named", async () => {
    const [{ name, publicKey } = assert.fail("nothing is signed")] = signed;
    const config = { registries: [face(nginx.redirector)] };
    const { code, stdout, stderr } = await verify(`${nginx.redirector}/${name}`, publicKey, config);
    assert.equal(code, 1);
    assert.match(stdout + stderr, /PortBlocked/);
    assert.ok(!(stdout + stderr).includes(registry.host));
  });

  it("429: could not determine, and when to try again is not waited for", async () => {
    const [{ name, publicKey } = assert.fail("nothing is signed")] = signed;
    const config = { registries: [face(nginx.throttling)] };
    const { code, stdout, stderr } = await verify(`${nginx.throttling}/${name}`, publicKey, config);
    assert.equal(code, 2);
    assert.match(stdout + stderr, /RegistryThrottled/);
  });

  it("through a CONNECT proxy, which alone knows where it is", async () => {
    const host = "registry.test:5000";
    const port = Number(nginx.reverseProxy.split(":")[1]);
    const proxy = await startConnectProxy({ places: { [host]: port }, credential: "sealgate:pl4nted" });
    try {
      const url = proxy.url.replace("//", "//sealgate:pl4nted@");
      await verifiesAt(host, { registries: [{ host, caFile: nginx.caFile }], proxy: { url, noProxy: ["10.0.0.0/8"] } });
      assert.ok(proxy.asked.length > 0 && proxy.asked.every((authority) => authority === host));
    } finally {
      await proxy.stop();
    }
  });

  it("from a mirror: the origin does not exist", async () => {
    const mirrored = { prefix: "origin.example/team", mirrors: [{ location: `${registry.host}/acme` }] };
    for (const { name, publicKey, version } of signed) {
      const image = `origin.example/team/${name.slice("acme/".length)}`;
      const { code, stdout, stderr } = await verify(image, publicKey, { registries: [own(), mirrored] });
      assert.equal(code, 0, `${version}: ${stdout}${stderr}`);
    }
  });
});
