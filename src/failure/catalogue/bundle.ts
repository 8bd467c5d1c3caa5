import type { FailureTable } from "../step.ts";

export const BUNDLE_FAILURES = {} as const satisfies FailureTable;
