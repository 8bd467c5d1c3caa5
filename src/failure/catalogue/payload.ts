import type { FailureTable } from "../step.ts";

export const PAYLOAD_FAILURES = {} as const satisfies FailureTable;
