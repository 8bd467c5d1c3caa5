/**
 * The file of GOOGLE_APPLICATION_CREDENTIALS, held against what it may have Google's library do before the library sees it: no
 * program is started for a token, a token goes to Google's own hosts alone, and members that are not known here go nowhere.
 */
import { readFile } from "node:fs/promises";
import { asObject, isJsonObject } from "../encoding/guard.ts";
import { parseJson, toPlain, type JsonObject, type JsonValue } from "../encoding/json.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { CloudError, isLoopback } from "./http.ts";

/** As Google's library takes it. */
export type GoogleCredentials = Readonly<Record<string, unknown>>;

const FILE = "the file of GOOGLE_APPLICATION_CREDENTIALS";

const EXTERNAL = "external_account";
const SOURCE = "credential_source";

/** What Google's own tools write, by type. */
const MEMBERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["service_account", ["client_email", "private_key", "private_key_id", "project_id"]],
  ["authorized_user", ["client_id", "client_secret", "refresh_token"]],
  [
    EXTERNAL,
    [
      "audience",
      "subject_token_type",
      "token_url",
      "token_info_url",
      "service_account_impersonation_url",
      "service_account_impersonation",
      "workforce_pool_user_project",
      "client_id",
      "client_secret",
    ],
  ],
]);
const SOURCES = ["file", "url", "headers", "format"];
const TYPES = [...MEMBERS.keys()].join(", ");
/** Who is shown a token. */
const ADDRESSES: ReadonlySet<string> = new Set([
  "token_url",
  "token_uri",
  "token_info_url",
  "service_account_impersonation_url",
]);
const GOOGLE = "googleapis.com";
/** The metadata service of machines: a token for this process's own identity may come from there without TLS. */
const LINK_LOCAL = "169.254.169.254";

/** Fails with CloudError. */
export async function readGoogleCredentials(path: string): Promise<GoogleCredentials> {
  try {
    return checkCredentials(asObject(parseJson(await readFile(path)), "it"));
  } catch (error) {
    if (error instanceof CloudError) throw error;
    if (error instanceof EncodingError) throw new CloudError(`${FILE} is no JSON object`, error);
    throw new CloudError(`${FILE} cannot be read`, error);
  }
}

function checkCredentials(written: JsonObject): GoogleCredentials {
  const type = written.get("type");
  const members = typeof type === "string" ? MEMBERS.get(type) : undefined;
  if (members === undefined) throw new CloudError(`${FILE} is of a type that is not used: want ${TYPES}`);
  if ((written.get("universe_domain") ?? GOOGLE) !== GOOGLE) {
    throw new CloudError(`${FILE} is of another universe_domain than ${GOOGLE}`);
  }
  for (const name of ADDRESSES) checkAddress(name, written.get(name));
  const picked = pick(written, ["type", ...members]);
  const whole = type === EXTERNAL ? new Map([...picked, [SOURCE, sourceIn(written.get(SOURCE))]]) : picked;
  return toPlain(whole) as GoogleCredentials;
}

/** Google's own, or on this machine. */
function checkAddress(name: string, written: JsonValue | undefined): void {
  if (written === undefined) return;
  const url = urlIn(written);
  const isGoogles = url?.protocol === "https:" && url.port === "" && `.${url.hostname}`.endsWith(`.${GOOGLE}`);
  if (url === undefined || !(isGoogles || isLoopback(url.hostname))) {
    throw new CloudError(`${name} in ${FILE} is no https address of ${GOOGLE}`);
  }
}

/** Where the token that is exchanged comes from: a file, or an address of whoever gives this process its identity. */
function sourceIn(source: JsonValue | undefined): JsonObject {
  const where = `${SOURCE} in ${FILE}`;
  if (!isJsonObject(source)) throw new CloudError(`${where} is no object`);
  if (source.has("executable")) throw new CloudError(`${where} names a program, and Sealgate starts none`);
  if (source.has("file") === source.has("url") || source.has("environment_id") || source.has("certificate")) {
    throw new CloudError(`${where} is of a kind that is not used: want file or url`);
  }
  if (source.has("url")) checkSubjectAddress(where, source.get("url"));
  return pick(source, SOURCES);
}

function checkSubjectAddress(where: string, written: JsonValue | undefined): void {
  const url = urlIn(written);
  const isLocal = url !== undefined && (isLoopback(url.hostname) || url.hostname === LINK_LOCAL);
  if (url?.protocol !== "https:" && !isLocal) throw new CloudError(`url of ${where} is no https address`);
}

/** Of http or https, without credentials. */
function urlIn(written: JsonValue | undefined): URL | undefined {
  if (typeof written !== "string" || !URL.canParse(written)) return undefined;
  const url = new URL(written);
  const isHttp = url.protocol === "https:" || url.protocol === "http:";
  return isHttp && url.username === "" && url.password === "" ? url : undefined;
}

/** Without those that the library might take for settings of its own. */
function pick(object: JsonObject, names: readonly string[]): JsonObject {
  return new Map([...object].filter(([name]) => names.includes(name)));
}
