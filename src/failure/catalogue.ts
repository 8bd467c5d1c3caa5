/**
 * Every reason to say no, one entry per distinct check (style: codes are API; adding one is minor, removing is major).
 * docs/failures.md is generated from this table; a test fails for a code that no test produces.
 */
import { BUNDLE_FAILURES } from "./catalogue/bundle.ts";
import { CERTIFICATE_FAILURES } from "./catalogue/certificate.ts";
import { DISCOVERY_FAILURES } from "./catalogue/discovery.ts";
import { EVIDENCE_FAILURES } from "./catalogue/evidence.ts";
import { KEY_FAILURES } from "./catalogue/key.ts";
import { LOG_ENTRY_FAILURES } from "./catalogue/log-entry.ts";
import { LOG_PROOF_FAILURES } from "./catalogue/log-proof.ts";
import { PAYLOAD_FAILURES } from "./catalogue/payload.ts";
import { POLICY_FAILURES } from "./catalogue/policy.ts";
import { REFERENCE_FAILURES } from "./catalogue/reference.ts";
import { TIMESTAMP_FAILURES } from "./catalogue/timestamp.ts";
import { SIGNER_FAILURES } from "./catalogue/signer.ts";
import { TRUST_ROOT_FAILURES } from "./catalogue/trust-root.ts";
import type { FailureTable } from "./step.ts";

export const FAILURES = {
  ...REFERENCE_FAILURES,
  ...DISCOVERY_FAILURES,
  ...EVIDENCE_FAILURES,
  ...BUNDLE_FAILURES,
  ...PAYLOAD_FAILURES,
  ...KEY_FAILURES,
  ...CERTIFICATE_FAILURES,
  ...LOG_ENTRY_FAILURES,
  ...LOG_PROOF_FAILURES,
  ...TIMESTAMP_FAILURES,
  ...SIGNER_FAILURES,
  ...TRUST_ROOT_FAILURES,
  ...POLICY_FAILURES,
} as const satisfies FailureTable;

export type FailureCode = keyof typeof FAILURES;
