// Labels of an object under review, which anyone may have written.
import assert from "node:assert/strict";
import { AdmissionError } from "../../src/admission/error.ts";
import { objectLabels } from "../../src/admission/labels.ts";
import { parseJson, type JsonObject } from "../../src/encoding/json.ts";

const labels = (text: string): readonly (readonly [string, string])[] => [
  ...objectLabels(parseJson(text) as JsonObject),
];

describe("objectLabels()", () => {
  it("reads names and values", () => {
    assert.deepEqual(labels('{"metadata":{"labels":{"a":"b","__proto__":"c"}}}'), [
      ["a", "b"],
      ["__proto__", "c"],
    ]);
  });

  it("has none where there are none", () => {
    for (const text of ["{}", '{"metadata":null}', '{"metadata":{}}', '{"metadata":{"labels":null}}']) {
      assert.deepEqual(labels(text), [], text);
    }
    assert.equal(objectLabels(undefined).size, 0);
  });

  for (const text of ['{"metadata":1}', '{"metadata":{"labels":[]}}', '{"metadata":{"labels":{"a":1}}}']) {
    it(`refuses ${text}`, () => assert.throws(() => labels(text), AdmissionError));
  }
});
