/** Time-stamp responses: only what an authority granted, alone, in strict DER. */
import assert from "node:assert/strict";
import { concatBytes } from "../../src/encoding/text.ts";
import { encodeDer, type DerNode } from "../../src/encoding/der.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { readResponse } from "../../src/timestamp/response.ts";
import { bitString, integer, nul, octetString, sequence, utf8String } from "../support/der-writer.ts";
import { failsWith, refuses } from "../support/failures.ts";
import type { TokenParts } from "../support/timestamp/token.ts";
import { verifyTimestamp } from "../../src/timestamp/timestamp.ts";
import { add, authority, drop, put, SIGNATURE, verifyWith } from "./fixtures.ts";

describe("readResponse()", () => {
  it("gives the token of a granted response", () => {
    const token: DerNode = readResponse(sequence(sequence(integer(0)), octetString(SIGNATURE)));
    assert.deepEqual(token.content, SIGNATURE);
  });

  it("takes a text for humans beside the status", () => {
    const status = sequence(integer(0), sequence(utf8String("Operation Okay")));
    assert.equal(verifyWith({ response: put(0, status) }).authority, authority.trusted);
  });

  const refused: Readonly<Record<string, readonly [FailureCode, TokenParts]>> = {
    "reject list: status ≠ 0 (1, grantedWithMods)": ["TimestampNotGranted", { response: put(0, sequence(integer(1))) }],
    "reject list: status ≠ 0 (2, rejection, which has no token)": [
      "TimestampNotGranted",
      { response: () => [sequence(integer(2))] },
    ],
    "a negative status": ["TimestampNotGranted", { response: put(0, sequence(integer(-1))) }],
    "a granted response without a token": ["TimestampTokenMissing", { response: drop(1) }],
    "reject list: TSA: malformed/trailing (a third member)": ["TimestampMalformed", { response: add(nul()) }],
    "no status": ["TimestampMalformed", { response: drop(0) }],
    "an empty PKIStatusInfo": ["TimestampMalformed", { response: put(0, sequence()) }],
    "a status that is no number": ["TimestampMalformed", { response: put(0, sequence(nul())) }],
    "a reason to fail beside granted": [
      "TimestampMalformed",
      { response: put(0, sequence(integer(0), bitString(Uint8Array.of(0x80), 7))) },
    ],
    "a reason to fail behind a text": [
      "TimestampMalformed",
      { response: put(0, sequence(integer(0), sequence(), bitString(Uint8Array.of(0x80), 7))) },
    ],
  };
  for (const [name, [code, parts]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith(code, () => verifyWith(parts)));
  }

  it("refuses a status of 60 KiB at once", () => {
    const giant = new Uint8Array(60_000).fill(0x7f);
    refuses(/status is out of range/, () => readResponse(sequence(sequence(encodeDer(0x02, giant)))));
  });

  const token = authority.stamp(SIGNATURE);
  const broken: Readonly<Record<string, Uint8Array>> = {
    "reject list: TSA: malformed/trailing (a byte behind)": concatBytes(token, Uint8Array.of(0)),
    "reject list: TSA: malformed/trailing (nothing)": new Uint8Array(),
    "an indefinite length": concatBytes(Uint8Array.of(0x30, 0x80), token.subarray(4), Uint8Array.of(0, 0)),
    "a length that is not minimal": concatBytes(
      Uint8Array.of(0x30, 0x83, 0, token[2] ?? 0, token[3] ?? 0),
      token.subarray(4),
    ),
    "a giant length": concatBytes(Uint8Array.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff), token.subarray(4)),
    "the token alone, without its response": readResponse(token).raw,
    "more than 64 KiB": sequence(octetString(new Uint8Array(65_536))),
  };
  for (const [name, bytes] of Object.entries(broken)) {
    it(`refuses ${name}`, () =>
      void failsWith("TimestampMalformed", () => verifyTimestamp(bytes, SIGNATURE, [authority.trusted])));
  }
});
