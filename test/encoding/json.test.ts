/** The strict JSON reader: equal to JSON.parse on what both take, stricter on what verification-spec §0.5 names. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseJson, toPlain } from "../../src/encoding/json.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { isAccepted, refuses } from "../support/failures.ts";

function isAcceptedByPlatform(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A copy with ordinary prototypes, so that deepEqual compares values alone. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function escapeOf(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

describe("parseJson()", () => {
  it("gives what JSON.parse gives, for every valid text", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        if (/__proto__/.test(text)) return;
        assert.deepEqual(plain(toPlain(parseJson(text, { roundIntegers: true }))), plain(JSON.parse(text)));
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it("gives the same for text and for its bytes, whatever characters are in it", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" })), fc.constantFrom(undefined, 1), (strings, indent) => {
        const text = JSON.stringify(Object.fromEntries(strings.map((name) => [name, [`${name}"\\\n`]])), null, indent);
        const [ofText, ofBytes] = [parseJson(text), parseJson(encodeUtf8(text))];
        assert.deepEqual(ofBytes, ofText);
        assert.deepEqual(plain(toPlain(ofText)), plain(JSON.parse(text)));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("names the place of what is wrong in characters, whatever bytes stand before it", () => {
    for (const before of ["", "a", "é", "☃", "😀"]) {
      const text = `["${before}",x]`;
      const reason = new RegExp(`^want a JSON value at character ${text.indexOf("x")}$`);
      refuses(reason, () => parseJson(text));
      refuses(reason, () => parseJson(encodeUtf8(text)));
    }
    refuses(/^lone surrogate at character 3$/, () => parseJson('["é\ud800"]'));
  });

  it("refuses bytes that are not UTF-8, wherever they stand", () => {
    const text = encodeUtf8('{"é":["☃"]}');
    for (let at = 0; at <= text.length; at += 1) {
      for (const stray of [0x80, 0xc3, 0xed, 0xff]) {
        const changed = Uint8Array.of(...text.subarray(0, at), stray, ...text.subarray(at));
        refuses(/^not valid UTF-8$/, () => parseJson(changed));
      }
    }
  });

  it("takes a character beyond the first plane, as it stands and escaped", () => {
    assert.equal(parseJson('"\u{1f600}"'), "\u{1f600}");
    assert.equal(parseJson('"\\ud83d\\ude00"'), "\u{1f600}");
  });

  it("never takes a text that JSON.parse refuses", () => {
    const text = fc.string({ unit: fc.constantFrom(...'{}[]",:\\u0d8 -+.e19\n\ttruefalsn'.split("")), maxLength: 12 });
    fc.assert(
      fc.property(text, (candidate) => {
        if (isAccepted(() => parseJson(candidate))) assert.ok(isAcceptedByPlatform(candidate), candidate);
      }),
      { seed: 1, numRuns: 5000 },
    );
  });

  it("refuses one wrong character anywhere as JSON.parse does, but for what it names", () => {
    const text = '{"a":[1,-2.5e3,"x\\u00e9\\n",{"b":null}],"c":true}';
    for (let index = 0; index < text.length; index += 1) {
      for (const wrong of ["", '"', "}", "0", "\\", " ", "\u0001", "\ud800"]) {
        const changed = text.slice(0, index) + wrong + text.slice(index + 1);
        if (isAccepted(() => parseJson(changed))) assert.ok(isAcceptedByPlatform(changed), changed);
      }
    }
  });

  it("takes one more character anywhere only where JSON.parse does", () => {
    const text = '{"a":[1,-2.5e3,"x\\u00e9\\n\\ud83d\\ude00"],"c":true}';
    let refusals = 0;
    for (let index = 0; index <= text.length; index += 1) {
      for (const more of ['"', "{", "]", ",", ":", "0", "-", "\\", "u", " ", "\u0000", "\ufeff", "\udfff"]) {
        const grown = text.slice(0, index) + more + text.slice(index);
        if (isAccepted(() => parseJson(grown))) assert.ok(isAcceptedByPlatform(grown), grown);
        else refusals += 1;
      }
    }
    assert.ok(refusals > 400);
  });

  it("refuses every prefix of a string with escapes", () => {
    const text = String.raw`"\"\\\u00e9\ud83d\ude00😀\n"`;
    assert.equal(parseJson(text), '"\\é😀😀\n');
    for (let length = 0; length < text.length; length += 1) refuses(/./, () => parseJson(text.slice(0, length)));
  });

  it("refuses every prefix of a document", () => {
    const text = '{"a":[1,"x"],"b":{"c":null}}';
    for (let length = 0; length < text.length; length += 1) refuses(/./, () => parseJson(text.slice(0, length)));
  });

  const refused: Readonly<Record<string, [RegExp, string | Uint8Array]>> = {
    "a duplicate member": [/^duplicate member at character 7$/, '{"a":1,"a":1}'],
    "a duplicate member deep inside": [/duplicate/, '[{"x":{"a":1,"a":2}}]'],
    "a duplicate member, one of them escaped": [/duplicate/, '{"a":1,"\\u0061":2}'],
    "data behind": [/data after/, "{} {}"],
    "a comment": [/./, "{}//"],
    "a trailing comma in a list": [/./, "[1,]"],
    "a trailing comma in an object": [/./, '{"a":1,}'],
    "an integer beyond 2^53": [/2\^53/, "9007199254740993"],
    "an integer beyond 2^53 with an exponent": [/2\^53/, "1e30"],
    "a number out of range": [/out of range/, "1e400"],
    "a leading zero": [/./, "01"],
    "a plus sign": [/./, "+1"],
    NaN: [/./, "NaN"],
    "single quotes": [/./, "'a'"],
    "a control character in a string": [/control character/, '"\u0001"'],
    "a lone surrogate": [/lone surrogate/, '"\ud800"'],
    "a lone high surrogate, escaped": [/./, '"\\ud800"'],
    "a lone low surrogate, escaped": [/lone surrogate/, '"\\udc00"'],
    "two high surrogates, escaped": [/lone surrogate/, '"\\ud800\\ud800"'],
    "a high surrogate before another character, escaped": [/lone surrogate/, '"\\ud800\\u0041"'],
    "a cut literal": [/want a JSON value/, "tru"],
    "a literal in other case": [/want a JSON value/, "True"],
    "a duplicate member without repeating its name": [/^duplicate member at character 11$/, '{"l3ak":1, "l3ak":2}'],
    "an unknown escape": [/bad escape/, '"\\x41"'],
    "bytes that are not UTF-8": [/UTF-8/, Uint8Array.of(0x22, 0xff, 0x22)],
    "a byte-order mark": [/./, encodeUtf8("\ufeff{}")],
    nothing: [/./, ""],
    "a nesting of 65": [/nested deeper than 64/, "[".repeat(65) + "]".repeat(65)],
    "a hundred thousand open brackets, without a stack overflow": [/nested/, "[".repeat(100_000)],
  };
  for (const [name, [reason, text]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => refuses(reason, () => parseJson(text)));
  }

  it("takes a nesting of 64, and less where the caller says so", () => {
    parseJson("[".repeat(64) + "]".repeat(64));
    refuses(/nested deeper than 2/, () => parseJson("[[[]]]", { maxDepth: 2 }));
  });

  it("takes 50,000 values, whatever their kind, and more or less where the caller says so", () => {
    const mixed = `{"a":[${'{"b":[]},"x",1,null,'.repeat(9_999)}true,false,0]}`;
    parseJson(mixed);
    refuses(/^more than 50000 values at character [0-9]+$/, () => parseJson(mixed.replace("true,", "true,1,")));
    refuses(/more than 50000 values/, () => parseJson(`[${"{},".repeat(50_000)}{}]`));
    refuses(/more than 3 values/, () => parseJson("[1,2,3]", { maxValues: 3 }));
    parseJson("[1,2,3]", { maxValues: 4 });
    parseJson('{"a":1,"b":2}', { maxValues: 3 });
    parseJson(`[${"{},".repeat(50_000)}{}]`, { maxValues: Infinity });
  });

  it("reads as many escapes as there are, in a string of any characters", () => {
    const text = `${'\n"é☃😀'.repeat(10_000)}\u0001`;
    for (const string of [text, `a${text}`, `é${text}`]) {
      assert.equal(parseJson(JSON.stringify(string)), string);
      const escaped = string.split("").map(escapeOf).join("");
      assert.equal(parseJson(`"${escaped}"`), string);
    }
    assert.deepEqual(parseJson('["\\u00e9","\\n","x"]'), ["é", "\n", "x"]);
  });

  it("rounds integers only for the caller that asks for it", () => {
    assert.equal(parseJson("9007199254740993", { roundIntegers: true }), 9007199254740992);
    refuses(/out of range/, () => parseJson("1e400", { roundIntegers: true }));
  });

  it("meets no prototype", () => {
    const object = parseJson('{"__proto__":{"admin":true},"constructor":1}');
    assert.ok(object instanceof Map);
    assert.deepEqual([...object.keys()], ["__proto__", "constructor"]);
    const copy = toPlain(object) as Record<string, unknown>;
    assert.equal(Object.getPrototypeOf(copy), null);
    assert.equal(({} as Record<string, unknown>)["admin"], undefined);
  });
});
