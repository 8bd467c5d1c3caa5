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
    hint: "the registry refused access; check the image's name, and give the pod or the policy credentials that open it (docs/registries.md)",
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
  HostBlocked: {
    step: "discovery",
    spec: "registry §10",
    hint: "the image's registry, or where it redirects to, is the API server or a metadata service; neither is ever called",
  },
  PortBlocked: {
    step: "discovery",
    spec: "registry §10",
    hint: 'registries are called on port 443; list this one by its "host:port" under "registries" (docs/registries.md)',
  },
  AddressBlocked: {
    step: "discovery",
    spec: "registry §10",
    hint: 'if it is your own private registry, set "allowPrivate" for its host under "registries" (docs/registries.md); what is reserved or a metadata service is never called',
  },
  TokenRefused: {
    step: "discovery",
    spec: "registry §7.3",
    hint: "the registry's token service gave no usable token; check the image's name, and give the pod or the policy credentials that open it (docs/registries.md)",
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
    hint: "the document is no valid manifest: push what it belongs to, the image or its signature, again with a current tool",
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
  IndexNested: {
    step: "manifest",
    spec: "policy-api §2.3",
    hint: "the rule wants evidence for each platform: push an index that lists its manifests themselves, not indexes of them",
  },
  TooManyPlatforms: {
    step: "manifest",
    spec: "policy-api §2.3",
    hint: "the rule wants evidence for each platform: push fewer in one index, or ask for the index alone (platforms: Index)",
  },
  NoPlatforms: {
    step: "manifest",
    spec: "policy-api §2.3",
    hint: "the rule wants evidence for each platform, and the index lists nothing that a node could run; push it again",
  },
  PlatformUnverifiable: {
    step: "manifest",
    spec: "policy-api §2.3",
    hint: "the rule wants evidence for each platform: push an index whose manifests are named by sha256",
  },
} as const satisfies FailureTable;
