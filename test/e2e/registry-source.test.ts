/** `source.repository` with what cosign 2 and 3 write where COSIGN_REPOSITORY says, judged by the built program. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeSigningTools, type SigningTools } from "../support/testbed/cosign.ts";
import { pushImage } from "../support/testbed/images.ts";
import { makeTemporaryDir, mustSucceed, run } from "../support/testbed/process.ts";
import { programsOrSkip } from "../support/testbed/programs.ts";
import { type Registry, startDistribution } from "../support/testbed/registries.ts";
import { sealgateProgram } from "../support/testbed/sealgate.ts";

describe("registry: source", () => {
  const dir = makeTemporaryDir("source-e2e");
  let registry: Registry;
  let tools: SigningTools;

  before(async function () {
    const programs = programsOrSkip(this);
    registry = await startDistribution({ programs });
    tools = makeSigningTools(programs);
  });
  after(async () => registry?.stop());

  async function apply(image: string, publicPem: string, rule: object): Promise<string> {
    const attestors = [{ entries: [{ name: "key", keys: { publicKeys: publicPem }, insecureIgnoreTlog: true }] }];
    const policy = {
      apiVersion: "sealgate.dev/v1alpha1",
      kind: "ClusterImageVerifyPolicy",
      metadata: { name: "elsewhere" },
      spec: { verifyImages: [{ name: "signed", imageReferences: ["*"], attestors, ...rule }] },
    };
    const containers = [{ name: "web", image }];
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, spec: { containers } };
    writeFileSync(join(dir, "policy.yaml"), JSON.stringify(policy));
    writeFileSync(join(dir, "pod.yaml"), JSON.stringify(pod));
    const files = ["-p", join(dir, "policy.yaml"), "-r", join(dir, "pod.yaml")];
    const flags = ["--plain-http", registry.host, "--allow-private", registry.host];
    const { stdout, stderr } = await run(process.execPath, [sealgateProgram, "apply", ...files, ...flags]);
    return stdout + stderr;
  }

  for (const version of ["v2", "v3"] as const) {
    it(`finds there what cosign ${version} signed, and nothing beside the image`, async () => {
      const cosign = tools[version];
      const key = await cosign.generateKeyPair("source");
      const { reference } = await pushImage({ registry, repository: `acme/${version}`, seed: version });
      const elsewhere = `${registry.host}/signatures/${version}`;
      const flags =
        version === "v2" ? ["--tlog-upload=false"] : ["--signing-config", join(tools.dir, "signing-config.json")];
      const args = ["sign", "--yes", "--key", key.privateKey, ...flags, reference];
      mustSucceed("cosign sign", await cosign.run(args, { env: { COSIGN_REPOSITORY: elsewhere } }));
      const source = { repository: elsewhere };
      assert.match(await apply(reference, key.publicPem, { source }), /\bPass\b/);
      assert.match(await apply(reference, key.publicPem, {}), /NoSignatureFound/);
      const other = await tools.v2.generateKeyPair(`other-${version}`);
      assert.match(await apply(reference, other.publicPem, { source }), /SignatureInvalid/);
    });
  }
});
