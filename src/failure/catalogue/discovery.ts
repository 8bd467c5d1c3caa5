import type { FailureTable } from "../step.ts";

export const DISCOVERY_FAILURES = {
  ManifestNotFound: {
    step: "discovery",
    spec: "registry §2",
    hint: "check the name and tag; the registry says that there is no such image",
  },
  BlobNotFound: {
    step: "discovery",
    spec: "registry §2",
    hint: "the registry lists this object but does not hold it; push the signature again",
  },
  RegistryUnauthorized: {
    step: "discovery",
    spec: "registry §7",
    hint: "the registry refused access; give Sealgate credentials that may pull this repository, or check its name",
  },
  RegistryAnswerUnexpected: {
    step: "discovery",
    spec: "registry §2",
    hint: "the registry's answer is not one that the distribution specification allows; ask its operator",
  },
  RegistryAnswerTooLarge: {
    step: "discovery",
    spec: "registry §6",
    hint: "the object is larger than Sealgate reads; see the limits in docs/policies.md",
  },
  RegistryAnswerTruncated: {
    step: "discovery",
    spec: "registry §6",
    hint: "the registry ended its answer early or lied about its length; try again, then ask its operator",
  },
  PullSecretMalformed: {
    step: "discovery",
    spec: "registry §8",
    hint: 'write the pull secret anew, for example with "kubectl create secret docker-registry"; the kubelet could not use it either',
  },
  RedirectRefused: {
    step: "discovery",
    spec: "registry §6",
    hint: "the registry redirected too often, without an address, or from https to http; ask its operator",
  },
  TokenRefused: {
    step: "discovery",
    spec: "registry §7.3",
    hint: "the registry's token service gave no usable token; check the credentials and the repository's name",
  },
  ManifestDigestMismatch: {
    step: "manifest",
    spec: "registry §4",
    hint: "the registry answered with other bytes than the digest names; do not trust it",
  },
  BlobDigestMismatch: {
    step: "manifest",
    spec: "registry §4",
    hint: "the registry answered with other bytes than the digest names; do not trust it",
  },
  ManifestMalformed: {
    step: "manifest",
    spec: "registry §3",
    hint: "push the image again with a current tool; its manifest is not valid",
  },
  ManifestAmbiguous: {
    step: "manifest",
    spec: "registry §3 (CVE-2021-41190)",
    hint: "a document must be a manifest or an index, not both; rebuild the image",
  },
  ManifestSchema1: {
    step: "manifest",
    spec: "registry §3",
    hint: "Docker schema 1 is obsolete and cannot be verified; push the image again with a current tool",
  },
} as const satisfies FailureTable;
