/** The real vectors, one test each, and the table of expected failure codes held against the index. */
import assert from "node:assert/strict";
import { checkVector, expectedOf, readVectors } from "./check.ts";
import { DECISIONS, REJECTIONS } from "./rejections.ts";

describe("real vectors", () => {
  const vectors = readVectors();

  it("are all there", () => assert.equal(vectors.length, 191));

  it("have a row of expected codes for exactly those that must be rejected", () => {
    const rejected = vectors.filter((vector) => expectedOf(vector) === "reject").map(({ id }) => id);
    assert.deepEqual([...REJECTIONS.keys()].toSorted(), rejected.toSorted());
  });

  it("are decided where the index leaves it open", () => {
    const open = vectors.filter(({ expect }) => expect === "unknown").map(({ id }) => id);
    assert.deepEqual([...DECISIONS.keys()].toSorted(), open.toSorted());
  });

  for (const vector of vectors) {
    it(`${expectedOf(vector)}s ${vector.id}: ${vector.reason}`, () => {
      assert.equal(checkVector(vector), undefined);
    });
  }
});
