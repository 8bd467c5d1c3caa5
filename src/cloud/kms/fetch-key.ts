/**
 * The public half of a key in a key management service (policy-api.md §2.4): fetched, never used there. An answer that says
 * there is no such key, or not for us, is an answer; whatever leaves it open is CloudError.
 */
import type { KeyAnswer } from "../../policy/key-source.ts";
import type { KmsUri } from "../../policy/kms-uri.ts";
import type { Token } from "../authorized.ts";
import type { CloudHttp } from "../http.ts";
import { fetchAwsKey, type AwsPublicKey } from "./aws.ts";
import { fetchAzureKey } from "./azure.ts";
import { fetchGoogleKey } from "./google.ts";
import { fetchVaultKey } from "./vault.ts";

export type FetchKey = (uri: KmsUri, signal: AbortSignal) => Promise<KeyAnswer>;

/** What a service is asked with. Tokens are clouds' own, from who this process is. */
export interface KmsAccess {
  readonly http: CloudHttp;
  readonly awsPublicKey: AwsPublicKey;
  /** For Azure's vaults of the cloud that a vault's domain belongs to. */
  readonly azureToken: (scope: string) => Token;
  readonly googleToken: (scope: string) => Token;
  /** For Vault, which may have an authority of its own. */
  readonly vaultHttp: () => Promise<CloudHttp>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function makeFetchKey(access: KmsAccess): FetchKey {
  return async (uri, signal) => {
    switch (uri.service) {
      case "aws":
        return await fetchAwsKey(uri, access, signal);
      case "azure":
        return await fetchAzureKey(uri, access, signal);
      case "google":
        return await fetchGoogleKey(uri, access, signal);
      case "vault":
        return await fetchVaultKey(uri, access, signal);
    }
  };
}
