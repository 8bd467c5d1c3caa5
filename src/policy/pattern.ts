/**
 * Patterns over images (policy-api.md §3): `*`, or `[host/]path[:*]`, matched against the canonical repository, host and
 * path apart. Refused is what selects by text of the pod's author (tags, digests in includes) or more than it seems to
 * (`ghcr.*` is ghcr.io.evil.example, too); a skip must be narrow, since others may own `ghcr.io/acme-evil`.
 */
import type { ImageReference } from "../oci/reference.ts";
import { quoted } from "../failure/failure.ts";
import { matchGlob } from "./glob.ts";

export interface ImagePattern {
  readonly text: string;
  /** The pod's author can choose among hosts, or among ports of one. */
  readonly hasHostWildcard: boolean;
  /** Where all of it lies, for an index. */
  readonly place: PatternPlace;
  matches(reference: ImageReference): boolean;
}

/** What is literal of a pattern: the host, and the first segment of the path. What is not is absent. */
export interface PatternPlace {
  readonly host?: string;
  readonly segment?: string;
}

/** A pattern, or the sentence that says why it is none. */
export type PatternResult =
  { readonly ok: true; readonly pattern: ImagePattern } | { readonly ok: false; readonly message: string };

interface Parts {
  /** undefined: any host and port. */
  readonly host?: string;
  readonly path: string;
  readonly digest?: string;
}

const DOCKER_HUB = "docker.io";
const DOCKER_HUB_NAMES = [DOCKER_HUB, "index.docker.io", "registry-1.docker.io"];
const MAX_LENGTH = { include: 320, skip: 400 } as const;
const SEGMENT = /^[a-z0-9._*?-]+$/;
const HOST = /^(?:[a-z0-9*?-]+\.)*[a-z0-9-]+\.?(?::(?:[1-9][0-9]{0,4}|\*))?$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const WILDCARD = /[*?]/;

/** An entry of imageReferences. */
export function parsePattern(text: string): PatternResult {
  if (text.length > MAX_LENGTH.include) return refuse(text, `want at most ${MAX_LENGTH.include} characters`);
  if (text === "*")
    return { ok: true, pattern: { text, hasHostWildcard: true, place: {}, matches: (): boolean => true } };
  if (text.includes("@")) return refuse(text, "digests select nothing here, since the pod's author writes them");
  const parts = splitPattern(text);
  return typeof parts === "string" ? refuse(text, parts) : accept(text, parts);
}

/** An entry of skipImageReferences: narrower, and it may end with a digest. */
export function parseSkipPattern(text: string): PatternResult {
  if (text.length > MAX_LENGTH.skip) return refuse(text, `want at most ${MAX_LENGTH.skip} characters`);
  if (text === "*") return refuse(text, "a skip must have a literal host");
  const [name = "", digest, ...rest] = text.split("@");
  if (rest.length > 0 || (digest !== undefined && !DIGEST.test(digest))) {
    return refuse(text, "want @sha256: and 64 characters of lower-case hex");
  }
  const parts = splitPattern(name);
  if (typeof parts === "string") return refuse(text, parts);
  const problem = wideness(parts);
  if (problem !== undefined) return refuse(text, problem);
  return accept(text, digest === undefined ? parts : { ...parts, digest });
}

/** Why a skip takes out names that others may own; undefined when it does not. */
function wideness({ host, path }: Parts): string | undefined {
  if (host === undefined || WILDCARD.test(host)) return "a skip must have a literal host";
  const [first = ""] = path.split("/");
  return WILDCARD.test(first) && !/^\*+$/.test(path)
    ? "the first path segment of a skip must be literal, since others may own names that it takes out"
    : undefined;
}

/** What people write that looks like a pattern and is none; undefined for the rest. */
function slip(text: string): string | undefined {
  if (text === "") return "it is empty";
  if (text.includes("://")) return "want no scheme: host and path alone, for example ghcr.io/acme/*";
  return /[A-Z]/.test(text) ? "want lower case: that is how the images of pods are compared" : undefined;
}

