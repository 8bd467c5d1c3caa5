/** A request that is not an AdmissionReview we can judge: an HTTP status and a sentence, and never an allow. */
export class AdmissionError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "AdmissionError";
    this.status = status;
  }
}
