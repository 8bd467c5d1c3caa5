/** The covered real vectors, one test each, and the table of expected failure codes held against the index. */
import assert from "node:assert/strict";
import { checkVector, isCovered, readVectors } from "./check.ts";
import { REJECTIONS } from "./rejections.ts";

describe("real vectors", () => {
  const vectors = readVectors();
  const covered = vectors.filter(isCovered);

  it("covers at least the 14 keyed legacy vectors without a log", () => {
    assert.equal(vectors.length, 191);
    assert.ok(covered.length >= 14, `${covered.length} covered`);
  });

  it("has a row of expected codes for exactly the covered vectors that must be rejected", () => {
    const rejected = covered.filter(({ expect }) => expect === "reject").map(({ id }) => id);
    assert.deepEqual([...REJECTIONS.keys()].toSorted(), rejected.toSorted());
  });

  for (const vector of covered) {
    it(`${vector.expect}s ${vector.id}: ${vector.reason}`, () => {
      assert.equal(checkVector(vector), undefined);
    });
  }
});
