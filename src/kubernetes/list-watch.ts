/**
 * Our own reflector (kubernetes.md §11): LIST in pages, then WATCH from its version; versions are kept from every event and
 * bookmark; 410 lists again, everything else backs off and goes on. It never stops by itself, and a consumer that throws
 * does not stop it. The store is never emptied because a connection was lost.
 */
import { asArray, asInteger, asObject, asString } from "../encoding/guard.ts";
import { parseJson, type JsonObject, type JsonValue } from "../encoding/json.ts";
import { concatBytes } from "../encoding/text.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import type { KubernetesAnswer, KubernetesClient } from "./client.ts";
import { readWatchEvents, type WatchEvent } from "./watch-stream.ts";

export interface ListWatchOptions {
  readonly client: KubernetesClient;
  /** For example /apis/sealgate.dev/v1alpha1/imageverifypolicies */
  readonly path: string;
  /** Everything there is: what is not in it is gone. */
  onReplace(objects: readonly JsonObject[]): void;
  onChange(type: "ADDED" | "MODIFIED" | "DELETED", object: JsonObject): void;
  /** "synced", or why not. */
  onState(state: string): void;
  /** Waits; tests give one that does not. Resolves early when the signal fires. */
  delay(milliseconds: number, signal: AbortSignal): Promise<void>;
  random(): number;
}

const PAGE = 500;
const MAX_LIST_BYTES = 64 * 1024 * 1024;
const BACKOFF = { firstMs: 800, maxMs: 30_000 } as const;
const WATCHDOG_MS = 30_000;

/** The version that we hold is gone: list again. */
class Expired extends Error {}

export class ListWatch {
  readonly #options: ListWatchOptions;
  #version: string | undefined;
  #backoffMs: number = BACKOFF.firstMs;

  constructor(options: ListWatchOptions) {
    this.#options = options;
  }

  /** Runs until the signal fires. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (this.#version === undefined) await this.#list(signal);
        await this.#watch(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Expired) this.#version = undefined;
        this.#options.onState(`not synced: ${reasonOf(error)}`);
        await this.#backOff(signal);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const objects: JsonObject[] = [];
    let next = "";
    do {
      const query = { limit: String(PAGE), ...(next === "" ? {} : { continue: next }) };
      const page = await readList(await this.#get(query, AbortSignal.any([signal, AbortSignal.timeout(60_000)])));
      objects.push(...page.objects);
      next = page.next;
      this.#version = page.version;
    } while (next !== "");
    this.#options.onReplace(objects);
    this.#options.onState("synced");
    this.#backoffMs = BACKOFF.firstMs;
  }

  /** One watch; returns when the server ends it, which is normal. */
  async #watch(signal: AbortSignal): Promise<void> {
    const seconds = 300 + Math.floor(this.#options.random() * 300);
    // A half-open connection never ends by itself.
    const watchdog = AbortSignal.timeout(seconds * 1000 + WATCHDOG_MS);
    const query = {
      watch: "true",
      allowWatchBookmarks: "true",
      resourceVersion: this.#version ?? "",
      timeoutSeconds: String(seconds),
    };
    const answer = await this.#get(query, AbortSignal.any([signal, watchdog]));
    this.#options.onState("synced");
    let events = 0;
    for await (const event of readWatchEvents(answer.body)) {
      events += 1;
      this.#backoffMs = BACKOFF.firstMs;
      this.#take(event);
    }
    // Cut at once, again and again: do not hammer the API server.
    if (events === 0) await this.#backOff(signal);
  }

  #take({ type, object }: WatchEvent): void {
    if (type === "ERROR") throw statusError(object);
    const version = asObject(object.get("metadata"), "metadata").get("resourceVersion");
    if (type !== "BOOKMARK") this.#options.onChange(type, object);
    this.#version = asString(version, "metadata.resourceVersion");
  }

  async #get(query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<KubernetesAnswer> {
    const answer = await this.#options.client.get(this.#options.path, query, signal);
    if (answer.status === 200) return answer;
    await readAll(answer.body).catch(() => undefined);
    if (answer.status === 410) throw new Expired("the API server answered 410");
    throw new Error(`the API server answered ${answer.status}`);
  }

  async #backOff(signal: AbortSignal): Promise<void> {
    const wait = this.#backoffMs * (0.5 + this.#options.random() / 2);
    this.#backoffMs = Math.min(this.#backoffMs * 2, BACKOFF.maxMs);
    await this.#options.delay(wait, signal);
  }
}

async function readList(
  answer: KubernetesAnswer,
): Promise<{ objects: readonly JsonObject[]; next: string; version: string }> {
  const list = asObject(parseJson(await readAll(answer.body), { maxDepth: 100 }), "list");
  const metadata = asObject(list.get("metadata"), "metadata");
  const items = asArray(list.get("items") ?? [], "items");
  return {
    objects: items.map((item, i) => asObject(item, `items[${i}]`)),
    next: asString(metadata.get("continue") ?? "", "metadata.continue"),
    version: asString(metadata.get("resourceVersion"), "metadata.resourceVersion"),
  };
}

async function readAll(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_LIST_BYTES) throw new EncodingError(`the answer is larger than ${MAX_LIST_BYTES} bytes`);
  }
  return concatBytes(...chunks);
}

/** An in-stream Status: 410 means that our version is gone. */
function statusError(status: JsonObject): Error {
  const code: JsonValue = status.get("code") ?? 0;
  const number = typeof code === "number" ? asInteger(code, "code") : 0;
  return number === 410 ? new Expired("the watch answered 410") : new Error(`the watch answered ${number}`);
}

/** A sentence for readiness; the server's own text is not repeated. */
function reasonOf(error: unknown): string {
  if (error instanceof EncodingError) return `the API server's answer cannot be read (${error.message})`;
  if (error instanceof Error && "code" in error) return `the API server cannot be reached (${String(error.code)})`;
  return error instanceof Error ? error.message : "unknown error";
}
