/**
 * The webhook's CA as a Secret keeps it (kubernetes.md §8): `ca.crt` is what API servers are to trust, `ca.key` what leaves
 * are issued with, `next.key` the key of a CA that is being distributed. Contradictory data is refused, never mended: what
 * is wrong with it is said, and what was in force stays.
 */
import { decodeBase64, encodeBase64 } from "../encoding/base64.ts";
import { isJsonObject } from "../encoding/guard.ts";
import type { Instant } from "../encoding/instant.ts";
import type { JsonObject } from "../encoding/json.ts";
import { decodeUtf8, encodeUtf8 } from "../encoding/text.ts";
import { matchAuthority, splitCertificates, type Authority } from "./certificate-authority.ts";

export interface AuthorityState {
  readonly issuing: Authority;
  /** Made, and not issued with until every API server trusts it. */
  readonly next?: Authority;
  /** What API servers are to trust: certificates, PEM. */
  readonly bundle: readonly string[];
  /** When leaves began to be issued by another CA than before. */
  readonly overlapSince?: Instant;
  /** The rotation that an operator asked for and has not got yet: the annotation's value. */
  readonly asked?: string;
}

/** Says what is wrong with the Secret, and how to get out. */
export class AuthoritySecretError extends Error {
  constructor(reason: string) {
    super(`Cannot use the CA in the Secret: ${reason}; empty its data to have a new CA made`);
    this.name = "AuthoritySecretError";
  }
}

export const ROTATE = "sealgate.dev/rotate";
const ROTATED = "sealgate.dev/rotated";
const OVERLAP_SINCE = "sealgate.dev/overlap-since";

/** Undefined where nothing is in it yet. Throws AuthoritySecretError. */
export async function parseAuthoritySecret(secret: JsonObject): Promise<AuthorityState | undefined> {
  const data = secret.get("data");
  if (!isJsonObject(data) || data.size === 0) return undefined;
  const bundle = named("ca.crt", () => splitCertificates(textOf(data, "ca.crt")));
  const issuing = await matching("ca.key", bundle, textOf(data, "ca.key"));
  const annotations = stringsOf(secret.get("metadata"), "annotations");
  const since = Date.parse(annotations.get(OVERLAP_SINCE) ?? "");
  const asked = annotations.get(ROTATE);
  return {
    issuing,
    bundle,
    ...(data.has("next.key") ? { next: await matching("next.key", bundle, textOf(data, "next.key")) } : {}),
    ...(Number.isNaN(since) ? {} : { overlapSince: since }),
    ...(asked === undefined || asked === annotations.get(ROTATED) ? {} : { asked }),
  };
}

/** The Secret with this state in it, everything else as it was. */
export function formatAuthoritySecret(
  secret: Readonly<Record<string, unknown>>,
  { issuing, next, bundle, overlapSince, asked }: AuthorityState,
  answered: string | undefined,
): Record<string, unknown> {
  const metadata = (secret["metadata"] ?? {}) as Record<string, unknown>;
  const kept = { ...(metadata["annotations"] as Record<string, string> | undefined) };
  delete kept[OVERLAP_SINCE];
  const annotations = {
    ...kept,
    ...(overlapSince === undefined ? {} : { [OVERLAP_SINCE]: new Date(overlapSince).toISOString() }),
    ...(answered === undefined || asked !== undefined ? {} : { [ROTATED]: answered }),
  };
  const data = {
    "ca.crt": encodeText(bundle.join("")),
    "ca.key": encodeText(issuing.keyPem),
    ...(next === undefined ? {} : { "next.key": encodeText(next.keyPem) }),
  };
  return { ...secret, metadata: { ...metadata, annotations }, data };
}

function textOf(data: JsonObject, key: string): string {
  const value = data.get(key);
  if (typeof value !== "string") throw new AuthoritySecretError(`${key} is missing`);
  return named(key, () => decodeUtf8(decodeBase64(value)));
}

function encodeText(text: string): string {
  return encodeBase64(encodeUtf8(text));
}

function named<T>(key: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new AuthoritySecretError(`${key}: ${error instanceof Error ? error.message : "it cannot be read"}`);
  }
}

async function matching(key: string, bundle: readonly string[], pem: string): Promise<Authority> {
  try {
    return await matchAuthority(bundle, pem);
  } catch (error) {
    throw new AuthoritySecretError(`${key}: ${error instanceof Error ? error.message : "it cannot be read"}`);
  }
}

function stringsOf(metadata: unknown, member: string): ReadonlyMap<string, string> {
  const value = isJsonObject(metadata) ? metadata.get(member) : undefined;
  const entries = isJsonObject(value) ? [...value] : [];
  return new Map(entries.flatMap(([name, text]) => (typeof text === "string" ? [[name, text] as const] : [])));
}
