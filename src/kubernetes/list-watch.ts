/**
 * Our own reflector (kubernetes.md §11): LIST in pages, then WATCH from its version; versions are kept from every event and
 * bookmark. A lost connection and a throttled call go on from the last version, anything else lists again, always after a
 * pause. It never stops by itself, and a consumer that throws does not stop it. The store is never emptied because of what
 * could not be read.
 */
import { asArray, asObject, asString } from "../encoding/guard.ts";
import type { JsonObject, JsonValue } from "../encoding/json.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { parseAnswer, readAnswer } from "./api-call.ts";
import type { KubernetesAnswer, KubernetesClient } from "./client.ts";
import { readWatchEvents, type WatchEvent } from "./watch-stream.ts";

export interface ListWatchOptions {
  readonly client: KubernetesClient;
  /** For example /apis/sealgate.dev/v1alpha1/imageverifypolicies */
  readonly path: string;
  /** Narrows it: a fieldSelector. */
  readonly selector?: Readonly<Record<string, string>>;
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
const LIST_MS = 60_000;
const BACKOFF = { firstMs: 800, maxMs: 30_000 } as const;
const WATCHDOG_MS = 30_000;

/** What the API server answered instead of a list or an event. */
class Refusal extends Error {
  readonly status: number;

  constructor(who: string, status: number) {
    super(`${who} answered ${status}`);
    this.status = status;
  }
}

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
        if (!isInterruption(error)) this.#version = undefined;
        this.#options.onState(`not synced: ${reasonOf(error)}`);
        await this.#backOff(signal);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const objects: JsonObject[] = [];
    let page: ListPage | undefined;
    do {
      const query = { limit: String(PAGE), ...(page === undefined ? {} : { continue: page.next }) };
      page = await readList(await this.#get(query, AbortSignal.any([signal, AbortSignal.timeout(LIST_MS)])));
      objects.push(...page.objects);
    } while (page.next !== "");
    this.#options.onReplace(objects);
    // Only now: a version without its objects would be watched from, and what it holds never be seen.
    this.#version = page.version;
    this.#options.onState("synced");
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
    if (type === "ERROR") throw new Refusal("the watch", statusOf(object));
    const version = asObject(object.get("metadata"), "metadata").get("resourceVersion");
    if (type !== "BOOKMARK") this.#options.onChange(type, object);
    this.#version = asString(version, "metadata.resourceVersion");
  }

  async #get(query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<KubernetesAnswer> {
    const { client, path, selector } = this.#options;
    const answer = await client.get(path, { ...query, ...selector }, signal);
    if (answer.status === 200) return answer;
    await readAnswer(answer.body).catch(() => undefined);
    throw new Refusal("the API server", answer.status);
  }

  async #backOff(signal: AbortSignal): Promise<void> {
    const wait = this.#backoffMs * (0.5 + this.#options.random() / 2);
    this.#backoffMs = Math.min(this.#backoffMs * 2, BACKOFF.maxMs);
    await this.#options.delay(wait, signal);
  }
}

interface ListPage {
  readonly objects: readonly JsonObject[];
  /** Where the next page begins; empty on the last. */
  readonly next: string;
  readonly version: string;
}

/** Strict: what is no list must not pass for one that has nothing in it. */
async function readList(answer: KubernetesAnswer): Promise<ListPage> {
  const list = asObject(parseAnswer(await readAnswer(answer.body)), "list");
  if (!asString(list.get("kind"), "kind").endsWith("List")) throw new EncodingError("kind is not that of a list");
  const metadata = asObject(list.get("metadata"), "metadata");
  return {
    objects: asArray(list.get("items"), "items").map((item, i) => asObject(item, `items[${i}]`)),
    next: asString(metadata.get("continue") ?? "", "metadata.continue"),
    version: asString(metadata.get("resourceVersion"), "metadata.resourceVersion"),
  };
}

/** The code of an in-stream Status. */
function statusOf(status: JsonObject): number {
  const code: JsonValue = status.get("code") ?? 0;
  return typeof code === "number" ? code : 0;
}

/** A lost connection or a throttled call says nothing against the version that we hold. */
function isInterruption(error: unknown): boolean {
  if (error instanceof Refusal) return error.status === 429;
  return error instanceof Error && "code" in error && typeof error.code === "string";
}

/** A sentence for readiness; the server's own text is not repeated. */
function reasonOf(error: unknown): string {
  if (error instanceof EncodingError) return `the API server's answer cannot be read (${error.message})`;
  if (error instanceof Error && "code" in error) return `the API server cannot be reached (${String(error.code)})`;
  return error instanceof Error ? error.message : "unknown error";
}
