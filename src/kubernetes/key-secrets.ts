/**
 * Secrets with keys that policies name (policy-api.md §2.4), each followed: one that is deleted revokes its keys at once. Of a
 * Secret only the members that are named are looked at, and nothing but public keys is kept.
 */
import { NO_SECRET, readSecretKey } from "../policy/key-secret.ts";
import { isSameKey, type KeyAnswer, type SecretKeySource } from "../policy/key-source.ts";
import { ObjectFollower, type NamedObject, type ObjectFollowerOptions } from "./object-follower.ts";

/** Of one Secret, by member. */
type Keys = ReadonlyMap<string, KeyAnswer>;

interface NamedKeys extends NamedObject<Keys> {
  readonly members: ReadonlySet<string>;
}

export interface KeySecretsOptions extends Pick<ObjectFollowerOptions<Keys, NamedKeys>, "client" | "delay" | "random"> {
  /** Keys of a Secret are others than before: of those that `isAffected` takes. */
  readonly onChange: (isAffected: (source: SecretKeySource) => boolean) => void;
}

/** Each costs a connection: what the policies of one namespace, and those of all namespaces together, may have followed. */
export const MAX_SECRETS = { ofNamespace: 32, ofNamespaces: 512 } as const;

export class KeySecrets {
  readonly #follower: ObjectFollower<Keys, NamedKeys>;
  readonly #onChange: KeySecretsOptions["onChange"];

  constructor({ onChange, ...options }: KeySecretsOptions) {
    this.#onChange = onChange;
    this.#follower = new ObjectFollower({
      ...options,
      onAnswer: (secret, answers, before) => this.#tell(secret, answers, before),
      serves: (known, { members }) => [...members].every((member) => known.members.has(member)),
    });
  }

  /** Follows the Secrets of `sources`, and no others any more. Cluster policies' come first. */
  follow(sources: readonly SecretKeySource[]): void {
    this.#follower.follow(
      new Map([...this.#select(sources)].map(([id, members]): [string, NamedKeys] => [id, keysOf(id, members)])),
    );
  }

  find(source: SecretKeySource): KeyAnswer {
    const id = idOf(source);
    const answer = this.#follower.answer(id)?.get(source.key);
    if (answer !== undefined) return answer;
    if (this.#follower.isFollowed(id) || !this.#isCrowded(source)) return none(this.#follower.whyNone(id));
    const { ofNamespace, ofNamespaces } = MAX_SECRETS;
    return none(
      `more Secrets are named than are followed, ${ofNamespace} of a namespace's policies and ${ofNamespaces} of all`,
    );
  }

  /** As ObjectFollower has it. */
  readiness(): { readonly ok: boolean; readonly detail: string } {
    return this.#follower.readiness();
  }

  close(): void {
    this.#follower.close();
  }

  /** Members by Secret. What is followed already stays before what would be new, and no namespace crowds out another. */
  #select(sources: readonly SecretKeySource[]): ReadonlyMap<string, ReadonlySet<string>> {
    const isOurs = ({ owner }: SecretKeySource): boolean => owner === "ClusterImageVerifyPolicy";
    const ranked = [
      ...sources.filter(isOurs),
      ...sources.filter((source) => !isOurs(source) && this.#follower.isFollowed(idOf(source))),
      ...sources.filter((source) => !isOurs(source) && !this.#follower.isFollowed(idOf(source))),
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
    const all = this.#follower.objects();
    const own = all.filter((followed) => followed.namespace === namespace);
    return own.length >= MAX_SECRETS.ofNamespace || all.length >= MAX_SECRETS.ofNamespaces;
  }

  #tell({ namespace, name }: NamedKeys, answers: Keys, before: Keys | undefined): void {
    const changed = new Set(
      [...answers].filter(([key, answer]) => !isSameKey(before?.get(key), answer)).map(([key]) => key),
    );
    if (changed.size === 0) return;
    this.#onChange((source) => source.namespace === namespace && source.name === name && changed.has(source.key));
  }
}

function keysOf(id: string, members: ReadonlySet<string>): NamedKeys {
  const [namespace = "", name = ""] = id.split("/");
  const each = (answer: (member: string) => KeyAnswer): Keys =>
    new Map([...members].map((member) => [member, answer(member)]));
  return {
    kind: "Secret",
    namespace,
    name,
    members,
    read: (secret) => each((member) => (secret === undefined ? NO_SECRET : readSecretKey(secret, member))),
    refuse: (reason) => each(() => none(reason)),
  };
}

function idOf({ namespace, name }: SecretKeySource): string {
  return `${namespace}/${name}`;
}

function none(reason: string): KeyAnswer {
  return { kind: "none", reason };
}
