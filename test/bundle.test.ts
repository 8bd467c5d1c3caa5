// The built program: what it loads, by the engine's own list. The SDKs of clouds are not among it until a key or a registry of
// theirs is asked for.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { assumedRole, awsError, irsa } from "./support/cloud/fake-aws.ts";
import { startFakeCloud, type FakeCloud } from "./support/cloud/fake-cloud.ts";
import { externalAccount } from "./support/cloud/fake-google.ts";
import { makeKeyPair } from "./support/signer.ts";
import { clusterPolicy } from "./support/testbed/objects.ts";
import { makeTemporaryDir, run } from "./support/testbed/process.ts";
import { sealgateProgram, startSealgate } from "./support/testbed/sealgate.ts";

const VENDORS = /\/node_modules\/(@aws-sdk|@smithy|google-auth-library|gaxios|gcp-metadata)\//u;

/** Packages of vendors in a file of the program, by its source map. */
function vendorsIn(file: string): readonly string[] {
  const { sources } = JSON.parse(readFileSync(`${file}.map`, "utf8")) as { sources: readonly string[] };
  return [...new Set(sources.flatMap((source) => VENDORS.exec(`/${source}`)?.[1] ?? []))].toSorted((a, b) =>
    a.localeCompare(b),
  );
}

/** Files of the program that a process loaded, as V8 wrote them down at its end. */
function loadedBy(folder: string): readonly string[] {
  const urls = readdirSync(folder).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(join(folder, name), "utf8")) as { result: readonly { url: string }[] };
    return result.map(({ url }) => url);
  });
  const bin = `file://${dirname(sealgateProgram)}/`;
  return [...new Set(urls.filter((url) => url.startsWith(bin)).map((url) => url.slice("file://".length)))];
}

describe("the built program", function () {
  // Each test starts it, and has the engine write down what it ran.
  this.timeout(60_000);
  const folder = makeTemporaryDir("bundle");
  const image = `127.0.0.1:9/acme/web@sha256:${"1".repeat(64)}`;
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "web", namespace: "prod" }, spec: {} };
  let cloud: FakeCloud;
  before("a cloud, a policy and a pod", async () => {
    cloud = await startFakeCloud();
    const write = (name: string, object: object): void => writeFileSync(join(folder, name), JSON.stringify(object));
    write("pod.json", { ...pod, spec: { containers: [{ name: "web", image }] } });
    const publicKey = makeKeyPair().publicKeyPem;
    write("policy.json", clusterPolicy({ name: "signed", imageReferences: ["*"], publicKey }, {}));
  });

  after(async () => cloud.stop());

  async function ran(
    args: readonly string[],
    more: Readonly<Record<string, string | undefined>> = {},
  ): Promise<{ readonly loaded: readonly string[]; readonly said: string }> {
    const coverage = makeTemporaryDir("loaded");
    const set = Object.entries(more).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
    const env = { NODE_V8_COVERAGE: coverage, HOME: folder, ...(Object.fromEntries(set) as Record<string, string>) };
    const { stdout, stderr } = await run(process.execPath, [sealgateProgram, ...args], { env });
    return { loaded: loadedBy(coverage), said: stdout + stderr };
  }

  it("is whole: every part that a file names lies beside it", () => {
    const bin = dirname(sealgateProgram);
    const files = readdirSync(bin).filter((name) => name.endsWith(".mjs"));
    assert.ok(files.length > 1);
    for (const file of files) {
      const named = [...readFileSync(join(bin, file), "utf8").matchAll(/"\.\/(part-[A-Z0-9]{8}\.mjs)"/gu)];
      for (const [, part = ""] of named) assert.ok(existsSync(join(bin, part)), part);
    }
  });

  it("loads no SDK of a cloud for a command whose policies name none", async () => {
    const { loaded } = await ran(["apply", "-p", join(folder, "policy.json"), "-r", join(folder, "pod.json")]);
    assert.ok(loaded.includes(sealgateProgram));
    assert.deepEqual(loaded.flatMap(vendorsIn), []);
  });

  it("loads AWS's for a key that lies there, which is asked for, and nobody else's", async () => {
    cloud.on("*", ({ path }) => (path.includes("/sts") ? assumedRole() : awsError("NotFoundException")));
    const settings = { AWS_ENDPOINT_URL_KMS: cloud.url, AWS_ENDPOINT_URL_STS: `${cloud.url}/sts` };
    const { loaded, said } = await ran(["verify", image, "--key", "awskms:///alias/release"], {
      ...irsa(folder),
      ...settings,
    });
    assert.match(said, /Cannot use --key awskms:\/\/\/alias\/release: AWS answered 400 \(NotFoundException\)/u);
    assert.deepEqual([...new Set(loaded.flatMap(vendorsIn))], ["@aws-sdk", "@smithy"]);
  });

  it("loads Google's for a credential file of theirs, which is exchanged", async () => {
    cloud.on("*", () => ({ status: 400, json: { error: "invalid_grant" } }));
    const key = "gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/k/versions/1";
    const file = externalAccount(folder, cloud.url);
    const { loaded, said } = await ran(["verify", image, "--key", key], { GOOGLE_APPLICATION_CREDENTIALS: file });
    assert.match(said, /: no token of Google: it answered 400/u);
    assert.ok(loaded.flatMap(vendorsIn).includes("google-auth-library"));
    assert.ok(!loaded.flatMap(vendorsIn).includes("@aws-sdk"));
  });

  it("loads none to serve policies that name none, though it has identities and registries of clouds", async () => {
    const coverage = makeTemporaryDir("loaded");
    const policies = makeTemporaryDir("policies");
    writeFileSync(join(policies, "key.yaml"), readFileSync(join(folder, "policy.json")));
    const set = { ...irsa(folder), GOOGLE_APPLICATION_CREDENTIALS: externalAccount(folder, cloud.url) };
    const identities = Object.entries(set).filter(([, value]) => value !== undefined);
    const env = { ...(Object.fromEntries(identities) as Record<string, string>), NODE_V8_COVERAGE: coverage };
    const config = join(folder, "sealgate.yaml");
    const providers = { "eu-docker.pkg.dev": "gar", "public.ecr.aws": "ecr", "acme.azurecr.io": "acr" };
    const registries = Object.entries(providers).map(([host, provider]) => ({ host, credentials: { provider } }));
    writeFileSync(config, JSON.stringify({ registries }));
    const serving = await startSealgate({ source: { policies }, plainHttp: [], config, env });
    await serving.stop();
    const loaded = loadedBy(coverage);
    assert.ok(loaded.includes(sealgateProgram));
    assert.deepEqual(loaded.flatMap(vendorsIn), []);
  });
});
