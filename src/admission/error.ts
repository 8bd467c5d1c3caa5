/**
 * A request that we cannot judge: no AdmissionReview, or one whose pod cannot be read. A sentence, and the HTTP status of
 * the first; never an allow.
 */
export class AdmissionError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "AdmissionError";
    this.status = status;
  }
}
