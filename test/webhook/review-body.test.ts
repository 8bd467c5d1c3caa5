// readReviewBody(): whole up to its bound, and beyond it no more than the uid by which it is denied.
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { AdmissionError } from "../../src/admission/error.ts";
import { MAX_REVIEW_BYTES } from "../../src/admission/request.ts";
import { MAX_SENT_BYTES, readReviewBody } from "../../src/webhook/review-body.ts";

const START = '{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"7-a","object":"';
const MEGABYTE = new Uint8Array(1024 * 1024).fill(0x3c);

function sent(start: string, length: number): AsyncIterable<Uint8Array> {
  const first = Buffer.from(start);
  const chunks = [first];
  for (let left = length - first.length; left > 0; left -= MEGABYTE.length)
    chunks.push(Buffer.from(MEGABYTE.subarray(0, left)));
  return Readable.from(chunks);
}

async function refusal(payload: AsyncIterable<Uint8Array>): Promise<readonly unknown[]> {
  const error: unknown = await readReviewBody(payload).catch((each: unknown) => each);
  assert.ok(error instanceof AdmissionError);
  return [error.status, error.uid];
}

describe("readReviewBody()", () => {
  it("gives what came, whole", async () => {
    assert.equal((await readReviewBody(Readable.from([]))).length, 0);
    assert.equal(Buffer.from(await readReviewBody(sent("ab", 2))).toString(), "ab");
    assert.equal((await readReviewBody(sent(START, MAX_REVIEW_BYTES))).length, MAX_REVIEW_BYTES);
  });

  it("refuses what is too large, by its uid where it begins as a review", async () => {
    assert.deepEqual(await refusal(sent(START, MAX_REVIEW_BYTES + 1)), [413, "7-a"]);
    assert.deepEqual(await refusal(sent(START, MAX_SENT_BYTES)), [413, "7-a"]);
    assert.deepEqual(await refusal(sent("no review", MAX_REVIEW_BYTES + 1)), [413, undefined]);
  });

  it("reads no more than the API server can send", async () => {
    assert.deepEqual(await refusal(sent(START, MAX_SENT_BYTES + 1)), [413, undefined]);
  });

  it("refuses what ends early", async () => {
    const cut = Readable.from(
      (async function* () {
        yield await Promise.resolve(Buffer.from(START));
        throw new Error("aborted");
      })(),
    );
    assert.deepEqual(await refusal(cut), [400, undefined]);
  });
});
