/**
 * Secrets with keys that policies name (policy-api.md §2.4), each followed by a watch of that one object: never a list of
 * others. A Secret that is replaced is read again, one that is deleted or may not be read any more has no key from that
 * moment on. While the API server cannot be asked, what was read last holds, as of policies. Of a Secret only the members
 * that are named are looked at, and nothing but public keys is kept.
 */
import { asObject } from "../encoding/guard.ts";
import type { JsonObject } from "../encoding/json.ts";
import { NO_SECRET, readSecretKey } from "../policy/key-secret.ts";
import { isSameKey, type KeyAnswer, type SecretKeySource } from "../policy/key-source.ts";
import type { KubernetesClient } from "./client.ts";
import { ListWatch, type ListWatchOptions } from "./list-watch.ts";

export interface KeySecretsOptions extends Pick<ListWatchOptions, "delay" | "random"> {
  readonly client: KubernetesClient;
  /** Keys of a Secret are others than before: of those that `isAffected` takes. */
  onChange(isAffected: (source: SecretKeySource) => boolean): void;
}

/** Each costs a connection: what the policies of one namespace, and those of all namespaces together, may have followed. */
export const MAX_SECRETS = { ofNamespace: 32, ofNamespaces: 512 } as const;

interface Followed {
  readonly namespace: string;
  readonly name: string;
  readonly members: ReadonlySet<string>;
  readonly stop: AbortController;
  /** By member; undefined until it was read. */
  answers: ReadonlyMap<string, KeyAnswer> | undefined;
  state: string;
}

const STARTING = "starting";
const FORBIDDEN = "Sealgate may not read it: its ServiceAccount needs list and watch of this Secret";

export class KeySecrets {
  readonly #options: KeySecretsOptions;
  readonly #followed = new Map<string, Followed>();
  #isClosed = false;
  #hasSettled = false;

  constructor(options: KeySecretsOptions) {
    this.#options = options;
  }

