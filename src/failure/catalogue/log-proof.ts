/** Reasons to refuse what a transparency log says: its promise, its proof, its checkpoint. */
import type { FailureTable } from "../step.ts";

export const LOG_PROOF_FAILURES = {
  LogProofMalformed: {
    step: "log-entry",
    spec: "verification-spec §5.3 (RFC 6962 §2.1.1)",
    hint: "the inclusion proof cannot belong to any tree: fetch the entry from its log again, or sign again",
  },
} as const satisfies FailureTable;
