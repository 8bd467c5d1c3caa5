/**
 * `platforms` on an image of two platforms in a real registry: what cosign 2 and 3 sign with --recursive, on the index alone
 * and on its manifests alone, judged by the built program.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Cosign, type KeyFiles, makeSigningTools } from "../support/testbed/cosign.ts";
import { pushImage } from "../support/testbed/images.ts";
import { makeTemporaryDir, run } from "../support/testbed/process.ts";
import { programsOrSkip } from "../support/testbed/programs.ts";
import { type Registry, startDistribution, startReferrersRegistry } from "../support/testbed/registries.ts";
import { sealgateProgram } from "../support/testbed/sealgate.ts";

/** What is signed of an index, and what each value of `platforms` says of it. */
const CASES = {
  recursively: ["Pass", "Pass", "Pass"],
  index: ["Pass", "Fail", "Pass"],
  manifests: ["Fail", "Pass", "Pass"],
  "one-manifest": ["Fail", "Fail", "Fail"],
} as const;
const PLATFORMS = ["Index", "EachPlatform", "IndexOrEachPlatform"] as const;

describe("registry: platforms", () => {
  const dir = makeTemporaryDir("platforms-e2e");
  const registries: Registry[] = [];
  const cosigns: { readonly cosign: Cosign; readonly key: KeyFiles }[] = [];

  before(async function () {
    const programs = programsOrSkip(this);
    const tools = makeSigningTools(programs);
    registries.push(...(await Promise.all([startDistribution({ programs }), startReferrersRegistry({ programs })])));
    for (const cosign of [tools.v2, tools.v3]) {
      cosigns.push({ cosign, key: await cosign.generateKeyPair("platforms") });
    }
  });
  after(async () => {
    await Promise.all(registries.map(async ({ stop }) => stop()));
  });

  /** The verdict of each rule on one image, and what is printed about it. */
  async function apply(image: string, publicPem: string, host: string): Promise<{ told: string; verdicts: object }> {
    const attestors = [{ entries: [{ name: "key", keys: { publicKeys: publicPem }, insecureIgnoreTlog: true }] }];
    const policies = PLATFORMS.map((platforms) => ({
      apiVersion: "sealgate.dev/v1alpha1",
      kind: "ClusterImageVerifyPolicy",
      metadata: { name: platforms.toLowerCase() },
      spec: { verifyImages: [{ name: "signed", imageReferences: ["*"], platforms, attestors }] },
    }));
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web" },
      spec: { containers: [{ name: "web", image }] },
    };
    const write = (name: string, documents: readonly object[]): string => {
      const file = join(dir, name);
      writeFileSync(file, documents.map((document) => JSON.stringify(document)).join("\n---\n"));
      return file;
    };
    const files = ["-p", write("policies.yaml", policies), "-r", write("pod.yaml", [pod])];
    const flags = ["--plain-http", host, "--allow-private", host, "--output", "json"];
    const { stdout, stderr } = await run(process.execPath, [sealgateProgram, "apply", ...files, ...flags]);
    return { told: stdout + stderr, verdicts: JSON.parse(stdout) as object };
  }

  for (const at of [0, 1]) {
    for (const by of [0, 1]) {
      it(`registry ${at + 1}, cosign v${by + 2}: signed recursively, on the index, on the manifests, on one`, async () => {
        const registry = registries[at] ?? assert.fail("no registry");
        const { cosign, key } = cosigns[by] ?? assert.fail("no cosign");
        for (const [name, outcomes] of Object.entries(CASES)) {
          const repository = `acme/${name}-${cosign.version}`;
          const platforms = ["linux/amd64", "linux/arm64"];
          const image = await pushImage({ registry, repository, seed: name, platforms });
          const [amd64 = "", arm64 = ""] = image.children.map((digest) => `${registry.host}/${repository}@${digest}`);
          const signed: Readonly<Record<string, readonly string[]>> = {
            recursively: [image.reference],
            index: [image.reference],
            manifests: [amd64, arm64],
            "one-manifest": [amd64],
          };
          const flags = name === "recursively" ? ["--recursive"] : [];
          for (const reference of signed[name] ?? []) await cosign.sign(reference, key, flags);
          const { told, verdicts } = await apply(image.reference, key.publicPem, registry.host);
          const rows = verdicts as readonly { readonly verdict: string; readonly policy: string }[];
          assert.deepEqual(
            PLATFORMS.map((each) => rows.find(({ policy }) => policy === each.toLowerCase())?.verdict),
            outcomes,
            `${name}: ${told}`,
          );
        }
      });
    }
  }
});
