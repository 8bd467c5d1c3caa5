/** What key management services are asked with: this process's own identities, and the vendors' own settings. */
import { readFile } from "node:fs/promises";
import type * as Kms from "@aws-sdk/client-kms";
import { AwsClients } from "../aws/clients.ts";
import { fetchAzureToken } from "../azure-token.ts";
import { tokensByScope } from "../expiring.ts";
import { fetchGoogleToken } from "../google-token.ts";
import { CloudError, makeCloudHttp, makeCloudTransport, type CloudHttp, type CloudTransport } from "../http.ts";
import type { AwsPublicKey } from "./aws.ts";
import type { KmsAccess } from "./fetch-key.ts";

export interface AccessOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallNow: () => number;
  /** Instead of the network: for tests. */
  readonly http?: CloudHttp;
  readonly transport?: CloudTransport;
}

export function makeKmsAccess(options: AccessOptions): KmsAccess {
  const { environment, now, wallNow, http = makeCloudHttp(), transport = makeCloudTransport() } = options;
  let vault: Promise<CloudHttp> | undefined;
  return {
    http,
    environment,
    awsPublicKey: openAws(transport),
    azureToken: tokensByScope(now, (scope, signal) => fetchAzureToken(scope, { http, environment }, signal)),
    googleToken: tokensByScope(now, (scope, signal) => fetchGoogleToken(scope, { http, environment, wallNow }, signal)),
    vaultHttp: () => {
      vault ??= openVault(environment["VAULT_CACERT"], http);
      return vault;
    },
  };
}

function openAws(transport: CloudTransport): AwsPublicKey {
  const clients = new AwsClients<typeof Kms, Kms.KMSClient>({
    package: "@aws-sdk/client-kms",
    load: () => import("@aws-sdk/client-kms"),
    make: ({ KMSClient: Client }, settings) => new Client(settings),
    transport,
  });
  return async (region, keyId, abortSignal) => {
    const { client, sdk } = await clients.in(region);
    return await client.send(new sdk.GetPublicKeyCommand({ KeyId: keyId }), { abortSignal });
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
