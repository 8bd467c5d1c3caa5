import type { FailureTable } from "../step.ts";

export const TIMESTAMP_FAILURES = {} as const satisfies FailureTable;
