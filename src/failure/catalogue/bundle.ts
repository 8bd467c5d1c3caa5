/** Reasons to refuse the container of a signature: a Sigstore bundle, a DSSE envelope, a cosign layer's annotations. */
import type { FailureTable } from "../step.ts";

export const BUNDLE_FAILURES = {
  BundleMalformed: {
    step: "bundle",
    spec: "verification-spec §7.1",
    hint: "the bundle is not what its media type says: sign again with a current cosign",
  },
  BundleVersionUnsupported: {
    step: "bundle",
    spec: "verification-spec §7.1",
    hint: "registries hold bundles of version 0.3, files 0.1 to 0.3: sign again with cosign v3, which writes 0.3",
  },
  BundleMemberUnknown: {
    step: "bundle",
    spec: "verification-spec §7.1",
    hint: "the bundle has a member that its format does not have: sign again with a tool that writes version 0.3",
  },
  BundleMaterialAmbiguous: {
    step: "bundle",
    spec: "verification-spec §7.1",
    hint: "a bundle names exactly one of publicKey and certificate, or in old versions a chain: sign again",
  },
  BundleChainForbidden: {
    step: "bundle",
    spec: "verification-spec §7.1",
    hint: "a bundle of version 0.3 holds the leaf certificate alone: sign again without a certificate chain",
  },
  BundleChainEmpty: {
    step: "bundle",
    spec: "verification-spec §7.1",
    hint: "the bundle's certificate chain is empty: sign again",
  },
  BundleChainTooLong: {
    step: "bundle",
    spec: "verification-spec §0.9",
    hint: "a certificate chain holds at most 10 certificates, of which the leaf alone is used: sign again",
  },
  BundleChainHasRoot: {
    step: "bundle",
    spec: "verification-spec §7.1",
    hint: "a bundle must not bring a root, since roots come from the trust root: sign again with a current tool",
  },
  BundleContentAmbiguous: {
    step: "bundle",
    spec: "verification-spec §7.1",
    hint: "a bundle holds exactly one of dsseEnvelope and messageSignature: sign again",
  },
  BundleTooManyEntries: {
    step: "bundle",
    spec: "verification-spec §0.9",
    hint: "a bundle holds at most 32 log entries and 32 time stamps: sign again",
  },
  BundlePromiseMissing: {
    step: "bundle",
    spec: "verification-spec §7.1",
    hint: "each log entry of a version 0.1 bundle carries an inclusion promise: sign again with a current cosign",
  },
  BundleProofMissing: {
    step: "bundle",
    spec: "verification-spec §7.1",
    hint: "each log entry of a bundle of version 0.2 or 0.3 carries an inclusion proof: sign again with a current cosign",
  },
  BundleCheckpointMissing: {
    step: "bundle",
    spec: "verification-spec §7.1",
    hint: "each inclusion proof carries a checkpoint, which its log has signed: sign again with a current cosign",
  },
  EnvelopeMalformed: {
    step: "bundle",
    spec: "verification-spec §2.2",
    hint: "the DSSE envelope cannot be read: sign again",
  },
  EnvelopeSignatureCount: {
    step: "bundle",
    spec: "verification-spec §2.2",
    hint: "an envelope carries exactly one signature: write one bundle per signer",
  },
  EnvelopePayloadTypeUnsupported: {
    step: "bundle",
    spec: "verification-spec §2.2",
    hint: "only in-toto statements (application/vnd.in-toto+json) are read: sign with cosign or another in-toto signer",
  },
  SignatureAnnotationMissing: {
    step: "bundle",
    spec: "verification-spec §1.2",
    hint: 'the layer has no annotation "dev.cosignproject.cosign/signature": it was not written by cosign sign',
  },
  SignatureAnnotationEmpty: {
    step: "bundle",
    spec: "verification-spec §1.2",
    hint: "the layer's signature annotation is empty, as on an attestation: sign the image with cosign sign",
  },
  SignatureAnnotationMalformed: {
    step: "bundle",
    spec: "verification-spec §1.2",
    hint: "the layer's signature annotation is not base64: sign the image again",
  },
  SignatureAnnotationUnexpected: {
    step: "bundle",
    spec: "verification-spec §1.2",
    hint: "the layer is an attestation, whose signature stands in its envelope, and has a signature annotation too: attest again",
  },
  CertificateAnnotationMalformed: {
    step: "bundle",
    spec: "verification-spec §1.2",
    hint: "the layer's certificate annotation is not one PEM block CERTIFICATE: sign the image again",
  },
  BundleAnnotationMalformed: {
    step: "bundle",
    spec: "verification-spec §1.3",
    hint: "the layer's bundle annotation, the log's promise, cannot be read: sign the image again",
  },
  TimestampAnnotationMalformed: {
    step: "bundle",
    spec: "verification-spec §1.3",
    hint: "the layer's time stamp annotation cannot be read: sign the image again",
  },
} as const satisfies FailureTable;
