/** Layers of cosign's legacy manifests: every annotation of verification-spec §1.2 and §1.3, each broken alone. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { encodeBase64 } from "../../src/encoding/base64.ts";
import { encodeHex } from "../../src/encoding/hex.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import {
  ENVELOPE_MEDIA_TYPE,
  parseAttestationLayer,
  parseSignatureLayer,
  SIMPLE_SIGNING_MEDIA_TYPE,
} from "../../src/sigstore/cosign.ts";
import { failsWith } from "../support/failures.ts";
import { bearsEveryInsertion, refusesEveryPrefix } from "../support/mutations.ts";
import { VECTORS_ROOT } from "../vectors/check.ts";

const SIGNATURE = "dev.cosignproject.cosign/signature";
const CERTIFICATE = "dev.sigstore.cosign/certificate";
const BUNDLE = "dev.sigstore.cosign/bundle";
const TIMESTAMP = "dev.sigstore.cosign/rfc3161timestamp";

const KEYLESS = "sigstore-rs/legacy-keyless-2021/annotations.json";
const real = JSON.parse(readFileSync(join(VECTORS_ROOT, KEYLESS), "utf8")) as Record<string, string>;
const pem = (real[CERTIFICATE] ?? "").trim();

const payload = { body: "e30=", integratedTime: 1674247893, logIndex: 11605770, logID: "c0".repeat(32) };
const bundle = { SignedEntryTimestamp: "AAEC", Payload: payload };
const envelope = {
  payloadType: "application/vnd.in-toto+json",
  payload: encodeBase64(encodeUtf8("{}")),
  signatures: [{ keyid: "", sig: "AAEC" }],
};
const blob = encodeUtf8(JSON.stringify(envelope));

function annotated(annotations: Record<string, string>): ReadonlyMap<string, string> {
  return new Map(Object.entries({ [SIGNATURE]: "AAEC", ...annotations }));
}

function withBundle(change: unknown): ReadonlyMap<string, string> {
  return annotated({ [BUNDLE]: JSON.stringify(change) });
}

function withPayload(change: object): ReadonlyMap<string, string> {
  return withBundle({ ...bundle, Payload: { ...payload, ...change } });
}

/** A parser of one annotation's text, as bytes, for the tests that cut and lengthen it. */
function parserOf(name: string): (bytes: Uint8Array) => unknown {
  return (bytes) => parseSignatureLayer(annotated({ [name]: Buffer.from(bytes).toString("latin1") }));
}

