// Vault's transit engine by Vault's own settings: the latest version's key, what says there is none, and what leaves it open.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { CloudError } from "../../../src/cloud/http.ts";
import { fetchVaultKey } from "../../../src/cloud/kms/vault.ts";
import { parsePublicKeyPem } from "../../../src/crypto/public-key.ts";
import type { KeyAnswer } from "../../../src/policy/key-source.ts";
import { KEYS } from "../../policy/resources.ts";
import { startFakeCloud, type CloudReply, type FakeCloud } from "../../support/cloud/fake-cloud.ts";

const { signal } = new AbortController();
const ED25519 = generateKeyPairSync("ed25519").publicKey;
type Environment = Readonly<Record<string, string | undefined>>;

describe("cloud/kms/vault", () => {
  let cloud: FakeCloud;
  before(async () => {
    cloud = await startFakeCloud();
  });
  afterEach(() => cloud.reset());
  after(async () => cloud.stop());

  const fetched = async (reply: CloudReply, more: Environment = {}, host = "*"): Promise<string> => {
    cloud.on(host, () => reply);
    const environment = { VAULT_ADDR: cloud.url, VAULT_TOKEN: "hvs.pl4nted", ...more };
    const access = { vaultHttp: () => Promise.resolve(cloud.http), environment };
    const answer: KeyAnswer = await fetchVaultKey({ service: "vault", name: "release" }, access, signal);
    return answer.kind === "key" ? answer.key.keyId : answer.reason;
  };
  const keys = { 1: { public_key: KEYS.b.pem }, 2: { public_key: KEYS.a.pem } };
  const data = (more: object): CloudReply => ({
    json: { data: { type: "ecdsa-p256", latest_version: 2, keys, ...more } },
  });

  it("gives the public half of the latest version, by the token", async () => {
    assert.equal(await fetched(data({})), parsePublicKeyPem(KEYS.a.pem).keyId);
    const [asked] = cloud.asked;
    assert.deepEqual([asked?.path, asked?.headers["x-vault-token"]], ["/v1/transit/keys/release", "hvs.pl4nted"]);
  });

  it("follows Vault's and cosign's other settings", async () => {
    const more = {
      VAULT_ADDR: "https://vault.example:8200/base/",
      VAULT_NAMESPACE: "team",
      TRANSIT_SECRET_ENGINE_PATH: "keys/transit",
    };
    await fetched(data({}), more, "vault.example:8200");
    const [asked] = cloud.asked;
    assert.deepEqual(
      [asked?.host, asked?.path, asked?.headers["x-vault-namespace"]],
      ["vault.example:8200", "/base/v1/keys/transit/keys/release", "team"],
    );
  });

  it("reads Ed25519 as Vault writes it", async () => {
    const raw = Buffer.from(String(ED25519.export({ format: "jwk" }).x), "base64url").toString("base64");
    const pem = String(ED25519.export({ type: "spki", format: "pem" }));
    const reply = (public_key: string): CloudReply => data({ type: "ed25519", keys: { 2: { public_key } } });
    assert.equal(await fetched(reply(raw)), parsePublicKeyPem(pem).keyId);
    assert.match(await fetched(reply("x")), /^Cannot parse Ed25519 key/);
  });

  const refusal = (status: number): CloudReply => ({ status, json: { errors: ["pl4nted"] } });
  const none: readonly [string, CloudReply, RegExp][] = [
    ["one that is gone", refusal(404), /answered 404$/],
    ["one of others", refusal(403), /answered 403$/],
    ["a symmetric key", data({ keys: { 2: 1_700_000_000 } }), /^the answer has no key with versions/],
    ["a version that is not there", data({ latest_version: 3 }), /^the answer has no key with versions/],
    ["an answer of another kind", { json: { data: [] } }, /^the answer has no key with versions/],
    ["a version without a key", data({ keys: { 2: { public_key: "" } } }), /^the answer has no public key/],
    ["a key that is none", data({ keys: { 2: { public_key: "pl4nted" } } }), /^it is no public key/],
  ];
  for (const [what, reply, reason] of none) {
    it(`has none for ${what}`, async () => assert.match(await fetched(reply), reason));
  }

  const refused = async (work: Promise<unknown>, reason: RegExp): Promise<void> => {
    await assert.rejects(work, (error) => {
      assert.ok(error instanceof CloudError);
      assert.match(error.message, reason);
      assert.ok(!error.message.includes("pl4nted"));
      return true;
    });
  };

  it("leaves it open after an answer that says nothing of the key", async () => {
    await refused(fetched(refusal(429)), /answered 429$/);
    await refused(fetched(refusal(503)), /answered 503$/);
    await refused(fetched({ text: "<html>pl4nted" }), / is not JSON$/);
  });

  it("asks nobody without an address, a token, TLS or an engine", async () => {
    const cases: readonly [Environment, RegExp][] = [
      [{ VAULT_ADDR: undefined }, /^VAULT_ADDR does not say/],
      [{ VAULT_ADDR: "vault" }, /^VAULT_ADDR does not say/],
      [{ VAULT_ADDR: "http://vault.example:8200" }, /^VAULT_ADDR is not https$/],
      [{ VAULT_ADDR: "ftp://127.0.0.1" }, /^VAULT_ADDR is not https$/],
      [{ VAULT_TOKEN: undefined }, /^VAULT_TOKEN is not set$/],
      [{ VAULT_TOKEN: "pl4nted\ntoken" }, /^VAULT_TOKEN is not set$/],
      [{ TRANSIT_SECRET_ENGINE_PATH: "../sys" }, /^TRANSIT_SECRET_ENGINE_PATH is no path$/],
    ];
    for (const [more, reason] of cases) await refused(fetched(data({}), more), reason);
    assert.equal(cloud.asked.length, 0);
  });
});
