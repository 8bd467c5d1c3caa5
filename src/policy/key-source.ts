/**
 * Keys that lie outside of a policy (policy-api.md §2.4): where an entry's key is, and what stands in for it while it is
 * not at hand. A key that is missing or malformed makes what depends on it Undetermined at once, so that deleting a Secret
 * revokes. Messages name Secret and member, never what stands there.
 */
import type { PublicKey } from "../crypto/public-key.ts";
import { quoted } from "../failure/failure.ts";
import { CAUSES } from "./causes.ts";
import type { EntrySpec, PolicyKind } from "./types.ts";
import type { Finding } from "./verdict.ts";

/** A member of a Secret. */
export interface SecretKeySource {
  readonly kind: "secret";
  readonly namespace: string;
  readonly name: string;
  /** Member of its data. */
  readonly key: string;
  /** Of the policy that names it. */
  readonly owner: PolicyKind;
}

/** A key in a key management service, of a cluster policy. */
export interface KmsKeySource {
  readonly kind: "kms";
  readonly uri: string;
}

export type KeySource = SecretKeySource | KmsKeySource;

/** A key to verify with, or a clause that says why there is none: "the Secret does not exist". */
export type KeyAnswer =
  { readonly kind: "key"; readonly key: PublicKey } | { readonly kind: "none"; readonly reason: string };

export type FindSecretKey = (source: SecretKeySource) => KeyAnswer;

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
  find: () => ({ kind: "none", reason: "no key outside of the policy is read here" }),
};

type KeysSpec = NonNullable<EntrySpec["keys"]>;

/** Who names a Secret: the kind of the policy, and the namespace that a namespaced one lies in. */
export interface KeyOwner {
  readonly kind: PolicyKind;
  readonly namespace: string | undefined;
}

/** Where the key is, if not in the policy. Requires keys that validation took: a namespaced policy names no namespace. */
export function keySourceOf(
  { secret, kms }: KeysSpec,
  owner: KeyOwner,
  sources: Pick<KeySources, "namespace">,
): KeySource | undefined {
  if (kms !== undefined) return { kind: "kms", uri: kms };
  if (secret === undefined) return undefined;
  const { name, namespace, key = DEFAULT_SECRET_KEY } = secret;
  const own = owner.kind === "ImageVerifyPolicy" ? owner.namespace : namespace;
  return { kind: "secret", namespace: own ?? sources.namespace, name, key, owner: owner.kind };
}

/** Of cluster policies: whoever writes a namespaced one could read its Secrets anyway. */
export function mayBeRead(source: KeySource, sources: KeySources): boolean {
  if (source.kind === "kms") return true;
  const { owner, namespace } = source;
  return owner === "ImageVerifyPolicy" || namespace === sources.namespace || sources.isAllowed(namespace);
}

export function secretSourcesOf(sources: readonly KeySource[]): readonly SecretKeySource[] {
  return sources.filter((source) => source.kind === "secret");
}

export function kmsUrisOf(sources: readonly KeySource[]): readonly string[] {
  return sources.flatMap((source) => (source.kind === "kms" ? source.uri : []));
}

export function formatKeySource(source: KeySource): string {
  if (source.kind === "kms") return `key ${quoted(source.uri)}`;
  const { namespace, name, key } = source;
  return `key ${quoted(key)} of Secret ${quoted(`${namespace}/${name}`)}`;
}

/** Answers between which nothing has to be compiled anew. */
export function isSameKey(before: KeyAnswer | undefined, after: KeyAnswer): boolean {
  if (before?.kind === "key") return after.kind === "key" && after.key.keyId === before.key.keyId;
  return after.kind === "none" && before?.reason === after.reason;
}

/** One line about an entry that could not be judged. */
export function unavailableKeyFinding({ cause, subject, reason }: UnavailableKey, entry: string): Finding {
  return {
    subject,
    entry,
    code: cause,
    reason: `Cannot verify signatures with ${subject}: ${reason}`,
    hint: CAUSES[cause].hint,
  };
}
