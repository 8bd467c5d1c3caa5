/** What the webhook reports of each review: one log line and one sample; wired to telemetry by main.ts. */
import type { AdmissionRequest } from "../admission/request.ts";
import type { ExceptionUse } from "../policy/exception.ts";
import type { ImageVerdict } from "../policy/verdict.ts";

export interface DecidedReview {
  readonly webhook: "validate" | "mutate";
  readonly request: AdmissionRequest;
  readonly allowed: boolean;
  /** One per image that some rule covers; none from /mutate. */
  readonly verdicts: readonly ImageVerdict[];
  /** Rules that an exception took off an image; none from /mutate. */
  readonly exceptions: readonly ExceptionUse[];
  /** How many images no rule of a cluster policy is about; none from /mutate. */
  readonly unmatched: number;
  /** Why: the denial text that the user got, or what Warn, Audit and Ignore let pass. */
  readonly explanation: string | undefined;
  readonly seconds: number;
}

export interface AdmissionLog {
  decided(review: DecidedReview): void;
  /** A defect of ours met while reviewing; the stack belongs here and nowhere else. */
  failed(review: Pick<DecidedReview, "webhook" | "request" | "seconds"> & { readonly error: unknown }): void;
  /** A request that was no review; the API server calls that a failed call, and its user learns little. */
  refused(refusal: { readonly path: string; readonly status: number; readonly reason: string }): void;
  defect(error: unknown): void;
}
