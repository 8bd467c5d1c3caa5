import type { FailureTable } from "../step.ts";

export const REFERENCE_FAILURES = {} as const satisfies FailureTable;
