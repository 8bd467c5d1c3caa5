/** What the webhook asks of the application, and what it gets. */
import type { AdmissionRequest } from "../admission/request.ts";
import type { ExceptionUse } from "../policy/exception.ts";
import type { ImageVerdict } from "../policy/verdict.ts";

export interface Review {
  readonly allowed: boolean;
  /** One per image that some rule covers, or that none covers where the configuration says so. */
  readonly verdicts: readonly ImageVerdict[];
  /** Rules that were not asked, since an exception took them off an image. */
  readonly exceptions: readonly ExceptionUse[];
  /** How many images no rule of a cluster policy is about, whatever that does. */
  readonly unmatched: number;
  /** Denial text (admission/explain.ts), only when not allowed. */
  readonly message?: string;
  readonly warnings: readonly string[];
  /** For Undetermined denials. */
  readonly retryAfterSeconds?: number;
}

export interface Pinning {
  /** Pod field (JSON pointer) to the pinned reference `host/path[:tag]@sha256:…`. */
  readonly pins: readonly { readonly field: string; readonly value: string }[];
  readonly warnings: readonly string[];
}

export interface Reviewer {
  validate(request: AdmissionRequest, signal: AbortSignal): Promise<Review>;
  /** Never denies and never throws for what a registry does: what it cannot pin, the validating webhook judges. */
  pin(request: AdmissionRequest, signal: AbortSignal): Promise<Pinning>;
}
