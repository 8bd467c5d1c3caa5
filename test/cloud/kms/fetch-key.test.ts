// Each URI is asked of its own service, with what that service is asked with.
import assert from "node:assert/strict";
import { CloudError } from "../../../src/cloud/http.ts";
import { makeFetchKey, type KmsAccess } from "../../../src/cloud/kms/fetch-key.ts";
import { parseKmsUri } from "../../../src/policy/kms-uri.ts";

const { signal } = new AbortController();

describe("cloud/kms/fetch-key", () => {
  for (const [uri, expected] of [
    ["awskms:///arn:aws:kms:us-east-2:111122223333:alias/a", "aws us-east-2"],
    [
      "gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/k/versions/1",
      "google https://www.googleapis.com/auth/cloudkms",
    ],
    ["azurekms://acme.vault.azure.net/a", "azure https://vault.azure.net/.default"],
    ["hashivault://a", "vault"],
  ] as const) {
    it(`asks ${expected}`, async () => {
      const stop = (what: string): never => {
        throw new Error(what);
      };
      const access: KmsAccess = {
        http: () => stop("nobody"),
        awsPublicKey: (region) => Promise.reject(new CloudError(`aws ${region}`)),
        googleToken: (scope) => stop(`google ${scope}`),
        azureToken: (scope) => stop(`azure ${scope}`),
        vaultHttp: () => stop("vault"),
        environment: { VAULT_ADDR: "https://vault.example", VAULT_TOKEN: "t" },
      };
      const parsed = parseKmsUri(uri) ?? assert.fail("no URI");
      await assert.rejects(makeFetchKey(access)(parsed, signal), { message: expected });
    });
  }
});
