/** What key management services are asked with: this process's own identities, and the vendors' own settings. */
import { readFile } from "node:fs/promises";
import type { Token } from "../authorized.ts";
import { fetchAzureToken } from "../azure-token.ts";
import { Expiring } from "../expiring.ts";
import { CloudError, makeCloudHttp, type CloudHttp } from "../http.ts";
import type { KmsAccess } from "./fetch-key.ts";

export interface AccessOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Instead of the network: for tests. */
  readonly http?: CloudHttp;
}

export function makeKmsAccess({ environment, now, http = makeCloudHttp() }: AccessOptions): KmsAccess {
  const tokens = new Map<string, Token>();
  let vault: Promise<CloudHttp> | undefined;
  return {
    http,
    environment,
    azureToken: (scope) => {
      const known = tokens.get(scope);
      if (known !== undefined) return known;
      const fetch = (signal: AbortSignal): ReturnType<typeof fetchAzureToken> =>
        fetchAzureToken(scope, { http, environment }, signal);
      const token = new Expiring({ now, fetch });
      tokens.set(scope, token);
      return token;
    },
    vaultHttp: () => {
      vault ??= openVault(environment["VAULT_CACERT"], http);
      return vault;
    },
  };
}

async function openVault(file: string | undefined, http: CloudHttp): Promise<CloudHttp> {
  if (file === undefined) return http;
  try {
    return makeCloudHttp({ ca: await readFile(file, "utf8") });
  } catch (error) {
    throw new CloudError("the file of VAULT_CACERT cannot be read", error);
  }
}
