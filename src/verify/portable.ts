/**
 * A requirement as data, for one entity: another thread holds the entity against it and answers what this one would. Keys and
 * certificates travel as the DER that they were read from. A matcher of texts is a function and stays here: what travels is
 * which of the entity's own texts it accepts, and those are compared to the letter.
 */
import { parsePublicKeySpki, type PublicKey } from "../crypto/public-key.ts";
import { attempt } from "../failure/attempt.ts";
import type { TrustMaterial } from "../sigstore/trusted-root.ts";
import type { TimestampAuthority } from "../timestamp/authority.ts";
import type { TransparencyLog } from "../transparency/entry.ts";
import { parseCertificate, type Certificate } from "../x509/certificate.ts";
import type { CertificateAuthority } from "../x509/chain.ts";
import { fulcioIdentity, type ExtensionName, type FulcioIdentity } from "../x509/fulcio-extensions.ts";
import type { CertificateTransparencyLog } from "../x509/sct.ts";
import { subjectAlternativeNames } from "../x509/subject-alternative-name.ts";
import type { SignedEntity } from "./entity.ts";
import type { IdentityRequirement, TextMatcher } from "./identity.ts";
import { selectMaterial } from "./material.ts";
import type { KeyRequirement, Requirement, SignerRequirement } from "./requirement.ts";

/** What a matcher wants, for messages, and what of the entity it accepts. */
interface AcceptedTexts {
  readonly wanted: string;
  readonly accepted: readonly string[];
}

type PortableAuthority<T extends CertificateAuthority = CertificateAuthority> = Omit<T, "chain"> & {
  readonly chain: readonly Uint8Array[];
};

type Keyed<T> = Omit<T, "key"> & { readonly key: Uint8Array };

interface PortableTrust extends Pick<TrustMaterial, "hash" | "warnings"> {
  readonly certificateAuthorities: readonly PortableAuthority[];
  readonly timestampAuthorities: readonly (Omit<PortableAuthority<TimestampAuthority>, "signer"> & {
    readonly signer?: Uint8Array;
  })[];
  readonly logs: readonly Keyed<TransparencyLog>[];
  readonly ctLogs: readonly Keyed<CertificateTransparencyLog>[];
}

type PortableSigner =
  | Keyed<KeyRequirement>
  | {
      readonly kind: "keyless";
      readonly issuer: AcceptedTexts;
      readonly subject: AcceptedTexts;
      readonly extensions: readonly (readonly [ExtensionName, AcceptedTexts])[];
    }
  | {
      readonly kind: "authority";
      readonly authorities: readonly PortableAuthority[];
      readonly subject: AcceptedTexts;
      readonly insecureUseCurrentTime: boolean;
    }
  | { readonly kind: "pinned-leaf"; readonly der: Uint8Array; readonly subject: AcceptedTexts };

/** Holds no function and nothing that was parsed. */
export interface PortableRequirement extends Omit<Requirement, "signer" | "trust"> {
  readonly signer: PortableSigner;
  readonly trust?: PortableTrust;
}

/** Fails, as verify() does, where the entity has not the certificate that the requirement is about. */
export function portableRequirement(entity: SignedEntity, requirement: Requirement): PortableRequirement {
  const { signer, trust, content, thresholds } = requirement;
  const { leaf } = selectMaterial(entity, signer);
  const said = leaf === undefined ? SAYS_NOTHING : saidBy(leaf);
  const common = { signer: portableSigner(signer, said), content, thresholds };
  return trust === undefined ? common : { ...common, trust: portableTrust(trust) };
}

/** The requirement again; holds for the entity that it was made for, and accepts no other's texts. */
export function requirementFrom({ signer, trust, content, thresholds }: PortableRequirement): Requirement {
  const common = { signer: signerFrom(signer), content, thresholds };
  return trust === undefined ? common : { ...common, trust: trustFrom(trust) };
}

/** What a certificate says of its subject; of one that is unclear the other thread says what is wrong with it. */
interface Said {
  readonly identity?: FulcioIdentity;
  readonly names: readonly string[];
}

const SAYS_NOTHING: Said = { names: [] };

function saidBy(leaf: Certificate): Said {
  const identity = attempt(() => fulcioIdentity(leaf));
  const names = attempt(() => subjectAlternativeNames(leaf).map(({ value }) => value));
  return { ...(identity.ok ? { identity: identity.value } : {}), names: names.ok ? names.value : [] };
}

