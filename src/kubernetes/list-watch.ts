/**
 * Our own reflector (kubernetes.md §11): one watch that begins with all there is, where the API server can do that, else LIST
 * in pages and WATCH from its version; versions are kept from every event and bookmark. A lost connection and a throttled call go on from the last version, anything else lists again, always after a
 * pause. It never stops by itself, and a consumer that throws does not stop it. The store is never emptied because of what
 * could not be read.
 */
import { asArray, asObject, asString, isJsonObject } from "../encoding/guard.ts";
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
  onReplace(objects: readonly JsonObject[]): Promise<void> | void;
  /** The next one is told once this is done with. */
  onChange(type: "ADDED" | "MODIFIED" | "DELETED", object: JsonObject): Promise<void> | void;
  /** "synced", or why not. */
  onState(state: string): void;
  /** It may not be read (403): what was read before is not known to hold any more. */
  onForbidden?(): void;
  /** Waits; tests give one that does not. Resolves early when the signal fires. */
  delay(milliseconds: number, signal: AbortSignal): Promise<void>;
  random(): number;
}

const PAGE = 500;
const LIST_MS = 60_000;
const BACKOFF = { firstMs: 800, maxMs: 30_000 } as const;
const WATCHDOG_MS = 30_000;
/** On the bookmark after the last object of a watch that began with all of them. */
const INITIAL_EVENTS_END = "k8s.io/initial-events-end";

/** What the API server answered instead of a list or an event. */
class Refusal extends Error {
  readonly status: number;
  readonly isInStream: boolean;

  constructor(who: "the API server" | "the watch", status: number) {
    super(`${who} answered ${status}`);
    this.status = status;
    this.isInStream = who === "the watch";
  }
}

export class ListWatch {
  readonly #options: ListWatchOptions;
  #version: string | undefined;
  /** Until the API server said that it cannot begin a watch with all there is. */
  #canStream = true;
  /** What such a watch began with, until that is whole. */
  #initial: JsonObject[] | undefined;
  #backoffMs: number = BACKOFF.firstMs;

  constructor(options: ListWatchOptions) {
    this.#options = options;
  }

  /** Runs until the signal fires. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (this.#version === undefined && this.#canStream) await this.#stream(signal);
        if (this.#version === undefined) await this.#list(signal);
        await this.#watch(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (!isInterruption(error)) this.#version = undefined;
        if (error instanceof Refusal && error.status === 403) this.#options.onForbidden?.();
        this.#options.onState(`not synced: ${reasonOf(error)}`);
        await this.#backOff(signal);
      }
    }
  }

  /** Returns with a version where all was read, and without one where it must be listed. */
  async #stream(signal: AbortSignal): Promise<void> {
    const late = new AbortController();
    // Who ignores what it was asked for sends what changes, and never the end of a beginning.
    const timer = setTimeout(() => this.#initial !== undefined && late.abort(), LIST_MS);
    this.#initial = [];
    try {
      const asked = { sendInitialEvents: "true", resourceVersionMatch: "NotOlderThan" };
      await this.#follow(asked, AbortSignal.any([signal, late.signal]));
    } catch (error) {
      if (this.#initial === undefined || !(late.signal.aborted || isUnable(error))) throw error;
    } finally {
      clearTimeout(timer);
    }
    if (this.#initial !== undefined) this.#canStream = false;
    this.#initial = undefined;
  }

  async #list(signal: AbortSignal): Promise<void> {
    const objects: JsonObject[] = [];
    let page: ListPage | undefined;
    do {
      const query = { limit: String(PAGE), ...(page === undefined ? {} : { continue: page.next }) };
      page = await readList(await this.#get(query, AbortSignal.any([signal, AbortSignal.timeout(LIST_MS)])));
      objects.push(...page.objects);
    } while (page.next !== "");
    await this.#options.onReplace(objects);
    // Only now: a version without its objects would be watched from, and what it holds never be seen.
    this.#version = page.version;
    this.#options.onState("synced");
  }

  async #watch(signal: AbortSignal): Promise<void> {
    await this.#follow({ resourceVersion: this.#version ?? "" }, signal);
  }

  /** One watch; returns when the server ends it, which is normal. */
  async #follow(asked: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
    const seconds = 300 + Math.floor(this.#options.random() * 300);
    // A half-open connection never ends by itself.
    const watchdog = AbortSignal.timeout(seconds * 1000 + WATCHDOG_MS);
    const query = { watch: "true", allowWatchBookmarks: "true", ...asked, timeoutSeconds: String(seconds) };
    const answer = await this.#get(query, AbortSignal.any([signal, watchdog]));
    if (this.#initial === undefined) this.#options.onState("synced");
    let events = 0;
    for await (const event of readWatchEvents(answer.body)) {
      events += 1;
      this.#backoffMs = BACKOFF.firstMs;
      await this.#take(event);
    }
    // Cut at once, again and again: do not hammer the API server.
    if (events === 0) await this.#backOff(signal);
  }

  async #take({ type, object }: WatchEvent): Promise<void> {
    if (type === "ERROR") throw new Refusal("the watch", statusOf(object));
    const metadata = asObject(object.get("metadata"), "metadata");
    const version = asString(metadata.get("resourceVersion"), "metadata.resourceVersion");
    if (this.#initial !== undefined) {
      await this.#collect(this.#initial, { type, object });
      if (this.#initial !== undefined) return;
    } else if (type !== "BOOKMARK") await this.#options.onChange(type, object);
    this.#version = version;
  }

  /** Objects until the bookmark that ends them; only then is it known what is not there. */
  async #collect(initial: JsonObject[], { type, object }: WatchEvent): Promise<void> {
    if (type !== "BOOKMARK") {
      initial.push(object);
      return;
    }
    const annotations = asObject(object.get("metadata"), "metadata").get("annotations");
    if (!isJsonObject(annotations) || annotations.get(INITIAL_EVENTS_END) !== "true") return;
    await this.#options.onReplace(initial);
    this.#initial = undefined;
    this.#options.onState("synced");
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

/** It cannot begin a watch with all there is: the feature is off, or its store is too old for it. */
function isUnable(error: unknown): boolean {
  if (!(error instanceof Refusal)) return false;
  return error.isInStream ? error.status !== 410 && error.status !== 429 : [400, 405, 422].includes(error.status);
}

/** A sentence for readiness; the server's own text is not repeated. */
function reasonOf(error: unknown): string {
  if (error instanceof EncodingError) return `the API server's answer cannot be read (${error.message})`;
  if (error instanceof Error && "code" in error) return `the API server cannot be reached (${String(error.code)})`;
  return error instanceof Error ? error.message : "unknown error";
}
