/**
 * Private images on real parts: distribution with passwords, and with a token service whose JWTs it verifies; Secrets and
 * ServiceAccounts of a real API server with the ServiceAccount plugin; the rights of the chart. What opens a registry, in
 * which order, and what a denial says where nothing does.
 */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeSigningTools, type KeyFiles, type SigningTools } from "../support/testbed/cosign.ts";
import { pushImage } from "../support/testbed/images.ts";
import { installChart, type Installation } from "../support/testbed/installation.ts";
import { namespace } from "../support/testbed/objects.ts";
import { eventually, makeTemporaryDir, mustSucceed, type RunResult } from "../support/testbed/process.ts";
import { programsOrSkip } from "../support/testbed/programs.ts";
import { startDistribution, testCredentials, type Registry } from "../support/testbed/registries.ts";
import { releaseNamespace } from "../support/testbed/release.ts";
import { startTokenServer, type TokenServer } from "../support/testbed/token-server.ts";
import { controller } from "../support/testbed/workloads.ts";

/** The chart may read pull secrets in the first alone. */
const OPEN = "prod";
const CLOSED = "closed";
/** Repositories by what opens them; all hold the same signed image. */
const REPOSITORIES = ["acme/web", "by-rule/web", "by-operator/web", "by-team/web"] as const;
const PLANTED = "pl4nted-wrong-password";

type Members = Readonly<Record<string, unknown>>;