function portableSigner(signer: SignerRequirement, { identity, names }: Said): PortableSigner {
  switch (signer.kind) {
    case "key":
      return { ...signer, key: signer.key.spki };
    case "keyless":
      return { kind: "keyless", ...portableIdentity(signer.identity, identity) };
    case "authority":
      return {
        ...signer,
        authorities: signer.authorities.map(portableAuthority),
        subject: acceptedBy(signer.subject, names),
      };
    case "pinned-leaf":
      return { ...signer, subject: acceptedBy(signer.subject, names) };
  }
}

function signerFrom(signer: PortableSigner): SignerRequirement {
  switch (signer.kind) {
    case "key":
      return { ...signer, key: parsePublicKeySpki(signer.key) };
    case "keyless":
      return { kind: "keyless", identity: identityFrom(signer) };
    case "authority":
      return { ...signer, authorities: signer.authorities.map(authorityFrom), subject: matcherOf(signer.subject) };
    case "pinned-leaf":
      return { ...signer, subject: matcherOf(signer.subject) };
  }
}

type PortableIdentity = Omit<Extract<PortableSigner, { kind: "keyless" }>, "kind">;

/** Of a certificate that says nothing clear no text is accepted. */
function portableIdentity(wanted: IdentityRequirement, said: FulcioIdentity | undefined): PortableIdentity {
  if (said === undefined) {
    const nothing = acceptedBy(wanted.issuer, []);
    return { issuer: nothing, subject: nothing, extensions: [] };
  }
  const { issuer, subject, extensions } = said;
  return {
    issuer: acceptedBy(wanted.issuer, textsOf(issuer)),
    subject: acceptedBy(wanted.subject(said), [subject.value]),
    extensions: [...wanted.extensions].map(
      ([name, matcher]) => [name, acceptedBy(matcher, textsOf(extensions.get(name)))] as const,
    ),
  };
}

function textsOf(text: string | undefined): readonly string[] {
  return text === undefined ? [] : [text];
}

function identityFrom({ issuer, subject, extensions }: PortableIdentity): IdentityRequirement {
  const matcher = matcherOf(subject);
  return {
    issuer: matcherOf(issuer),
    subject: () => matcher,
    extensions: new Map(extensions.map(([name, texts]) => [name, matcherOf(texts)])),
  };
}

function acceptedBy(matcher: TextMatcher, texts: readonly string[]): AcceptedTexts {
  return { wanted: matcher.wanted, accepted: texts.filter((text) => matcher.matches(text)) };
}

function matcherOf({ wanted, accepted }: AcceptedTexts): TextMatcher {
  return { wanted, matches: (value) => accepted.includes(value) };
}

function portableTrust(trust: TrustMaterial): PortableTrust {
  const { certificateAuthorities, timestampAuthorities, logs, ctLogs } = trust;
  return {
    ...trust,
    certificateAuthorities: certificateAuthorities.map(portableAuthority),
    timestampAuthorities: timestampAuthorities.map(({ signer, ...authority }) => ({
      ...portableAuthority(authority),
      ...(signer === undefined ? {} : { signer: signer.der }),
    })),
    logs: logs.map(withSpki),
    ctLogs: ctLogs.map(withSpki),
  };
}

function trustFrom(trust: PortableTrust): TrustMaterial {
  const { certificateAuthorities, timestampAuthorities, logs, ctLogs } = trust;
  return {
    ...trust,
    certificateAuthorities: certificateAuthorities.map(authorityFrom),
    timestampAuthorities: timestampAuthorities.map(({ signer, ...authority }) => ({
      ...authorityFrom(authority),
      ...(signer === undefined ? {} : { signer: parseCertificate(signer) }),
    })),
    logs: logs.map(withKey),
    ctLogs: ctLogs.map(withKey),
  };
}

function portableAuthority<T extends CertificateAuthority>({ chain, ...rest }: T): PortableAuthority<T> {
  return { ...rest, chain: chain.map(({ der }) => der) };
}

function authorityFrom({ chain, ...rest }: PortableAuthority): CertificateAuthority {
  return { ...rest, chain: chain.map(parseCertificate) };
}

function withSpki<T extends { readonly key: PublicKey }>({ key, ...rest }: T): Omit<T, "key"> & { key: Uint8Array } {
  return { ...rest, key: key.spki };
}

function withKey<T extends { readonly key: Uint8Array }>({ key, ...rest }: T): Omit<T, "key"> & { key: PublicKey } {
  return { ...rest, key: parsePublicKeySpki(key) };
}
