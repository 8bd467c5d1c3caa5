/**
 * Google Cloud KMS: the public half of one version of a key, which needs cloudkms.cryptoKeyVersions.viewPublicKey. Without a
 * version it is the newest that is enabled, and to find it needs cloudkms.cryptoKeyVersions.list.
 */
import { isJsonObject } from "../../encoding/guard.ts";
import type { JsonObject } from "../../encoding/json.ts";
import { encodeUtf8 } from "../../encoding/text.ts";
import { readStoredKey } from "../../policy/key-secret.ts";
import type { KeyAnswer } from "../../policy/key-source.ts";
import type { KmsUri } from "../../policy/kms-uri.ts";
import { authorized, type Token } from "../authorized.ts";
import { CloudError, refusalOf, type CloudAnswer, type CloudHttp } from "../http.ts";

export const GOOGLE_KMS_SCOPE = "https://www.googleapis.com/auth/cloudkms";

const API = "https://cloudkms.googleapis.com/v1/";
const VERSION = /\/cryptoKeyVersions\/([0-9]{1,10})$/;
const SIGNS = /^(EC|RSA)_SIGN_/;
/** The largest page: more enabled versions than that have to be named. */
const PAGE = 1000;

interface Asked {
  readonly http: CloudHttp;
  readonly googleToken: (scope: string) => Token;
}

export async function fetchGoogleKey(
  { key, version }: Extract<KmsUri, { service: "google" }>,
  access: Asked,
  signal: AbortSignal,
): Promise<KeyAnswer> {
  const found = version ?? (await findNewest(key, access, signal));
  if (typeof found !== "string") return found;
  const answer = await ask(`${key}/cryptoKeyVersions/${found}/publicKey`, access, signal);
  return "kind" in answer ? answer : readKey(answer);
}

/** Of the versions that are enabled the one with the highest number, or the answer that there is none. */
async function findNewest(key: string, access: Asked, signal: AbortSignal): Promise<string | KeyAnswer> {
  const query = new URLSearchParams({ filter: "state=ENABLED", pageSize: String(PAGE) });
  const answer = await ask(`${key}/cryptoKeyVersions?${query.toString()}`, access, signal);
  if ("kind" in answer) return answer;
  if (answer.has("nextPageToken")) return none(`it has more than ${PAGE} versions, and the URI names none of them`);
  const listed = answer.get("cryptoKeyVersions") ?? [];
  const numbers = Array.isArray(listed) ? listed.flatMap((each) => numberOf(each) ?? []) : [];
  return numbers.length === 0 ? none("it has no version that is enabled") : String(Math.max(...numbers));
}

/** Not by the server's filter alone. */
function numberOf(version: unknown): number | undefined {
  if (!isJsonObject(version) || version.get("state") !== "ENABLED") return undefined;
  const name = version.get("name");
  const [, number] = typeof name === "string" ? (VERSION.exec(name) ?? []) : [];
  return number === undefined ? undefined : Number(number);
}

async function ask(path: string, { http, googleToken }: Asked, signal: AbortSignal): Promise<JsonObject | KeyAnswer> {
  const answer: CloudAnswer = await authorized(http, googleToken(GOOGLE_KMS_SCOPE), { url: `${API}${path}`, signal });
  const { status, object } = answer;
  // 400 is a version that is destroyed or disabled, or a key that does not sign.
  if (object !== undefined && [400, 403, 404].includes(status)) return none(refusalOf(answer));
  if (status !== 200 || object === undefined) throw new CloudError(refusalOf(answer));
  return object;
}

function readKey(answer: JsonObject): KeyAnswer {
  const pem = answer.get("pem");
  const algorithm = answer.get("algorithm");
  if (typeof algorithm !== "string" || !SIGNS.test(algorithm)) return none("Google says that it does not sign");
  return typeof pem === "string" ? readStoredKey(encodeUtf8(pem)) : none("the answer has no key");
}

function none(reason: string): KeyAnswer {
  return { kind: "none", reason };
}
