// The testbed itself: every real part starts, answers and goes away again.
import assert from "node:assert/strict";
import { type SigningTools, makeSigningTools } from "../support/testbed/cosign.ts";
import { request } from "../support/testbed/http.ts";
import { moveTag, pushImage } from "../support/testbed/images.ts";
import { type Cluster, startKubernetes } from "../support/testbed/kubernetes.ts";
import { eventually, mustSucceed } from "../support/testbed/process.ts";
import { type Programs, programsOrSkip } from "../support/testbed/programs.ts";
import { type Registry, startDistribution, startReferrersRegistry } from "../support/testbed/registries.ts";

describe("testbed: control plane", () => {
  let programs: Programs;
  let cluster: Cluster | undefined;

  before(function () {
    programs = programsOrSkip(this);
  });
  afterEach(async () => {
    await cluster?.stop();
    cluster = undefined;
  });

  it("answers kubectl, and again with the same data after the API server's restart", async () => {
    cluster = await startKubernetes({ programs });
    mustSucceed("create", await cluster.kubectl(["create", "configmap", "kept", "--from-literal=a=b"]));
    const version = JSON.parse((await cluster.kubectl(["version", "-o", "json"])).stdout) as {
      serverVersion: { gitVersion: string };
    };
    assert.match(version.serverVersion.gitVersion, /^v1\.\d+\.\d+$/);
    await cluster.restartApiServer();
    const found = await cluster.kubectl(["get", "configmap", "kept", "-o", "name"]);
    assert.equal(found.stdout, "configmap/kept\n");
  });

  it("rolls out a Deployment's pods and removes a namespace with the controllers", async () => {
    cluster = await startKubernetes({ programs, withControllerManager: true });
    const { kubectl } = cluster;
    mustSucceed("create", await kubectl(["create", "namespace", "short"]));
    mustSucceed("create", await kubectl(["-n", "short", "create", "deployment", "web", "--image=a.example/web:1"]));
    await eventually("a pod", async () => (await kubectl(["-n", "short", "get", "pods", "-o", "name"])).stdout !== "");
    mustSucceed("delete", await kubectl(["-n", "short", "delete", "pods", "--all", "--force", "--wait=false"]));
    mustSucceed("delete", await kubectl(["delete", "namespace", "short", "--timeout=60s"]));
  });
});

const registries = [
  { title: "distribution", start: (programs: Programs) => startDistribution({ programs }) },
  {
    title: "distribution over TLS with a password",
    start: (programs: Programs) => startDistribution({ programs, withTls: true, withPassword: true }),
  },
  { title: "the referrers registry", start: (programs: Programs) => startReferrersRegistry({ programs }) },
];

for (const { title, start } of registries) {
  describe(`testbed: ${title}`, () => {
    let registry: Registry;
    let tools: SigningTools;

    before(async function () {
      const programs = programsOrSkip(this);
      registry = await start(programs);
      tools = makeSigningTools(programs, registry);
    });
    after(() => registry?.stop());

    it("keeps an image and an index under their digests and tags", async () => {
      const repository = "acme/plain";
      const single = await pushImage({ registry, repository, tag: "one", seed: "a" });
      const index = await pushImage({ registry, repository, seed: "a", platforms: ["linux/amd64", "linux/arm64"] });
      assert.equal(index.children[0], single.digest);
      const tagged = `${registry.host}/${repository}:one`;
      assert.equal((await tools.crane(["digest", tagged])).stdout.trim(), single.digest);
      await moveTag({ registry, repository, seed: "a" }, "one", index);
      assert.equal((await tools.crane(["digest", tagged])).stdout.trim(), index.digest);
      mustSucceed("crane validate", await tools.crane(["validate", "--remote", tagged]));
    });

    for (const version of ["v2", "v3"] as const) {
      it(`takes what cosign ${version} signs with a key, and cosign tells its key from another`, async () => {
        const image = await pushImage({ registry, repository: `acme/${version}`, seed: version });
        const cosign = tools[version];
        const [key, other] = await Promise.all([cosign.generateKeyPair("own"), cosign.generateKeyPair("other")]);
        await cosign.sign(image.reference, key);
        mustSucceed("verify", await cosign.verify(image.reference, key));
        assert.notEqual((await cosign.verify(image.reference, other)).code, 0);
        const tags = (await tools.crane(["ls", `${registry.host}/acme/${version}`])).stdout.trim();
        const name = image.digest.replace(":", "-");
        const hasReferrersApi = title === "the referrers registry";
        assert.equal(tags, version === "v2" ? `${name}.sig` : hasReferrersApi ? "" : name);
      });
    }

    it("says whether it has the Referrers API", async () => {
      const { digest } = await pushImage({ registry, repository: "acme/bare", seed: "bare" });
      const { credentials, ca } = registry;
      const basic = Buffer.from(`${credentials?.username}:${credentials?.password}`).toString("base64");
      const answer = await request(`${registry.scheme}://${registry.host}/v2/acme/bare/referrers/${digest}`, {
        headers: credentials ? { authorization: `Basic ${basic}` } : {},
        ...(ca === undefined ? {} : { ca }),
      });
      assert.equal(answer.status, title === "the referrers registry" ? 200 : 404);
    });
  });
}
