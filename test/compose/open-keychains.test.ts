// Credentials as the program is put together: by the API server's Secrets, or without a cluster by none.
import assert from "node:assert/strict";
import { openKeychains } from "../../src/compose/open-keychains.ts";
import type { SourceAnswer } from "../../src/ports/credentials.ts";
import { FakeCluster } from "../kubernetes/fake-cluster.ts";

const repository = { host: "reg.io", path: "acme/web" };

async function ask(keychains: ReturnType<typeof openKeychains>): Promise<readonly SourceAnswer[]> {
  const pod = { namespace: "prod", names: ["regcred"] };
  const secrets = [{ namespace: undefined, name: "rule" }];
  const sources = keychains.keychain({ pod, secrets, isOperators: true }).sourcesFor(repository);
  return await Promise.all(sources.map((source) => source.ask(new AbortController().signal)));
}

describe("credentials: as the program opens them", () => {
  it("Secrets are the cluster's, those of cluster policies in the namespace of Sealgate", async () => {
    const api = new FakeCluster();
    const auths = { "reg.io": { username: "robot", password: "planted" } };
    const data = { ".dockerconfigjson": btoa(JSON.stringify({ auths })) };
    const secret = { metadata: {}, type: "kubernetes.io/dockerconfigjson", data };
    api.put("/api/v1/namespaces/prod/secrets/regcred", secret);
    api.put("/api/v1/namespaces/sealgate/secrets/rule", secret);
    const answers = await ask(openKeychains(api, "sealgate"));
    const sources = answers.flatMap(({ credentials }) => credentials.map(({ source }) => source));
    assert.deepEqual(sources, ['Secret "prod/regcred"', 'Secret "sealgate/rule"']);
  });

  it("without a cluster there are none, and it is said", async () => {
    const answers = await ask(openKeychains(undefined, "sealgate"));
    assert.deepEqual(
      answers.map(({ notes }) => String(notes)),
      ["prod/regcred", "sealgate/rule"].map((name) => `Secret "${name}" is not read: there is no cluster`),
    );
  });
});