describe("credentials", () => {
  let installation: Installation;
  let tokens: TokenServer;
  let registries: Readonly<Record<"basic" | "token", Registry>>;
  let tools: SigningTools;
  let key: KeyFiles;
  const said: string[] = [];

  before("registries with the image, the chart, Secrets, an account and policies", async function () {
    const programs = programsOrSkip(this);
    tokens = await startTokenServer(testCredentials);
    const [basic, token] = await Promise.all([
      startDistribution({ programs, withPassword: true }),
      startDistribution({ programs, tokens }),
    ]);
    registries = { basic, token };
    tools = makeSigningTools(programs, basic);
    key = await tools.v2.generateKeyPair("credentials");
    await stock();
    const hosts = [basic.host, token.host, tokens.host];
    const operator = { prefix: `${basic.host}/by-operator`, credentials: { secret: "operator" } };
    const values = {
      plainHttp: hosts,
      allowPrivate: hosts,
      config: { registries: [operator] },
    };
    installation = await installChart(programs, { values });
    await installation.apply(namespace(OPEN), namespace(CLOSED));
    // Namespaces have to be there before something can be bound in them
    await installation.upgrade({ pullSecrets: { namespaces: [OPEN] } });
    await installation.apply(...objects());
    await eventually("the policies are in force", async () => (await runPod("acme/web")).code !== 0, 60_000);
  });
  after(async () => {
    await installation?.stop();
    await Promise.all([registries?.basic.stop(), registries?.token.stop(), tokens?.stop()]);
  });

  /** The image and its signature, pushed to one repository and copied to the others as they are. */
  async function stock(): Promise<void> {
    const { basic, token } = registries;
    const image = { registry: basic, repository: "acme/web", tag: "1.0", seed: "private" };
    const { digest } = await pushImage(image);
    await tools.v2.sign(`${basic.host}/acme/web@${digest}`, key);
    const auth = Buffer.from(`${testCredentials.username}:${testCredentials.password}`).toString("base64");
    const folder = join(makeTemporaryDir("crane"), ".docker");
    mkdirSync(folder);
    const auths = Object.fromEntries([basic.host, token.host].map((host) => [host, { auth }]));
    writeFileSync(join(folder, "config.json"), JSON.stringify({ auths }));
    for (const to of [...REPOSITORIES.slice(1).map((each) => `${basic.host}/${each}`), `${token.host}/acme/web`]) {
      const args = ["copy", "--all-tags", "--insecure", `${basic.host}/acme/web`, to];
      mustSucceed("crane copy", await tools.crane(args, { env: { DOCKER_CONFIG: folder } }));
    }
  }

  function pullSecret(inNamespace: string, name: string, password: string = testCredentials.password): object {
    const entry = { username: testCredentials.username, password };
    const hosts = Object.values(registries).map(({ host }) => [host, entry]);
    const stringData = { ".dockerconfigjson": JSON.stringify({ auths: Object.fromEntries(hosts) }) };
    const metadata = { name, namespace: inNamespace };
    return { apiVersion: "v1", kind: "Secret", metadata, type: "kubernetes.io/dockerconfigjson", stringData };
  }

  function objects(): readonly object[] {
    const { basic, token } = registries;
    const apiVersion = "sealgate.dev/v1alpha1";
    const entry = { name: "team", keys: { publicKeys: key.publicPem }, insecureIgnoreTlog: true };
    const rule = (name: string, imageReferences: readonly string[], more: Members = {}): Members => ({
      name,
      imageReferences,
      attestors: [{ entries: [entry] }],
      ...more,
    });
    const secrets = (name: string): Members => ({ imageRegistryCredentials: { secrets: [name] } });
    const clusterRules = [
      rule("pod", [`${basic.host}/acme/*`, `${token.host}/acme/*`]),
      rule("rule", [`${basic.host}/by-rule/*`], secrets("rule")),
      rule("operator", [`${basic.host}/by-operator/*`]),
    ];
    return [
      pullSecret(OPEN, "regcred"),
      pullSecret(OPEN, "wrong", PLANTED),
      pullSecret(CLOSED, "regcred"),
      pullSecret(OPEN, "team"),
      pullSecret(releaseNamespace, "rule"),
      pullSecret(releaseNamespace, "operator"),
      { apiVersion: "v1", kind: "Secret", metadata: { name: "opaque", namespace: OPEN }, stringData: { a: PLANTED } },
      {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: "builder", namespace: OPEN },
        imagePullSecrets: [{ name: "regcred" }],
      },
      {
        apiVersion,
        kind: "ClusterImageVerifyPolicy",
        metadata: { name: "signed" },
        spec: { verifyImages: clusterRules },
      },
      {
        apiVersion,
        kind: "ImageVerifyPolicy",
        metadata: { name: "team", namespace: OPEN },
        spec: { verifyImages: [rule("team", [`${basic.host}/by-team/*`], secrets("team"))] },
      },
    ];
  }

  interface Run {
    readonly spec?: Members;
    readonly inNamespace?: string;
    readonly on?: "basic" | "token";
  }

  let count = 0;
  async function runPod(
    repository: string,
    { spec = {}, inNamespace = OPEN, on = "basic" }: Run = {},
  ): Promise<RunResult> {
    const name = `pod-${(count += 1)}`;
    const containers = [{ name: "web", image: `${registries[on].host}/${repository}:1.0` }];
    const metadata = { name, namespace: inNamespace };
    const pod = { apiVersion: "v1", kind: "Pod", metadata, spec: { containers, ...spec } };
    const result = await installation.create(pod, "-o", "json");
    said.push(result.stdout, result.stderr);
    return result;
  }

  async function admitted(work: Promise<RunResult>): Promise<void> {
    const { code, stdout, stderr } = await work;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /"image": "[^"]+:1\.0@sha256:[0-9a-f]{64}"/u);
  }

  async function denied(work: Promise<RunResult>, ...wanted: readonly RegExp[]): Promise<void> {
    const { code, stderr } = await work;
    assert.equal(code, 1, stderr);
    for (const pattern of wanted) assert.match(stderr, pattern);
    assert.match(stderr, /hint: .*give the pod or the policy credentials that open it/u);
  }

  const regcred = { imagePullSecrets: [{ name: "regcred" }] };
  const unauthorized = /RegistryUnauthorized \(discovery\): .* answered 401 to /u;

  for (const on of ["basic", "token"] as const) {
    it(`${on}: a pod's pull secret opens the registry, and the image is pinned`, async () => {
      await admitted(runPod("acme/web", { spec: regcred, on }));
    });

    it(`${on}: without one the pod is denied, by nobody's name`, async () => {
      const code = on === "basic" ? unauthorized : /TokenRefused \(discovery\): .* answered 401 to /u;
      await denied(runPod("acme/web", { on }), code, /to no credential$/mu);
    });

    it(`${on}: the second of two works`, async () => {
      await admitted(runPod("acme/web", { spec: { imagePullSecrets: [{ name: "wrong" }, { name: "regcred" }] }, on }));
    });
  }

  it("every token was asked for pulling one repository", () => {
    const ours = tokens.issued.filter((scope) => !scope.includes("push"));
    assert.ok(ours.length > 0);
    assert.deepEqual([...new Set(ours)], ["repository:acme/web:pull"]);
  });

  it("a denial names what was tried and what was passed over", async () => {
    const names = ["wrong", "gone", "opaque"].map((name) => ({ name }));
    await denied(
      runPod("acme/web", { spec: { imagePullSecrets: names } }),
      unauthorized,
      /to Secret "prod\/wrong", no credential; Secret "prod\/gone" does not exist/u,
    );
    await denied(
      runPod("acme/web", { spec: { imagePullSecrets: [{ name: "opaque" }] } }),
      /Secret "prod\/opaque" is of type "Opaque", want kubernetes\.io\/dockerconfigjson/u,
    );
  });

  it("a pod of a service account with a list is given it by the API server", async () => {
    await admitted(runPod("acme/web", { spec: { serviceAccountName: "builder" } }));
  });

  it("a template is looked at with its account's list", async () => {
    const image = `${registries.basic.host}/acme/web:1.0`;
    const deployment = (name: string, pod: Members): object => {
      const made = controller("Deployment", { namespace: OPEN, image, name }) as {
        spec: { template: { spec: object } };
      };
      Object.assign(made.spec.template.spec, pod);
      return made;
    };
    const good = await installation.create(deployment("good", { serviceAccountName: "builder" }));
    assert.equal(good.code, 0, good.stderr);
    const bad = await installation.create(deployment("bad", {}));
    said.push(bad.stderr);
    assert.equal(bad.code, 1, bad.stderr);
    assert.match(bad.stderr, /ServiceAccount "prod\/default" lists no pull secrets/u);
  });

  it("a rule's Secret in the namespace of Sealgate opens it for a cluster policy", async () => {
    await admitted(runPod("by-rule/web"));
    await admitted(runPod("by-rule/web", { inNamespace: CLOSED }));
  });

  it("a rule's Secret in its own namespace opens it for a namespaced policy", async () => {
    await admitted(runPod("by-team/web"));
  });

  it("the operator's opens it for a cluster policy, and not for a namespaced one", async () => {
    await admitted(runPod("by-operator/web"));
    const entry = { name: "team", keys: { publicKeys: key.publicPem }, insecureIgnoreTlog: true };
    const imageReferences = [`${registries.basic.host}/by-operator/*`];
    const policy = {
      apiVersion: "sealgate.dev/v1alpha1",
      kind: "ImageVerifyPolicy",
      metadata: { name: "theirs", namespace: OPEN },
      spec: { verifyImages: [{ name: "theirs", imageReferences, attestors: [{ entries: [entry] }] }] },
    };
    await installation.apply(policy);
    const isDenied = async (): Promise<boolean> => (await runPod("by-operator/web")).code !== 0;
    await eventually("the namespaced policy is in force", isDenied);
    const run = runPod("by-operator/web");
    await denied(run, /denied by ImageVerifyPolicy "prod\/theirs"/u, unauthorized, /to no credential$/mu);
    assert.doesNotMatch((await run).stderr, /ClusterImageVerifyPolicy|sealgate\/operator/u);
    await admitted(runPod("by-operator/web", { inNamespace: CLOSED }));
  });

  it("in a namespace that the chart was not given, the pod's Secret is not read, and the denial says so", async () => {
    await denied(
      runPod("acme/web", { spec: regcred, inNamespace: CLOSED }),
      /Secret "closed\/regcred" may not be read by Sealgate \(docs\/registries\.md, Pull secrets\)/u,
    );
  });

  it("a Secret that is put right opens it within seconds", async () => {
    await installation.apply(pullSecret(OPEN, "wrong"));
    const spec = { imagePullSecrets: [{ name: "wrong" }] };
    await eventually("it is admitted", async () => (await runPod("acme/web", { spec })).code === 0, 30_000);
  });

  it("no log and no message holds a password or a token", () => {
    const logs = installation.release.replicas().map(({ process }) => process.log());
    const encoded = [testCredentials.password, PLANTED].map((password) =>
      Buffer.from(`${testCredentials.username}:${password}`).toString("base64"),
    );
    for (const text of [...said, ...logs]) {
      for (const secret of [PLANTED, ...encoded, "eyJ", "Bearer ", "Basic "]) assert.ok(!text.includes(secret), secret);
    }
    assert.ok(logs.join("").length > 0);
  });
});
