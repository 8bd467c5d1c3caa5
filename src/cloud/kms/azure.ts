/** Azure Key Vault and Managed HSM: GET of one key. It needs the role "Key Vault Crypto User", or the permission keys/get. */
import { parseJsonWebKey } from "../../crypto/json-web-key.ts";
import { isJsonObject } from "../../encoding/guard.ts";
import type { JsonObject } from "../../encoding/json.ts";
import { attempt } from "../../failure/attempt.ts";
import type { KeyAnswer } from "../../policy/key-source.ts";
import type { KmsUri } from "../../policy/kms-uri.ts";
import { authorized, type Token } from "../authorized.ts";
import { CloudError, refusalOf, type CloudHttp } from "../http.ts";

const API_VERSION = "7.4";

export async function fetchAzureKey(
  { vault, name, version }: Extract<KmsUri, { service: "azure" }>,
  { http, azureToken }: { readonly http: CloudHttp; readonly azureToken: (scope: string) => Token },
  signal: AbortSignal,
): Promise<KeyAnswer> {
  const path = ["keys", name, ...(version === undefined ? [] : [version])].join("/");
  const url = `https://${vault}/${path}?api-version=${API_VERSION}`;
  // vault.azure.net of NAME.vault.azure.net, as Azure names what a token is for.
  const scope = `https://${vault.slice(vault.indexOf(".") + 1)}/.default`;
  const answer = await authorized(http, azureToken(scope), { url, signal });
  const { status, object } = answer;
  if (object !== undefined && [403, 404].includes(status)) return none(refusalOf(answer));
  if (status !== 200 || object === undefined) throw new CloudError(refusalOf(answer));
  return readKey(object);
}

function readKey(answer: JsonObject): KeyAnswer {
  const key = answer.get("key");
  const attributes = answer.get("attributes");
  if (!isJsonObject(key)) return none("the answer has no key");
  if (!isJsonObject(attributes) || attributes.get("enabled") !== true) return none("Azure says that it is disabled");
  const parsed = attempt(() => parseJsonWebKey(key));
  return parsed.ok ? { kind: "key", key: parsed.value } : none(parsed.failure.message);
}

function none(reason: string): KeyAnswer {
  return { kind: "none", reason };
}
