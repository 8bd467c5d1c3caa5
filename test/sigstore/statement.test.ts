/** parseStatement(): each rule of verification-spec §2.3 broken alone, and a predicate that must not hide the header. */
import assert from "node:assert/strict";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { parseStatement } from "../../src/sigstore/statement.ts";
import { failsWith, isAccepted } from "../support/failures.ts";

type Json = Record<string, unknown>;

const HEX = "ab".repeat(32);
const good: Json = {
  _type: "https://in-toto.io/Statement/v1",
  subject: [{ name: "ignored", digest: { sha256: HEX } }],
  predicateType: "https://slsa.dev/provenance/v1",
  predicate: {},
};

function parse(change: Json): ReturnType<typeof parseStatement> {
  return parseStatement(encodeUtf8(JSON.stringify({ ...good, ...change })));
}

describe("parseStatement()", () => {
  const accepted: Readonly<Record<string, Json>> = {
    "version 1": {},
    "version 0.1": { _type: "https://in-toto.io/Statement/v0.1" },
    "an unknown member, as in-toto demands": { later: 1 },
    "a predicate that is text": { predicate: "SPDXVersion: SPDX-2.3" },
    "sign/v1 without predicate": { predicateType: "https://sigstore.dev/cosign/sign/v1", predicate: undefined },
    "1024 subjects": { subject: Array.from({ length: 1024 }, () => ({ digest: { sha256: HEX } })) },
    "null annotations": { subject: [{ digest: {}, annotations: null }] },
  };
  for (const [name, change] of Object.entries(accepted)) it(`accepts ${name}`, () => void parse(change));

  const digests = Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`a${index}`, "00"]));
  const refused: Readonly<Record<string, [FailureCode, Json]>> = {
    "an unknown _type": ["StatementTypeUnknown", { _type: "https://in-toto.io/Statement/v2" }],
    "no _type": ["StatementMalformed", { _type: undefined }],
    "no subject": ["StatementSubjectMissing", { subject: undefined }],
    "an empty subject": ["StatementSubjectMissing", { subject: [] }],
    "a subject that is null": ["StatementMalformed", { subject: [null] }],
    "a null subject behind a good one": ["StatementMalformed", { subject: [{ digest: { sha256: HEX } }, null] }],
    "a subject without digest": ["StatementMalformed", { subject: [{ name: "x" }] }],
    "a digest that is a number": ["StatementMalformed", { subject: [{ digest: { sha256: 1 } }] }],
    "annotations that are a list": ["StatementMalformed", { subject: [{ digest: {}, annotations: [] }] }],
    "1025 subjects": ["StatementTooLarge", { subject: Array.from({ length: 1025 }, () => ({ digest: {} })) }],
    "33 digests in a subject": ["StatementTooLarge", { subject: [{ digest: digests }] }],
    "no predicateType": ["StatementMalformed", { predicateType: undefined }],
    "an empty predicateType": ["StatementMalformed", { predicateType: "" }],
    "an attestation without predicate": ["StatementPredicateMissing", { predicate: undefined }],
    "an attestation with a null predicate": ["StatementPredicateMissing", { predicate: null }],
  };
  for (const [name, [code, change]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith(code, () => parse(change)));
  }

  it("reads a statement whose predicate holds integers beyond 2^53", () => {
    const text = JSON.stringify(good).replace('"predicate":{}', '"predicate":{"n":9007199254740993}');
    assert.equal(parseStatement(encodeUtf8(text)).predicateType, good["predicateType"]);
  });

  it("refuses a duplicate member, wherever it stands", () => {
    const text = JSON.stringify(good);
    for (const twice of [
      text.replace("{", '{"predicateType":"x",'),
      text.replace('"digest":{', '"digest":{"sha256":"00",'),
    ]) {
      failsWith("StatementMalformed", () => parseStatement(encodeUtf8(twice)));
    }
  });

  it("refuses every prefix of a statement", () => {
    const bytes = encodeUtf8(JSON.stringify(good));
    for (let length = 0; length < bytes.length; length += 1) {
      assert.equal(
        isAccepted(() => parseStatement(bytes.subarray(0, length))),
        false,
      );
    }
  });
});
