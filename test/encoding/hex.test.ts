/** Lower-case hex of an exact length. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeHex, encodeHex } from "../../src/encoding/hex.ts";
import { refuses } from "../support/failures.ts";

describe("decodeHex()", () => {
  it("decodes", () => assert.deepEqual([...decodeHex("00ff10", 3)], [0, 255, 16]));

  const refused: Readonly<Record<string, [string, RegExp]>> = {
    "upper case": ["00FF10", /lower-case/],
    "other characters": ["zzzzzz", /lower-case/],
    "a character too few": ["00ff1", /characters/],
    "a byte too many": ["00ff1000", /characters/],
    nothing: ["", /characters/],
    "a line feed at the end": ["00ff1\n", /lower-case/],
    "full-width digits": ["００００００", /lower-case/],
  };
  for (const [name, [text, reason]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => refuses(reason, () => decodeHex(text, 3)));
  }

  it("refuses every prefix, and a character inserted anywhere", () => {
    for (let at = 0; at < 6; at += 1) {
      refuses(/characters/, () => decodeHex("00ff10".slice(0, at), 3));
      refuses(/characters/, () => decodeHex(`${"00ff10".slice(0, at)}0${"00ff10".slice(at)}`, 3));
    }
  });

  it("is the inverse of encodeHex()", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) =>
        assert.deepEqual(new Uint8Array(decodeHex(encodeHex(bytes), bytes.length)), bytes),
      ),
      { seed: 1 },
    );
  });
});
