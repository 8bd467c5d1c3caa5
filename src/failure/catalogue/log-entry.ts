import type { FailureTable } from "../step.ts";

export const LOG_ENTRY_FAILURES = {} as const satisfies FailureTable;
