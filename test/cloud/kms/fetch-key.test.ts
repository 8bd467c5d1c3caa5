// Each URI is asked of its own service, with what that service is asked with.
import assert from "node:assert/strict";
import { makeFetchKey, type KmsAccess } from "../../../src/cloud/kms/fetch-key.ts";
import { parseKmsUri } from "../../../src/policy/kms-uri.ts";

const { signal } = new AbortController();

describe("cloud/kms/fetch-key", () => {
  for (const [uri, expected] of [
    ["azurekms://acme.vault.azure.net/a", "azure https://vault.azure.net/.default"],
    ["hashivault://a", "vault"],
  ] as const) {
    it(`asks ${expected}`, async () => {
      const stop = (what: string): never => {
        throw new Error(what);
      };
      const access: KmsAccess = {
        http: () => stop("nobody"),
        azureToken: (scope) => stop(`azure ${scope}`),
        vaultHttp: () => stop("vault"),
        environment: { VAULT_ADDR: "https://vault.example", VAULT_TOKEN: "t" },
      };
      const parsed = parseKmsUri(uri) ?? assert.fail("no URI");
      await assert.rejects(makeFetchKey(access)(parsed, signal), new Error(expected));
    });
  }
});
