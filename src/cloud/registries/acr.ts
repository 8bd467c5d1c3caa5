/**
 * Azure Container Registry: a token of Entra, then the registry's own exchange of it for a refresh token, which its token
 * service takes as any other (registry.md §9). It needs the role AcrPull. Both are Azure's hosts.
 */
import type { Credential } from "../../ports/credentials.ts";
import type { Token } from "../authorized.ts";
import type { Lasting } from "../expiring.ts";
import { refusedBy, type CloudHttp } from "../http.ts";

/** What a token is for, by the cloud of the registry. */
const SCOPES = {
  io: "https://containerregistry.azure.net/.default",
  cn: "https://management.chinacloudapi.cn/.default",
  us: "https://management.usgovcloudapi.net/.default",
} as const;
/** As Azure's own tools name the user of such a token. */
const USERNAME = "00000000-0000-0000-0000-000000000000";
/** They hold for three hours, which the answer does not say. */
const LIFETIME_MS = 3_600_000;
/** What is sent as a header or a form. */
const TOKEN = /^[\x21-\x7e]{1,16384}$/;

export interface AcrAccess {
  readonly http: CloudHttp;
  readonly azureToken: (scope: string) => Token;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** `host` of a registry that cloudRegistryOf() knows. Fails with CloudError. */
export async function fetchAcrCredential(
  { host, cloud }: { readonly host: string; readonly cloud: keyof typeof SCOPES },
  { http, azureToken, environment }: AcrAccess,
  signal: AbortSignal,
): Promise<Lasting<Credential>> {
  const token = azureToken(SCOPES[cloud]);
  const form = new URLSearchParams({
    grant_type: "access_token",
    service: host,
    tenant: environment["AZURE_TENANT_ID"] ?? "",
    access_token: await token.get(signal),
  });
  const answer = await http({
    url: `https://${host}/oauth2/exchange`,
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: form.toString(),
    signal,
  });
  if (answer.status === 401) token.drop();
  const refreshToken = answer.object?.get("refresh_token");
  if (answer.status !== 200 || typeof refreshToken !== "string" || !TOKEN.test(refreshToken)) {
    throw refusedBy(answer, "no token of Azure");
  }
  const value = { username: USERNAME, password: "", identityToken: refreshToken, ownHostOnly: true };
  return { value, lifetimeMs: LIFETIME_MS };
}
