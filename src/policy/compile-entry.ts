/**
 * One entry of an attestor set to the requirement that verify() holds signatures against (policy-api.md §2.4, §2.7): the
 * signer, what must have been signed, and how many witnesses a signature must bring. What the trust root asks for is asked
 * for, unless the entry says that it is not: no threshold is zero because something is absent.
 */
import type { PublicKey } from "../crypto/public-key.ts";
import type { Interval } from "../encoding/interval.ts";
import { parseRfc3339 } from "../encoding/instant.ts";
import type { IdentityRequirement, TextMatcher } from "../verify/identity.ts";
import type {
  AuthorityRequirement,
  ContentRequirement,
  KeyRequirement,
  Requirement,
  SignerRequirement,
  Thresholds,
} from "../verify/requirement.ts";
import { buildAuthorities } from "../x509/authority.ts";
import { EXTENSION_NAMES } from "../x509/fulcio-extensions.ts";
import { parseCertificates } from "./certificate-list.ts";
import { compileGithubActions } from "./github-actions.ts";
import { checkOptions, parseKey } from "./key-check.ts";
import {
  formatKeySource,
  keySourceOf,
  mayBeRead,
  NO_KEY_SOURCES,
  type KeyAnswer,
  type KeyOwner,
  type KeySource,
  type KeySources,
  type UnavailableKey,
} from "./key-source.ts";
import { exactly, matchOf } from "./text-matcher.ts";
import {
  DEFAULT_TRUST_ROOT,
  type TrustRequirements,
  type TrustRoots,
  type UnavailableTrustRoot,
} from "./trust-root.ts";
import type { EntrySpec } from "./types.ts";

export interface CompiledEntry {
  readonly name: string;
  /** Entries of one party are alternatives. */
  readonly party: string;
  /** What a signature must meet, or the trust root or the key without which nobody can tell. */
  readonly requirement: Requirement | UnavailableTrustRoot | UnavailableKey;
  /** Where its key lies, if that is not in the policy and may be read. */
  readonly keySource?: KeySource;
}

/** Keys outside of the policy, and who asks for them. */
export interface KeyScope {
  readonly sources: KeySources;
  readonly owner: KeyOwner;
}

const NO_KEYS: KeyScope = {
  sources: NO_KEY_SOURCES,
  owner: { kind: "ClusterImageVerifyPolicy", namespace: undefined },
};

export interface CompiledSet {
  /** Parties that must each be met by a signature of a different principal; at least 1. */
  readonly count: number;
  readonly entries: readonly CompiledEntry[];
}

/** Requires a spec that validation took. `ruleTrustRoot` is the rule's. */
export function compileEntry(
  entry: EntrySpec,
  ruleTrustRoot: string | undefined,
  trustRoots: TrustRoots,
  keys: KeyScope = NO_KEYS,
): CompiledEntry {
  const { name, party = name } = entry;
  const source = entry.keys === undefined ? undefined : keySourceOf(entry.keys, keys.owner, keys.sources);
  const requirement = compileRequirement(entry, source, ruleTrustRoot, { trustRoots, sources: keys.sources });
  const isRead = source !== undefined && mayBeRead(source, keys.sources);
  return { name, party, requirement, ...(isRead ? { keySource: source } : {}) };
}

export function isUnavailable(
  requirement: CompiledEntry["requirement"],
): requirement is UnavailableTrustRoot | UnavailableKey {
  return "cause" in requirement;
}

const NO_WITNESSES: Thresholds = { logs: 0, certificateLogs: 0, times: 0, timestamps: 0 };

function compileRequirement(
  entry: EntrySpec,
  source: KeySource | undefined,
  ruleTrustRoot: string | undefined,
  { trustRoots, sources }: { readonly trustRoots: TrustRoots; readonly sources: KeySources },
): CompiledEntry["requirement"] {
  const signer = signerOf(entry, source, sources);
  if ("cause" in signer) return signer;
  const common = { signer, content: contentOf(entry) };
  if (decidesByKeyAlone(entry)) return { ...common, thresholds: NO_WITNESSES };
  const name = entry.trustRoot ?? ruleTrustRoot ?? DEFAULT_TRUST_ROOT;
  const root = trustRoots(name);
  if (root === undefined) return { name, cause: "TrustRootMissing" };
  if (root === "not-ready") return { name, cause: "TrustRootNotReady" };
  return { ...common, trust: root.material, thresholds: thresholdsOf(entry, root.requires) };
}

/** Then no trust root is asked for, whether there is one or not (§2.3). */
export function decidesByKeyAlone({ keys, insecureIgnoreTlog, requireTimestamp }: EntrySpec): boolean {
  return keys !== undefined && insecureIgnoreTlog === true && requireTimestamp !== true;
}

