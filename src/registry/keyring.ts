/**
 * Pull secrets by kubelet's rules (registry.md §8; Kubernetes, pkg/credentialprovider): which entries of a pod's Secrets
 * serve a repository, and in which order. A key is "[scheme://]host[:port][/path]": labels of its host are globs, its port
 * is text, its path a plain prefix. All matches count, in reverse lexical order of keys over all Secrets. What is wrong
 * in a Secret is said with the Secret's name and the place, never with what stands there.
 */
import { asObject } from "../encoding/guard.ts";
import type { JsonObject } from "../encoding/json.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { quoted, VerificationFailure } from "../failure/failure.ts";
import type { Repository } from "../oci/reference.ts";
import type { NamedCredential, PullSecret } from "../ports/credentials.ts";
import { readAuthEntry, readAuthJson } from "./auth-entry.ts";
import { compileHostGlob, type HostGlob } from "./host-glob.ts";

/** Each further attempt costs time of the admission (registry.md §8). */
export const MAX_TRIED = 4;

/** One Secret, read: its entries by the hosts that they name. */
export interface KeyringPart {
  /** Keys without a glob, by `host[:port]`. */
  readonly exact: ReadonlyMap<string, readonly Entry[]>;
  readonly globs: readonly (Entry & { readonly host: HostGlob })[];
}

interface Entry {
  /** Host and path as kubelet sorts them. */
  readonly key: string;
  /** Empty, or a prefix of the repository's path that starts with "/". */
  readonly path: string;
  readonly named: NamedCredential;
}

const LEGACY_MEMBER = ".dockercfg";
/** Where a Secret of each type has its entries. */
const MEMBERS: ReadonlyMap<string, string> = new Map([
  ["kubernetes.io/dockerconfigjson", ".dockerconfigjson"],
  ["kubernetes.io/dockercfg", LEGACY_MEMBER],
]);
const DOCKER_HUB = "docker.io";
/** Serves Docker Hub only where nothing else matches. */
const DEFAULT_KEY = "index.docker.io";
const SCHEME = /^https?:\/\//;
const HOST = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/;
/** Characters that Go refuses in a host; "%" would only ever spell a character that could be written. */
const BAD_HOST = /[^\x21-\x7e]|[%^\\`{|}]/;
/** An address in brackets is none. */
const GLOB = /^[^[].*[[\]]|\*/;

/** The entries of one Secret; none if its type is none of the two. Fails with PullSecretMalformed. */
export function parsePullSecret(secret: PullSecret): KeyringPart {
  const source = sourceName(secret);
  try {
    return buildPart(readAuths(secret), source);
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
    throw new VerificationFailure("PullSecretMalformed", `Cannot use ${source}: ${error.message}`);
  }
}

/** What serves `repository`, in the order in which it is tried, at most MAX_TRIED. */
export function lookUp(parts: readonly KeyringPart[], repository: Repository): readonly NamedCredential[] {
  const target = `/${repository.path}`;
  const found = parts.flatMap((part) => matchesOf(part, repository.host, target));
  const matches =
    found.length > 0 || repository.host !== DOCKER_HUB
      ? found
      : parts.flatMap(({ exact }) => (exact.get(DEFAULT_KEY) ?? []).filter(({ key }) => key === DEFAULT_KEY));
  const sorted = matches.toSorted((left, right) => (left.key === right.key ? 0 : left.key < right.key ? 1 : -1));
  return sorted.slice(0, MAX_TRIED).map(({ named }) => named);
}

/** A clause on why a Secret that could be read serves nothing. */
export function explainSilence(secret: PullSecret, { host, path }: Repository): string {
  const { type, data } = secret;
  const source = sourceName(secret);
  const member = MEMBERS.get(type);
  if (member === undefined) return `${source} is of type ${quoted(type)}, want ${[...MEMBERS.keys()].join(" or ")}`;
  if ((data.get(member)?.length ?? 0) === 0) return `${source} holds nothing under ${member}`;
  return `${source} has no entry for ${host}/${path}`;
}

function sourceName({ namespace, name }: PullSecret): string {
  return `Secret "${namespace}/${name}"`;
}

function matchesOf({ exact, globs }: KeyringPart, host: string, target: string): readonly Entry[] {
  const candidates = [...(exact.get(host) ?? []), ...globs.filter((entry) => entry.host(host))];
  return candidates.filter(({ path }) => target.startsWith(path));
}

/** The map of entries. Type and key must both be right and the value not empty, else there is nothing in it for a pull. */
function readAuths({ type, data }: PullSecret): JsonObject {
  const member = MEMBERS.get(type);
  const bytes = member === undefined ? undefined : data.get(member);
  if (member === undefined || bytes === undefined || bytes.length === 0) return new Map();
  const document = asObject(readAuthJson(bytes, member), member);
  return member === LEGACY_MEMBER ? document : asObject(document.get("auths") ?? new Map(), "auths");
}

function buildPart(auths: JsonObject, source: string): KeyringPart {
  const exact = new Map<string, Entry[]>();
  const globs: (Entry & { readonly host: HostGlob })[] = [];
  let position = 0;
  for (const [written, value] of auths) {
    position += 1;
    const credential = readAuthEntry(value, `entry ${position}`);
    const place = readKey(written);
    if (credential === undefined || place === undefined) continue;
    const entry = { key: place.key, path: place.path, named: { source, credential } };
    if (GLOB.test(place.host)) globs.push({ ...entry, host: compileHostGlob(place.host) });
    else exact.set(place.host, [...(exact.get(place.host) ?? []), entry]);
  }
  return { exact, globs };
}

/** undefined: no URL to Go, and kubelet passes over it. A query and a fragment are cut off, a user is not looked at. */
function readKey(written: string): { host: string; path: string; key: string } | undefined {
  const [bare = ""] = written.replace(SCHEME, "").split(/[?#]/, 1);
  const slash = bare.indexOf("/");
  const authority = slash < 0 ? bare : bare.slice(0, slash);
  const path = slash < 0 ? "" : bare.slice(slash);
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  const [, name, port = ""] = HOST.exec(host) ?? [];
  if (name === undefined || BAD_HOST.test(host) || path.includes("%")) return undefined;
  const kept = path.replace(/^\/v[12](?=\/)/, "").replace(/^\/$/, "");
  const canonical = canonicalKeyHost(name.toLowerCase());
  return { host: port === "" ? canonical : `${canonical}:${port}`, path: kept, key: `${host}${kept}` };
}

/** As image references are: without the trailing dot, and one name for Docker Hub's second host (registry.md §1.2). */
function canonicalKeyHost(name: string): string {
  const bare = name.endsWith(".") ? name.slice(0, -1) : name;
  return bare === "registry-1.docker.io" ? DOCKER_HUB : bare;
}
