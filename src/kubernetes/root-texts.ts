/**
 * ConfigMaps and Secrets that TrustRoot objects name (policy-api.md §2.7), each followed by a watch of that one object in
 * Sealgate's own namespace: never a list of others. One that is replaced is read again, one that is deleted or may not be
 * read any more has no text from that moment on. While the API server cannot be asked, what was read last holds.
 */
import { asObject } from "../encoding/guard.ts";
import type { JsonObject } from "../encoding/json.ts";
import {
  isSameText,
  NO_OBJECT,
  readRootText,
  type RootText,
  type TrustRootSource,
} from "../policy/trust-root-source.ts";
import type { KubernetesClient } from "./client.ts";
import { ListWatch, type ListWatchOptions } from "./list-watch.ts";

export interface RootTextsOptions extends Pick<ListWatchOptions, "delay" | "random"> {
  readonly client: KubernetesClient;
  /** The text is another one than before: of the sources that `isAffected` takes. */
  onChange(isAffected: (source: TrustRootSource) => boolean): void;
}

interface Followed {
  readonly source: TrustRootSource;
  readonly stop: AbortController;
  /** Undefined until it was read. */
  answer: RootText | undefined;
  state: string;
}

const STARTING = "starting";
const SYNCED = "synced";
const PLURALS = { ConfigMap: "configmaps", Secret: "secrets" } as const;

export class RootTexts {
  readonly #options: RootTextsOptions;
  readonly #followed = new Map<string, Followed>();
  #isClosed = false;
  #hasSettled = false;

  constructor(options: RootTextsOptions) {
    this.#options = options;
  }

  /** Follows `sources`, and no others any more. */
  follow(sources: readonly TrustRootSource[]): void {
    if (this.#isClosed) return;
    const wanted = new Map(sources.map((source) => [idOf(source), source]));
    for (const [id, { stop }] of this.#followed) {
      if (wanted.has(id)) continue;
      stop.abort();
      this.#followed.delete(id);
    }
    for (const [id, source] of wanted) {
      if (!this.#followed.has(id)) this.#start(id, source);
    }
    this.#settle();
  }

  find(source: TrustRootSource): RootText {
    const followed = this.#followed.get(idOf(source));
    if (followed?.answer !== undefined) return followed.answer;
    const isRead = followed !== undefined && followed.state !== STARTING && followed.state !== SYNCED;
    return none(isRead ? `it could not be read: ${followed.state}` : "it has not been read yet");
  }

  /** Ok once each that was named at first was asked for; from then on, what cannot be read is told and no more. */
  readiness(): { readonly ok: boolean; readonly detail: string } {
    const all = [...this.#followed.values()];
    const unread = all.filter(({ state }) => state !== SYNCED);
    const [first] = unread;
    const detail = `${all.length - unread.length} of ${all.length} followed`;
    if (first === undefined) return { ok: this.#hasSettled, detail };
    const { source, state } = first;
    return { ok: this.#hasSettled, detail: `${detail}; ${source.kind} "${source.namespace}/${source.name}": ${state}` };
  }

  close(): void {
    this.#isClosed = true;
    for (const { stop } of this.#followed.values()) stop.abort();
    this.#followed.clear();
  }

  #settle(): void {
    this.#hasSettled ||= [...this.#followed.values()].every(({ state }) => state !== STARTING);
  }

  #start(id: string, source: TrustRootSource): void {
    const { kind, namespace, name } = source;
    const stop = new AbortController();
    const followed: Followed = { source, stop, answer: undefined, state: STARTING };
    this.#followed.set(id, followed);
    const { client, delay, random } = this.#options;
    const isIt = (object: JsonObject): boolean => asObject(object.get("metadata"), "metadata").get("name") === name;
    void new ListWatch({
      client,
      path: `/api/v1/namespaces/${namespace}/${PLURALS[kind]}`,
      selector: { fieldSelector: `metadata.name=${name}` },
      delay,
      random,
      onReplace: (objects) => this.#take(followed, objects.find(isIt)),
      onChange: (type, object) => {
        if (isIt(object)) this.#take(followed, type === "DELETED" ? undefined : object);
      },
      onForbidden: () => {
        const reason = `Sealgate may not read it: its ServiceAccount needs list and watch of this ${kind}`;
        this.#answer(followed, none(reason));
      },
      onState: (state) => {
        followed.state = state;
        this.#settle();
      },
    }).run(stop.signal);
  }

  #take(followed: Followed, object: JsonObject | undefined): void {
    const { kind, key } = followed.source;
    this.#answer(followed, object === undefined ? NO_OBJECT[kind] : readRootText(kind, object, key));
  }

  #answer(followed: Followed, answer: RootText): void {
    // One that was stopped may have an answer under way.
    if (followed.stop.signal.aborted) return;
    const before = followed.answer;
    followed.answer = answer;
    if (isSameText(before, answer)) return;
    const id = idOf(followed.source);
    this.#options.onChange((source) => idOf(source) === id);
  }
}

function idOf({ kind, namespace, name, key }: TrustRootSource): string {
  return `${kind} ${namespace}/${name}/${key}`;
}

function none(reason: string): RootText {
  return { kind: "none", reason };
}
