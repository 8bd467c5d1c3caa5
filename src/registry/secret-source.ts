/**
 * Pull secrets of a cluster as sources of credentials (registry.md §8): read by name, none before a registry asks for a
 * credential, and all of one list together, since the order of their entries is one over all of them. A Secret that is not
 * there, may not be read or holds nothing for the repository is passed over, as the kubelet does, and a note says so.
 */
import type { Repository } from "../oci/reference.ts";
import type { CredentialSource, PullSecret, PullSecretReader, SecretName, SourceAnswer } from "../ports/credentials.ts";
import { explainSilence, lookUp, parsePullSecret, type KeyringPart } from "./keyring.ts";

/** A pod's author may write any number of names, and each costs the API server a call. */
const MAX_SECRETS = 32;
/** What an object can be called: a pod's text is asked about before the API server has looked at it. */
const OBJECT_NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** Where no cluster is asked. */
export const NO_CLUSTER: PullSecretReader = {
  secret: async () => Promise.resolve({ ok: false, why: "is not read: there is no cluster" }),
  accountSecrets: async () => Promise.resolve({ ok: false, why: "is not read: there is no cluster" }),
};

interface ReadSecret {
  readonly secret: PullSecret;
  readonly part: KeyringPart;
}

export class SecretSources {
  readonly #reader: PullSecretReader;
  readonly #own: string | undefined;
  /** By the Secret as it was read, which does not change. */
  readonly #parts = new WeakMap<PullSecret, KeyringPart>();

  /** `own` is the namespace of Secrets that are named without one; undefined where it is not known. */
  constructor(reader: PullSecretReader, own: string | undefined) {
    this.#reader = reader;
    this.#own = own;
  }

  /** The Secrets of these names, in this order. */
  ofNames(repository: Repository, names: readonly SecretName[]): CredentialSource {
    const full = names.map(({ namespace = this.#own, name }) => ({ namespace, name }));
    const id = `secrets ${full.map(({ namespace = "", name }) => `${namespace}/${name}`).join(" ")}`;
    return { id, ask: (signal) => this.#ask(repository, full, signal) };
  }

  /** The Secrets that a service account lists. */
  ofAccount(repository: Repository, namespace: string, account: string): CredentialSource {
    const ask = async (signal: AbortSignal): Promise<SourceAnswer> => {
      if (!OBJECT_NAME.test(account)) return silent("the service account is named as none can be");
      const read = await this.#reader.accountSecrets(namespace, account, signal);
      const where = `ServiceAccount "${namespace}/${account}"`;
      if (!read.ok) return silent(`${where} ${read.why}`);
      if (read.value.length === 0) return silent(`${where} lists no pull secrets`);
      const names = read.value.map((name) => ({ namespace, name }));
      return await this.#ask(repository, names, signal);
    };
    return { id: `account ${namespace}/${account}`, ask };
  }

  async #ask(repository: Repository, names: readonly SecretName[], signal: AbortSignal): Promise<SourceAnswer> {
    const asked = names.slice(0, MAX_SECRETS);
    const all = await Promise.all(asked.map((name) => this.#read(name, signal)));
    const read = all.filter((each) => typeof each !== "string");
    const credentials = lookUp(
      read.map(({ part }) => part),
      repository,
    );
    const left = names.length - asked.length;
    const notes = [
      ...all.filter((each) => typeof each === "string"),
      ...(left > 0 ? [`${left} more Secrets are not read, want at most ${MAX_SECRETS}`] : []),
      ...(credentials.length > 0 ? [] : read.map(({ secret }) => explainSilence(secret, repository))),
    ];
    return { credentials, notes };
  }

  /** A note where there is nothing to look into. */
  async #read({ namespace, name }: SecretName, signal: AbortSignal): Promise<ReadSecret | string> {
    if (!OBJECT_NAME.test(name)) return "a Secret is named as none can be";
    if (namespace === undefined) {
      return `Secret "${name}" is not read: in which namespace Sealgate runs is not known (--namespace)`;
    }
    const read = await this.#reader.secret(namespace, name, signal);
    return read.ok
      ? { secret: read.value, part: this.#partOf(read.value) }
      : `Secret "${namespace}/${name}" ${read.why}`;
  }

  #partOf(secret: PullSecret): KeyringPart {
    const part = this.#parts.get(secret) ?? parsePullSecret(secret);
    this.#parts.set(secret, part);
    return part;
  }
}

function silent(note: string): SourceAnswer {
  return { credentials: [], notes: [note] };
}