describe("parseSignatureLayer()", () => {
  it("gives the decoded signature and nothing that is not there", () => {
    const layer = parseSignatureLayer(annotated({}));
    assert.deepEqual(layer, { signature: Buffer.of(0, 1, 2), timestamps: [] });
  });

  it("gives certificate and log entry of a real layer", () => {
    const { certificate, logEntry } = parseSignatureLayer(new Map(Object.entries(real)));
    assert.equal(certificate?.[0], 0x30);
    assert.equal(
      encodeHex(logEntry?.keyId ?? new Uint8Array()),
      "c0d23d6ad406973f9559f3ba2d1ca01f84147d8ffc5b8445c224f98b9591801d",
    );
    assert.ok(logEntry?.signedEntryTimestamp !== undefined);
  });

  it("gives a log entry with its time and without kind or proof", () => {
    assert.deepEqual(parseSignatureLayer(withBundle(bundle)).logEntry, {
      keyId: Buffer.alloc(32, 0xc0),
      body: Buffer.from("{}"),
      logIndex: 11605770n,
      integratedTime: 1674247893n,
      signedEntryTimestamp: Buffer.of(0, 1, 2),
    });
  });

  it("gives the time stamp's DER", () => {
    const layer = parseSignatureLayer(annotated({ [TIMESTAMP]: '{"SignedRFC3161Timestamp":"AAEC"}' }));
    assert.deepEqual(layer.timestamps, [Buffer.of(0, 1, 2)]);
  });

  it("takes line breaks in the signature annotation, and no other white space", () => {
    const wrapped = (separator: string): ReadonlyMap<string, string> =>
      new Map([["dev.cosignproject.cosign/signature", `AAEC${separator}AwQF${separator}`]]);
    for (const separator of ["\n", "\r\n"]) {
      assert.deepEqual([...parseSignatureLayer(wrapped(separator)).signature], [0, 1, 2, 3, 4, 5]);
    }
    for (const separator of [" ", "\t", "\r", "\u2028"]) {
      failsWith("SignatureAnnotationMalformed", () => parseSignatureLayer(wrapped(separator)));
    }
  });

  it("never reads the chain, nor what else is annotated", () => {
    const layer = parseSignatureLayer(annotated({ "dev.sigstore.cosign/chain": "no PEM", predicateType: "" }));
    assert.deepEqual(layer, { signature: Buffer.of(0, 1, 2), timestamps: [] });
  });

  const refused: Readonly<Record<string, [FailureCode, ReadonlyMap<string, string>]>> = {
    "a layer without the annotation": ["SignatureAnnotationMissing", new Map([["predicateType", "x"]])],
    "the annotation's name in other case": ["SignatureAnnotationMissing", new Map([[SIGNATURE.toUpperCase(), "AAEC"]])],
    "an empty annotation, as on an attestation": ["SignatureAnnotationEmpty", annotated({ [SIGNATURE]: "" })],
    "a signature that is not base64": ["SignatureAnnotationMalformed", annotated({ [SIGNATURE]: "not base64" })],
    "a signature without its padding": ["SignatureAnnotationMalformed", annotated({ [SIGNATURE]: "AAE" })],
    "a signature of the URL-safe alphabet": ["SignatureAnnotationMalformed", annotated({ [SIGNATURE]: "-_-_" })],
    "an empty certificate": ["CertificateAnnotationMalformed", annotated({ [CERTIFICATE]: "" })],
    "a certificate in base64 alone": ["CertificateAnnotationMalformed", annotated({ [CERTIFICATE]: "AAEC" })],
    "two certificates": ["CertificateAnnotationMalformed", annotated({ [CERTIFICATE]: `${pem}\n${pem}` })],
    "text before the certificate": ["CertificateAnnotationMalformed", annotated({ [CERTIFICATE]: `leaf\n${pem}` })],
    "a PEM block of another kind": [
      "CertificateAnnotationMalformed",
      annotated({ [CERTIFICATE]: pem.replaceAll("CERTIFICATE", "PUBLIC KEY") }),
    ],
    "a bundle that is no JSON": ["BundleAnnotationMalformed", annotated({ [BUNDLE]: "x" })],
    "an empty bundle": ["BundleAnnotationMalformed", annotated({ [BUNDLE]: "" })],
    "a bundle that is null": ["BundleAnnotationMalformed", withBundle(null)],
    "a bundle with an unknown member": ["BundleAnnotationMalformed", withBundle({ ...bundle, extra: 1 })],
    "a bundle with Payload and payload": ["BundleAnnotationMalformed", withBundle({ ...bundle, payload })],
    "a bundle with payload alone": ["BundleAnnotationMalformed", withBundle({ SignedEntryTimestamp: "AAEC", payload })],
    "a payload with an unknown member": ["BundleAnnotationMalformed", withPayload({ extra: 1 })],
    "a payload with a proof": ["BundleAnnotationMalformed", withPayload({ inclusionProof: {} })],
    "a payload with logId": ["BundleAnnotationMalformed", withPayload({ logID: undefined, logId: payload.logID })],
    "a bundle without promise": ["BundleAnnotationMalformed", withBundle({ Payload: payload })],
    "an empty promise": ["BundleAnnotationMalformed", withBundle({ ...bundle, SignedEntryTimestamp: "" })],
    "a promise of the URL-safe alphabet": [
      "BundleAnnotationMalformed",
      withBundle({ ...bundle, SignedEntryTimestamp: "-_-_" }),
    ],
    "a body that is an object": ["BundleAnnotationMalformed", withPayload({ body: {} })],
    "a body that is not base64": ["BundleAnnotationMalformed", withPayload({ body: "e30" })],
    "an empty body": ["BundleAnnotationMalformed", withPayload({ body: "" })],
    "a time that is text": ["BundleAnnotationMalformed", withPayload({ integratedTime: "1674247893" })],
    "a time with a fraction": ["BundleAnnotationMalformed", withPayload({ integratedTime: 1.5 })],
    "a negative time": ["BundleAnnotationMalformed", withPayload({ integratedTime: -1 })],
    "no time": ["BundleAnnotationMalformed", withPayload({ integratedTime: undefined })],
    "a negative index": ["BundleAnnotationMalformed", withPayload({ logIndex: -1 })],
    "an index that is text": ["BundleAnnotationMalformed", withPayload({ logIndex: "11605770" })],
    "an index beyond 2^53": [
      "BundleAnnotationMalformed",
      annotated({ [BUNDLE]: JSON.stringify(bundle).replace("11605770", "9007199254740993") }),
    ],
    "a log id in upper case": ["BundleAnnotationMalformed", withPayload({ logID: "C0".repeat(32) })],
    "a log id of 31 bytes": ["BundleAnnotationMalformed", withPayload({ logID: "c0".repeat(31) })],
    "a duplicate member": [
      "BundleAnnotationMalformed",
      annotated({ [BUNDLE]: JSON.stringify(bundle).replace('"body"', '"logIndex":1,"body"') }),
    ],
    "data behind the bundle": ["BundleAnnotationMalformed", annotated({ [BUNDLE]: `${JSON.stringify(bundle)}{}` })],
    "a time stamp that is base64 alone": ["TimestampAnnotationMalformed", annotated({ [TIMESTAMP]: "AAEC" })],
    "an empty time stamp annotation": ["TimestampAnnotationMalformed", annotated({ [TIMESTAMP]: "" })],
    "a time stamp of no bytes": [
      "TimestampAnnotationMalformed",
      annotated({ [TIMESTAMP]: '{"SignedRFC3161Timestamp":""}' }),
    ],
    "a time stamp with an unknown member": [
      "TimestampAnnotationMalformed",
      annotated({ [TIMESTAMP]: '{"SignedRFC3161Timestamp":"AAEC","extra":1}' }),
    ],
    "a time stamp in other case": [
      "TimestampAnnotationMalformed",
      annotated({ [TIMESTAMP]: '{"signedRFC3161Timestamp":"AAEC"}' }),
    ],
    "a list of time stamps": [
      "TimestampAnnotationMalformed",
      annotated({ [TIMESTAMP]: '[{"SignedRFC3161Timestamp":"AAEC"}]' }),
    ],
  };
  for (const [name, [code, annotations]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith(code, () => parseSignatureLayer(annotations)));
  }

  it('reject list: `.sig` layer without the signature annotation or with ""', () => {
    failsWith("SignatureAnnotationMissing", () => parseSignatureLayer(new Map()));
    failsWith("SignatureAnnotationEmpty", () => parseSignatureLayer(annotated({ [SIGNATURE]: "" })));
  });

  it("reject list: invalid base64/PEM/JSON annotation", () => {
    failsWith("SignatureAnnotationMalformed", () => parseSignatureLayer(annotated({ [SIGNATURE]: "*" })));
    failsWith("CertificateAnnotationMalformed", () => parseSignatureLayer(annotated({ [CERTIFICATE]: "*" })));
    failsWith("BundleAnnotationMalformed", () => parseSignatureLayer(annotated({ [BUNDLE]: "*" })));
    failsWith("TimestampAnnotationMalformed", () => parseSignatureLayer(annotated({ [TIMESTAMP]: "*" })));
  });

  const texts = {
    [SIGNATURE]: "MEUCIGqW",
    [CERTIFICATE]: pem,
    [BUNDLE]: JSON.stringify(bundle),
    [TIMESTAMP]: '{"SignedRFC3161Timestamp":"AAEC"}',
  };
  for (const [name, text] of Object.entries(texts)) {
    it(`bears one byte inserted anywhere in ${name}`, () => bearsEveryInsertion(encodeUtf8(text), parserOf(name)));
    // every fourth prefix of base64 is base64: nothing but the signature's own check sees that it is cut
    if (name !== SIGNATURE)
      it(`refuses every prefix of ${name}`, () => refusesEveryPrefix(encodeUtf8(text), parserOf(name)));
  }

  it("knows one layer media type of signatures and one of attestations", () => {
    assert.equal(SIMPLE_SIGNING_MEDIA_TYPE, "application/vnd.dev.cosign.simplesigning.v1+json");
    assert.equal(ENVELOPE_MEDIA_TYPE, "application/vnd.dsse.envelope.v1+json");
  });
});

