/** Digests: SHA-256 of the bytes, written as sha256:<64 lower-case hex> and in no other way. */
import assert from "node:assert/strict";
import {
  digestBytes,
  digestOf,
  hash,
  parseArtifactDigest,
  parseDigest,
  RunningDigest,
  sha1Unsafe,
  sha256,
  splitDigest,
} from "../../src/crypto/digest.ts";
import { encodeHex } from "../../src/encoding/hex.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { refuses } from "../support/failures.ts";

const ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; // FIPS 180-2 B.1

describe("digestOf()", () => {
  it("gives the known answer for abc", () => {
    assert.equal(digestOf(encodeUtf8("abc")), `sha256:${ABC}`);
    assert.equal(encodeHex(sha256(encodeUtf8("abc"))), ABC);
    assert.equal(hash("sha384", encodeUtf8("abc")).length, 48);
    assert.equal(hash("sha512", encodeUtf8("abc")).length, 64);
  });
});

describe("RunningDigest", () => {
  it("gives what digestOf() gives of all of it, however it is cut", () => {
    for (const parts of [[], [""], ["abc"], ["a", "", "bc"], ["a", "b", "c"]]) {
      const running = new RunningDigest();
      for (const part of parts) running.add(encodeUtf8(part));
      assert.equal(running.digest(), digestOf(encodeUtf8(parts.join(""))));
    }
  });
});

describe("sha1Unsafe()", () => {
  it("gives the known answer for abc", () => {
    assert.equal(encodeHex(sha1Unsafe(encodeUtf8("abc"))), "a9993e364706816aba3e25717850c26c9cd0d89d"); // FIPS 180-2 A.1
  });
});

describe("parseDigest()", () => {
  it("gives the text back, and digestBytes() its 32 bytes", () => {
    const digest = parseDigest(`sha256:${ABC}`);
    assert.equal(digest, `sha256:${ABC}`);
    assert.equal(encodeHex(digestBytes(digest)), ABC);
  });

  const refused: Readonly<Record<string, string>> = {
    "another algorithm": `sha512:${ABC}`,
    "no algorithm": ABC,
    "an algorithm in other case": `SHA256:${ABC}`,
    "upper-case hex": `sha256:${ABC.toUpperCase()}`,
    "63 characters": `sha256:${ABC.slice(1)}`,
    "65 characters": `sha256:${ABC}0`,
    "nothing behind the colon": "sha256:",
    "a line feed": `sha256:${ABC}\n`,
    "a slash": `sha256:${ABC.slice(1)}/`,
  };
  for (const [name, text] of Object.entries(refused))
    it(`refuses ${name}`, () => refuses(/./, () => parseDigest(text)));
});

describe("parseArtifactDigest()", () => {
  const lengths = { sha256: 64, sha384: 96, sha512: 128 };
  for (const [algorithm, length] of Object.entries(lengths)) {
    const text = `${algorithm}:${"0a".repeat(length / 2)}`;

    it(`takes ${algorithm}, and digestBytes() gives its ${length / 2} bytes`, () => {
      const digest = parseArtifactDigest(text);
      assert.equal(digest, text);
      assert.deepEqual(splitDigest(digest), { algorithm, hex: "0a".repeat(length / 2) });
      assert.deepEqual(new Uint8Array(digestBytes(digest)), new Uint8Array(length / 2).fill(10));
    });

    it(`refuses every prefix of ${algorithm}, and a character inserted anywhere`, () => {
      for (let at = 0; at <= text.length; at += 1) {
        if (at < text.length) refuses(/./, () => parseArtifactDigest(text.slice(0, at)));
        refuses(/./, () => parseArtifactDigest(`${text.slice(0, at)}0${text.slice(at)}`));
      }
    });
  }

  const refused: Readonly<Record<string, string>> = {
    "SHA-1": `sha1:${"0".repeat(40)}`,
    "no algorithm": ABC,
    "the name of a prototype's member": `constructor:${ABC}`,
    "upper-case hex": `sha256:${ABC.toUpperCase()}`,
    "the length of another hash": `sha512:${ABC}`,
    nothing: "",
  };
  for (const [name, text] of Object.entries(refused))
    it(`refuses ${name}`, () => refuses(/./, () => parseArtifactDigest(text)));
});
