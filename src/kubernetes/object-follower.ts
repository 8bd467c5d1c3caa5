/**
 * Single objects that others name, each followed by a watch of that one object: never a list of others. One that is replaced is
 * read again, one that is deleted or may not be read any more says nothing from that moment on. While the API server cannot
 * be asked, what was read last holds.
 */
import { asObject } from "../encoding/guard.ts";
import type { JsonObject } from "../encoding/json.ts";
import type { KubernetesClient } from "./client.ts";
import { ListWatch, type ListWatchOptions } from "./list-watch.ts";

/** One object, and what is made of it. */
export interface NamedObject<T> {
  readonly kind: keyof typeof PLURALS;
  readonly namespace: string;
  readonly name: string;
  /** undefined: there is no such object. */
  read(object: JsonObject | undefined): T;
  /** It may not be read; `reason` is a clause for its administrator. */
  refuse(reason: string): T;
}

export interface ObjectFollowerOptions<T, O extends NamedObject<T>> extends Pick<ListWatchOptions, "delay" | "random"> {
  readonly client: KubernetesClient;
  onAnswer(object: O, answer: T, before: T | undefined): void;
  /** Whether following `known` does for `wanted`, which has the same id. Default: it does. */
  serves?(known: O, wanted: O): boolean;
}

interface Followed<T, O> {
  readonly object: O;
  readonly stop: AbortController;
  /** Undefined until it was read. */
  answer: T | undefined;
  state: string;
}

const STARTING = "starting";
const SYNCED = "synced";
const PLURALS = { ConfigMap: "configmaps", Secret: "secrets" } as const;

export class ObjectFollower<T, O extends NamedObject<T>> {
  readonly #options: ObjectFollowerOptions<T, O>;
  readonly #followed = new Map<string, Followed<T, O>>();
  #isClosed = false;
  #hasSettled = false;

  constructor(options: ObjectFollowerOptions<T, O>) {
    this.#options = options;
  }

  /** Follows what is wanted, by ids of the caller's, and nothing else any more. */
  follow(wanted: ReadonlyMap<string, O>): void {
    if (this.#isClosed) return;
    for (const [id, { stop }] of this.#followed) {
      if (wanted.has(id)) continue;
      stop.abort();
      this.#followed.delete(id);
    }
    for (const [id, object] of wanted) {
      const known = this.#followed.get(id);
      if (known !== undefined && (this.#options.serves?.(known.object, object) ?? true)) continue;
      known?.stop.abort();
      this.#start(id, object, known?.answer);
    }
    this.#settle();
  }

  /** What was read last; undefined where nothing was. */
  answer(id: string): T | undefined {
    return this.#followed.get(id)?.answer;
  }

  isFollowed(id: string): boolean {
    return this.#followed.has(id);
  }

  /** All that are followed. */
  objects(): readonly O[] {
    return [...this.#followed.values()].map(({ object }) => object);
  }

  /** A clause on why there is no answer. */
  whyNone(id: string): string {
    const { state = STARTING } = this.#followed.get(id) ?? {};
    return state === STARTING || state === SYNCED ? "it has not been read yet" : `it could not be read: ${state}`;
  }

  /** Ok once each that was named at first was asked for; from then on, what cannot be read is told and no more. */
  readiness(): { readonly ok: boolean; readonly detail: string } {
    const all = [...this.#followed.values()];
    const unread = all.filter(({ state }) => state !== SYNCED);
    const [first] = unread;
    const detail = `${all.length - unread.length} of ${all.length} followed`;
    if (first === undefined) return { ok: this.#hasSettled, detail };
    const { kind, namespace, name } = first.object;
    return { ok: this.#hasSettled, detail: `${detail}; ${kind} "${namespace}/${name}": ${first.state}` };
  }

  close(): void {
    this.#isClosed = true;
    for (const { stop } of this.#followed.values()) stop.abort();
    this.#followed.clear();
  }

  #settle(): void {
    this.#hasSettled ||= [...this.#followed.values()].every(({ state }) => state !== STARTING);
  }

  /** `before`: what was known holds until it is read anew. */
  #start(id: string, object: O, before: T | undefined): void {
    const { kind, namespace, name } = object;
    const stop = new AbortController();
    const followed: Followed<T, O> = { object, stop, answer: before, state: STARTING };
    this.#followed.set(id, followed);
    const { client, delay, random } = this.#options;
    const isIt = (found: JsonObject): boolean => asObject(found.get("metadata"), "metadata").get("name") === name;
    const take = (found: JsonObject | undefined): void => this.#take(followed, object.read(found));
    void new ListWatch({
      client,
      path: `/api/v1/namespaces/${namespace}/${PLURALS[kind]}`,
      selector: { fieldSelector: `metadata.name=${name}` },
      delay,
      random,
      onReplace: (all) => take(all.find(isIt)),
      onChange: (type, found) => {
        if (isIt(found)) take(type === "DELETED" ? undefined : found);
      },
      onForbidden: () => {
        const reason = `Sealgate may not read it: its ServiceAccount needs list and watch of this ${kind}`;
        this.#take(followed, object.refuse(reason));
      },
      onState: (state) => {
        followed.state = state;
        this.#settle();
      },
    }).run(stop.signal);
  }

  #take(followed: Followed<T, O>, answer: T): void {
    // One that was stopped may have an answer under way.
    if (followed.stop.signal.aborted) return;
    const before = followed.answer;
    followed.answer = answer;
    this.#options.onAnswer(followed.object, answer, before);
  }
}
