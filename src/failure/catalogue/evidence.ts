import type { FailureTable } from "../step.ts";

export const EVIDENCE_FAILURES = {
  TooManyCandidates: {
    step: "discovery",
    spec: "verification-spec §0.9",
    hint: "remove old signatures of this image from the registry, or sign a fresh digest",
  },
  EvidenceTooCostly: {
    step: "discovery",
    spec: "verification-spec §0.9",
    hint: "the document takes more time or memory than Sealgate gives to one: sign a smaller one, or several",
  },
  BundleManifestMalformed: {
    step: "discovery",
    spec: "verification-spec §1.5.1",
    hint: "a bundle's manifest has exactly one layer of the bundle media type; sign the image again with cosign v3",
  },
  BundleSubjectMismatch: {
    step: "discovery",
    spec: "registry §5.4",
    hint: "this referrer is attached to another image; sign this digest itself",
  },
} as const satisfies FailureTable;
