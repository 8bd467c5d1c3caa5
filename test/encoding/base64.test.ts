/** Strict base64: one text per byte string and nothing else (RFC 4648 §4). */
import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeBase64, decodeBase64Either, encodeBase64 } from "../../src/encoding/base64.ts";
import { isAccepted, refuses } from "../support/failures.ts";

describe("decodeBase64()", () => {
  const known = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]; // RFC 4648 §10
  it("decodes the examples of RFC 4648", () => {
    known.forEach((text, length) =>
      assert.equal(Buffer.from(decodeBase64(text)).toString(), "foobar".slice(0, length)),
    );
  });

  const refused: Readonly<Record<string, string>> = {
    "no padding": "Zg",
    "one padding character too few": "Zg=",
    "one too many": "Zm8==",
    "padding alone": "====",
    "padding inside": "Zg==Zg==",
    "a line feed at the end": "Zm9v\n",
    "a space": "Zm9 v",
    "the URL-safe alphabet": "-_-_",
    "pad bits that are not zero": "Zh==",
    "pad bits that are not zero, two bytes": "Zm9=",
    "a character of another alphabet": "Zm9é",
    "a NUL": "Zm9v\0",
  };
  for (const [name, text] of Object.entries(refused)) {
    it(`refuses ${name}`, () => refuses(/base64/, () => decodeBase64(text)));
  }

  it("bears 16 MiB, and refuses one bad character behind them", () => {
    const text = "AAAA".repeat(4 * 1024 * 1024);
    assert.equal(decodeBase64(text).length, 12 * 1024 * 1024);
    refuses(/not standard base64/, () => decodeBase64(`${text}AAA*`));
  });

  it("refuses every prefix that is not whole groups, and a character inserted anywhere", () => {
    const text = "Zm9vYmFyIQ==";
    for (let at = 0; at < text.length; at += 1) {
      assert.equal(
        isAccepted(() => decodeBase64(text.slice(0, at))),
        at % 4 === 0,
        `${at}`,
      );
      for (const more of "A=+\n ") refuses(/base64/, () => decodeBase64(text.slice(0, at) + more + text.slice(at)));
    }
  });

  it("is the inverse of encodeBase64()", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) =>
        assert.deepEqual(new Uint8Array(decodeBase64(encodeBase64(bytes))), bytes),
      ),
      { seed: 1 },
    );
  });

  it("accepts a text only if encoding gives it back", () => {
    const text = fc.string({ unit: fc.constantFrom(..."AZaz09+/=-_ \n".split("")), maxLength: 12 });
    fc.assert(
      fc.property(text, (candidate) => {
        if (isAccepted(() => decodeBase64(candidate))) assert.equal(encodeBase64(decodeBase64(candidate)), candidate);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});

describe("decodeBase64Either()", () => {
  it("takes either alphabet", () => {
    assert.deepEqual([...decodeBase64Either("-_-_")], [...decodeBase64("+/+/")]);
    assert.deepEqual([...decodeBase64Either("+/+/")], [...decodeBase64("+/+/")]);
  });

  it("refuses both at once, and leaves out no padding", () => {
    refuses(/two alphabets/, () => decodeBase64Either("-/+_"));
    refuses(/padding/, () => decodeBase64Either("-_8"));
  });
});