describe("parseAttestationLayer()", () => {
  it("gives the envelope and the very bytes that it was read from", () => {
    const layer = parseAttestationLayer(blob, annotated({ [SIGNATURE]: "" }));
    assert.deepEqual(layer.envelope.signature, Buffer.of(0, 1, 2));
    assert.equal(layer.envelopeBytes, blob);
    assert.ok(!("certificate" in layer) && !("logEntry" in layer));
  });

  it("takes a layer without the signature annotation", () => {
    assert.deepEqual(parseAttestationLayer(blob, new Map()).timestamps, []);
  });

  it("reads the other annotations as those of a signature", () => {
    const evidence = { ...real, [SIGNATURE]: "", [TIMESTAMP]: '{"SignedRFC3161Timestamp":"AAEC"}' };
    const { certificate, logEntry, timestamps } = parseAttestationLayer(blob, annotated(evidence));
    assert.ok(certificate !== undefined && logEntry !== undefined);
    assert.equal(timestamps.length, 1);
  });

  const refused: Readonly<Record<string, [FailureCode, Uint8Array, Record<string, string>]>> = {
    "a signature beside the envelope's": ["SignatureAnnotationUnexpected", blob, { [SIGNATURE]: "AAEC" }],
    "a blob that is no JSON": ["EnvelopeMalformed", encodeUtf8("x"), { [SIGNATURE]: "" }],
    "a malformed certificate": ["CertificateAnnotationMalformed", blob, { [SIGNATURE]: "", [CERTIFICATE]: "x" }],
    "a malformed bundle": ["BundleAnnotationMalformed", blob, { [SIGNATURE]: "", [BUNDLE]: "x" }],
    "a malformed time stamp": ["TimestampAnnotationMalformed", blob, { [SIGNATURE]: "", [TIMESTAMP]: "x" }],
  };
  for (const [name, [code, bytes, annotations]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith(code, () => parseAttestationLayer(bytes, annotated(annotations))));
  }
});
