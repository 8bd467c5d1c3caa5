// Workload identity of Azure: one exchange with the authority alone, and a clause for each thing that can be wrong.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fetchAzureToken } from "../../src/cloud/azure-token.ts";
import type { Lasting } from "../../src/cloud/expiring.ts";
import { CloudError } from "../../src/cloud/http.ts";
import { hostsOf, startFakeCloud, type FakeCloud } from "../support/cloud/fake-cloud.ts";

const { signal } = new AbortController();
const SCOPE = "https://vault.azure.net/.default";
const TENANT = "11111111-2222-3333-4444-555555555555";

describe("cloud/azure-token", () => {
  let cloud: FakeCloud;
  let folder: string;
  let environment: Record<string, string | undefined>;
  before(async () => {
    cloud = await startFakeCloud();
    folder = mkdtempSync(join(tmpdir(), "sealgate-azure-"));
  });
  beforeEach(() => {
    const file = join(folder, "token");
    writeFileSync(file, "pl4nted.jwt\n");
    environment = { AZURE_CLIENT_ID: "client", AZURE_TENANT_ID: TENANT, AZURE_FEDERATED_TOKEN_FILE: file };
  });
  afterEach(() => cloud.reset());
  after(async () => {
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const fetched = async (): Promise<Lasting<string>> =>
    await fetchAzureToken(SCOPE, { http: cloud.http, environment }, signal);
  const refused = async (reason: RegExp): Promise<void> => {
    await assert.rejects(fetched(), (error) => {
      assert.ok(error instanceof CloudError);
      assert.match(error.message, reason);
      assert.ok(!error.message.includes("pl4nted"));
      return true;
    });
  };

  it("shows the federated token to the authority, and to nobody else", async () => {
    cloud.on("login.microsoftonline.com", () => ({ json: { access_token: "t", expires_in: 3599 } }));
    assert.deepEqual(await fetched(), { value: "t", lifetimeMs: 3_599_000 });
    assert.deepEqual(hostsOf(cloud), ["login.microsoftonline.com"]);
    const [{ method, path, body } = { method: "", path: "", body: "" }] = cloud.asked;
    assert.deepEqual([method, path], ["POST", `/${TENANT}/oauth2/v2.0/token`]);
    assert.deepEqual(Object.fromEntries(new URLSearchParams(body)), {
      grant_type: "client_credentials",
      client_id: "client",
      scope: SCOPE,
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: "pl4nted.jwt",
    });
  });

  it("asks the authority of another of Azure's clouds where the environment names it", async () => {
    environment["AZURE_AUTHORITY_HOST"] = "https://login.partner.microsoftonline.cn/";
    cloud.on("login.partner.microsoftonline.cn", () => ({ json: { access_token: "t", expires_in: 10 } }));
    assert.equal((await fetched()).lifetimeMs, 10_000);
  });

  it("needs an identity, a tenant that is one, a file, and https", async () => {
    for (const name of ["AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE"]) {
      const before = environment[name];
      environment[name] = undefined;
      await refused(/^there is no workload identity/);
      environment[name] = before;
    }
    environment["AZURE_TENANT_ID"] = "../evil";
    await refused(/^there is no workload identity/);
    environment["AZURE_TENANT_ID"] = TENANT;
    environment["AZURE_AUTHORITY_HOST"] = "http://login.example/";
    await refused(/^AZURE_AUTHORITY_HOST is no https address$/);
    environment["AZURE_AUTHORITY_HOST"] = undefined;
    environment["AZURE_FEDERATED_TOKEN_FILE"] = join(folder, "absent");
    await refused(/^the file of AZURE_FEDERATED_TOKEN_FILE cannot be read$/);
    assert.deepEqual(cloud.asked, []);
  });

  it("takes no answer for a token that is none", async () => {
    const host = "login.microsoftonline.com";
    for (const json of [
      {},
      { access_token: 1, expires_in: 10 },
      { access_token: "t" },
      { access_token: "t", expires_in: 0 },
    ]) {
      cloud.on(host, () => ({ json }));
      await refused(/^no token of Azure: login\.microsoftonline\.com answered 200$/);
    }
    cloud.on(host, () => ({ status: 401, json: { error: "invalid_client", error_description: "pl4nted" } }));
    await refused(/^no token of Azure: login\.microsoftonline\.com answered 401$/);
    cloud.on(host, () => ({ text: "<html>pl4nted" }));
    await refused(/^no token of Azure: the answer of login\.microsoftonline\.com is not JSON$/);
  });
});