  /** Follows the Secrets of `sources`, and no others any more. Cluster policies' come first. */
  follow(sources: readonly SecretKeySource[]): void {
    if (this.#isClosed) return;
    const wanted = this.#select(sources);
    for (const [id, { stop }] of this.#followed) {
      if (wanted.has(id)) continue;
      stop.abort();
      this.#followed.delete(id);
    }
    for (const [id, members] of wanted) {
      const known = this.#followed.get(id);
      if (known !== undefined && [...members].every((member) => known.members.has(member))) continue;
      known?.stop.abort();
      this.#start(id, members, known);
    }
    this.#settle();
  }

  find(source: SecretKeySource): KeyAnswer {
    const followed = this.#followed.get(idOf(source));
    const answer = followed?.answers?.get(source.key);
    if (answer !== undefined) return answer;
    if (followed === undefined && this.#isCrowded(source)) {
      const { ofNamespace, ofNamespaces } = MAX_SECRETS;
      return none(
        `more Secrets are named than are followed, ${ofNamespace} of a namespace's policies and ${ofNamespaces} of all`,
      );
    }
    const isRead = followed !== undefined && followed.state !== STARTING && followed.state !== "synced";
    return none(isRead ? `it could not be read: ${followed.state}` : "it has not been read yet");
  }

  /** Ok once every Secret that was named at first was asked for; from then on, what cannot be read is told and no more. */
  readiness(): { readonly ok: boolean; readonly detail: string } {
    const all = [...this.#followed.values()];
    const unread = all.filter(({ state }) => state !== "synced");
    const [first] = unread;
    const detail = `${all.length - unread.length} of ${all.length} followed`;
    if (first === undefined) return { ok: this.#hasSettled, detail };
    return { ok: this.#hasSettled, detail: `${detail}; Secret "${first.namespace}/${first.name}": ${first.state}` };
  }

  close(): void {
    this.#isClosed = true;
    for (const { stop } of this.#followed.values()) stop.abort();
    this.#followed.clear();
  }

  #settle(): void {
    this.#hasSettled ||= [...this.#followed.values()].every(({ state }) => state !== STARTING);
  }

  /** Members by Secret. What is followed already stays before what would be new, and no namespace crowds out another. */
  #select(sources: readonly SecretKeySource[]): ReadonlyMap<string, ReadonlySet<string>> {
    const isOurs = ({ owner }: SecretKeySource): boolean => owner === "ClusterImageVerifyPolicy";
    const ranked = [
      ...sources.filter(isOurs),
      ...sources.filter((source) => !isOurs(source) && this.#followed.has(idOf(source))),
      ...sources.filter((source) => !isOurs(source) && !this.#followed.has(idOf(source))),
    ];
    const wanted = new Map<string, Set<string>>();
    const counts = new Map<string, number>();
    let all = 0;
    for (const source of ranked) {
      const id = idOf(source);
      if (!isOurs(source) && !wanted.has(id)) {
        const count = counts.get(source.namespace) ?? 0;
        if (count >= MAX_SECRETS.ofNamespace || all >= MAX_SECRETS.ofNamespaces) continue;
        counts.set(source.namespace, count + 1);
        all += 1;
      }
      wanted.set(id, (wanted.get(id) ?? new Set()).add(source.key));
    }
    return wanted;
  }

  #isCrowded({ owner, namespace }: SecretKeySource): boolean {
    if (owner === "ClusterImageVerifyPolicy") return false;
    const own = [...this.#followed.values()].filter((followed) => followed.namespace === namespace);
    return own.length >= MAX_SECRETS.ofNamespace || this.#followed.size >= MAX_SECRETS.ofNamespaces;
  }

  /** `before`: what was known of fewer members holds until all of them are read. */
  #start(id: string, members: ReadonlySet<string>, before: Followed | undefined): void {
    const [namespace = "", name = ""] = id.split("/");
    const stop = new AbortController();
    const followed: Followed = { namespace, name, members, stop, answers: before?.answers, state: STARTING };
    this.#followed.set(id, followed);
    const { client, delay, random } = this.#options;
    const isIt = (object: JsonObject): boolean => asObject(object.get("metadata"), "metadata").get("name") === name;
    void new ListWatch({
      client,
      path: `/api/v1/namespaces/${namespace}/secrets`,
      selector: { fieldSelector: `metadata.name=${name}` },
      delay,
      random,
      onReplace: (objects) => this.#take(followed, objects.find(isIt)),
      onChange: (type, object) => {
        if (isIt(object)) this.#take(followed, type === "DELETED" ? undefined : object);
      },
      onForbidden: () => this.#answer(followed, new Map([...members].map((member) => [member, none(FORBIDDEN)]))),
      onState: (state) => {
        followed.state = state;
        this.#settle();
      },
    }).run(stop.signal);
  }

  #take(followed: Followed, secret: JsonObject | undefined): void {
    const read = (member: string): KeyAnswer => (secret === undefined ? NO_SECRET : readSecretKey(secret, member));
    this.#answer(followed, new Map([...followed.members].map((member) => [member, read(member)])));
  }

  #answer(followed: Followed, answers: ReadonlyMap<string, KeyAnswer>): void {
    // One that was stopped may have an answer under way.
    if (followed.stop.signal.aborted) return;
    const before = followed.answers;
    followed.answers = answers;
    const changed = new Set(
      [...answers].filter(([key, answer]) => !isSameKey(before?.get(key), answer)).map(([key]) => key),
    );
    if (changed.size === 0) return;
    const { namespace, name } = followed;
    this.#options.onChange(
      (source) => source.namespace === namespace && source.name === name && changed.has(source.key),
    );
  }
}

function idOf({ namespace, name }: SecretKeySource): string {
  return `${namespace}/${name}`;
}

function none(reason: string): KeyAnswer {
  return { kind: "none", reason };
}
