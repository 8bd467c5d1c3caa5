import type { FailureTable } from "../step.ts";

export const CERTIFICATE_FAILURES = {} as const satisfies FailureTable;
