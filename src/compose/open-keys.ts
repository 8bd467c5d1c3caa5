/** Keys outside of policies: those of key management services, beside whatever holds the Secrets. */
import { CloudError } from "../cloud/http.ts";
import { makeKmsAccess } from "../cloud/kms/access.ts";
import { makeFetchKey, type FetchKey } from "../cloud/kms/fetch-key.ts";
import { KmsKeys } from "../cloud/kms-keys.ts";
import type { FindSecretKey, KeyAnswer, KeySources } from "../policy/key-source.ts";
import { parseKmsUri } from "../policy/kms-uri.ts";
import { systemClock } from "./serve-certificates.ts";

const FETCH_MS = 15_000;

/** By this process's identities and the vendors' own settings. Nothing is loaded or called before a key is asked for. */
export function kmsFetcher(): FetchKey {
  const { monotonicNow, now: wallNow } = systemClock;
  return makeFetchKey(makeKmsAccess({ environment: process.env, now: monotonicNow, wallNow }));
}

/** Followed: `onChange` tells which URI has another key. */
export function openKms(onChange: (uri: string) => void): KmsKeys {
  const { monotonicNow: now, delay } = systemClock;
  return new KmsKeys({ fetchKey: kmsFetcher(), now, delay, onChange });
}

export function findBy(secret: FindSecretKey, kms: (uri: string) => KeyAnswer): KeySources["find"] {
  return (source) => (source.kind === "secret" ? secret(source) : kms(source.uri));
}

/** Each asked for once, for a command that follows nothing. Never rejects. */
export async function fetchKmsKeys(
  uris: readonly string[],
  fetchKey: FetchKey = kmsFetcher(),
): Promise<(uri: string) => KeyAnswer> {
  const fetched = await Promise.all(
    [...new Set(uris)].map(async (uri): Promise<[string, KeyAnswer]> => [uri, await fetchOne(uri, fetchKey)]),
  );
  const answers = new Map(fetched);
  return (uri) => answers.get(uri) ?? { kind: "none", reason: "it has not been fetched" };
}

async function fetchOne(uri: string, fetchKey: FetchKey): Promise<KeyAnswer> {
  const parsed = parseKmsUri(uri);
  if (parsed === undefined) return { kind: "none", reason: "it is no URI of a key management service" };
  try {
    return await fetchKey(parsed, AbortSignal.timeout(FETCH_MS));
  } catch (error) {
    if (error instanceof CloudError) return { kind: "none", reason: error.message };
    throw error;
  }
}
