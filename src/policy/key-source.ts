/**
 * Keys that lie outside of a policy (policy-api.md §2.4): where an entry's key is, and what stands in for it while it is
 * not at hand. A key that is missing or malformed makes what depends on it Undetermined at once, so that deleting a Secret
 * revokes. Messages name Secret and member, never what stands there.
 */
import type { PublicKey } from "../crypto/public-key.ts";
import { quoted } from "../failure/failure.ts";
import type { EntrySpec, PolicyKind } from "./types.ts";
import type { Finding } from "./verdict.ts";

/** A member of a Secret. */
export interface KeySource {
  readonly kind: "secret";
  readonly namespace: string;
  readonly name: string;
  /** Member of its data. */
  readonly key: string;
  /** Of the policy that names it. */
  readonly owner: PolicyKind;
}

/** A key to verify with, or a clause that says why there is none: "the Secret does not exist". */
export type KeyAnswer =
  { readonly kind: "key"; readonly key: PublicKey } | { readonly kind: "none"; readonly reason: string };

/** Where keys outside of policies are looked up. */
export interface KeySources {
  /** The namespace of a cluster policy's Secret that names none: Sealgate's own. */
  readonly namespace: string;
  /** Other namespaces that a cluster policy may name (`secretNamespaces`). */
  readonly isAllowed: (namespace: string) => boolean;
  readonly find: (source: KeySource) => KeyAnswer;
}

/** A key that an entry needs and cannot have. */
export interface UnavailableKey {
  readonly cause: "KeyUnavailable";
  /** For example `key "cosign.pub" of Secret "sealgate/release"`. */
  readonly subject: string;
  readonly reason: string;
}

export const DEFAULT_SECRET_KEY = "cosign.pub";

/** Where nothing outside of a policy can be read. */
export const NO_KEY_SOURCES: KeySources = {
  namespace: "sealgate",
  isAllowed: () => false,
  find: () => ({ kind: "none", reason: "no Secret is read here" }),
};

export type SecretSpec = NonNullable<NonNullable<EntrySpec["keys"]>["secret"]>;

/** Who names a Secret: the kind of the policy, and the namespace that a namespaced one lies in. */
export interface KeyOwner {
  readonly kind: PolicyKind;
  readonly namespace: string | undefined;
}

/** Requires a spec that validation took: a namespaced policy names no namespace. */
export function keySourceOf(
  { name, namespace, key = DEFAULT_SECRET_KEY }: SecretSpec,
  owner: KeyOwner,
  sources: KeySources,
): KeySource {
  const own = owner.kind === "ImageVerifyPolicy" ? owner.namespace : namespace;
  return { kind: "secret", namespace: own ?? sources.namespace, name, key, owner: owner.kind };
}

/** Of cluster policies: whoever writes a namespaced one could read its Secrets anyway. */
export function mayBeRead({ owner, namespace }: KeySource, sources: KeySources): boolean {
  return owner === "ImageVerifyPolicy" || namespace === sources.namespace || sources.isAllowed(namespace);
}

export function formatKeySource({ namespace, name, key }: KeySource): string {
  return `key ${quoted(key)} of Secret ${quoted(`${namespace}/${name}`)}`;
}

/** One line about an entry that could not be judged. */
export function unavailableKeyFinding({ cause, subject, reason }: UnavailableKey, entry: string): Finding {
  return {
    subject,
    entry,
    code: cause,
    reason: `Cannot verify signatures with ${subject}: ${reason}`,
    hint: "put the public key where the policy names it; docs/keys.md says which Secrets are read, and with which rights",
  };
}
