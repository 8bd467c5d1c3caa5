/** DSSE envelopes: known answers of the pre-authentication encoding, and each rule of parseEnvelope() broken alone. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { sha256 } from "../../src/crypto/digest.ts";
import { encodeBase64 } from "../../src/encoding/base64.ts";
import { encodeHex } from "../../src/encoding/hex.ts";
import { parseJson } from "../../src/encoding/json.ts";
import { decodeUtf8, encodeUtf8 } from "../../src/encoding/text.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { parseBundle } from "../../src/sigstore/bundle.ts";
import { parseEnvelope, parseEnvelopeBytes, preAuthEncoding } from "../../src/sigstore/dsse.ts";
import { failsWith } from "../support/failures.ts";
import { bearsEveryInsertion, refusesEveryPrefix } from "../support/mutations.ts";
import { VECTORS_ROOT } from "../vectors/check.ts";

describe("preAuthEncoding()", () => {
  const known: Readonly<Record<string, [string, string, string]>> = {
    "the DSSE protocol's own example": [
      "http://example.com/HelloWorld",
      "hello world",
      "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
    ],
    "an empty body": ["t", "", "DSSEv1 1 t 0 "],
    "lengths in bytes, not characters": ["é", "☃", "DSSEv1 2 é 3 ☃"],
    "a type that looks like a length and a body": ["a 1 b", "c", "DSSEv1 5 a 1 b 1 c"],
  };
  for (const [name, [type, body, encoded]] of Object.entries(known)) {
    it(`encodes ${name}`, () => assert.equal(decodeUtf8(preAuthEncoding(type, encodeUtf8(body))), encoded));
  }

  it("gives the known hash for a real bundle of cosign", () => {
    const bundle = parseBundle(readFileSync(join(VECTORS_ROOT, "sigstore-rs/bundle_v03/bundle_v03.json")));
    assert.ok(bundle.content.kind === "dsse");
    const { payloadType, payload } = bundle.content.envelope;
    assert.equal(encodeHex(sha256(payload)), "736c85e434454351bb48cde164f34376cb4a992dd2dfbe1e20326986b1a688c4");
    const encoded = preAuthEncoding(payloadType, payload);
    assert.equal(encodeHex(sha256(encoded)), "26e69dc71659ad51a8e43a7a9b9cac6c60ae96e5dc905e253ac2d1901bdefebd");
  });

  it("gives two encodings for two pairs of type and body", () => {
    const pair = fc.tuple(fc.string(), fc.string());
    fc.assert(
      fc.property(pair, pair, ([typeA, bodyA], [typeB, bodyB]) => {
        const same = typeA === typeB && bodyA === bodyB;
        const a = encodeHex(sha256(preAuthEncoding(typeA, encodeUtf8(bodyA))));
        assert.equal(a === encodeHex(sha256(preAuthEncoding(typeB, encodeUtf8(bodyB)))), same);
      }),
      { seed: 1 },
    );
  });
});

describe("parseEnvelope()", () => {
  const good = {
    payloadType: "application/vnd.in-toto+json",
    payload: encodeBase64(encodeUtf8("{}")),
    signatures: [{ sig: "AAEC", keyid: "k" }],
  };

  function parse(change: Record<string, unknown>): ReturnType<typeof parseEnvelope> {
    return parseEnvelope(parseJson(JSON.stringify({ ...good, ...change })));
  }

  it("gives decoded payload and signature", () => {
    const { payload, signature } = parse({});
    assert.equal(decodeUtf8(payload), "{}");
    assert.deepEqual([...signature], [0, 1, 2]);
  });

  it("takes the URL-safe alphabet and an absent keyid", () => {
    assert.deepEqual([...parse({ signatures: [{ sig: "-_-_" }] }).signature], [0xfb, 0xff, 0xbf]);
  });

  const refused: Readonly<Record<string, [FailureCode, Record<string, unknown>]>> = {
    "no signature": ["EnvelopeSignatureCount", { signatures: [] }],
    "absent signatures": ["EnvelopeSignatureCount", { signatures: undefined }],
    "two signatures": ["EnvelopeSignatureCount", { signatures: [{ sig: "AAEC" }, { sig: "AAEC" }] }],
    "another payload type": ["EnvelopePayloadTypeUnsupported", { payloadType: "application/json" }],
    "a payload type with a space behind": [
      "EnvelopePayloadTypeUnsupported",
      { payloadType: "application/vnd.in-toto+json " },
    ],
    "a payload that is not base64": ["EnvelopeMalformed", { payload: "e30" }],
    "a payload with a line feed": ["EnvelopeMalformed", { payload: "e30=\n" }],
    "no payload": ["EnvelopeMalformed", { payload: undefined }],
    "a signature that is not base64": ["EnvelopeMalformed", { signatures: [{ sig: "*" }] }],
    "a signature of no bytes": ["EnvelopeMalformed", { signatures: [{ sig: "" }] }],
    "a signature without sig": ["EnvelopeMalformed", { signatures: [{ keyid: "k" }] }],
    "a payload that mixes two alphabets": ["EnvelopeMalformed", { payload: "+_+_" }],
    "signatures that are an object": ["EnvelopeMalformed", { signatures: {} }],
    "no payload type": ["EnvelopeMalformed", { payloadType: undefined }],
    "a payload type in other case": ["EnvelopePayloadTypeUnsupported", { payloadType: "application/vnd.In-toto+json" }],
    "a payload type that holds a length and a body": [
      "EnvelopePayloadTypeUnsupported",
      { payloadType: "application/vnd.in-toto+json 2 {}" },
    ],
    "a signature that is not an object": ["EnvelopeMalformed", { signatures: ["AAEC"] }],
    "a keyid that is a number": ["EnvelopeMalformed", { signatures: [{ sig: "AAEC", keyid: 1 }] }],
  };
  for (const [name, [code, change]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith(code, () => parse(change)));
  }

  it("reject list: payloadType ≠ in-toto", () => {
    failsWith("EnvelopePayloadTypeUnsupported", () => parse({ payloadType: "text/plain" }));
  });
  it("reject list: 0 or > 1 DSSE signatures", () => {
    failsWith("EnvelopeSignatureCount", () => parse({ signatures: [] }));
    failsWith("EnvelopeSignatureCount", () => parse({ signatures: [{ sig: "AAEC" }, { sig: "AAEC" }] }));
  });

  it("takes a payload of the URL-safe alphabet, and a null keyid", () => {
    const { payload } = parse({ payload: "-_-_", signatures: [{ sig: "AAEC", keyid: null }] });
    assert.deepEqual([...payload], [0xfb, 0xff, 0xbf]);
  });

  it("refuses what is not an object", () => {
    for (const value of [null, "x", [], undefined]) failsWith("EnvelopeMalformed", () => parseEnvelope(value));
  });
});

describe("parseEnvelopeBytes()", () => {
  const good = encodeUtf8(
    JSON.stringify({
      payloadType: "application/vnd.in-toto+json",
      payload: encodeBase64(encodeUtf8("{}")),
      signatures: [{ sig: "AAEC" }],
    }),
  );

  it("reads an envelope that stands alone, and ignores what DSSE does not know", () => {
    assert.deepEqual([...parseEnvelopeBytes(good).signature], [0, 1, 2]);
    parseEnvelopeBytes(encodeUtf8(decodeUtf8(good).replace("{", '{"extra":1,')));
  });

  it("refuses a duplicate member, data behind and what is not UTF-8", () => {
    const text = decodeUtf8(good);
    for (const bytes of [
      encodeUtf8(text.replace("{", '{"payload":"e30=",')),
      encodeUtf8(text.replace('[{"sig"', '[{"sig":"AAED","sig"')),
      encodeUtf8(`${text}{}`),
      Uint8Array.of(...good, 0xff),
    ]) {
      failsWith("EnvelopeMalformed", () => parseEnvelopeBytes(bytes));
    }
  });

  it("refuses every prefix", () => refusesEveryPrefix(good, parseEnvelopeBytes));
  it("bears one byte inserted anywhere", () => bearsEveryInsertion(good, parseEnvelopeBytes));
});
