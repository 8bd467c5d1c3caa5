/** parseBody() and the readers that the kinds share. */
import assert from "node:assert/strict";
import { decodeBase64 } from "../../../src/encoding/base64.ts";
import { parseJson, type JsonObject } from "../../../src/encoding/json.ts";
import {
  bytesAt,
  hashNamed,
  hexHashAt,
  objectAt,
  onlySignature,
  parseBody,
} from "../../../src/transparency/rekor/body.ts";
import { failsWith, refuses } from "../../support/failures.ts";

function json(text: string): JsonObject {
  return parseJson(text) as JsonObject;
}

describe("parseBody()", () => {
  it("gives kind, version, members and the bytes", () => {
    const bytes = Buffer.from('{"apiVersion":"0.0.1","kind":"dsse","spec":{}}');
    const body = parseBody(bytes);
    assert.deepEqual([body.kind, body.version, body.bytes], ["dsse", "0.0.1", bytes]);
    assert.ok(body.members.has("spec"));
  });

  const malformedBodies: Readonly<Record<string, string | Buffer>> = {
    "an empty body": "",
    "no JSON": "dsse",
    "a list": "[]",
    null: "null",
    "data behind it": '{"apiVersion":"1","kind":"x"}{}',
    "trap 2: a duplicate member": '{"apiVersion":"1","kind":"x","kind":"y"}',
    "a duplicate member far below": '{"apiVersion":"1","kind":"x","spec":{"a":{"b":1,"b":2}}}',
    "trap 2: a member in another case": '{"apiVersion":"1","Kind":"x"}',
    "no version": '{"kind":"x"}',
    "a version that is a number": '{"apiVersion":1,"kind":"x"}',
    "bytes that are not UTF-8": Buffer.from([0x7b, 0xff, 0x7d]),
    "a byte-order mark": '\ufeff{"apiVersion":"1","kind":"x"}',
    "65 levels": `{"apiVersion":"1","kind":"x","spec":${"[".repeat(65)}${"]".repeat(65)}}`,
  };
  for (const [name, text] of Object.entries(malformedBodies)) {
    it(`refuses ${name}`, () => void failsWith("LogBodyMalformed", () => parseBody(Buffer.from(text))));
  }

  it("reads 4 MiB and not a byte more", () => {
    const frame = '{"apiVersion":"1","kind":"x","spec":""}';
    const body = (bytes: number): Buffer => Buffer.from(frame.replace('""', `"${"x".repeat(bytes - frame.length)}"`));
    parseBody(body(4 * 1024 * 1024));
    failsWith("LogBodyTooLarge", () => parseBody(body(4 * 1024 * 1024 + 1)));
  });
});

describe("objectAt() and bytesAt()", () => {
  const object = json('{"a":{"b":{"c":"AQI="}},"n":null}');

  it("walk down by exact names", () => {
    assert.deepEqual([...bytesAt(objectAt(object, "a", "b"), "c")], [1, 2]);
    assert.equal(objectAt(object), object);
    refuses(/^B is absent/, () => objectAt(object, "a", "B"));
    refuses(/^n is null/, () => objectAt(object, "n"));
  });

  it("trap 1: read base64 strictly", () => {
    for (const text of ["AQI", "AQI=\n", " AQI=", "AQJ=", "A-I=", "*"]) {
      refuses(/base64/, () => bytesAt(json(JSON.stringify({ c: text })), "c"));
    }
    assert.equal(decodeBase64("").length, 0);
  });
});

describe("onlySignature()", () => {
  it("gives the one signature", () => {
    assert.equal(onlySignature(json('{"signatures":[{"sig":"x"}]}')).get("sig"), "x");
  });

  for (const [count, text] of [
    [0, "[]"],
    [2, "[{},{}]"],
  ] as const) {
    it(`refuses ${count}`, () => {
      failsWith("LogSignatureCount", () => onlySignature(json(`{"signatures":${text}}`)));
    });
  }

  it("refuses what is no list of objects", () => {
    refuses(/want a list/, () => onlySignature(json('{"signatures":{}}')));
    refuses(/want an object/, () => onlySignature(json('{"signatures":["x"]}')));
  });
});

describe("hexHashAt()", () => {
  const read = (algorithm: string, value: string): unknown =>
    hexHashAt(json(JSON.stringify({ hash: { algorithm, value } })), "hash");

  for (const [algorithm, bytes] of [
    ["sha256", 32],
    ["sha384", 48],
    ["sha512", 64],
  ] as const) {
    it(`reads ${algorithm}`, () => {
      assert.deepEqual(read(algorithm, "ab".repeat(bytes)), { algorithm, digest: Buffer.alloc(bytes, 0xab) });
    });
  }

  it("trap 1: reads no hex of another length or case, above all none that is empty", () => {
    for (const value of ["", "ab", "AB".repeat(32), "zz".repeat(32), "ab".repeat(31), "ab".repeat(48)]) {
      refuses(/hex/, () => read("sha256", value));
    }
  });

  it("refuses algorithms that are weak or unknown", () => {
    for (const algorithm of ["sha1", "md5", "SHA256", "sha-256", "", "constructor"]) {
      failsWith("LogDigestAlgorithmUnsupported", () => read(algorithm, "ab".repeat(32)));
    }
  });
});

describe("hashNamed()", () => {
  it("knows the given names alone", () => {
    const names = new Map([["SHA2_256", "sha256"]] as const);
    assert.equal(hashNamed("SHA2_256", names), "sha256");
    failsWith("LogDigestAlgorithmUnsupported", () => hashNamed("sha256", names));
  });
});