function thresholdsOf(entry: EntrySpec, requires: TrustRequirements): Thresholds {
  const { keys, certificates } = entry;
  const isFulcio = keys === undefined && certificates === undefined;
  const mayUseNow = certificates?.insecureUseCurrentTime === true;
  const needsTime = keys === undefined ? !mayUseNow : windowOf(keys) !== undefined;
  return {
    logs: count(requires.transparencyLog && entry.insecureIgnoreTlog !== true),
    certificateLogs: count(isFulcio && requires.signedCertificateTimestamp && entry.insecureIgnoreSCT !== true),
    times: count(needsTime),
    timestamps: count(requires.timestamp || entry.requireTimestamp === true),
  };
}

function count(isAsked: boolean): number {
  return isAsked ? 1 : 0;
}

function contentOf({ annotations }: EntrySpec): ContentRequirement {
  if (annotations === undefined) return { kind: "signature" };
  return { kind: "signature", annotations: new Map(Object.entries(annotations)) };
}

function signerOf(
  { keys, keyless, githubActions, certificates }: EntrySpec,
  source: KeySource | undefined,
  sources: KeySources,
): SignerRequirement | UnavailableKey {
  if (keys !== undefined) return keyOf(keys, source, sources);
  if (keyless !== undefined) return { kind: "keyless", identity: identityOf(keyless) };
  if (githubActions !== undefined) return { kind: "keyless", identity: compileGithubActions(githubActions) };
  if (certificates !== undefined) return authorityOf(certificates);
  throw new Error("an entry has no variant after it was validated");
}

type KeysSpec = NonNullable<EntrySpec["keys"]>;

function keyOf(keys: KeysSpec, source: KeySource | undefined, sources: KeySources): KeyRequirement | UnavailableKey {
  if (keys.publicKeys !== undefined) {
    const key = parseKey(keys.publicKeys);
    if (!key.ok) throw new Error("a key cannot be read after it was validated");
    return keyRequirement(keys, key.value);
  }
  if (source === undefined) throw new Error("an entry has no key after it was validated");
  const answer = keyAt(source, sources);
  // What only the key can tell: it was not there to be checked with the policy.
  const [misfit] = answer.kind === "key" ? checkOptions(keys, answer.key, "") : [];
  if (answer.kind === "key" && misfit === undefined) return keyRequirement(keys, answer.key);
  const reason = answer.kind === "none" ? answer.reason : `${misfit?.path.slice(1)} ${misfit?.message}`;
  return { cause: "KeyUnavailable", subject: formatKeySource(source), reason };
}

function keyAt(source: KeySource, sources: KeySources): KeyAnswer {
  if (mayBeRead(source, sources)) return sources.find(source);
  const reason = "its namespace is not Sealgate's own, and secretNamespaces of the configuration does not list it";
  return { kind: "none", reason };
}

function keyRequirement(keys: KeysSpec, key: PublicKey): KeyRequirement {
  const { hashAlgorithm, rsaPadding } = keys;
  const validFor = windowOf(keys);
  return {
    kind: "key",
    key,
    ...(hashAlgorithm === undefined ? {} : { hashAlgorithm }),
    ...(rsaPadding === undefined ? {} : { rsaPadding }),
    ...(validFor === undefined ? {} : { validFor }),
  };
}

function windowOf({ validFrom, validUntil }: KeysSpec): Interval | undefined {
  if (validFrom === undefined && validUntil === undefined) return undefined;
  return {
    ...(validFrom === undefined ? {} : { start: parseRfc3339(validFrom) }),
    ...(validUntil === undefined ? {} : { end: parseRfc3339(validUntil) }),
  };
}

function identityOf(keyless: NonNullable<EntrySpec["keyless"]>): IdentityRequirement {
  const subject = textOf(keyless.subject, keyless.subjectRegExp);
  const extensions = EXTENSION_NAMES.flatMap((name) => {
    const wanted = keyless.extensions?.[name];
    return wanted === undefined ? [] : [[name, exactly(wanted)] as const];
  });
  return {
    issuer: textOf(keyless.issuer, keyless.issuerRegExp),
    subject: () => subject,
    extensions: new Map(extensions),
  };
}

function authorityOf(certificates: NonNullable<EntrySpec["certificates"]>): AuthorityRequirement {
  const { roots, intermediates, subject, subjectRegExp, insecureUseCurrentTime = false } = certificates;
  return {
    kind: "authority",
    authorities: buildAuthorities(
      parseCertificates(roots),
      intermediates === undefined ? [] : parseCertificates(intermediates),
    ),
    subject: textOf(subject, subjectRegExp),
    insecureUseCurrentTime,
  };
}

/** One of the two is written: without either, anything would do. */
function textOf(exact: string | undefined, expression: string | undefined): TextMatcher {
  if (exact !== undefined) return exactly(exact);
  if (expression !== undefined) return matchOf(expression);
  throw new Error("an entry names nobody after it was validated");
}
