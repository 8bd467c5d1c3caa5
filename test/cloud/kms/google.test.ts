// Google Cloud KMS: the version that is named, or the newest that is enabled; what says there is no key, and what leaves it open.
import assert from "node:assert/strict";
import { CloudError } from "../../../src/cloud/http.ts";
import { fetchGoogleKey } from "../../../src/cloud/kms/google.ts";
import { parsePublicKeyPem } from "../../../src/crypto/public-key.ts";
import { KEYS } from "../../policy/resources.ts";
import { hostsOf, startFakeCloud, type CloudReply, type FakeCloud } from "../../support/cloud/fake-cloud.ts";

const { signal } = new AbortController();
const API = "cloudkms.googleapis.com";
const NAME = "projects/acme/locations/global/keyRings/ci/cryptoKeys/release";

describe("cloud/kms/google", () => {
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

  const versions = (...states: readonly (readonly [number, string])[]): CloudReply => ({
    json: {
      cryptoKeyVersions: states.map(([number, state]) => ({ name: `${NAME}/cryptoKeyVersions/${number}`, state })),
    },
  });
  const key = (more: object = {}): CloudReply => ({
    json: { pem: KEYS.a.pem, algorithm: "EC_SIGN_P256_SHA256", ...more },
  });
  const fetched = async (answer: CloudReply, list: CloudReply = versions(), version?: string): Promise<string> => {
    cloud.on(API, ({ path }) => (path.endsWith("/publicKey") ? answer : list));
    const uri = { service: "google", key: NAME, ...(version === undefined ? {} : { version }) } as const;
    const googleToken = (scope: string): { get: () => Promise<string>; drop: () => void } => {
      scopes.push(scope);
      return { get: () => Promise.resolve("t"), drop: () => undefined };
    };
    const found = await fetchGoogleKey(uri, { http: cloud.http, googleToken }, signal);
    return found.kind === "key" ? found.key.keyId : found.reason;
  };
  const paths = (): readonly string[] => cloud.asked.map(({ path }) => path);

  it("gives the public half of the version that is named, for a token of this service alone", async () => {
    assert.equal(await fetched(key(), versions(), "3"), parsePublicKeyPem(KEYS.a.pem).keyId);
    assert.deepEqual(paths(), [`/v1/${NAME}/cryptoKeyVersions/3/publicKey`]);
    assert.deepEqual(scopes, ["https://www.googleapis.com/auth/cloudkms"]);
    assert.equal(cloud.asked[0]?.headers["authorization"], "Bearer t");
    assert.deepEqual(hostsOf(cloud), [API]);
  });

  it("gives that of the newest version that is enabled, by its number", async () => {
    await fetched(key(), versions([9, "ENABLED"], [10, "ENABLED"], [11, "DISABLED"], [2, "DESTROYED"]));
    assert.deepEqual(paths(), [
      `/v1/${NAME}/cryptoKeyVersions?filter=state%3DENABLED&pageSize=1000`,
      `/v1/${NAME}/cryptoKeyVersions/10/publicKey`,
    ]);
  });

  const refusal = (status: number): CloudReply => ({ status, json: { error: { message: "pl4nted" } } });
  const none: readonly [string, CloudReply, RegExp][] = [
    ["one that is gone", refusal(404), /answered 404$/],
    ["one of others", refusal(403), /answered 403$/],
    ["a version that is disabled or destroyed", refusal(400), /answered 400$/],
    ["a key that decrypts", key({ algorithm: "RSA_DECRYPT_OAEP_2048_SHA256" }), /^Google says that it does not sign$/],
    ["an answer without an algorithm", key({ algorithm: undefined }), /^Google says that it does not sign$/],
    ["an answer without a key", key({ pem: undefined }), /^the answer has no key$/],
    ["a key that is none", key({ pem: "pl4nted" }), /^it is no public key/],
  ];
  for (const [what, reply, reason] of none) {
    it(`has none for ${what}`, async () => assert.match(await fetched(reply, versions(), "1"), reason));
  }

  it("has none without a version that is enabled, or with more than can be looked at", async () => {
    for (const list of [versions(), versions([1, "DISABLED"]), { json: { cryptoKeyVersions: [1, { name: 1 }] } }]) {
      assert.equal(await fetched(key(), list), "it has no version that is enabled");
    }
    assert.equal(await fetched(key(), { json: {} }), "it has no version that is enabled");
    const more = { json: { nextPageToken: "p" } };
    assert.match(await fetched(key(), more), /^it has more than 1000 versions/);
    assert.match(await fetched(key(), refusal(403)), /answered 403$/);
  });

  it("leaves it open after an answer that says nothing of the key", async () => {
    for (const reply of [refusal(401), refusal(429), refusal(503), { text: "<html>pl4nted" }]) {
      await assert.rejects(fetched(reply, versions(), "1"), (error) => {
        assert.ok(error instanceof CloudError);
        assert.ok(!error.message.includes("pl4nted"));
        return true;
      });
    }
  });
});
