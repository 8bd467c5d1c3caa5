// URIs of key management services: what each names, and that no endpoint and no other place is taken from a policy.
import assert from "node:assert/strict";
import { KMS_SCHEMES, parseKmsUri, type KmsUri } from "../../src/policy/kms-uri.ts";
import { validatePolicy } from "../../src/policy/validate.ts";
import { policy, rule } from "./resources.ts";

const UUID = "1234abcd-12ab-34cd-56ef-1234567890ab";
const AWS = "arn:aws:kms:us-east-2:111122223333";
const GOOGLE = "projects/acme/locations/global/keyRings/ci/cryptoKeys/release";

const TAKEN: readonly [string, KmsUri][] = [
  [`awskms:///${UUID}`, { service: "aws", key: UUID }],
  ["awskms:///mrk-1234abcd12ab34cd56ef1234567890ab", { service: "aws", key: "mrk-1234abcd12ab34cd56ef1234567890ab" }],
  ["awskms:///alias/team/release", { service: "aws", key: "alias/team/release" }],
  [`awskms:///${AWS}:key/${UUID}`, { service: "aws", key: `${AWS}:key/${UUID}`, region: "us-east-2" }],
  [
    "awskms:///arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/release",
    { service: "aws", key: "arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/release", region: "us-gov-west-1" },
  ],
  [`gcpkms://${GOOGLE}`, { service: "google", key: GOOGLE }],
  [`gcpkms://${GOOGLE}/versions/2`, { service: "google", key: GOOGLE, version: "2" }],
  [`gcpkms://${GOOGLE}/cryptoKeyVersions/10`, { service: "google", key: GOOGLE, version: "10" }],
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
  "awskms://localhost:4566/alias/release",
  "awskms://alias/release",
  "awskms:///release",
  "awskms:///alias/",
  "awskms:///alias/re lease",
  `awskms:///${AWS.replace("us-east-2", "evil.example/")}:alias/release`,
  `awskms:///${AWS.replace("us-east-2", "us-east-2.evil")}:alias/release`,
  `awskms:///${AWS.replace(":kms:", ":s3:")}:alias/release`,
  `awskms:///${AWS}:key/release`,
  "gcpkms://evil.example/projects/a/locations/b/keyRings/c/cryptoKeys/d",
  "gcpkms://projects/../locations/b/keyRings/c/cryptoKeys/d",
  "gcpkms://projects/a/locations/b/keyRings/c/cryptoKeys/d/versions/latest",
  "gcpkms://projects/a/locations/b/keyRings/c/cryptoKeys/d?x=y",
  "gcpkms://projects/a/locations/b/keyRings/c",
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
      [true, true, true, true],
    );
  });
});
