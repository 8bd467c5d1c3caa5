/** Reasons to refuse a certificate, its chain and its promises of certificate transparency. */
import type { FailureTable } from "../step.ts";

export const CERTIFICATE_FAILURES = {
  CertificateMalformed: {
    step: "certificate",
    spec: "verification-spec §0.6",
    hint: "the certificate is not strict DER: sign again with a current tool",
  },
  CertificateVersionUnsupported: {
    step: "certificate",
    spec: "RFC 5280 §4.1.2.1",
    hint: "only X.509 version 3 certificates are used: issue one",
  },
  CertificateAlgorithmMismatch: {
    step: "certificate",
    spec: "RFC 5280 §4.1.1.2",
    hint: "the certificate names two signature algorithms: issue it again",
  },
  CertificateAlgorithmUnsupported: {
    step: "certificate",
    spec: "verification-spec §4.2 (10)",
    hint: "issue certificates with ECDSA or RSA and SHA-256, SHA-384 or SHA-512, or with Ed25519; SHA-1 and MD5 prove nothing",
  },
  CertificateExtensionDuplicate: {
    step: "certificate",
    spec: "verification-spec §4.2 (8)",
    hint: "an extension stands twice in the certificate: issue it again",
  },
  CertificateCriticalExtension: {
    step: "certificate",
    spec: "verification-spec §4.2 (7)",
    hint: "the certificate has a critical extension that Sealgate does not understand: issue it without",
  },
  CertificateLeafIsCa: {
    step: "certificate",
    spec: "verification-spec §4.2 (4)",
    hint: "authorities issue certificates and do not sign images: sign with a leaf certificate",
  },
  CertificateKeyUsageMissing: {
    step: "certificate",
    spec: "verification-spec §4.2 (6)",
    hint: "the certificate's key usage lacks digitalSignature: issue it with that usage",
  },
  CertificatePurposeMissing: {
    step: "certificate",
    spec: "verification-spec §4.2 (5)",
    hint: "the certificate's extended key usage lacks the purpose: issue it for codeSigning, or timeStamping for an authority of times",
  },
  CertificatePurposeNotExclusive: {
    step: "certificate",
    spec: "verification-spec §6 (8)",
    hint: "a timestamp authority's certificate is for timeStamping alone, and says so critically: issue it so",
  },
  CertificateIssuerUnknown: {
    step: "certificate",
    spec: "verification-spec §4.2 (2)",
    hint: "the certificate comes from another Sigstore or PKI than the rule trusts: name its trust root, or sign with the right one",
  },
  CertificateSignatureInvalid: {
    step: "certificate",
    spec: "verification-spec §4.2 (2)",
    hint: "the certificate names an authority that did not sign it: it may be forged",
  },
  CertificateChainBroken: {
    step: "certificate",
    spec: "verification-spec §4.2 (2)",
    hint: "the trust root lists an authority whose certificates do not follow one another: correct the trust root",
  },
  CertificateAuthorityNotCa: {
    step: "certificate",
    spec: "verification-spec §4.2 (4)",
    hint: "the trust root lists a certificate that may not issue others: correct the trust root",
  },
  CertificateAuthorityPurpose: {
    step: "certificate",
    spec: "verification-spec §4.2 (5)",
    hint: "the authority's extended key usage excludes the purpose: use an authority for it",
  },
  CertificatePathTooLong: {
    step: "certificate",
    spec: "verification-spec §4.2 (4)",
    hint: "an authority's pathLenConstraint forbids so long a chain: use a shorter one",
  },
  CertificateNameConstraints: {
    step: "certificate",
    spec: "verification-spec §4.2 (7)",
    hint: "authorities with name constraints are refused, since Sealgate does not enforce these: use one without",
  },
  CertificateAuthorityOutsideWindow: {
    step: "certificate",
    spec: "verification-spec §4.2 (1)",
    hint: "the trust root trusts this authority only within its validFor: sign with the current authority",
  },
  CertificateNotValid: {
    step: "certificate",
    spec: "verification-spec §4.2 (3)",
    hint: "the certificate was not valid at the proven time: sign again",
  },
  CertificateAuthorityNotValid: {
    step: "certificate",
    spec: "verification-spec §4.2 (3)",
    hint: "an issuing certificate was not valid at the proven time: renew the authority and sign again",
  },
  CertificateNameMalformed: {
    step: "identity",
    spec: "verification-spec §4.3",
    hint: "the certificate's subject alternative name cannot be read: issue it again",
  },
  CertificateNameUnsupported: {
    step: "identity",
    spec: "verification-spec §4.3",
    hint: "identities are e-mail addresses, URIs and Fulcio user names: issue the certificate with one of these",
  },
  CertificateNameCount: {
    step: "identity",
    spec: "verification-spec §4.3",
    hint: "a keyless certificate has exactly one subject alternative name: sign with a certificate of Fulcio",
  },
  CertificateIssuerConflict: {
    step: "identity",
    spec: "verification-spec §4.4",
    hint: "the certificate names two OIDC issuers: it is not one that Fulcio writes",
  },
  FulcioExtensionMalformed: {
    step: "identity",
    spec: "verification-spec §4.4",
    hint: "an extension of Fulcio cannot be read: sign again",
  },
  SctMissing: {
    step: "sct",
    spec: "verification-spec §4.6",
    hint: "the trust root wants certificates that are publicly logged: use a CA that logs them, or insecureIgnoreSCT: true for one that is not meant to",
  },
  SctMalformed: {
    step: "sct",
    spec: "verification-spec §4.6",
    hint: "the certificate's list of signed certificate timestamps cannot be read: sign again",
  },
  SctPoisoned: {
    step: "sct",
    spec: "verification-spec §4.6",
    hint: "this is a precertificate, made for a log alone: sign with the certificate",
  },
  SctLogUnknown: {
    step: "sct",
    spec: "verification-spec §4.6",
    hint: "the certificate was logged in logs that the trust root does not hold: name the trust root of the instance that signed",
  },
  SctOutsideLogWindow: {
    step: "sct",
    spec: "verification-spec §4.6",
    hint: "the log made its promise while the trust root did not trust its key: sign again",
  },
  SctSignatureInvalid: {
    step: "sct",
    spec: "verification-spec §4.6",
    hint: "the log did not promise to publish this certificate: it may be forged",
  },
} as const satisfies FailureTable;
