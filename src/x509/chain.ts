/**
 * Certification paths (RFC 5280 §6.1; verification-spec §4.2): a leaf, the certificates of one authority of the trust root
 * and nothing else, at every proven time. What does not depend on the leaf is checked once for an authority and remembered.
 * Earns VerifiedChain.
 */
import { verifyWithAlgorithm } from "../crypto/signature-algorithm.ts";
import { contains, type Interval } from "../encoding/interval.ts";
import type { Instant } from "../encoding/instant.ts";
import { equalBytes } from "../encoding/text.ts";
import { attempt, type Attempt } from "../failure/attempt.ts";
import { VerificationFailure } from "../failure/failure.ts";
import type { Certificate } from "./certificate.ts";
import { OID } from "./extensions.ts";

export interface CertificateAuthority {
  /** The certificate that issues leaves first, the trust anchor last; the anchor need not be self-signed. */
  readonly chain: readonly Certificate[];
  readonly validFor: Interval;
  readonly uri?: string;
}

/**
 * `privateSigning`: code signing by a private PKI, whose leaves need not say their purpose (§7.4). `clientAuth`: who calls the
 * webhook.
 */
export type Purpose = "codeSigning" | "privateSigning" | "timeStamping" | "clientAuth";

declare const brand: unique symbol;
export type VerifiedChain = { readonly [brand]: "VerifiedChain" } & {
  /** The certificate whose key signed the leaf: the issuer in the sense of certificate transparency. */
  readonly issuer: Certificate;
  readonly authority: CertificateAuthority;
};

const PURPOSES: Readonly<Record<Purpose, string>> = {
  codeSigning: "1.3.6.1.5.5.7.3.3",
  privateSigning: "1.3.6.1.5.5.7.3.3",
  timeStamping: "1.3.6.1.5.5.7.3.8",
  clientAuth: "1.3.6.1.5.5.7.3.2",
};
const ANY_PURPOSE = "2.5.29.37.0";
const UNDERSTOOD: ReadonlySet<string> = new Set([
  OID.keyUsage,
  OID.subjectAltName,
  OID.basicConstraints,
  OID.extendedKeyUsage,
]);

/**
 * Requires at least one time, in milliseconds. One authority must hold for all times. Fails with a Certificate… code; of
 * several authorities the one that came nearest gives the reason.
 */
export function verifyChain(
  leaf: Certificate,
  authorities: readonly CertificateAuthority[],
  times: readonly Instant[],
  purpose: Purpose,
): VerifiedChain {
  if (times.length === 0) throw new Error("verifyChain() needs a time at which the chain must hold");
  checkLeaf(leaf, purpose);
  const failures: VerificationFailure[] = [];
  for (const authority of authorities) {
    const [issuer] = authority.chain;
    if (issuer === undefined || !isNamedParent(leaf, issuer)) continue;
    const result = attempt(() => checkAuthority(authority, issuer, leaf, { times, purpose }));
    if (result.ok) return result.value;
    failures.push(result.failure);
  }
  throw nearest(failures);
}

/** What a leaf must be by itself, without its issuer: for a leaf that is pinned. Fails with a Certificate… code. */
export function checkLeafAt(leaf: Certificate, time: Instant, purpose: Purpose): void {
  checkLeaf(leaf, purpose);
  checkValidity(leaf, time, "CertificateNotValid", "the certificate");
}

/** Two authorities may bear the same Name: the one whose key signed the leaf is meant. */
function nearest(failures: readonly VerificationFailure[]): VerificationFailure {
  return (
    failures.find(({ code }) => code !== "CertificateSignatureInvalid") ??
    failures[0] ??
    new VerificationFailure(
      "CertificateIssuerUnknown",
      "Cannot find the issuer of the certificate among the authorities of the trust root",
    )
  );
}

