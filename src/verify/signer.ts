/**
 * Step: the signer, proven at every time of the signature (verification-spec §8.3 steps 8 to 10): key window or chain, promises
 * of certificate transparency, identity. Earns VerifiedSigner.
 */
import type { Instant } from "../encoding/instant.ts";
import { contains, type Interval } from "../encoding/interval.ts";
import { VerificationFailure } from "../failure/failure.ts";
import type { Certificate } from "../x509/certificate.ts";
import { checkLeafAt, verifyChain, type VerifiedChain } from "../x509/chain.ts";
import { fulcioIdentity } from "../x509/fulcio-extensions.ts";
import { verifyScts, type CertificateTransparencyLog } from "../x509/sct.ts";
import { subjectAlternativeNames } from "../x509/subject-alternative-name.ts";
import type { Principal, SignerMaterial, VerifiedSigner, VerifiedTimes } from "./evidence.ts";
import { matchSubject, verifyIdentity } from "./identity.ts";
import type {
  AuthorityRequirement,
  KeylessRequirement,
  KeyRequirement,
  PinnedLeafRequirement,
  Requirement,
} from "./requirement.ts";

/** Fails with a code of the steps "time", "certificate", "sct" or "identity". */
export function verifySigner(
  { key, leaf }: SignerMaterial,
  times: VerifiedTimes,
  requirement: Requirement,
): VerifiedSigner {
  const { signer } = requirement;
  if (signer.kind === "key") return keySigner(key.keyId, signer, times);
  if (leaf === undefined) throw new Error("a signer that is not a key has a certificate");
  switch (signer.kind) {
    case "keyless":
      return keylessSigner(leaf, times, signer, requirement);
    case "authority":
      return authoritySigner(leaf, times, signer, requirement);
    case "pinned-leaf":
      return pinnedSigner(leaf, times, signer);
  }
}

function keySigner(keyId: string, { validFor }: KeyRequirement, times: VerifiedTimes): VerifiedSigner {
  if (validFor !== undefined) checkKeyWindow(validFor, times);
  return earned({ kind: "key", keyId }, []);
}

/** §3.5 (4), GHSA-wqqc-jjcq-vfxm: a window without a proven time would be no window. */
function checkKeyWindow(validFor: Interval, { times }: VerifiedTimes): void {
  if (times.length === 0) {
    throw new VerificationFailure(
      "KeyTimeMissing",
      "Cannot tell whether the key was valid: no time of the signature is proven",
    );
  }
  for (const { instant } of times) {
    if (contains(validFor, instant)) continue;
    throw new VerificationFailure(
      "KeyOutsideWindow",
      `Cannot accept a signature of ${text(instant)}: the key is valid from ${text(validFor.start)} to ${text(validFor.end)}`,
    );
  }
}

function keylessSigner(
  leaf: Certificate,
  times: VerifiedTimes,
  { identity: wanted }: KeylessRequirement,
  { trust, thresholds }: Requirement,
): VerifiedSigner {
  if (trust === undefined) throw new Error("a keyless requirement names no trust root");
  const chain = verifyChain(leaf, trust.certificateAuthorities, instantsOf(times), "codeSigning");
  checkScts(leaf, chain, thresholds.certificateLogs, trust.ctLogs);
  const identity = fulcioIdentity(leaf);
  const signer = earned({ kind: "keyless", ...verifyIdentity(identity, wanted) }, [keyOf(leaf)]);
  return { ...signer, identity, certifiedAt: leaf.notBefore };
}

/** §4.6: distinct logs. The issuer is the one that the chain proved. */
function checkScts(
  leaf: Certificate,
  { issuer }: VerifiedChain,
  wanted: number,
  ctLogs: readonly CertificateTransparencyLog[],
): void {
  if (wanted === 0) return;
  const logs = verifyScts(leaf, issuer, ctLogs).length;
  if (logs >= wanted) return;
  throw new VerificationFailure(
    "SctTooFew",
    `Cannot accept a certificate that ${logs} certificate-transparency logs promised to publish, want ${wanted}`,
  );
}

function authoritySigner(
  leaf: Certificate,
  times: VerifiedTimes,
  { authorities, subject }: AuthorityRequirement,
  { trust, thresholds }: Requirement,
): VerifiedSigner {
  const chain = verifyChain(leaf, authorities, instantsOf(times), "privateSigning");
  checkScts(leaf, chain, thresholds.certificateLogs, trust?.ctLogs ?? []);
  const authority = chain.authority.chain.reduce((_, above) => above).publicKey().keyId;
  const names = subjectAlternativeNames(leaf);
  const called = (name: string): Principal => ({ kind: "authority", authority, subject: name });
  return earned(called(matchSubject(names, subject)), [keyOf(leaf), ...names.map(({ value }) => called(value))]);
}

/** Nobody vouches for it but the pin: it must have been valid, and be for signing. */
function pinnedSigner(leaf: Certificate, times: VerifiedTimes, { subject }: PinnedLeafRequirement): VerifiedSigner {
  for (const instant of instantsOf(times)) checkLeafAt(leaf, instant, "privateSigning");
  matchSubject(subjectAlternativeNames(leaf), subject);
  return earned({ kind: "pinned-leaf", keyId: leaf.publicKey().keyId }, [keyOf(leaf)]);
}

/** Who holds the key of a certificate could also sign with it alone. */
function keyOf(leaf: Certificate): Principal {
  return { kind: "key", keyId: leaf.publicKey().keyId };
}

function instantsOf({ times }: VerifiedTimes): readonly Instant[] {
  return times.map(({ instant }) => instant);
}

function earned(principal: Principal, aliases: readonly Principal[]): VerifiedSigner {
  return { principal, aliases } as VerifiedSigner;
}

function text(instant: Instant | undefined): string {
  return instant === undefined ? "any time" : new Date(instant).toISOString();
}
