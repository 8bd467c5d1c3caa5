/** parseCosignAnnotations(): the signature annotation of a legacy layer (verification-spec §1.2). */
import assert from "node:assert/strict";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { parseCosignAnnotations, SIMPLE_SIGNING_MEDIA_TYPE } from "../../src/sigstore/cosign.ts";
import { failsWith } from "../support/failures.ts";

const NAME = "dev.cosignproject.cosign/signature";

describe("parseCosignAnnotations()", () => {
  it("gives the decoded signature", () => {
    assert.deepEqual([...parseCosignAnnotations(new Map([[NAME, "AAEC"]])).signature], [0, 1, 2]);
  });

  const refused: Readonly<Record<string, [FailureCode, [string, string][]]>> = {
    "a layer without the annotation": ["SignatureAnnotationMissing", [["predicateType", "x"]]],
    "the annotation's name in other case": ["SignatureAnnotationMissing", [[NAME.toUpperCase(), "AAEC"]]],
    "an empty annotation, as on an attestation": ["SignatureAnnotationEmpty", [[NAME, ""]]],
    "text that is not base64": ["SignatureAnnotationMalformed", [[NAME, "not base64"]]],
    "base64 without its padding": ["SignatureAnnotationMalformed", [[NAME, "AAE"]]],
    "the URL-safe alphabet": ["SignatureAnnotationMalformed", [[NAME, "-_-_"]]],
  };
  for (const [name, [code, annotations]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith(code, () => parseCosignAnnotations(new Map(annotations))));
  }

  it("knows one layer media type", () => {
    assert.equal(SIMPLE_SIGNING_MEDIA_TYPE, "application/vnd.dev.cosign.simplesigning.v1+json");
  });
});
