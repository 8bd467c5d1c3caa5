/**
 * Pull secrets and service accounts of a cluster, one by one and by name: GET alone, never a list or a watch (registry.md
 * §8). What was read is kept for seconds, so that the pods of one rollout cost one call, and what is not there for one, since
 * it may just be on its way. Concurrent readers share a call.
 */
import { decodeBase64 } from "../encoding/base64.ts";
import { asArray, asObject, asString } from "../encoding/guard.ts";
import type { JsonObject } from "../encoding/json.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import type { PullSecret, PullSecretReader, Read } from "../ports/credentials.ts";
import { UnavailableError } from "../ports/unavailable.ts";
import { callApi, type ApiReply } from "./api-call.ts";
import type { KubernetesApi } from "./client.ts";

const KEPT_MS = 10_000;
const ABSENT_MS = 1_000;
const MAX_KEPT = 1_000;
/** Of Secrets, which hold up to a mebibyte each, and whoever writes pods says how many are read. */
const MAX_BYTES = 16 * 1024 * 1024;
const CALL_MS = 5_000;

interface Kept<T> {
  readonly read: Promise<Read<T>>;
  /** Set once it is read. */
  until: number;
  bytes: number;
}

export class PullSecrets implements PullSecretReader {
  readonly #secrets: ShortMemory<PullSecret>;
  readonly #accounts: ShortMemory<readonly string[]>;
  readonly #api: KubernetesApi;

  /** `now` in milliseconds, monotonic. */
  constructor(api: KubernetesApi, now: () => number) {
    this.#api = api;
    this.#secrets = new ShortMemory(now, ({ data }) => [...data.values()].reduce((sum, { length }) => sum + length, 0));
    this.#accounts = new ShortMemory(now, (names) => names.reduce((sum, { length }) => sum + length, 0));
  }

  async secret(namespace: string, name: string, signal: AbortSignal): Promise<Read<PullSecret>> {
    const path = pathOf(namespace, "secrets", name);
    const what = `Secret "${namespace}/${name}"`;
    const read = (): Promise<Read<PullSecret>> =>
      this.#read(path, what, (object) => readSecret(object, namespace, name));
    return await inTime(this.#secrets.get(path, read), what, signal);
  }

  async accountSecrets(namespace: string, name: string, signal: AbortSignal): Promise<Read<readonly string[]>> {
    const path = pathOf(namespace, "serviceaccounts", name);
    const what = `ServiceAccount "${namespace}/${name}"`;
    return await inTime(
      this.#accounts.get(path, () => this.#read(path, what, readList)),
      what,
      signal,
    );
  }

  /** 404 and 403 are answers; whatever else is not 200 leaves it open what there is. */
  async #read<T>(path: string, what: string, readObject: (object: JsonObject) => T): Promise<Read<T>> {
    try {
      const reply = await callApi(this.#api, { method: "GET", path }, new AbortController().signal, CALL_MS);
      return readReply(reply, what, readObject);
    } catch (error) {
      if (error instanceof UnavailableError) throw error;
      const isAnswer = error instanceof EncodingError;
      const reason = isAnswer ? "the API server's answer cannot be read" : "the API server does not answer";
      throw unread(what, reason, error);
    }
  }
}

/** Kept from when it was read, what was read the longest ago going first; what failed is not kept. */
class ShortMemory<T> {
  readonly #now: () => number;
  readonly #bytesOf: (value: T) => number;
  readonly #kept = new Map<string, Kept<T>>();
  #bytes = 0;

  constructor(now: () => number, bytesOf: (value: T) => number) {
    this.#now = now;
    this.#bytesOf = bytesOf;
  }

  async get(key: string, read: () => Promise<Read<T>>): Promise<Read<T>> {
    const known = this.#kept.get(key);
    if (known !== undefined && known.until > this.#now()) return await known.read;
    const kept: Kept<T> = { read: read(), until: Number.POSITIVE_INFINITY, bytes: 0 };
    this.#drop(key);
    this.#kept.set(key, kept);
    this.#bound();
    try {
      const answer = await kept.read;
      if (this.#kept.get(key) === kept) this.#weigh(kept, answer);
      return answer;
    } catch (error) {
      if (this.#kept.get(key) === kept) this.#drop(key);
      throw error;
    }
  }

  #weigh(kept: Kept<T>, answer: Read<T>): void {
    kept.until = this.#now() + (answer.ok ? KEPT_MS : ABSENT_MS);
    kept.bytes = answer.ok ? this.#bytesOf(answer.value) : 0;
    this.#bytes += kept.bytes;
    this.#bound();
  }

  #bound(): void {
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT && this.#bytes <= MAX_BYTES) return;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#kept.get(key)?.bytes ?? 0;
    this.#kept.delete(key);
  }
}

function readReply<T>({ status, object }: ApiReply, what: string, readObject: (object: JsonObject) => T): Read<T> {
  if (status === 200) return { ok: true, value: readObject(object) };
  if (status === 404) return { ok: false, why: "does not exist" };
  if (status === 403) return { ok: false, why: "may not be read by Sealgate (docs/registries.md, Pull secrets)" };
  throw unread(what, `the API server answered ${status}`);
}

/** Of the closed list of causes (policy-api.md §4) the one for what cannot be asked: without it the registry cannot be, either. */
function unread(what: string, reason: string, error?: unknown): UnavailableError {
  const todo = "whether it opens the registry is not known; try again once the API server gives it";
  return new UnavailableError("RegistryUnreachable", `${what} cannot be read: ${reason}; ${todo}`, { error });
}

function readSecret(object: JsonObject, namespace: string, name: string): PullSecret {
  const data = asObject(object.get("data") ?? new Map(), "data");
  const entries = [...data].map(([key, value]) => [key, decodeBase64(asString(value, "a value of data"))] as const);
  return { namespace, name, type: asString(object.get("type") ?? "", "type"), data: new Map(entries) };
}

function readList(object: JsonObject): readonly string[] {
  return asArray(object.get("imagePullSecrets") ?? [], "imagePullSecrets").flatMap((item) => {
    const name = asObject(item, "imagePullSecrets").get("name");
    return typeof name === "string" && name !== "" ? [name] : [];
  });
}

function pathOf(namespace: string, resource: string, name: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/${resource}/${encodeURIComponent(name)}`;
}

/** The call goes on for those who share it; who has no more time leaves. */
async function inTime<T>(work: Promise<T>, what: string, signal: AbortSignal): Promise<T> {
  let leave = (): void => undefined;
  const spent = new Promise<never>((_, reject) => {
    leave = (): void => reject(new UnavailableError("DeadlineSpent", `the time was spent reading ${what}`));
    signal.addEventListener("abort", leave, { once: true });
  });
  if (signal.aborted) leave();
  try {
    return await Promise.race([work, spent]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}
