// Azure Key Vault: the current key or a version, for the vault's own cloud; what says there is none, and what leaves it open.
import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { CloudError } from "../../../src/cloud/http.ts";
import { fetchAzureKey } from "../../../src/cloud/kms/azure.ts";
import { parsePublicKeyPem } from "../../../src/crypto/public-key.ts";
import type { KeyAnswer } from "../../../src/policy/key-source.ts";
import { KEYS } from "../../policy/resources.ts";
import { hostsOf, startFakeCloud, type CloudReply, type FakeCloud } from "../../support/cloud/fake-cloud.ts";

const { signal } = new AbortController();
const VAULT = "acme.vault.azure.net";
const JWK = createPublicKey(KEYS.a.pem).export({ format: "jwk" });

describe("cloud/kms/azure", () => {
  let cloud: FakeCloud;
  const scopes: string[] = [];
  before(async () => {
    cloud = await startFakeCloud();
  });
  afterEach(() => {
    cloud.reset();
    scopes.length = 0;
  });
  after(async () => cloud.stop());

  const fetched = async (reply: CloudReply, vault = VAULT, version = ""): Promise<KeyAnswer> => {
    cloud.on(vault, () => reply);
    const uri = { service: "azure", vault, name: "release", ...(version === "" ? {} : { version }) } as const;
    const azureToken = (scope: string): { get: () => Promise<string>; drop: () => void } => {
      scopes.push(scope);
      return { get: () => Promise.resolve("t"), drop: () => undefined };
    };
    return await fetchAzureKey(uri, { http: cloud.http, azureToken }, signal);
  };
  const key = (more: object = {}): CloudReply => ({
    json: { key: { kid: "x", kty: "EC", crv: "P-256", x: JWK.x, y: JWK.y }, attributes: { enabled: true }, ...more },
  });

  it("gives the public half of the current version, by a token for vaults", async () => {
    const answer = await fetched(key());
    assert.ok(answer.kind === "key");
    assert.equal(answer.key.keyId, parsePublicKeyPem(KEYS.a.pem).keyId);
    const [asked] = cloud.asked;
    assert.deepEqual([asked?.path, asked?.headers["authorization"]], ["/keys/release?api-version=7.4", "Bearer t"]);
    assert.deepEqual(scopes, ["https://vault.azure.net/.default"]);
    assert.deepEqual(hostsOf(cloud), [VAULT]);
  });

  it("asks for the version that is named, in whichever of Azure's clouds", async () => {
    await fetched(key(), "acme.managedhsm.azure.net", "0a1b");
    assert.equal(cloud.asked[0]?.path, "/keys/release/0a1b?api-version=7.4");
    assert.deepEqual(scopes, ["https://managedhsm.azure.net/.default"]);
  });

  const refusal = (status: number): CloudReply => ({ status, json: { error: { message: "pl4nted" } } });
  const none: readonly [string, CloudReply, RegExp][] = [
    ["one that is gone", refusal(404), /answered 404$/],
    ["one of others", refusal(403), /answered 403$/],
    ["a key that is disabled", key({ attributes: { enabled: false } }), /^Azure says that it is disabled$/],
    ["an answer that does not say", key({ attributes: undefined }), /^Azure says that it is disabled$/],
    ["an answer without a key", key({ key: undefined }), /^the answer has no key$/],
    ["a symmetric key", key({ key: { kty: "oct", k: "pl4nted" } }), /^Cannot use this type of JSON Web Key/],
  ];
  for (const [what, reply, reason] of none) {
    it(`has none for ${what}`, async () => {
      const answer = await fetched(reply);
      assert.ok(answer.kind === "none");
      assert.match(answer.reason, reason);
    });
  }

  for (const reply of [refusal(401), refusal(429), refusal(500), { text: "<html>pl4nted" }]) {
    it(`leaves it open after ${JSON.stringify(reply)}`, async () => {
      await assert.rejects(
        fetched(reply),
        (error) => error instanceof CloudError && !error.message.includes("pl4nted"),
      );
    });
  }
});