/** Host and path, or the reason why there are none. */
function splitPattern(text: string): Parts | string {
  return slip(text) ?? splitLowerCase(text);
}

function splitLowerCase(text: string): Parts | string {
  const slash = text.indexOf("/");
  const first = slash < 0 ? "" : text.slice(0, slash);
  const hasHost = slash >= 0 && (first === "*" || first === "localhost" || /[.:]/.test(first));
  const rest = hasHost ? text.slice(slash + 1) : text;
  const path = rest.endsWith(":*") ? rest.slice(0, -2) : rest;
  if (path.includes(":")) return "tags select nothing, since the pod's author writes them";
  if (!path.split("/").every((segment) => SEGMENT.test(segment))) {
    return "want lower-case path segments of letters, digits and ._-*?, none empty";
  }
  if (!hasHost) return splitHubPattern(path);
  if (first === "*") return { path };
  return HOST.test(first)
    ? { host: canonicalHost(first), path }
    : "want a host whose last label is literal, since ghcr.* is ghcr.io.evil.example too";
}

/** Without a host a pattern is on Docker Hub, and must not look as if it had meant something else. */
function splitHubPattern(path: string): Parts | string {
  const [first = "", ...rest] = path.split("/");
  if (WILDCARD.test(first) || (rest.length === 0 && first.includes("."))) {
    return "name the host, for example docker.io/nginx* or ghcr.io/*";
  }
  return { host: DOCKER_HUB, path };
}

function accept(text: string, parts: Parts): PatternResult {
  const { host, digest } = parts;
  const path = parts.path.replaceAll(/\*+/g, "*");
  const matches = ({ repository, digest: written }: ImageReference): boolean =>
    (host === undefined || hostNames(repository.host).some((name) => matchHost(host, name))) &&
    pathNames(repository).some((name) => matchGlob(path, name, { star: "", one: "/" })) &&
    (digest === undefined || digest === written);
  const hasHostWildcard = host === undefined || WILDCARD.test(host);
  return { ok: true, pattern: { text, hasHostWildcard, place: placeOf(host, path), matches } };
}

function placeOf(host: string | undefined, path: string): PatternPlace {
  const [segment = ""] = path.split("/");
  return {
    ...(host === undefined || WILDCARD.test(host) ? {} : { host }),
    ...(WILDCARD.test(segment) ? {} : { segment }),
  };
}

/** The first segments that a pattern over this image can have. */
export function firstSegments(repository: ImageReference["repository"]): readonly string[] {
  return pathNames(repository).map((path) => path.split("/")[0] ?? "");
}

function refuse(text: string, reason: string): PatternResult {
  return { ok: false, message: `Cannot use the pattern ${quoted(text)}: ${reason}` };
}

/** As for references: no trailing dot, no :443, one name for Docker Hub. */
function canonicalHost(host: string): string {
  const [name = "", port] = host.split(":");
  const undotted = name.endsWith(".") ? name.slice(0, -1) : name;
  if (port !== undefined && port !== "443") return `${undotted}:${port}`;
  return DOCKER_HUB_NAMES.includes(undotted) ? DOCKER_HUB : undotted;
}

function matchHost(pattern: string, host: string): boolean {
  const anyPort = pattern.endsWith(":*");
  const wanted = anyPort ? pattern.slice(0, -2) : pattern;
  const [name = ""] = anyPort ? host.split(":") : [host];
  return matchGlob(wanted, name, { star: ":", one: ":" });
}

/** Docker Hub under all its names: a wildcard that covers one of them covers what lies there. */
function hostNames(host: string): readonly string[] {
  return host === DOCKER_HUB ? DOCKER_HUB_NAMES : [host];
}

/** An official image of Docker Hub is known as library/x and as x. */
function pathNames({ host, path }: ImageReference["repository"]): readonly string[] {
  const official = /^library\/([^/]+)$/.exec(path)?.[1];
  return host === DOCKER_HUB && official !== undefined ? [path, official] : [path];
}
