import type { FailureTable } from "../step.ts";

export const POLICY_FAILURES = {} as const satisfies FailureTable;
