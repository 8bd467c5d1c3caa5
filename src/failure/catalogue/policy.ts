import type { FailureTable } from "../step.ts";

export const POLICY_FAILURES = {
  NoSignatureFound: {
    step: "discovery",
    spec: "policy-api §4",
    hint: 'sign the image and push the signature beside it, for example "cosign sign --key cosign.key IMAGE@DIGEST"',
  },
  NoDigest: {
    step: "policy",
    spec: "policy-api §2.3",
    hint: "write the image with its digest, or let the mutating webhook pin it (mutateDigest: true)",
  },
  RefusedByRule: {
    step: "policy",
    spec: "policy-api §2.3",
    hint: "use an image that the policy allows: what the rule covers is refused whoever signed it",
  },
} as const satisfies FailureTable;
