/**
 * Image references by Docker/Go rules, canonicalised first (registry.md §1, policy-api.md §3): one name for each
 * registry and repository, so that no spelling dodges a policy. Hand-written and linear; input is capped before.
 *
 *   reference = [ host "/" ] path [ ":" tag ] [ "@" digest ]
 */
import { parseDigest, type Digest } from "../crypto/digest.ts";
import { malformed } from "../failure/attempt.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { quoted, VerificationFailure } from "../failure/failure.ts";

/** A canonical repository: host lower-case without :443 and trailing dot, docker.io for all names of Docker Hub. */
export interface Repository {
  readonly host: string;
  readonly path: string;
}

export interface ImageReference {
  /** As written, for messages. */
  readonly original: string;
  readonly repository: Repository;
  /** "latest" when there is neither tag nor digest; kept as text beside a digest. */
  readonly tag?: string;
  readonly digest?: Digest;
}

const MAX_LENGTH = 4096;
const MAX_NAME = 255;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const HOST_LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/;
const IPV6 = /^\[[0-9a-fA-F:]+\]$/;
const DOCKER_HUB: ReadonlySet<string> = new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);

/** Fails with ReferenceMalformed, or DigestUnsupported for a digest other than sha256. */
export function parseImageReference(text: string): ImageReference {
  return malformed("ReferenceMalformed", `image reference ${quoted(text)}`, () => readReference(text));
}

/** `host/path[:tag][@digest]`, fully qualified; `digest` stands in for the reference's own. */
export function formatReference(reference: ImageReference, digest: Digest | undefined = reference.digest): string {
  const { repository, tag } = reference;
  const named = `${repository.host}/${repository.path}${tag === undefined ? "" : `:${tag}`}`;
  return digest === undefined ? named : `${named}@${digest}`;
}

/** The one name of a registry (policy-api.md §3). Throws EncodingError. */
export function canonicalHost(text: string): string {
  const { name, port } = splitPort(text.toLowerCase());
  const bare = name.endsWith(".") ? name.slice(0, -1) : name;
  if (!IPV6.test(bare) && !bare.split(".").every((label) => HOST_LABEL.test(label))) {
    throw new EncodingError(`bad host ${quoted(text)}`);
  }
  if (port !== undefined && !isPort(port)) throw new EncodingError(`bad port in host ${quoted(text)}`);
  const host = port === undefined || Number(port) === 443 ? bare : `${bare}:${Number(port)}`;
  return DOCKER_HUB.has(host) ? "docker.io" : host;
}

function readReference(text: string): ImageReference {
  if (text.length > MAX_LENGTH) throw new EncodingError(`longer than ${MAX_LENGTH} characters`);
  if (!/^[\x21-\x7e]+$/.test(text)) throw new EncodingError("empty, or holds white space or non-ASCII characters");
  if (/^[0-9a-f]{64}$/.test(text)) throw new EncodingError("64 hex digits are an image ID, not a name");
  const at = text.indexOf("@");
  const digest = at < 0 ? undefined : readDigest(text.slice(at + 1));
  const { host, rest } = splitHost(at < 0 ? text : text.slice(0, at));
  const { path, tag } = splitTag(rest);
  const repository = readRepository(host, path);
  return {
    original: text,
    repository,
    ...(tag !== undefined ? { tag } : digest === undefined ? { tag: "latest" } : {}),
    ...(digest === undefined ? {} : { digest }),
  };
}

function readDigest(text: string): Digest {
  if (!/^[A-Za-z][A-Za-z0-9+._-]*:[0-9a-fA-F]{32,}$/.test(text)) throw new EncodingError("bad digest");
  if (text.startsWith("sha256:")) return parseDigest(text);
  throw new VerificationFailure("DigestUnsupported", `Cannot use digest ${quoted(text)}: want sha256`);
}

/** Go's rule: the part before the first "/" is a host if it is localhost, or holds "." or ":", or an upper-case letter. */
function splitHost(name: string): { host: string; rest: string } {
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const isHost = first === "localhost" || /[.:A-Z]/.test(first);
  return isHost ? { host: first, rest: name.slice(slash + 1) } : { host: "docker.io", rest: name };
}

function splitTag(rest: string): { path: string; tag?: string } {
  const colon = rest.indexOf(":");
  if (colon < 0) return { path: rest };
  const tag = rest.slice(colon + 1);
  if (!TAG.test(tag)) throw new EncodingError("bad tag");
  return { path: rest.slice(0, colon), tag };
}

function readRepository(hostText: string, pathText: string): Repository {
  const host = canonicalHost(hostText);
  const path = host === "docker.io" && !pathText.includes("/") ? `library/${pathText}` : pathText;
  if (/[A-Z]/.test(path)) throw new EncodingError("the path must be lower case");
  if (!path.split("/").every((component) => PATH_COMPONENT.test(component))) throw new EncodingError("bad path");
  if (path.length > MAX_NAME) throw new EncodingError(`the path is longer than ${MAX_NAME} characters`);
  return { host, path };
}

function splitPort(host: string): { name: string; port?: string } {
  const colon = host.lastIndexOf(":");
  if (colon < 0 || host.endsWith("]")) return { name: host };
  return { name: host.slice(0, colon), port: host.slice(colon + 1) };
}

function isPort(text: string): boolean {
  return /^[0-9]{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}
