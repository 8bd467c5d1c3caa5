import type { FailureTable } from "../step.ts";

export const DISCOVERY_FAILURES = {} as const satisfies FailureTable;
