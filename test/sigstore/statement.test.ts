/** parseStatement(): each rule of verification-spec §2.3 broken alone, and a predicate that must not hide the header. */
import assert from "node:assert/strict";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { parseStatement } from "../../src/sigstore/statement.ts";
import { failsWith } from "../support/failures.ts";
import { bearsEveryInsertion, refusesEveryPrefix } from "../support/mutations.ts";

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
    "a predicate that is false": { predicate: false },
    "a digest of an algorithm that we do not know, as written": { subject: [{ digest: { gitCommit: "AB" } }] },
    "a digest of sha512 alone": { subject: [{ digest: { sha512: "cd".repeat(64) } }] },
    "32 digests in a subject": {
      subject: [{ digest: Object.fromEntries(Array.from({ length: 32 }, (_, index) => [`a${index}`, "00"])) }],
    },
    "1024 subjects": { subject: Array.from({ length: 1024 }, () => ({ digest: { sha256: HEX } })) },
    "null annotations": { subject: [{ digest: {}, annotations: null }] },
  };
  for (const [name, change] of Object.entries(accepted)) it(`accepts ${name}`, () => void parse(change));

  it("gives subjects, type and predicate", () => {
    const { subjects, predicateType, predicate } = parse({ predicate: { builder: { id: "b" } } });
    assert.equal(subjects[0]?.digests.get("sha256"), HEX);
    assert.equal(predicateType, "https://slsa.dev/provenance/v1");
    assert.deepEqual(predicate, new Map([["builder", new Map([["id", "b"]])]]));
  });

  it("gives no predicate where there is none, or null", () => {
    for (const predicate of [undefined, null]) {
      assert.ok(!("predicate" in parse({ predicateType: "https://sigstore.dev/cosign/sign/v1", predicate })));
    }
  });

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
    "a sha256 in upper case": ["StatementDigestMalformed", { subject: [{ digest: { sha256: HEX.toUpperCase() } }] }],
    "a sha256 of 31 bytes": ["StatementDigestMalformed", { subject: [{ digest: { sha256: HEX.slice(2) } }] }],
    "an empty sha256": ["StatementDigestMalformed", { subject: [{ digest: { sha256: "" } }] }],
    "a sha256 with its name before": [
      "StatementDigestMalformed",
      { subject: [{ digest: { sha256: `sha256:${HEX}` } }] },
    ],
    "a sha512 of 32 bytes behind a good subject": [
      "StatementDigestMalformed",
      { subject: [{ digest: { sha256: HEX } }, { digest: { sha512: HEX } }] },
    ],
    "a digest that is a list": ["StatementMalformed", { subject: [{ digest: [HEX] }] }],
    "a subject that is null for a list": ["StatementSubjectMissing", { subject: null }],
    "subjects in an object": ["StatementMalformed", { subject: { digest: { sha256: HEX } } }],
    "a _type in other case": ["StatementTypeUnknown", { _type: "https://in-toto.io/statement/v1" }],
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

  it("reject list: `_type` unknown", () => {
    failsWith("StatementTypeUnknown", () => parse({ _type: "https://in-toto.io/Statement/v2" }));
  });
  it("reject list: no subject / null subject / no matching sha256", () => {
    failsWith("StatementSubjectMissing", () => parse({ subject: [] }));
    failsWith("StatementSubjectMissing", () => parse({ subject: null }));
    failsWith("StatementMalformed", () => parse({ subject: [null] }));
  });
  it("reject list: predicate missing", () => {
    failsWith("StatementPredicateMissing", () => parse({ predicate: undefined }));
  });
  it("reject list: duplicate keys", () => {
    const text = JSON.stringify(good).replace("{", '{"predicate":{},');
    failsWith("StatementMalformed", () => parseStatement(encodeUtf8(text)));
  });

  it("reads a statement whose predicate holds integers beyond 2^53", () => {
    const text = JSON.stringify(good).replace('"predicate":{}', '"predicate":{"n":9007199254740993}');
    assert.equal(parseStatement(encodeUtf8(text)).predicateType, good["predicateType"]);
  });

  it("takes the report of a scanner with a hundred thousand findings, and no more than 4,000,000 values", () => {
    const findings = Array.from({ length: 100_000 }, (_, i) => ({ id: `CVE-${i}`, severity: "LOW", urls: ["a", "b"] }));
    parse({ predicate: { findings } });
    failsWith("StatementTooLarge", () => parse({ predicate: Array.from({ length: 4_000_000 }, () => 0) }));
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

  const bytes = encodeUtf8(JSON.stringify(good));

  it("refuses every prefix", () => refusesEveryPrefix(bytes, parseStatement));

  it("bears one byte inserted anywhere", () => {
    bearsEveryInsertion(bytes, parseStatement, ["https://slsa.dev/provenance/v1", '"sha256":']);
  });
});
