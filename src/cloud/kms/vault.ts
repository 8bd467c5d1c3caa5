/**
 * Vault's transit engine: GET of one key, its latest version. It needs the capability read on transit/keys/NAME. Where
 * Vault is and who asks is said as to Vault's own tools: VAULT_ADDR, VAULT_CACERT, VAULT_TOKEN, VAULT_NAMESPACE, and cosign's
 * TRANSIT_SECRET_ENGINE_PATH. Over plain HTTP anybody in between could give another key: only this machine is asked so.
 */
import { isJsonObject } from "../../encoding/guard.ts";
import type { JsonObject } from "../../encoding/json.ts";
import { encodeUtf8 } from "../../encoding/text.ts";
import { parseRawEd25519 } from "../../crypto/json-web-key.ts";
import { attempt } from "../../failure/attempt.ts";
import { readStoredKey } from "../../policy/key-secret.ts";
import type { KeyAnswer } from "../../policy/key-source.ts";
import type { KmsUri } from "../../policy/kms-uri.ts";
import { CloudError, isLoopback, refusalOf, type CloudHttp } from "../http.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const ENGINE = /^[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+)*$/;

export async function fetchVaultKey(
  { name }: Extract<KmsUri, { service: "vault" }>,
  { vaultHttp, environment }: { readonly vaultHttp: () => Promise<CloudHttp>; readonly environment: Environment },
  signal: AbortSignal,
): Promise<KeyAnswer> {
  const { url, headers, isLocal } = callOf(name, environment);
  const http = await vaultHttp();
  const answer = await http({ url, headers, signal, isLocal });
  const { status, object } = answer;
  if (object !== undefined && [403, 404].includes(status)) return none(refusalOf(answer));
  if (status !== 200 || object === undefined) throw new CloudError(refusalOf(answer));
  return readLatest(object.get("data"));
}

function callOf(
  name: string,
  environment: Environment,
): { url: string; headers: Record<string, string>; isLocal: boolean } {
  const { VAULT_ADDR: address, VAULT_TOKEN: token, VAULT_NAMESPACE: namespace } = environment;
  const engine = environment["TRANSIT_SECRET_ENGINE_PATH"] ?? "transit";
  if (address === undefined || !URL.canParse(address)) throw new CloudError("VAULT_ADDR does not say where Vault is");
  const { protocol, hostname, origin, pathname } = new URL(address);
  const isLocal = isLoopback(hostname);
  if (protocol !== "https:" && !(protocol === "http:" && isLocal)) throw new CloudError("VAULT_ADDR is not https");
  if (token === undefined || !/^[\x21-\x7e]+$/.test(token)) throw new CloudError("VAULT_TOKEN is not set");
  if (!ENGINE.test(engine)) throw new CloudError("TRANSIT_SECRET_ENGINE_PATH is no path");
  const headers = { "x-vault-token": token, ...(namespace === undefined ? {} : { "x-vault-namespace": namespace }) };
  return { url: `${origin}${pathname.replace(/\/$/, "")}/v1/${engine}/keys/${name}`, headers, isLocal };
}

function readLatest(data: unknown): KeyAnswer {
  const latest = isJsonObject(data) ? data.get("latest_version") : undefined;
  const keys = isJsonObject(data) ? data.get("keys") : undefined;
  const version = isJsonObject(keys) && typeof latest === "number" ? keys.get(String(latest)) : undefined;
  if (!isJsonObject(data) || !isJsonObject(version))
    return none("the answer has no key with versions, as those that sign have");
  return readPublicKey(data, version);
}

/** PEM, but for Ed25519 the bare 32 bytes in base64. */
function readPublicKey(data: JsonObject, version: JsonObject): KeyAnswer {
  const text = version.get("public_key");
  if (typeof text !== "string" || text === "") return none("the answer has no public key, as those that sign have");
  if (data.get("type") !== "ed25519") return readStoredKey(encodeUtf8(text));
  const key = attempt(() => parseRawEd25519(text));
  return key.ok ? { kind: "key", key: key.value } : none(key.failure.message);
}

function none(reason: string): KeyAnswer {
  return { kind: "none", reason };
}
