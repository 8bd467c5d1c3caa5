// Credentials as the program is put together: by the API server's Secrets, or without a cluster by none.
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../src/cli/io.ts";
import { DEFAULT_CONFIG, type Config } from "../../src/config/load.ts";
import { openKeychains, openUserKeychains } from "../../src/compose/open-keychains.ts";
import type { Keychains, SourceAnswer } from "../../src/ports/credentials.ts";
import { withEnvironment } from "../support/cloud/environment.ts";
import { NO_AWS } from "../support/cloud/fake-aws.ts";
import { FakeCluster } from "../kubernetes/fake-cluster.ts";

const repository = { host: "reg.io", path: "acme/web" };

async function ask(keychains: Keychains): Promise<readonly SourceAnswer[]> {
  const pod = { namespace: "prod", names: ["regcred"] };
  const secrets = [{ namespace: undefined, name: "rule" }];
  const sources = keychains.keychain({ pod, secrets, isOperators: true }).sourcesFor(repository);
  return await Promise.all(sources.map((source) => source.ask(new AbortController().signal)));
}

describe("credentials: as the program opens them", () => {
  it("Secrets are the cluster's, those of cluster policies in the namespace of Sealgate", async () => {
    const api = new FakeCluster();
    const auths = { "reg.io": { username: "robot", password: "pl4nted" } };
    const data = { ".dockerconfigjson": btoa(JSON.stringify({ auths })) };
    const secret = { metadata: {}, type: "kubernetes.io/dockerconfigjson", data };
    api.put("/api/v1/namespaces/prod/secrets/regcred", secret);
    api.put("/api/v1/namespaces/sealgate/secrets/rule", secret);
    const answers = await ask(openKeychains(api, "sealgate", () => DEFAULT_CONFIG).keychains);
    const sources = answers.flatMap(({ credentials }) => credentials.map(({ source }) => source));
    assert.deepEqual(sources, ['Secret "prod/regcred"', 'Secret "sealgate/rule"']);
  });

  it("without a cluster there are none, and it is said", async () => {
    const answers = await ask(openKeychains(undefined, "sealgate", () => DEFAULT_CONFIG).keychains);
    assert.deepEqual(
      answers.map(({ notes }) => String(notes)),
      ["prod/regcred", "sealgate/rule"].map((name) => `Secret "${name}" is not read: there is no cluster`),
    );
  });

  const withFile = (text: string): (() => Pick<Config, "registries">) => {
    const from = { kind: "dockerConfig", file: "docker.json", bytes: Buffer.from(text) } as const;
    return () => ({ registries: { ...DEFAULT_CONFIG.registries, credentials: [{ place: "reg.io", from }] } });
  };
  const login = (user: string): string =>
    JSON.stringify({ auths: { "reg.io": { username: user, password: "pl4nted" } } });
  const sourcesOf = (answers: readonly SourceAnswer[]): readonly string[] =>
    answers.flatMap(({ credentials }) => credentials.map(({ credential: { username } }) => username));

  it("the configuration's come after a rule's, and readiness says for how many registries there are some", async () => {
    const opened = openKeychains(undefined, "sealgate", withFile(login("operator")));
    assert.deepEqual(sourcesOf(await ask(opened.keychains)), ["operator"]);
    assert.deepEqual(opened.readiness(), [{ name: "credentials", ok: true, detail: "for 1 registries" }]);
  });

  it("a file of the configuration that cannot be used is said at once", () => {
    assert.throws(() => openKeychains(undefined, undefined, withFile("{pl4nted")), UsageError);
    assert.throws(() => openUserKeychains(withFile("{pl4nted"), {}), UsageError);
  });

  it("credential helpers have the environment of the start, whatever an SDK sets later", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sealgate-open-keychains-"));
    try {
      writeFileSync(join(folder, "config.json"), JSON.stringify({ credHelpers: { "reg.io": "env" } }));
      const helper = join(folder, "docker-credential-env");
      writeFileSync(helper, `#!/bin/sh\necho "{\\"Username\\":\\"$FIRST$LATER\\",\\"Secret\\":\\"pl4nted\\"}"\n`);
      chmodSync(helper, 0o755);
      const environment: Record<string, string> = {
        DOCKER_CONFIG: folder,
        PATH: `${folder}:/bin:/usr/bin`,
        FIRST: "a",
      };
      const keychains = openUserKeychains(() => DEFAULT_CONFIG, environment);
      environment["LATER"] = "b";
      assert.deepEqual(sourcesOf(await ask(keychains)), ["a"]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("the command line's are the configuration's, then docker's, then podman's", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sealgate-open-keychains-"));
    try {
      writeFileSync(join(folder, "config.json"), login("docker"));
      writeFileSync(join(folder, "auth.json"), login("podman"));
      const environment = { DOCKER_CONFIG: folder, REGISTRY_AUTH_FILE: join(folder, "auth.json") };
      const keychains = openUserKeychains(withFile(login("operator")), environment);
      assert.deepEqual(sourcesOf(await ask(keychains)), ["operator", "docker", "podman"]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("credentials: of clouds, as the program opens them", () => {
  const ecr = { host: "111122223333.dkr.ecr.eu-west-1.amazonaws.com", path: "acme/web" };
  const irsa = { ...NO_AWS, AWS_ROLE_ARN: "arn", AWS_WEB_IDENTITY_TOKEN_FILE: "/token", AWS_REGION: "eu-west-1" };
  const idsOf = (keychains: Keychains, isOperators: boolean, image = ecr): readonly string[] =>
    keychains
      .keychain({ secrets: [], isOperators })
      .sourcesFor(image)
      .map(({ id }) => id);
  const config = (): Pick<Config, "registries"> => ({
    registries: {
      ...DEFAULT_CONFIG.registries,
      credentials: [{ place: "eu-docker.pkg.dev", from: { kind: "provider", provider: "gar" } }],
    },
  });

  it("they serve images that a cluster policy covers, and no others", async () => {
    await withEnvironment(irsa, async () => {
      const { keychains } = openKeychains(undefined, "sealgate", () => DEFAULT_CONFIG);
      assert.deepEqual(idsOf(keychains, true), ["cloud ecr eu-west-1"]);
      assert.deepEqual(idsOf(keychains, false), []);
      assert.deepEqual(idsOf(keychains, true, { ...ecr, host: `${ecr.host}.evil.example` }), []);
      await Promise.resolve();
    });
  });

  it("without an identity there are those alone that the configuration names", async () => {
    await withEnvironment(
      { ...NO_AWS, GOOGLE_APPLICATION_CREDENTIALS: undefined, GCE_METADATA_HOST: undefined },
      async () => {
        const google = { ...ecr, host: "eu-docker.pkg.dev" };
        assert.deepEqual(idsOf(openKeychains(undefined, "sealgate", () => DEFAULT_CONFIG).keychains, true, google), []);
        const { keychains } = openKeychains(undefined, "sealgate", config);
        assert.deepEqual([idsOf(keychains, true, google), idsOf(keychains, true)], [["cloud gar"], []]);
        assert.deepEqual(idsOf(openUserKeychains(config, {}), true, google), ["cloud gar"]);
        assert.deepEqual(idsOf(openUserKeychains(config, irsa), true).at(-1), "cloud ecr eu-west-1");
        await Promise.resolve();
      },
    );
  });
});
