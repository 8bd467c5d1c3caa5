/** The strict DER reader (X.690): one encoding per value, nothing behind it, bounded depth and size. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  derBitString,
  derChildren,
  derInteger,
  isDerPositive,
  derOid,
  derSequence,
  derSmallInteger,
  encodeDer,
  parseDer,
  TAG,
} from "../../src/encoding/der.ts";
import { concatBytes } from "../../src/encoding/text.ts";
import { isAccepted, refuses } from "../support/failures.ts";

function der(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

describe("parseDer()", () => {
  const refused: Readonly<Record<string, [RegExp, string]>> = {
    nothing: [/cut/, ""],
    "a tag alone": [/cut/, "30"],
    "a length beyond the data": [/exceeds/, "040500"],
    "a byte behind": [/followed by 1 more/, "050000"],
    "an indefinite length": [/indefinite/, "30800000"],
    "a long length below 128": [/not minimal/, "048100"],
    "a long length with a leading zero": [/not minimal/, `04820080${"00".repeat(128)}`],
    "a length of five bytes": [/more than four/, "04850000000001"],
    "a cut long length": [/cut/, "048201"],
    "a high tag number": [/above 30/, "1f0100"],
    "a child that exceeds its parent": [/exceeds/, "30030405ff"],
    "garbage inside a constructed value": [/cut/, "300105"],
    "a giant length": [/exceeds/, "0484ffffffff"],
  };
  for (const [name, [reason, hex]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => refuses(reason, () => parseDer(der(hex))));
  }

  it("gives 1,024 members and refuses to give more, but passes over them", () => {
    const many = (count: number): Uint8Array =>
      encodeDer(
        TAG.sequence,
        new Uint8Array(2 * count).map((_, at) => (at % 2 === 0 ? TAG.null : 0)),
      );
    assert.equal(derChildren(parseDer(many(1024))).length, 1024);
    const crowded = parseDer(many(1025));
    refuses(/more than 1024 members/, () => derChildren(crowded));
  });

  it("takes a nesting of 32 and refuses 33", () => {
    let value: Uint8Array = encodeDer(TAG.null);
    for (let depth = 0; depth < 32; depth += 1) value = encodeDer(TAG.sequence, value);
    parseDer(value);
    refuses(/nested deeper/, () => parseDer(encodeDer(TAG.sequence, value)));
  });

  it("refuses more bytes than the caller allows", () => {
    refuses(/at most 4/, () => parseDer(encodeDer(TAG.bitString, new Uint8Array(4)), 4));
    refuses(/at most 65536/, () => parseDer(encodeDer(TAG.bitString, new Uint8Array(65_536))));
  });

  it("reads back what encodeDer() wrote, at every length of the length", () => {
    for (const length of [0, 1, 127, 128, 255, 256, 65_000]) {
      const content = new Uint8Array(length).fill(7);
      const node = parseDer(encodeDer(TAG.bitString, content));
      assert.deepEqual(new Uint8Array(node.content), content);
    }
  });

  it("refuses every prefix, and any byte behind", () => {
    const value = encodeDer(TAG.sequence, encodeDer(TAG.integer, der("0100")), encodeDer(TAG.null));
    for (let length = 0; length < value.length; length += 1) {
      assert.equal(
        isAccepted(() => parseDer(value.subarray(0, length))),
        false,
      );
    }
    refuses(/followed/, () => parseDer(concatBytes(value, der("00"))));
  });

  it("refuses a value with any byte inserted anywhere, but for one that makes new values of all the others", () => {
    const value = encodeDer(TAG.sequence, encodeDer(TAG.oid, der("2a8648")), encodeDer(TAG.integer, der("0100")));
    const taken: string[] = [];
    for (let at = 0; at <= value.length; at += 1) {
      for (let byte = 0; byte < 256; byte += 1) {
        const grown = concatBytes(value.subarray(0, at), Uint8Array.of(byte), value.subarray(at));
        if (isAccepted(() => parseDer(grown))) taken.push(Buffer.from(grown).toString("hex"));
      }
    }
    assert.deepEqual(taken, ["300a0906032a864802020100"]); // 09 of six bytes, 01 of none
  });

  it("accepts bytes only if writing them again gives the same", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => {
        if (!isAccepted(() => parseDer(bytes))) return;
        const node = parseDer(bytes);
        assert.deepEqual(encodeDer(node.tag, node.content), bytes);
      }),
      { seed: 1, numRuns: 5000 },
    );
  });
});

describe("derInteger()", () => {
  const values: Readonly<Record<string, bigint>> = {
    "020100": 0n,
    "02017f": 127n,
    "02020080": 128n,
    "020180": -128n,
    "0201ff": -1n,
    "02080100000000000000": 2n ** 56n,
  };
  for (const [hex, value] of Object.entries(values)) {
    it(`reads ${hex} as ${value}`, () => assert.equal(derInteger(parseDer(der(hex)), "n"), value));
  }

  it("refuses an empty one, padding and another tag", () => {
    refuses(/n is empty/, () => derInteger(parseDer(der("0200")), "n"));
    refuses(/not minimal/, () => derInteger(parseDer(der("0202007f")), "n"));
    refuses(/not minimal/, () => derInteger(parseDer(der("0202ff80")), "n"));
    refuses(/n has tag 0x4, want 0x2/, () => derInteger(parseDer(der("040100")), "n"));
    refuses(/n is absent/, () => derInteger(undefined, "n"));
  });
});

describe("derSmallInteger()", () => {
  it("reads what fits 32 bits, and refuses the next", () => {
    const values = { "020100": 0, "0201ff": -1, "02047fffffff": 2 ** 31 - 1, "020480000000": -(2 ** 31) };
    for (const [hex, value] of Object.entries(values)) assert.equal(derSmallInteger(parseDer(der(hex)), "n"), value);
    for (const hex of ["02050080000000", "0205ff7fffffff"]) {
      refuses(/n is out of range/, () => derSmallInteger(parseDer(der(hex)), "n"));
    }
  });
});

describe("isDerPositive()", () => {
  const numbers = {
    "020100": false,
    "020101": true,
    "02017f": true,
    "0201ff": false,
    "02020080": true,
    "0202ff7f": false,
  };
  for (const [hex, isPositive] of Object.entries(numbers)) {
    it(`says ${isPositive} of ${hex}, as derInteger() has it`, () => {
      assert.equal(isDerPositive(parseDer(der(hex)), "n"), isPositive);
      assert.equal(derInteger(parseDer(der(hex)), "n") > 0n, isPositive);
    });
  }

  it("refuses what derInteger() refuses", () => {
    for (const hex of ["0200", "0202007f", "0202ff80", "040100"]) {
      refuses(/./, () => isDerPositive(parseDer(der(hex)), "n"));
    }
  });
});

/** Base 128, most significant group first, by BigInt alone. */
function arcBytes(arc: bigint): readonly number[] {
  const groups = [Number(arc & 0x7fn)];
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) groups.unshift(Number(rest & 0x7fn) | 0x80);
  return groups;
}

