/**
 * Files with credentials that an administrator gives: docker's config.json and podman's auth.json, each by the rules of
 * its own tool, which are not kubelet's: no globs, and one answer. Docker knows a registry by its host alone. Podman's keys
 * are namespaces and repositories too, whole segments, the longest first (containers-auth.json(5)). A helper that the file
 * names comes before its entries.
 */
import { asObject, asString } from "../encoding/guard.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import type { JsonObject } from "../encoding/json.ts";
import type { Repository } from "../oci/reference.ts";
import type { Credential } from "../ports/credentials.ts";
import { readAuthEntry, readAuthJson } from "./auth-entry.ts";

export type AuthFileRules = "docker" | "podman";

/** What a file says of a repository: a credential, or the helper that knows it. */
export type FileAnswer =
  | { readonly kind: "credential"; readonly credential: Credential }
  | { readonly kind: "helper"; readonly helper: string; readonly server: string };

export interface AuthFile {
  /** For messages: the file's name. */
  readonly name: string;
  /** Every helper that it names. */
  readonly helpers: readonly string[];
  /** undefined: the file says nothing of it. */
  find(repository: Repository): FileAnswer | undefined;
}

/** What an administrator wrote wrongly, by file and place. */
export class AuthFileError extends Error {
  constructor(file: string, problem: string) {
    super(`Cannot use ${file}: ${problem}`);
    this.name = "AuthFileError";
  }
}

/** The parts of a program's name: it is started as docker-credential-NAME. */
const HELPER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const HUB_SERVER = "https://index.docker.io/v1/";
const HUB_NAMES: ReadonlySet<string> = new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);

/** Throws AuthFileError. */
export function parseAuthFile(bytes: Uint8Array, name: string, rules: AuthFileRules): AuthFile {
  try {
    const document = asObject(readAuthJson(bytes, "it"), "it");
    const auths = readAuths(document);
    const helpers = readHelpers(document);
    const store = rules === "docker" ? readHelper(document.get("credsStore") ?? "", "credsStore") : "";
    const keysOf = rules === "docker" ? dockerKeys : podmanKeys;
    return {
      name,
      helpers: [...helpers.values(), store].filter((helper) => helper !== ""),
      find: (repository) => {
        const helper = helperOf(helpers, store, repository.host);
        if (helper !== undefined) return { kind: "helper", helper, server: serverOf(repository.host) };
        const credential = firstOf(auths, keysOf(repository)) ?? byHost(auths, repository.host, rules);
        return credential === undefined ? undefined : { kind: "credential", credential };
      },
    };
  } catch (error) {
    if (error instanceof EncodingError) throw new AuthFileError(name, error.message);
    throw error;
  }
}

function readAuths(document: JsonObject): ReadonlyMap<string, Credential> {
  const auths = new Map<string, Credential>();
  let position = 0;
  for (const [key, value] of asObject(document.get("auths") ?? new Map(), "auths")) {
    position += 1;
    const credential = readAuthEntry(value, `entry ${position} of auths`);
    if (credential !== undefined) auths.set(key, credential);
  }
  return auths;
}

function readHelpers(document: JsonObject): ReadonlyMap<string, string> {
  const helpers = [...asObject(document.get("credHelpers") ?? new Map(), "credHelpers")];
  return new Map(helpers.map(([key, value], i) => [hostOf(key), readHelper(value, `entry ${i + 1} of credHelpers`)]));
}

function readHelper(value: unknown, path: string): string {
  const helper = asString(value, path);
  if (helper !== "" && !HELPER.test(helper)) throw new EncodingError(`${path} is no name of a credential helper`);
  return helper;
}

/** The empty name switches a helper off for its host, and docker then looks into the file. */
function helperOf(helpers: ReadonlyMap<string, string>, store: string, host: string): string | undefined {
  const helper = helpers.get(host) ?? store;
  return helper === "" ? undefined : helper;
}

/** Under which name a helper knows the registry. */
function serverOf(host: string): string {
  return host === "docker.io" ? HUB_SERVER : host;
}

function dockerKeys({ host }: Repository): readonly string[] {
  return [serverOf(host)];
}

/** `host/a/b`, `host/a`, `host`. */
function podmanKeys({ host, path }: Repository): readonly string[] {
  const segments = `${host}/${path}`.split("/");
  return segments.map((_, i) => segments.slice(0, segments.length - i).join("/"));
}

function firstOf(auths: ReadonlyMap<string, Credential>, keys: readonly string[]): Credential | undefined {
  const found = keys.find((key) => auths.has(key));
  return found === undefined ? undefined : auths.get(found);
}

/** Keys that old versions wrote as addresses. Podman cuts the path of an address alone: of other keys it is a namespace. */
function byHost(auths: ReadonlyMap<string, Credential>, host: string, rules: AuthFileRules): Credential | undefined {
  for (const [key, credential] of auths) {
    const isNamespace = rules === "podman" && key.includes("/") && !/^https?:\/\//.test(key);
    if (!isNamespace && hostOf(key) === host) return credential;
  }
  return undefined;
}

function hostOf(key: string): string {
  const [host = ""] = key.replace(/^https?:\/\//, "").split("/");
  return HUB_NAMES.has(host) ? "docker.io" : host;
}
