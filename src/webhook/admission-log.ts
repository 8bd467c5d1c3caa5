/** What the webhook reports of each review: one log line and one sample; wired to telemetry by main.ts. */
import type { AdmissionRequest } from "../admission/request.ts";

export interface DecidedReview {
  readonly webhook: "validate" | "mutate";
  readonly request: AdmissionRequest;
  readonly allowed: boolean;
  /** The denial text that the user got. */
  readonly explanation: string | undefined;
  readonly seconds: number;
}

export interface AdmissionLog {
  decided(review: DecidedReview): void;
  /** A defect of ours met while reviewing; the stack belongs here and nowhere else. */
  failed(review: Pick<DecidedReview, "webhook" | "request" | "seconds"> & { readonly error: unknown }): void;
  defect(error: unknown): void;
}
