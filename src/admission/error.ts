/**
 * A request that we cannot judge: no AdmissionReview, or one whose pod cannot be read. A sentence, and the HTTP status of
 * the first; never an allow. Where the pod's author brought it about and the uid is known, the answer is a denial: a failed
 * call could be let through by the webhook's own failurePolicy.
 */
export class AdmissionError extends Error {
  readonly status: number;
  /** Of the review that is to be denied. */
  readonly uid: string | undefined;

  constructor(status: number, message: string, uid?: string) {
    super(message);
    this.name = "AdmissionError";
    this.status = status;
    this.uid = uid;
  }
}
