// What services are asked with: one token for as long as it holds, and Vault's own authority.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeKmsAccess } from "../../../src/cloud/kms/access.ts";
import { startFakeCloud, type FakeCloud } from "../../support/cloud/fake-cloud.ts";
import { metadata } from "../../support/cloud/fake-google.ts";

const { signal } = new AbortController();

describe("cloud/kms/access", () => {
  let cloud: FakeCloud;
  let folder: string;
  before(async () => {
    cloud = await startFakeCloud();
    folder = mkdtempSync(join(tmpdir(), "sealgate-access-"));
    writeFileSync(join(folder, "token"), "jwt");
    writeFileSync(join(folder, "ca.pem"), "PEM");
  });
  after(async () => {
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (more: Readonly<Record<string, string>> = {}): ReturnType<typeof makeKmsAccess> => {
    const environment = {
      AZURE_CLIENT_ID: "client",
      AZURE_TENANT_ID: "11111111-2222-3333-4444-555555555555",
      AZURE_FEDERATED_TOKEN_FILE: join(folder, "token"),
      ...more,
    };
    return makeKmsAccess({ environment, now: () => 0, wallNow: () => 0, http: cloud.http });
  };

  it("keeps a token of Azure for each scope", async () => {
    let count = 0;
    cloud.on("login.microsoftonline.com", () => ({ json: { access_token: `t${(count += 1)}`, expires_in: 100 } }));
    const { azureToken } = open();
    const get = async (scope: string): Promise<string> => await azureToken(scope).get(signal);
    assert.deepEqual([await get("a"), await get("a"), await get("b")], ["t1", "t1", "t2"]);
  });

  it("keeps a token of Google as well", async () => {
    let count = 0;
    cloud.on("metadata.google.internal", (asked) => metadata(`t${(count += 1)}`)(asked));
    const { googleToken } = open();
    const get = async (scope: string): Promise<string> => await googleToken(scope).get(signal);
    assert.deepEqual([await get("a"), await get("a"), await get("b")], ["t1", "t1", "t2"]);
  });

  it("asks Vault as everybody, or by its own authority", async () => {
    assert.equal(await open().vaultHttp(), cloud.http);
    const access = open({ VAULT_CACERT: join(folder, "ca.pem") });
    const own = await access.vaultHttp();
    assert.notEqual(own, cloud.http);
    assert.equal(await access.vaultHttp(), own);
    await assert.rejects(open({ VAULT_CACERT: join(folder, "absent") }).vaultHttp(), /the file of VAULT_CACERT/);
  });
});
