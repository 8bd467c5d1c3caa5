// Each cloud's registry by its own exchange, from the environment to the credential: whom it asks, in which order, and nobody else.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openCloudCredentials } from "../../../src/cloud/registries/open-cloud.ts";
import type { SourceAnswer } from "../../../src/ports/credentials.ts";
import { withEnvironment } from "../../support/cloud/environment.ts";
import { assumedRole, ecrToken, irsa, NO_AWS } from "../../support/cloud/fake-aws.ts";
import { hostsOf, startFakeCloud, type FakeCloud } from "../../support/cloud/fake-cloud.ts";
import { metadata } from "../../support/cloud/fake-google.ts";
import { strangers, watchSockets } from "../../support/cloud/sockets.ts";

const { signal } = new AbortController();
const TENANT = "11111111-2222-3333-4444-555555555555";
const SILENT: SourceAnswer = { credentials: [], notes: [] };

describe("cloud/registries/open-cloud", () => {
  let cloud: FakeCloud;
  let folder: string;
  before(async () => {
    cloud = await startFakeCloud();
    folder = mkdtempSync(join(tmpdir(), "sealgate-open-cloud-"));
  });
  afterEach(() => cloud.reset());
  after(async () => {
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What is shown to a host, and whom that took. */
  async function asked(
    host: string,
    environment: Readonly<Record<string, string | undefined>>,
  ): Promise<{ readonly answer: SourceAnswer; readonly hosts: readonly string[] }> {
    return await withEnvironment({ ...NO_AWS, ...environment }, async () => {
      const { transport } = cloud;
      const clouds = openCloudCredentials({ environment: process.env, now: () => 0, wallNow: Date.now, transport });
      const work = async (): Promise<SourceAnswer> =>
        (await clouds.sourceOf({ host, path: "acme/web" })?.ask(signal)) ?? SILENT;
      const { value: answer, connected } = await watchSockets(work);
      assert.deepEqual(strangers(cloud, connected), []);
      return { answer, hosts: hostsOf(cloud) };
    });
  }
  const passwords = ({ credentials }: SourceAnswer): readonly unknown[] =>
    credentials.map(({ credential: { username, password, identityToken } }) => [username, identityToken ?? password]);

  it("AWS's: STS, then ECR of the registry's region", async () => {
    cloud.on("sts.eu-west-1.amazonaws.com", () => assumedRole());
    cloud.on("api.ecr.us-east-2.amazonaws.com", () => ecrToken([{ authorizationToken: btoa("AWS:secret") }]));
    const { answer, hosts } = await asked("111122223333.dkr.ecr.us-east-2.amazonaws.com", irsa(folder));
    assert.deepEqual(passwords(answer), [["AWS", "secret"]]);
    assert.deepEqual(hosts, ["sts.eu-west-1.amazonaws.com", "api.ecr.us-east-2.amazonaws.com"]);
  });

  it("AWS's for its public registry", async () => {
    cloud.on("sts.eu-west-1.amazonaws.com", () => assumedRole());
    cloud.on("api.ecr-public.us-east-1.amazonaws.com", () => ecrToken({ authorizationToken: btoa("AWS:public") }));
    assert.deepEqual(passwords((await asked("public.ecr.aws", irsa(folder))).answer), [["AWS", "public"]]);
  });

  it("Google's: the metadata service alone, for reading", async () => {
    cloud.on("metadata.google.internal", metadata("token"));
    const { answer, hosts } = await asked("gcr.io", { GCE_METADATA_HOST: "metadata.google.internal" });
    assert.deepEqual(passwords(answer), [["oauth2accesstoken", "token"]]);
    assert.deepEqual(hosts, ["metadata.google.internal"]);
    const scopes = new URL(`http://x${cloud.asked[0]?.path}`).searchParams.get("scopes");
    assert.equal(scopes, "https://www.googleapis.com/auth/cloud-platform.read-only");
  });

  it("Azure's: Entra, then the registry itself", async () => {
    const file = join(folder, "azure");
    writeFileSync(file, "pl4nted.jwt");
    cloud.on("login.microsoftonline.com", () => ({ json: { access_token: "entra", expires_in: 3600 } }));
    cloud.on("acme.azurecr.io", () => ({ json: { refresh_token: "refresh" } }));
    const environment = { AZURE_CLIENT_ID: "c", AZURE_TENANT_ID: TENANT, AZURE_FEDERATED_TOKEN_FILE: file };
    const { answer, hosts } = await asked("acme.azurecr.io", environment);
    assert.deepEqual(passwords(answer), [["00000000-0000-0000-0000-000000000000", "refresh"]]);
    assert.deepEqual(hosts, ["login.microsoftonline.com", "acme.azurecr.io"]);
    assert.ok(!cloud.asked[1]?.body.includes("pl4nted"));
  });

  it("nobody's for a host that only looks like one of theirs", async () => {
    const everything = {
      ...irsa(folder),
      GCE_METADATA_HOST: cloud.host,
      AZURE_CLIENT_ID: "c",
      AZURE_TENANT_ID: TENANT,
    };
    const environment = { ...everything, AZURE_FEDERATED_TOKEN_FILE: join(folder, "azure") };
    for (const host of [
      "111122223333.dkr.ecr.us-east-2.amazonaws.com.evil.example",
      "gcr.io.evil.example",
      "acme.azurecr.io.evil.example",
    ]) {
      assert.deepEqual(await asked(host, environment), { answer: SILENT, hosts: [] });
    }
  });
});
