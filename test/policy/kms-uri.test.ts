// URIs of key management services: what each names, and that no endpoint and no other place is taken from a policy.
import assert from "node:assert/strict";
import { KMS_SCHEMES, parseKmsUri, type KmsUri } from "../../src/policy/kms-uri.ts";
import { validatePolicy } from "../../src/policy/validate.ts";
import { policy, rule } from "./resources.ts";

const TAKEN: readonly [string, KmsUri][] = [
  ["azurekms://acme.vault.azure.net/release", { service: "azure", vault: "acme.vault.azure.net", name: "release" }],
  [
    "azurekms://acme.managedhsm.azure.net/release/0a1b2c",
    { service: "azure", vault: "acme.managedhsm.azure.net", name: "release", version: "0a1b2c" },
  ],
  ["hashivault://release", { service: "vault", name: "release" }],
];

const REFUSED = [
  "",
  "release",
  "awskms:///alias/release",
  "gcpkms://projects/a/locations/b/keyRings/c/cryptoKeys/d/versions/1",
  "azurekms://acme.vault.azure.net",
  "azurekms://acme.vault.azure.net.evil.example/release",
  "azurekms://evil.example/release",
  "azurekms://acme.vaultXazure.net/release",
  "azurekms://a.b.vault.azure.net/release",
  "azurekms://user@acme.vault.azure.net/release",
  "azurekms://acme.vault.azure.net:8443/release",
  "hashivault://vault.example/release",
  "hashivault://..",
  "hashivault://release\n",
  "HASHIVAULT://release",
  `hashivault://${"a".repeat(500)}`,
];

describe("policy/kms-uri", () => {
  const errors = (kms: string): readonly unknown[] =>
    validatePolicy(policy({ verifyImages: [rule({ attestors: [{ entries: [{ name: "a", keys: { kms } }] }] })] }));

  for (const [uri, parsed] of TAKEN) {
    it(`reads ${uri}`, () => {
      assert.deepEqual(parseKmsUri(uri), parsed);
      assert.deepEqual(errors(uri), []);
    });
  }

  for (const uri of REFUSED) {
    it(`refuses ${JSON.stringify(uri.slice(0, 80))}, in a policy too`, () => {
      assert.equal(parseKmsUri(uri), undefined);
      assert.notDeepEqual(errors(uri), []);
    });
  }

  it("knows the services by their schemes", () => {
    assert.deepEqual(
      KMS_SCHEMES.map((scheme) => TAKEN.some(([uri]) => uri.startsWith(`${scheme}://`))),
      [true, true],
    );
  });
});
