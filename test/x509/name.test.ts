import assert from "node:assert/strict";
import { parseDer } from "../../src/encoding/der.ts";
import { readName } from "../../src/x509/name.ts";
import { der, ia5, integer, oid, printableString, sequence, set, utf8String } from "../support/der-writer.ts";
import { refuses } from "../support/failures.ts";
import { distinguishedName } from "../support/x509/name.ts";

const COMMON_NAME = oid("2.5.4.3");

function nameOf(value: Uint8Array): Uint8Array {
  return sequence(set(sequence(COMMON_NAME, value)));
}

describe("readName()", () => {
  const sound: Readonly<Record<string, Uint8Array>> = {
    "the empty Name, as leaves of Fulcio have it": sequence(),
    "two attributes": distinguishedName({ organization: "o", commonName: "c" }),
    "two attributes in one part": sequence(
      set(sequence(COMMON_NAME, utf8String("a")), sequence(COMMON_NAME, utf8String("b"))),
    ),
    "a PrintableString": nameOf(printableString("a")),
    "an IA5String": nameOf(ia5("a")),
    "UTF-8 beyond ASCII": nameOf(utf8String("ä€😀")),
    "Latin-1": nameOf(der(0x14, Uint8Array.of(0xe4))),
    "a BMPString": nameOf(der(0x1e, Uint8Array.of(0x20, 0xac))),
    "an empty string": nameOf(utf8String("")),
  };
  for (const [what, bytes] of Object.entries(sound)) {
    it(`takes ${what} as it is`, () => {
      assert.deepEqual(readName(parseDer(bytes), "subject"), bytes);
    });
  }

  const unsound: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
    "a SET of parts": [set(), /subject has tag 0x31/],
    "a part that is no SET": [sequence(sequence(COMMON_NAME, utf8String("a"))), /subject part has tag/],
    "an empty part": [sequence(set()), /subject has an empty part/],
    "an attribute without value": [sequence(set(sequence(COMMON_NAME))), /not exactly two members/],
    "an attribute of three members": [
      sequence(set(sequence(COMMON_NAME, utf8String("a"), utf8String("b")))),
      /not exactly two members/,
    ],
    "a type that is no OBJECT IDENTIFIER": [sequence(set(sequence(integer(1), utf8String("a")))), /attribute type/],
    "a number for a value": [nameOf(integer(1)), /not a string/],
    "a UniversalString": [nameOf(der(0x1c, new Uint8Array(4))), /not a string/],
    "what is not UTF-8": [nameOf(der(0x0c, Uint8Array.of(0xff))), /not valid UTF-8/],
    "a PrintableString beyond ASCII": [nameOf(der(0x13, Uint8Array.of(0xe4))), /not a string/],
    "half a character": [nameOf(der(0x1e, Uint8Array.of(0x20))), /not a string/],
    "a surrogate": [nameOf(der(0x1e, Uint8Array.of(0xd8, 0x00))), /not a string/],
  };
  for (const [what, [bytes, reason]] of Object.entries(unsound)) {
    it(`refuses ${what}`, () => {
      refuses(reason, () => readName(parseDer(bytes), "subject"));
    });
  }

  it("refuses nothing at all", () => {
    refuses(/subject is absent/, () => readName(undefined, "subject"));
  });
});
