/**
 * A token of Microsoft Entra for who this process is (registry.md §9): workload identity, which its webhook describes by
 * AZURE_CLIENT_ID, AZURE_TENANT_ID, AZURE_FEDERATED_TOKEN_FILE and AZURE_AUTHORITY_HOST. The file is read for each token,
 * since it is replaced while the process runs.
 */
import { readFile } from "node:fs/promises";
import type { Lasting } from "./expiring.ts";
import { CloudError, refusedBy, type CloudAnswer, type CloudHttp } from "./http.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const AUTHORITY = "https://login.microsoftonline.com/";
const ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const GUID = /^[0-9A-Fa-f-]{36}$/;

/** `scope`: what the token is for, for example https://vault.azure.net/.default. Fails with CloudError. */
export async function fetchAzureToken(
  scope: string,
  { http, environment }: { readonly http: CloudHttp; readonly environment: Environment },
  signal: AbortSignal,
): Promise<Lasting<string>> {
  const { AZURE_CLIENT_ID: client, AZURE_TENANT_ID: tenant, AZURE_FEDERATED_TOKEN_FILE: file } = environment;
  if (client === undefined || file === undefined || tenant === undefined || !GUID.test(tenant)) {
    throw new CloudError(
      "there is no workload identity: AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_FEDERATED_TOKEN_FILE are to be set",
    );
  }
  const authority = authorityOf(environment);
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: client,
    scope,
    client_assertion_type: ASSERTION,
    client_assertion: await readToken(file),
  });
  const answer = await http({
    url: new URL(`${tenant}/oauth2/v2.0/token`, authority).href,
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: form.toString(),
    signal,
  });
  return readAnswer(answer);
}

function authorityOf({ AZURE_AUTHORITY_HOST: authority = AUTHORITY }: Environment): string {
  if (URL.canParse(authority) && new URL(authority).protocol === "https:") return authority;
  throw new CloudError("AZURE_AUTHORITY_HOST is no https address");
}

function readAnswer(answer: CloudAnswer): Lasting<string> {
  const token = answer.object?.get("access_token");
  const seconds = answer.object?.get("expires_in");
  if (answer.status !== 200 || typeof token !== "string" || typeof seconds !== "number" || seconds <= 0) {
    throw refusedBy(answer, "no token of Azure");
  }
  return { value: token, lifetimeMs: seconds * 1000 };
}

async function readToken(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    throw new CloudError("the file of AZURE_FEDERATED_TOKEN_FILE cannot be read", error);
  }
}
