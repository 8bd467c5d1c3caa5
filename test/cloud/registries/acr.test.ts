// Azure Container Registry: a token of Entra, exchanged at the registry itself; nobody else is asked.
import assert from "node:assert/strict";
import { fetchAcrCredential } from "../../../src/cloud/registries/acr.ts";
import { CloudError, CloudOutage } from "../../../src/cloud/http.ts";
import type { Lasting } from "../../../src/cloud/expiring.ts";
import type { Credential } from "../../../src/ports/credentials.ts";
import { hostsOf, startFakeCloud, type CloudReply, type FakeCloud } from "../../support/cloud/fake-cloud.ts";

const { signal } = new AbortController();
const HOST = "acme.azurecr.io";

describe("cloud/registries/acr", () => {
  let cloud: FakeCloud;
  const scopes: string[] = [];
  let dropped = 0;
  before(async () => {
    cloud = await startFakeCloud();
  });
  beforeEach(() => {
    scopes.length = 0;
    dropped = 0;
  });
  afterEach(() => cloud.reset());
  after(async () => cloud.stop());

  const fetched = async (
    reply: CloudReply,
    host = HOST,
    ofCloud: "io" | "cn" | "us" = "io",
  ): Promise<Lasting<Credential>> => {
    cloud.on(host, () => reply);
    const azureToken = (scope: string): { get: () => Promise<string>; drop: () => void } => {
      scopes.push(scope);
      return { get: () => Promise.resolve("pl4nted-entra"), drop: () => void (dropped += 1) };
    };
    const access = { http: cloud.http, azureToken, environment: { AZURE_TENANT_ID: "tenant" } };
    return await fetchAcrCredential({ host, cloud: ofCloud }, access, signal);
  };

  it("gives the registry's refresh token, for its own host alone", async () => {
    const { value, lifetimeMs } = await fetched({ json: { refresh_token: "r" } });
    const username = "00000000-0000-0000-0000-000000000000";
    assert.deepEqual(value, { username, password: "", identityToken: "r", ownHostOnly: true });
    assert.equal(lifetimeMs, 3_600_000);
    assert.deepEqual(hostsOf(cloud), [HOST]);
    const [{ method, path, body } = { method: "", path: "", body: "" }] = cloud.asked;
    assert.deepEqual([method, path], ["POST", "/oauth2/exchange"]);
    assert.deepEqual(Object.fromEntries(new URLSearchParams(body)), {
      grant_type: "access_token",
      service: HOST,
      tenant: "tenant",
      access_token: "pl4nted-entra",
    });
  });

  it("asks for a token of the registry's own cloud", async () => {
    for (const [ofCloud, scope] of [
      ["io", "https://containerregistry.azure.net/.default"],
      ["cn", "https://management.chinacloudapi.cn/.default"],
      ["us", "https://management.usgovcloudapi.net/.default"],
    ] as const) {
      scopes.length = 0;
      await fetched({ json: { refresh_token: "r" } }, `acme.azurecr.${ofCloud}`, ofCloud);
      assert.deepEqual(scopes, [scope]);
    }
  });

  const refused: readonly [CloudReply, RegExp, boolean][] = [
    [{ status: 401, json: { errors: ["pl4nted"] } }, /^no token of Azure: acme\.azurecr\.io answered 401$/, false],
    [{ status: 429, json: {} }, /answered 429$/, true],
    [{ status: 503, text: "pl4nted" }, /answered 503$/, true],
    [{ text: "<html>pl4nted" }, /is not JSON$/, false],
    [{ json: {} }, /answered 200$/, false],
    [{ json: { refresh_token: 1 } }, /answered 200$/, false],
    [{ json: { refresh_token: "pl4nted\r\nx" } }, /answered 200$/, false],
    [{ json: { refresh_token: "r".repeat(16_385) } }, /answered 200$/, false],
  ];
  for (const [reply, reason, isOutage] of refused) {
    it(`has none after ${JSON.stringify(reply).slice(0, 60)}`, async () => {
      await assert.rejects(fetched(reply), (error) => {
        assert.ok(error instanceof CloudError);
        assert.match(error.message, reason);
        assert.ok(!error.message.includes("pl4nted"));
        assert.equal(error instanceof CloudOutage, isOutage);
        return true;
      });
      assert.equal(dropped, reply.status === 401 ? 1 : 0);
    });
  }
});
