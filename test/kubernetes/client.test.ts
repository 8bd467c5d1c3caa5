// The client by a kubeconfig against a server on loopback: its path, its token, its CA, and no other.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  apiServerUrl,
  buildKubernetesClient,
  DEFAULT_NAMESPACE,
  ownNamespace,
  type KubernetesAnswer,
} from "../../src/kubernetes/client.ts";
import { makeServingCertificate } from "../../src/kubernetes/serving-certificate.ts";

const { signal } = new AbortController();

async function bodyOf({ body }: KubernetesAnswer): Promise<string> {
  let text = "";
  for await (const chunk of body) text += new TextDecoder().decode(chunk);
  return text;
}

describe("buildKubernetesClient()", () => {
  let folder: string;
  let server: Server;
  let port: number;
  let caPem: string;
  let asked: IncomingMessage[];
  let answer: (response: ServerResponse) => void;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "sealgate-kubeconfig-"));
    const made = await makeServingCertificate(["localhost", "127.0.0.1"], Date.now());
    ({ caPem } = made);
    server = createServer({ cert: made.certPem, key: made.keyPem }, (request, response) => {
      asked.push(request);
      answer(response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ({ port } = server.address() as AddressInfo);
  });

  beforeEach(() => {
    asked = [];
    answer = (response) => response.end("{}");
  });

  after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  function kubeconfig(server: string, ca?: string, namespace?: string): string {
    const file = join(folder, "config");
    const authority = ca === undefined ? {} : { "certificate-authority-data": Buffer.from(ca).toString("base64") };
    const config = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "test",
      clusters: [{ name: "c", cluster: { server, ...authority } }],
      users: [{ name: "u", user: { token: "t0ken" } }],
      contexts: [{ name: "test", context: { cluster: "c", user: "u", namespace } }],
    };
    writeFileSync(file, JSON.stringify(config));
    return file;
  }

  it("asks for the path with the query, by the token of the kubeconfig", async () => {
    const client = buildKubernetesClient(kubeconfig(`https://127.0.0.1:${port}/`, caPem));
    answer = (response) => response.writeHead(200).end("hello");
    const found = await client.get("/api/v1/namespaces", { limit: "500", continue: "a b&c" }, signal);
    assert.deepEqual([found.status, await bodyOf(found)], [200, "hello"]);
    const [request] = asked;
    assert.deepEqual([request?.method, request?.url], ["GET", "/api/v1/namespaces?limit=500&continue=a+b%26c"]);
    assert.deepEqual(
      [request?.headers.authorization, request?.headers.accept, request?.headers["user-agent"]],
      ["Bearer t0ken", "application/json", "sealgate"],
    );
  });

  it("keeps the path of a cluster behind one", async () => {
    const client = buildKubernetesClient(kubeconfig(`https://127.0.0.1:${port}/clusters/a`, caPem));
    await bodyOf(await client.get("/version", {}, signal));
    assert.equal(asked[0]?.url, "/clusters/a/version");
  });

  it("tells where the API server is", () => {
    assert.equal(apiServerUrl(kubeconfig("https://api.example:6443")).host, "api.example:6443");
    assert.throws(() => apiServerUrl(kubeconfig("http://api.example")), /kubeconfig/);
  });

  it("tells in which namespace it is, by the kubeconfig's context", () => {
    const server = "https://api.example:6443";
    assert.equal(ownNamespace(kubeconfig(server, undefined, "acme\n")), "acme");
    assert.equal(ownNamespace(kubeconfig(server)), "sealgate");
    assert.equal(ownNamespace(kubeconfig(server, undefined, "")), DEFAULT_NAMESPACE);
    assert.throws(() => ownNamespace(join(folder, "absent")), /kubeconfig/);
  });

  it("gives whatever status comes", async () => {
    const client = buildKubernetesClient(kubeconfig(`https://127.0.0.1:${port}`, caPem));
    answer = (response) => response.writeHead(410).end("gone");
    assert.equal((await client.get("/", {}, signal)).status, 410);
  });

  it("speaks to nobody that the kubeconfig's CA did not certify", async () => {
    const other = await makeServingCertificate(["localhost"], Date.now());
    for (const ca of [undefined, other.caPem]) {
      const client = buildKubernetesClient(kubeconfig(`https://127.0.0.1:${port}`, ca));
      await assert.rejects(client.get("/", {}, signal), (error) => error instanceof Error && "code" in error);
    }
    assert.deepEqual(asked, []);
  });

  it("rejects when nobody listens, when the signal fires, and when the body breaks, with a code", async () => {
    const coded = (error: unknown): boolean =>
      error instanceof Error && "code" in error && typeof error.code === "string";
    await assert.rejects(buildKubernetesClient(kubeconfig("https://127.0.0.1:9", caPem)).get("/", {}, signal), coded);
    const client = buildKubernetesClient(kubeconfig(`https://127.0.0.1:${port}`, caPem));
    answer = () => undefined;
    await assert.rejects(client.get("/", {}, AbortSignal.timeout(20)), coded);
    answer = (response) => response.writeHead(200, { "content-length": 100 }).write("half", () => response.destroy());
    await assert.rejects(bodyOf(await client.get("/", {}, signal)), coded);
  });

  const broken: Readonly<Record<string, readonly [string, RegExp]>> = {
    "no YAML": ["users: [token: t0ken", /^Error: Cannot read the kubeconfig .*: it is no kubeconfig$/],
    "plain HTTP": [
      '{"current-context": "a", "contexts": [{"name": "a", "context": {"cluster": "c"}}], "clusters": [{"name": "c", "cluster": {"server": "http://localhost:8080"}}]}',
      /kubeconfig names no current cluster with an https address/,
    ],
    "no current context": ['{"clusters": []}', /kubeconfig names no current cluster/],
  };
  for (const [what, [config, message]] of Object.entries(broken)) {
    it(`refuses a kubeconfig with ${what}, and repeats nothing of it`, () => {
      const file = join(folder, "broken");
      writeFileSync(file, config);
      assert.throws(
        () => buildKubernetesClient(file),
        (error) => message.test(String(error)) && !String(error).includes("t0ken"),
      );
    });
  }

  it("refuses a kubeconfig that is not there, by its name", () => {
    assert.throws(() => buildKubernetesClient(join(folder, "none")), /kubeconfig .*none: ENOENT/);
  });
});
