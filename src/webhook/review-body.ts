/**
 * The body of a review as it arrives. What is too large to be read was written by a pod's author, who can make the API server
 * write six bytes for one: it is let in as far as its uid, so that it can be denied. A failed call could be let through by the
 * webhook's own failurePolicy.
 */
import { AdmissionError } from "../admission/error.ts";
import { MAX_REVIEW_BYTES, tooLarge, uidOf } from "../admission/request.ts";

/** Two objects of the API server's 3 MiB, each byte of them written as six, and what is around them. */
export const MAX_SENT_BYTES = 40 * 1024 * 1024;
const UID_BYTES = 512;

/** Throws AdmissionError: 413 for more than MAX_REVIEW_BYTES, with its uid up to MAX_SENT_BYTES; 400 for what ends early. */
export async function readReviewBody(payload: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let uid: string | undefined;
  for await (const chunk of untilItEnds(payload)) {
    length += chunk.length;
    if (length > MAX_SENT_BYTES) throw tooLarge();
    chunks.push(chunk);
    if (length <= MAX_REVIEW_BYTES) continue;
    uid ??= uidOf(joined(chunks, UID_BYTES));
    if (uid === undefined) throw tooLarge();
    chunks.length = 0;
  }
  if (uid !== undefined) throw tooLarge(uid);
  return joined(chunks, length);
}

/** The first `length` bytes of them; there may be millions. */
function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    if (at >= length) break;
    bytes.set(chunk.subarray(0, length - at), at);
    at += chunk.length;
  }
  return bytes;
}

async function* untilItEnds(payload: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* payload;
  } catch (error) {
    if (error instanceof AdmissionError) throw error;
    throw new AdmissionError(400, "Cannot read AdmissionReview: the body ends early");
  }
}
