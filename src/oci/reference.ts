/**
 * Image references by Docker/Go rules, canonicalised first (registry.md §1, policy-api.md §3): one name for each
 * registry and repository, so that no spelling dodges a policy. Hand-written and linear; input is capped before.
 *
 *   reference = [ host "/" ] path [ ":" tag ] [ "@" digest ]
 */
import { parseDigest, type Digest } from "../crypto/digest.ts";
import { ownText } from "../encoding/text.ts";
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
/** A last label that a URL reads as part of an IPv4 address, or a label that it decodes. */
const READ_BY_URL = /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$|(?:^|\.)xn--/;
const WANTED_DIGEST = "bad digest after @, want sha256:<64 lower-case hex>";
/** By these nodes find what they hold already, and by a part of one as well. */
const IMAGE_ID = /^(?:[0-9a-f]{64}|sha[0-9]+:[0-9a-f]+)$/;
const OTHER_ALGORITHM = /^(sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;
const DOCKER_HUB: ReadonlySet<string> = new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);

/** Fails with ReferenceMalformed, or DigestUnsupported for a digest other than sha256. */
export function parseImageReference(text: string): ImageReference {
  return malformed("ReferenceMalformed", `image reference ${quoted(text)}`, () => readReference(text));
}

export function isSameRepository(left: Repository, right: Repository): boolean {
  return left.host === right.host && left.path === right.path;
}

/** `host/path[:tag][@digest]`, fully qualified; `digest` stands in for the reference's own. */
export function formatReference(reference: ImageReference, digest: Digest | undefined = reference.digest): string {
  const { repository, tag } = reference;
  const named = `${repository.host}/${repository.path}${tag === undefined ? "" : `:${tag}`}`;
  return digest === undefined ? named : `${named}@${digest}`;
}

/**
 * What an operator should know of a name without a host (registry.md §1.5): CRI-O's registries.conf may give it another
 * one, so that what is verified on Docker Hub is not what runs. undefined when the name says its host.
 */
export function shortNameWarning({ original, repository }: ImageReference): string | undefined {
  if (splitHost(original.split("@")[0] ?? "").isWritten) return undefined;
  const full = `${repository.host}/${repository.path}`;
  return `${quoted(original)} names no registry: it is verified as ${full}, and a node may pull it from elsewhere; write ${full}`;
}

/** The one name of a registry (policy-api.md §3). Throws EncodingError. */
export function canonicalHost(text: string): string {
  const { name, port } = splitPort(text.toLowerCase());
  const bare = canonicalName(name.endsWith(".") ? name.slice(0, -1) : name);
  if (bare === undefined)
    throw new EncodingError(`bad host ${quoted(text)}, want letters, digits, "-" and ".", or [IPv6]`);
  if (port !== undefined && !isPort(port)) throw new EncodingError(`bad port in host ${quoted(text)}, want 1 to 65535`);
  const host = port === undefined || Number(port) === 443 ? bare : `${bare}:${Number(port)}`;
  return DOCKER_HUB.has(host) ? "docker.io" : host;
}

/**
 * IPv6 in its one spelling (RFC 5952). A host that a URL would read as another one (`0x7f.1` is 127.0.0.1) is none: the
 * name that policies see must be the one that is contacted.
 */
function canonicalName(name: string): string | undefined {
  const isIpv6 = IPV6.test(name);
  if (!isIpv6 && !name.split(".").every((label) => HOST_LABEL.test(label))) return undefined;
  if (!isIpv6 && !READ_BY_URL.test(name)) return name;
  const read = URL.canParse(`https://${name}/`) ? new URL(`https://${name}/`).hostname : undefined;
  return isIpv6 || read === name ? read : undefined;
}

function readReference(written: string): ImageReference {
  if (written.length > MAX_LENGTH) throw new EncodingError(`it is longer than ${MAX_LENGTH} characters`);
  // It is remembered for longer than the pod that it was read of
  const text = ownText(written);
  if (!/^[\x21-\x7e]+$/.test(text))
    throw new EncodingError("it is empty, or holds white space or a character that is not ASCII");
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(text)) throw new EncodingError("it begins with a scheme, want none");
  if (IMAGE_ID.test(text)) throw new EncodingError("it is an image ID, want a name: nobody can be asked for an ID");
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
  if (!/^[A-Za-z][A-Za-z0-9+._-]*:[0-9a-fA-F]{32,}$/.test(text)) throw new EncodingError(WANTED_DIGEST);
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return parseDigest(text);
  if (!OTHER_ALGORITHM.test(text)) throw new EncodingError(WANTED_DIGEST);
  const algorithm = text.slice(0, "sha512".length);
  throw new VerificationFailure(
    "DigestUnsupported",
    `Cannot look for signatures of a ${algorithm} digest, want sha256: nodes pull ${quoted(text.slice(0, 24))}…, signing tools do not sign it`,
  );
}

/** Go's rule: the part before the first "/" is a host if it is localhost, or holds "." or ":", or an upper-case letter. */
function splitHost(name: string): { host: string; rest: string; isWritten: boolean } {
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const isWritten = first === "localhost" || /[.:A-Z]/.test(first);
  return {
    ...(isWritten ? { host: first, rest: name.slice(slash + 1) } : { host: "docker.io", rest: name }),
    isWritten,
  };
}

function splitTag(rest: string): { path: string; tag?: string } {
  const colon = rest.indexOf(":");
  if (colon < 0) return { path: rest };
  const tag = rest.slice(colon + 1);
  if (!TAG.test(tag))
    throw new EncodingError(
      `bad tag ${quoted(tag)}, want at most 128 letters, digits, "_", "." and "-", no "." or "-" first`,
    );
  return { path: rest.slice(0, colon), tag };
}

function readRepository(hostText: string, pathText: string): Repository {
  const host = canonicalHost(hostText);
  const path = host === "docker.io" && !pathText.includes("/") ? `library/${pathText}` : pathText;
  if (/[A-Z]/.test(path)) throw new EncodingError(`the path ${quoted(path)} holds upper case, want lower case`);
  const bad = path.split("/").find((component) => !PATH_COMPONENT.test(component));
  if (bad === "") throw new EncodingError("a part of the path is empty, want a name before, between and after each /");
  if (bad !== undefined) {
    throw new EncodingError(`bad part ${quoted(bad)} of the path, want a-z and 0-9, joined by ".", "_", "__" or "-"`);
  }
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