/** §4.2 rules 2 and 9: Names byte by byte; key identifiers only where both have one. */
function isNamedParent(child: Certificate, parent: Certificate): boolean {
  const { authorityKeyId } = child;
  const { subjectKeyId } = parent;
  const isOtherKey =
    authorityKeyId !== undefined && subjectKeyId !== undefined && !equalBytes(authorityKeyId, subjectKeyId);
  return equalBytes(child.issuer, parent.subject) && !isOtherKey;
}

/** Rules 2 and 9 and the signature; no dates. */
export function isIssuedBy(child: Certificate, parent: Certificate): boolean {
  return isNamedParent(child, parent) && isSignedBy(child, parent);
}

const knownLinks = new WeakMap<Certificate, WeakMap<Certificate, boolean>>();

/**
 * By the key of `parent` alone; no dates, no names. False for an algorithm that is not allowed. Remembered for as long as
 * both are: the signer that a trust root names is the same for every time stamp, a leaf for every rule that it is held
 * against.
 */
export function isSignedBy(child: Certificate, parent: Certificate): boolean {
  const links = knownLinks.get(child) ?? new WeakMap<Certificate, boolean>();
  knownLinks.set(child, links);
  const isSigned = links.get(parent) ?? verifyLink(child, parent);
  links.set(parent, isSigned);
  return isSigned;
}

function verifyLink({ signatureAlgorithm, tbs, signature }: Certificate, parent: Certificate): boolean {
  return (
    signatureAlgorithm !== undefined && verifyWithAlgorithm(signatureAlgorithm, parent.publicKey(), tbs, signature)
  );
}

/** §4.2 rules 4 to 7 and 10, for the leaf. */
function checkLeaf(leaf: Certificate, purpose: Purpose): void {
  checkAlgorithm(leaf);
  checkCritical(leaf);
  if (leaf.basicConstraints?.isCa === true) {
    throw new VerificationFailure(
      "CertificateLeafIsCa",
      "Cannot accept a signature by a certificate authority's own key",
    );
  }
  if (leaf.keyUsage?.digitalSignature === false) {
    throw new VerificationFailure("CertificateKeyUsageMissing", "Cannot use a certificate whose key may not sign");
  }
  checkLeafPurpose(leaf, purpose);
}

/** §6 step 8: who stamps times does nothing else; §4.2 rule 5: anyExtendedKeyUsage is not enough. */
function checkLeafPurpose({ extendedKeyUsage }: Certificate, purpose: Purpose): void {
  if (extendedKeyUsage === undefined && purpose === "privateSigning") return;
  const purposes = extendedKeyUsage?.purposes ?? [];
  if (!purposes.includes(PURPOSES[purpose])) {
    throw new VerificationFailure("CertificatePurposeMissing", `Cannot use a certificate that is not for ${purpose}`);
  }
  if (purpose === "timeStamping" && (extendedKeyUsage?.critical !== true || purposes.length > 1)) {
    throw new VerificationFailure(
      "CertificatePurposeNotExclusive",
      "Cannot use a certificate for timeStamping that may serve other purposes, want that purpose alone, and critical",
    );
  }
}

function checkAuthority(
  authority: CertificateAuthority,
  issuer: Certificate,
  leaf: Certificate,
  { times, purpose }: { readonly times: readonly Instant[]; readonly purpose: Purpose },
): VerifiedChain {
  if (!isSignedBy(leaf, issuer)) {
    throw new VerificationFailure(
      "CertificateSignatureInvalid",
      "Cannot verify the certificate's signature with the key of the authority that it names as issuer",
    );
  }
  checkPath(authority, purpose);
  for (const time of times) checkTime(authority, leaf, time);
  return { issuer, authority } as VerifiedChain;
}