describe("derOid()", () => {
  it("reads arcs of every length exactly: 2^53 and beyond are not rounded", () => {
    for (let bits = 0n; bits <= 130n; bits += 1n) {
      for (const arc of [(1n << bits) - 1n, 1n << bits, (1n << bits) + 1n]) {
        const content = Uint8Array.from([0x2a, ...arcBytes(arc), 3]);
        assert.equal(derOid(parseDer(encodeDer(TAG.oid, content)), "oid"), `1.2.${arc}.3`);
        const first = Uint8Array.from(arcBytes(arc + 80n));
        assert.equal(derOid(parseDer(encodeDer(TAG.oid, first)), "oid"), `2.${arc}`);
      }
    }
  });

  it("reads first arcs and long arcs", () => {
    assert.equal(derOid(parseDer(der("06082a8648ce3d030107")), "oid"), "1.2.840.10045.3.1.7");
    assert.equal(derOid(parseDer(der("06032b6570")), "oid"), "1.3.101.112");
    assert.equal(derOid(parseDer(der("0603883703")), "oid"), "2.999.3");
    assert.equal(derOid(parseDer(der("060127")), "oid"), "0.39");
  });

  it("refuses an empty, a padded, a cut and a giant one", () => {
    refuses(/bad length/, () => derOid(parseDer(der("0600")), "oid"));
    refuses(/not minimal/, () => derOid(parseDer(der("06032a8001")), "oid"));
    refuses(/cut/, () => derOid(parseDer(der("06022a86")), "oid"));
    refuses(/bad length/, () => derOid(parseDer(encodeDer(TAG.oid, new Uint8Array(129).fill(1))), "oid"));
  });
});

describe("derBitString() and derSequence()", () => {
  it("read whole bytes and children", () => {
    assert.deepEqual([...derBitString(parseDer(der("03020007")), "bits")], [7]);
    assert.equal(derSequence(parseDer(der("300405000500")), "seq").length, 2);
  });

  it("refuse unused bits, an empty bit string and a primitive value", () => {
    refuses(/whole number/, () => derBitString(parseDer(der("03020108")), "bits"));
    refuses(/whole number/, () => derBitString(parseDer(der("0300")), "bits"));
    refuses(/not constructed/, () => derChildren(parseDer(der("0500"))));
  });
});
