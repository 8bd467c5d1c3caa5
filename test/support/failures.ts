/** Assertions on how the core says no: by code, never by prose alone. */
import assert from "node:assert/strict";
import { EncodingError } from "../../src/failure/encoding-error.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { VerificationFailure } from "../../src/failure/failure.ts";

/** Runs `check`, which must throw a VerificationFailure with exactly this code; gives it back for a closer look. */
export function failsWith(code: FailureCode, check: () => unknown): VerificationFailure {
  const failure = thrownBy(check);
  assert.ok(failure instanceof VerificationFailure, `want a VerificationFailure, got ${String(failure)}`);
  assert.equal(failure.code, code, failure.message);
  return failure;
}

/** Runs a strict reader, which must throw an EncodingError whose reason matches. */
export function refuses(reason: RegExp, read: () => unknown): void {
  const error = thrownBy(read);
  assert.ok(error instanceof EncodingError, `want an EncodingError, got ${String(error)}`);
  assert.match(error.message, reason);
}

/** True if `read` gives a value, false if it throws one of the two typed errors; anything else that is thrown is a defect. */
export function isAccepted(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof EncodingError || error instanceof VerificationFailure) return false;
    throw error;
  }
}

function thrownBy(check: () => unknown): unknown {
  try {
    check();
  } catch (error) {
    return error;
  }
  return assert.fail("want a throw, got a value");
}