/** Rules 1 and 3. */
function checkTime({ chain, validFor }: CertificateAuthority, leaf: Certificate, time: Instant): void {
  if (!contains(validFor, time)) {
    throw new VerificationFailure(
      "CertificateAuthorityOutsideWindow",
      `Cannot use this certificate authority at ${text(time)}: the trust root trusts it at other times`,
    );
  }
  checkValidity(leaf, time, "CertificateNotValid", "the certificate");
  for (const ca of chain) checkValidity(ca, time, "CertificateAuthorityNotValid", "a certificate of its issuers");
}

/** Rule 3: both ends belong to the validity, and the anchor has one too. */
function checkValidity(
  { notBefore, notAfter }: Certificate,
  time: Instant,
  code: "CertificateNotValid" | "CertificateAuthorityNotValid",
  what: string,
): void {
  if (contains({ start: notBefore, end: notAfter }, time)) return;
  throw new VerificationFailure(
    code,
    `Cannot accept a signature of ${text(time)}: ${what} is valid from ${text(notBefore)} to ${text(notAfter)}`,
  );
}

const checkedPaths = new WeakMap<CertificateAuthority, Map<Purpose, Attempt<void>>>();

/** Everything about an authority that no leaf and no time changes; its signatures are verified once. */
function checkPath(authority: CertificateAuthority, purpose: Purpose): void {
  const known = checkedPaths.get(authority) ?? new Map<Purpose, Attempt<void>>();
  checkedPaths.set(authority, known);
  const result = known.get(purpose) ?? attempt(() => checkPathOnce(authority.chain, purpose));
  known.set(purpose, result);
  if (!result.ok) throw result.failure;
}

function checkPathOnce(chain: readonly Certificate[], purpose: Purpose): void {
  chain.forEach((certificate, depth) => {
    checkCa(certificate, depth, purpose);
    const parent = chain[depth + 1];
    if (parent === undefined) return;
    checkAlgorithm(certificate);
    if (!isIssuedBy(certificate, parent)) {
      throw new VerificationFailure(
        "CertificateChainBroken",
        "Cannot follow the authority's certificates to its root: one was not issued by the next",
      );
    }
  });
}

/** Rules 4, 5 and 7. `depth`: how many certificate authorities stand between it and the leaf. */
function checkCa(ca: Certificate, depth: number, purpose: Purpose): void {
  if (ca.extensions.has(OID.nameConstraints)) {
    throw new VerificationFailure("CertificateNameConstraints", "Cannot use an authority with name constraints");
  }
  checkCritical(ca);
  if (ca.basicConstraints?.isCa !== true || ca.keyUsage?.keyCertSign === false) {
    throw new VerificationFailure("CertificateAuthorityNotCa", "Cannot use an issuer that may not issue certificates");
  }
  const { pathLength } = ca.basicConstraints;
  if (pathLength !== undefined && depth > pathLength) {
    throw new VerificationFailure(
      "CertificatePathTooLong",
      `Cannot use an authority ${depth} authorities above the certificate, want at most ${pathLength}`,
    );
  }
  const purposes = ca.extendedKeyUsage?.purposes;
  if (purposes !== undefined && !purposes.includes(PURPOSES[purpose]) && !purposes.includes(ANY_PURPOSE)) {
    throw new VerificationFailure("CertificateAuthorityPurpose", `Cannot use an authority that is not for ${purpose}`);
  }
}

function checkCritical({ extensions }: Certificate): void {
  for (const [oid, { critical }] of extensions) {
    if (!critical || UNDERSTOOD.has(oid)) continue;
    throw new VerificationFailure(
      "CertificateCriticalExtension",
      `Cannot honour the critical extension ${oid} of a certificate`,
    );
  }
}

function checkAlgorithm({ signatureAlgorithm }: Certificate): void {
  if (signatureAlgorithm !== undefined) return;
  throw new VerificationFailure(
    "CertificateAlgorithmUnsupported",
    "Cannot verify the certificate's signature algorithm, want ECDSA or RSA with SHA-256, SHA-384 or SHA-512, or Ed25519",
  );
}

function text(instant: Instant): string {
  return new Date(instant).toISOString();
}
