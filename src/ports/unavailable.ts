/**
 * UnavailableError: an adapter could not look. Its cause is one of the closed list of policy-api.md §4 and makes a
 * verdict Undetermined. 401, 403, 404, a blocked address, malformed or oversized data are not among them: those are
 * VerificationFailure, since the pod's author or the registry's owner can bring them about at will.
 */
import type { UndeterminedCause } from "../policy/causes.ts";

export class UnavailableError extends Error {
  readonly undetermined: UndeterminedCause;
  readonly retryAfterSeconds: number | undefined;

  /** `reason` names host, status and class only: never a body, a Location or an address. */
  constructor(cause: UndeterminedCause, reason: string, options: { retryAfterSeconds?: number; error?: unknown } = {}) {
    super(reason, options.error === undefined ? undefined : { cause: options.error });
    this.name = "UnavailableError";
    this.undetermined = cause;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
