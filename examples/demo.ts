/**
 * `npm run demo`: the main job on an embedded registry and signer. Three images, two policies, the real program over
 * TLS, real AdmissionReviews, and what a kubectl user would see. Everything is on loopback and is gone afterwards.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { request } from "node:https";
import "reflect-metadata";
import { makeServingCertificate } from "../src/kubernetes/serving-certificate.ts";
import { startRegistry, type EmbeddedRegistry } from "../test/support/registry/registry.ts";
import { makeKeyPair, signBundle, signLegacy, type KeyPair } from "../test/support/signer.ts";

const PROGRAM = "dist/bin/sealgate.mjs";
const bold = (text: string): string => (process.stdout.isTTY ? `\u001b[1m${text}\u001b[0m` : text);
const started = Date.now();

interface Shown {
  readonly title: string;
  readonly image: string;
}

async function main(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "sealgate-demo-"));
  const registry = await startRegistry();
  let program: ChildProcess | undefined;
  try {
    say("1. A registry on loopback, a key pair, and four images");
    const key = makeKeyPair();
    const images = await makeImages(registry, key);
    say("2. Two policies, as files");
    writePolicies(folder, registry.host, key);
    say("3. The admission webhook, over TLS");
    const tls = await makeServingCertificate(["localhost", "127.0.0.1"], Date.now());
    const ports = { webhook: await freePort(), operations: await freePort() };
    program = serve(folder, tls, ports, registry.host);
    await ready(ports.operations, program);
    console.log(`   listening on https://127.0.0.1:${ports.webhook}\n`);
    say("4. What a kubectl user sees");
    return await showAll(images, (path, body) => post(ports.webhook, tls.caPem, path, body));
  } finally {
    program?.kill("SIGKILL");
    await registry.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function makeImages(registry: EmbeddedRegistry, key: KeyPair): Promise<readonly Shown[]> {
  const signedV2 = await registry.putImage("acme/web", "1.0", "web");
  await signLegacy(registry, "acme/web", signedV2, key);
  const signedV3 = await registry.putImage("acme/api", "1.0", "api");
  await signBundle(registry, "acme/api", signedV3, key);
  await registry.putImage("acme/debug", "latest", "debug");
  const foreign = await registry.putImage("acme/miner", "2.1", "miner");
  await signLegacy(registry, "acme/miner", foreign, makeKeyPair());
  return [
    { title: "signed with the team's key (as cosign v2 does)", image: `${registry.host}/acme/web:1.0` },
    { title: "signed with the team's key (as cosign v3 does)", image: `${registry.host}/acme/api:1.0` },
    { title: "not signed", image: `${registry.host}/acme/debug:latest` },
    { title: "signed by another key", image: `${registry.host}/acme/miner:2.1` },
  ];
}

function writePolicies(folder: string, host: string, key: KeyPair): void {
  const pem = key.publicKeyPem
    .trim()
    .split("\n")
    .map((line) => `            ${line}`)
    .join("\n");
  const rule = (pattern: string): string => `  verifyImages:
  - name: acme
    imageReferences: ["${pattern}"]
    attestors:
    - count: 1
      entries:
      - name: release
        insecureIgnoreTlog: true
        keys:
          publicKeys: |
${pem}
`;
  writeFileSync(
    join(folder, "signed.yaml"),
    `apiVersion: sealgate.dev/v1alpha1
kind: ImageVerifyPolicy
metadata: {name: signed, namespace: prod}
spec:
  failureAction: Enforce
${rule(`${host}/acme/*`)}`,
  );
  writeFileSync(
    join(folder, "watch-everything.yaml"),
    `apiVersion: sealgate.dev/v1alpha1
kind: ClusterImageVerifyPolicy
metadata: {name: watch-everything}
spec:
  failureAction: Warn
  match:
    namespaceSelector:
      matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system]}]
${rule("*")}`,
  );
}

function serve(
  folder: string,
  tls: { certPem: string; keyPem: string },
  ports: { webhook: number; operations: number },
  plainHttp: string,
): ChildProcess {
  const secrets = mkdtempSync(join(folder, "..", "sealgate-demo-tls-"));
  process.once("exit", () => rmSync(secrets, { recursive: true, force: true }));
  writeFileSync(join(secrets, "tls.crt"), tls.certPem);
  writeFileSync(join(secrets, "tls.key"), tls.keyPem, { mode: 0o600 });
  const args = ["serve", "--policies", folder, "--log-level", "error", "--plain-http", plainHttp];
  args.push("--listen-webhook", `127.0.0.1:${ports.webhook}`, "--listen-operations", `127.0.0.1:${ports.operations}`);
  args.push("--tls-cert", join(secrets, "tls.crt"), "--tls-key", join(secrets, "tls.key"));
  return spawn(process.execPath, [PROGRAM, ...args], { stdio: ["ignore", "inherit", "inherit"] });
}

async function showAll(
  images: readonly Shown[],
  send: (path: string, body: unknown) => Promise<AdmissionAnswer>,
): Promise<number> {
  let admitted = 0;
  let denied = 0;
  for (const { title, image } of images) {
    console.log(bold(`An image ${title}`));
    console.log(`$ kubectl -n prod run app --image=${image}`);
    const pod = podOf(image);
    const mutated = await send("/mutate", reviewOf(pod));
    const pinned = patched(pod, mutated);
    const answer = await send("/validate", reviewOf(pinned));
    for (const warning of answer.warnings ?? []) console.log(`Warning: ${warning}`);
    if (answer.allowed) {
      admitted += 1;
      console.log(`pod/app created\n  image: ${pinned.spec.containers[0]?.image ?? ""}\n`);
    } else {
      denied += 1;
      const message = answer.status?.message ?? "";
      console.log(
        `Error from server (Forbidden): admission webhook "validate.sealgate.dev" denied the request: ${message}\n`,
      );
    }
  }
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const asExpected = admitted === 2 && denied === 2;
  console.log(`${admitted} admitted with their digest, ${denied} denied, in ${seconds} s.`);
  if (!asExpected) console.error("That is not what this demo is to show: 2 admitted, 2 denied.");
  return asExpected ? 0 : 1;
}

interface Pod {
  readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] };
}

interface AdmissionAnswer {
  readonly allowed: boolean;
  readonly patch?: string;
  readonly warnings?: readonly string[];
  readonly status?: { readonly message?: string };
}

function podOf(image: string): Pod & Record<string, unknown> {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "app", namespace: "prod" },
    spec: { containers: [{ name: "app", image }] },
  };
}

function reviewOf(object: unknown): unknown {
  const resource = { group: "", version: "v1", resource: "pods" };
  const kind = { group: "", version: "v1", kind: "Pod" };
  const user = { username: "jane", groups: ["system:authenticated"] };
  const request = { uid: "demo", kind, resource, name: "app", namespace: "prod", operation: "CREATE", userInfo: user };
  return {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: { ...request, object, oldObject: null, dryRun: false },
  };
}

/** What the API server does with our JSON Patch: here only replacements of container images. */
function patched(pod: Pod & Record<string, unknown>, answer: AdmissionAnswer): Pod & Record<string, unknown> {
  if (answer.patch === undefined) return pod;
  const operations = JSON.parse(Buffer.from(answer.patch, "base64").toString()) as { path: string; value: string }[];
  const containers = pod.spec.containers.map((container, index) => {
    const found = operations.find(({ path }) => path === `/spec/containers/${index}/image`);
    return found === undefined ? container : { ...container, image: found.value };
  });
  return { ...pod, spec: { ...pod.spec, containers } };
}

async function post(port: number, ca: string, path: string, body: unknown): Promise<AdmissionAnswer> {
  const text = await new Promise<string>((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path: `${path}?timeout=10s`, method: "POST", ca };
    const call = request({ ...options, headers: { "content-type": "application/json" } }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve(Buffer.concat(chunks).toString()));
      response.on("error", reject);
    });
    call.on("error", reject);
    call.end(JSON.stringify(body));
  });
  return (JSON.parse(text) as { response: AdmissionAnswer }).response;
}

async function ready(port: number, program: ChildProcess): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    if (program.exitCode !== null) throw new Error(`the program ended with status ${program.exitCode}`);
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the webhook was not ready within 20 s");
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}

function say(text: string): void {
  console.log(bold(text));
}

process.exitCode = await main();
