/** The DER writer of the builders, against known encodings (X.690; RFC 5280 for times) and our own reader. */
import assert from "node:assert/strict";
import { derInteger, derOid, parseDer } from "../../src/encoding/der.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import * as write from "./der-writer.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("the DER writer", () => {
  const known: readonly (readonly [what: string, bytes: Uint8Array, want: string])[] = [
    ["an empty sequence", write.sequence(), "3000"],
    ["a sequence", write.sequence(write.nul(), write.boolean(true)), "300505000101ff"],
    ["a set in the given order", write.set(write.integer(2), write.integer(1)), "3106020102020101"],
    ["a sorted set", write.setOf(write.integer(2), write.integer(1)), "3106020101020102"],
    ["a long length", write.octetString(new Uint8Array(200)).subarray(0, 3), "0481c8"],
    ["unsigned bytes as an integer", write.integer(Uint8Array.of(0, 0x80)), "02020080"],
    ["an identifier", write.oid("1.3.6.1.4.1.57264.1.8"), "060a2b0601040183bf300108"],
    ["a bit string", write.bitString(Uint8Array.of(0xa0), 5), "030205a0"],
    ["named bits", write.namedBits(5, 6), "03020106"],
    ["digitalSignature", write.namedBits(0), "03020780"],
    ["UTF-8", write.utf8String("é"), "0c02c3a9"],
    ["PrintableString", write.printableString("A"), "130141"],
    ["IA5String", write.ia5("a@b"), "1603614062"],
    ["an explicit tag", write.context(0, write.integer(2)), "a003020102"],
    ["an implicit primitive tag", write.contextPrimitive(6, encodeUtf8("a:b")), "8603613a62"],
    ["another tag", write.der(0x0a, Uint8Array.of(1)), "0a0101"],
  ];
  for (const [what, bytes, want] of known) it(`writes ${what}`, () => assert.equal(hex(bytes), want));

  const ms = Date.UTC(2026, 0, 2, 3, 4, 5, 60);
  const times: readonly (readonly [what: string, bytes: Uint8Array, want: string])[] = [
    ["GeneralizedTime with the fraction it needs", write.generalizedTime(ms), "20260102030405.06Z"],
    ["GeneralizedTime of a whole second", write.generalizedTime(ms - 60), "20260102030405Z"],
    ["UTCTime", write.utcTime(ms), "260102030405Z"],
    ["a time of a certificate after 2049", write.x509Time(Date.UTC(2050)), "20500101000000Z"],
    ["a time of a certificate before 2050", write.x509Time(ms), "260102030405Z"],
  ];
  for (const [what, bytes, want] of times) {
    it(`writes ${what}`, () => assert.equal(Buffer.from(bytes.subarray(2)).toString(), want));
  }

  it("writes integers that the reader reads back", () => {
    for (const value of [0n, 1n, -1n, 127n, 128n, -128n, -129n, 255n, 256n, 1n << 64n, -(1n << 63n)]) {
      assert.equal(derInteger(parseDer(write.integer(value)), "integer"), value);
    }
  });

  it("writes identifiers that the reader reads back", () => {
    for (const dotted of ["0.9.2342", "1.2.840.113549.1.7.2", "2.5.29.17", "2.999.3"]) {
      assert.equal(derOid(parseDer(write.oid(dotted)), "identifier"), dotted);
    }
  });
});
