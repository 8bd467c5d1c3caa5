/**
 * The one place where a VerificationFailure becomes a value. Everything else that is thrown is a defect and flies on:
 * a defect must never look like a verdict.
 */
import { EncodingError } from "./encoding-error.ts";
import type { FailureCode } from "./catalogue.ts";
import { VerificationFailure } from "./failure.ts";

export type Attempt<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: VerificationFailure };

/** Runs `check`; a VerificationFailure becomes `{ok: false}`, any other error is rethrown. */
export function attempt<T>(check: () => T): Attempt<T> {
  try {
    return { ok: true, value: check() };
  } catch (error) {
    if (error instanceof VerificationFailure) return { ok: false, failure: error };
    throw error;
  }
}

/**
 * Runs a strict reader; its EncodingError becomes a VerificationFailure with `code` and a reason that names `what`
 * was read. Every parseX of the core goes through here, so that no EncodingError ever leaves the core.
 */
export function malformed<T>(code: FailureCode, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof EncodingError) {
      throw new VerificationFailure(code, `Cannot parse ${what}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}
