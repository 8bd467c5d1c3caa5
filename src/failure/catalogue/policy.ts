import type { FailureTable } from "../step.ts";

export const POLICY_FAILURES = {
  NoSignatureFound: {
    step: "discovery",
    spec: "policy-api §4",
    hint: 'sign the image and push the signature beside it, for example "cosign sign --key cosign.key IMAGE@DIGEST"',
  },
  NoAttestationFound: {
    step: "discovery",
    spec: "policy-api §2.5",
    hint: 'attest the image as a signer that the rule names, for example "cosign attest --type vuln --predicate scan.json IMAGE@DIGEST"',
  },
  AttestationTooOld: {
    step: "policy",
    spec: "policy-api §2.5",
    hint: "make and sign the statement again: the rule takes young ones alone (maxAge)",
  },
  ConditionNotMet: {
    step: "policy",
    spec: "policy-api §2.5",
    hint: "the signed statement says something else than the rule asks for: see the predicate, and the rule's condition",
  },
  ConditionError: {
    step: "policy",
    spec: "policy-api §2.6",
    hint: "the condition could not be evaluated on this statement: guard what may be absent with has(), and compare like with like",
  },
  ValidationNotMet: {
    step: "policy",
    spec: "policy-api §2.3",
    hint: "signatures and attestations are in order by themselves and not together: see the rule's validations",
  },
  ValidationError: {
    step: "policy",
    spec: "policy-api §2.6",
    hint: "the validation could not be evaluated: guard what may be absent with has(), and compare like with like",
  },
  NoDigest: {
    step: "policy",
    spec: "policy-api §2.3",
    hint: "write the image with its digest, or let the mutating webhook pin it (mutateDigest: true)",
  },
  ImageUnmatched: {
    step: "policy",
    spec: "policy-api §2.8",
    hint: 'cover the image by a rule of a ClusterImageVerifyPolicy ("static: {action: Pass}" asks for nothing), or change unmatchedImages in the configuration',
  },
  RefusedByRule: {
    step: "policy",
    spec: "policy-api §2.3",
    hint: "use an image that the policy allows: what the rule covers is refused whoever signed it",
  },
} as const satisfies FailureTable;
