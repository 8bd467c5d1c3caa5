/**
 * Tokens cut, grown and changed at every byte: each is refused with a typed failure, but for the changes to bytes that say
 * nothing, which are listed here one by one.
 */
import assert from "node:assert/strict";
import { concatBytes } from "../../src/encoding/text.ts";
import { verifyTimestamp } from "../../src/timestamp/timestamp.ts";
import { context, integer, sequence, utf8String } from "../support/der-writer.ts";
import { isAccepted } from "../support/failures.ts";
import type { TokenParts } from "../support/timestamp/token.ts";
import { add, authority, put, SIGNATURE } from "./fixtures.ts";

function isTaken(token: Uint8Array): boolean {
  return isAccepted(() => verifyTimestamp(token, SIGNATURE, [authority.trusted]));
}

/** Every token that differs from `token` in one bit and is taken, as `offset: from → to`. */
function takenFlips(token: Uint8Array): readonly string[] {
  const taken: string[] = [];
  for (const [at, byte] of token.entries()) {
    for (let bit = 0; bit < 8; bit += 1) {
      const flipped = byte ^ (1 << bit);
      if (isTaken(token.with(at, flipped))) taken.push(`${at}: ${hex(byte)} → ${hex(flipped)}`);
    }
  }
  return taken;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

const tokens: Readonly<Record<string, TokenParts>> = {
  "an empty bag": {},
  "no bag": { certificates: null },
  "the signer's certificate": { certificates: [authority.signer.der] },
};

describe("a mutated token", () => {
  for (const [name, parts] of Object.entries(tokens)) {
    const token = authority.stamp(SIGNATURE, parts);

    it(`with ${name} is taken as it is, and no prefix of it`, () => {
      assert.ok(isTaken(token));
      for (let length = 0; length < token.length; length += 1) assert.ok(!isTaken(token.subarray(0, length)));
    });

    it(`with ${name} is refused with a byte inserted anywhere`, () => {
      for (let at = 0; at <= token.length; at += 1) {
        for (const byte of [0x00, 0x30, token[at] ?? 0xff]) {
          const grown = concatBytes(token.subarray(0, at), Uint8Array.of(byte), token.subarray(at));
          assert.ok(!isTaken(grown), `${hex(byte)} at ${at}`);
        }
      }
    });
  }

  it("without a bag is refused with any bit changed", () => {
    assert.deepEqual(takenFlips(authority.stamp(SIGNATURE, { certificates: null })), []);
  });

  it("with an empty bag is refused with any bit changed, but for that which makes the bag an empty list of revocation", () => {
    const token = authority.stamp(SIGNATURE);
    const bag = Buffer.from(token).lastIndexOf(Buffer.from("a00031", "hex"));
    assert.ok(bag > 0);
    assert.deepEqual(takenFlips(token), [`${bag}: a0 → a1`]);
  });

  // The trust root's certificate counts; one that goes by another name beside it is anybody's.
  it("with the signer's certificate is refused but for bits of the bag's tag, and of the name by which it is found there", () => {
    const { der, parsed } = authority.signer;
    const token = authority.stamp(SIGNATURE, { certificates: [der] });
    const start = Buffer.from(token).indexOf(Buffer.from(der));
    const issuer = start + Buffer.from(der).indexOf(Buffer.from(parsed.issuer));
    const serial = start + Buffer.from(der).indexOf(Buffer.from(integer(parsed.serialNumber)));
    assert.equal(token[start - 4], 0xa0);
    const isUnread = (at: number): boolean =>
      at === start - 4 || (at >= issuer && at < issuer + parsed.issuer.length) || (at >= serial && at < serial + 3);
    const offsets = takenFlips(token).map((flip) => Number.parseInt(flip, 10));
    assert.ok(offsets.length > 100);
    assert.deepEqual(
      offsets.filter((at) => !isUnread(at)),
      [],
    );
  });

  const unread: Readonly<Record<string, readonly [TokenParts, TokenParts]>> = {
    "the text beside the status": [
      { response: put(0, sequence(integer(0), sequence(utf8String("a")))) },
      { response: put(0, sequence(integer(0), sequence(utf8String("b")))) },
    ],
    "lists of revocation": [
      { signedData: (members) => members.toSpliced(4, 0, context(1, sequence())) },
      { signedData: (members) => members.toSpliced(4, 0, context(1, sequence(integer(1)))) },
    ],
    "unsigned attributes": [
      { signerInfo: add(context(1, sequence())) },
      { signerInfo: add(context(1, sequence(integer(1)))) },
    ],
    "certificates of others": [
      { certificates: [authority.root.der] },
      { certificates: [authority.root.der.with(authority.root.der.length - 1, 0)] },
    ],
  };
  for (const [name, [left, right]] of Object.entries(unread)) {
    it(`says nothing in ${name}`, () => {
      assert.ok(isTaken(authority.stamp(SIGNATURE, left)));
      assert.ok(isTaken(authority.stamp(SIGNATURE, right)));
    });
  }
});
