import type { FailureTable } from "../step.ts";

export const TRUST_ROOT_FAILURES = {} as const satisfies FailureTable;
