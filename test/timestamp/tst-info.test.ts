/** TSTInfo: the time to the millisecond, the imprint of three hashes, and what may stand behind them. */
import assert from "node:assert/strict";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { parseTstInfo } from "../../src/timestamp/tst-info.ts";
import { boolean, context, der, integer, nul, octetString, oid, sequence, utcTime } from "../support/der-writer.ts";
import { failsWith, isAccepted } from "../support/failures.ts";
import { digest, hashAlgorithm, OID } from "../support/timestamp/token.ts";
import { add, drop, put, SIGNATURE, verifyWith } from "./fixtures.ts";

function time(text: string): Uint8Array {
  return der(0x18, encodeUtf8(text));
}

function imprint(...members: readonly Uint8Array[]): Uint8Array {
  return sequence(...members);
}

const IMPRINT = imprint(hashAlgorithm("sha256"), octetString(digest("sha256", SIGNATURE)));
const ACCURACY = sequence(integer(1));
const MEMBERS = [integer(1), oid(OID.policy), IMPRINT, integer(7), time("20260115120007Z")] as const;
const extension = (...members: readonly Uint8Array[]): Uint8Array => sequence(oid("1.2.3"), ...members);

describe("parseTstInfo()", () => {
  it("gives imprint and time", () => {
    const info = parseTstInfo(sequence(...MEMBERS));
    assert.deepEqual(info.imprint, { algorithm: "sha256", hash: digest("sha256", SIGNATURE) });
    assert.equal(info.genTime, Date.UTC(2026, 0, 15, 12, 0, 7));
  });

  const times: Readonly<Record<string, string>> = {
    "20260115120007Z": "2026-01-15T12:00:07.000Z",
    "20260115120007.1Z": "2026-01-15T12:00:07.100Z",
    "20260115120007.06Z": "2026-01-15T12:00:07.060Z",
    "20260115120007.123Z": "2026-01-15T12:00:07.123Z",
    "20260115120007.123456789Z": "2026-01-15T12:00:07.123Z",
    "20260115120007.0009Z": "2026-01-15T12:00:07.000Z",
    "20240229235959.999Z": "2024-02-29T23:59:59.999Z",
    "99991231235959Z": "9999-12-31T23:59:59.000Z",
    "19700101000000Z": "1970-01-01T00:00:00.000Z",
  };
  for (const [text, want] of Object.entries(times)) {
    it(`reads ${text}`, () => {
      const { genTime } = parseTstInfo(sequence(...MEMBERS.slice(0, 4), time(text)));
      assert.equal(new Date(genTime).toISOString(), want);
    });
  }

  const badTimes: Readonly<Record<string, Uint8Array>> = {
    "a fraction that ends in zero": time("20260115120007.10Z"),
    "a zero fraction": time("20260115120007.0Z"),
    "an empty fraction": time("20260115120007.Z"),
    "a comma": time("20260115120007,1Z"),
    "no seconds": time("202601151200Z"),
    "no zone": time("20260115120007"),
    "an offset": time("20260115120007+0000"),
    "a lower-case zone": time("20260115120007z"),
    "a thirteenth month": time("20261315120007Z"),
    "the 29th of February of another year": time("20260229120007Z"),
    "hour 24": time("20260115240000Z"),
    "second 60": time("20260115120060Z"),
    "a line feed": time("20260115120007Z\n"),
    "a byte of zero": time("20260115120007\0Z"),
    "thirty digits of fraction": time(`20260115120007.${"1".repeat(30)}Z`),
    "a valid beginning of a long text": time(`20260115120007.${"1".repeat(16)}Zgarbage`),
    nothing: time(""),
    UTCTime: utcTime(Date.UTC(2026, 0, 15)),
  };
  for (const [name, genTime] of Object.entries(badTimes)) {
    it(`refuses a time with ${name}`, () => {
      failsWith("TimestampMalformed", () => parseTstInfo(sequence(...MEMBERS.slice(0, 4), genTime)));
      failsWith("TimestampMalformed", () => verifyWith({ genTime }));
    });
  }

  const behind: Readonly<Record<string, readonly Uint8Array[]>> = {
    "an accuracy": [ACCURACY],
    ordering: [boolean(true)],
    "a nonce": [integer(99n)],
    "the authority's name": [context(0, context(4, sequence()))],
    "an extension that is not critical": [context(1, extension(octetString(SIGNATURE)))],
    "all of them": [
      ACCURACY,
      boolean(false),
      integer(-5),
      context(0, nul()),
      context(1, extension(octetString(SIGNATURE)), extension(octetString(SIGNATURE))),
    ],
  };
  for (const [name, members] of Object.entries(behind)) {
    it(`takes ${name}`, () => void parseTstInfo(sequence(...MEMBERS, ...members)));
  }

  const refused: Readonly<Record<string, readonly [FailureCode, readonly Uint8Array[]]>> = {
    "version 2": ["TimestampInfoVersion", MEMBERS.with(0, integer(2))],
    "a critical extension": [
      "TimestampCriticalExtension",
      [...MEMBERS, context(1, extension(octetString(SIGNATURE)), extension(boolean(true), octetString(SIGNATURE)))],
    ],
    "reject list: weak hash (SHA-1 imprint)": [
      "TimestampImprintUnsupported",
      MEMBERS.with(2, imprint(hashAlgorithm("sha1"), octetString(digest("sha1", SIGNATURE)))),
    ],
    "an imprint algorithm with parameters": [
      "TimestampImprintUnsupported",
      MEMBERS.with(2, imprint(hashAlgorithm("sha256", integer(1)), octetString(digest("sha256", SIGNATURE)))),
    ],
    "an imprint with a third member": [
      "TimestampMalformed",
      MEMBERS.with(2, sequence(hashAlgorithm("sha256"), octetString(SIGNATURE), nul())),
    ],
    "an imprint without a hash": ["TimestampMalformed", MEMBERS.with(2, sequence(hashAlgorithm("sha256")))],
    "no policy": ["TimestampMalformed", MEMBERS.toSpliced(1, 1)],
    "a policy that is no identifier": ["TimestampMalformed", MEMBERS.with(1, nul())],
    "no serial number": ["TimestampMalformed", MEMBERS.toSpliced(3, 1)],
    "no time": ["TimestampMalformed", MEMBERS.slice(0, 4)],
    "the nonce before the accuracy": ["TimestampMalformed", [...MEMBERS, integer(1), ACCURACY]],
    "two nonces": ["TimestampMalformed", [...MEMBERS, integer(1), integer(1)]],
    "a member of no kind": ["TimestampMalformed", [...MEMBERS, nul()]],
    "extensions that are none": ["TimestampMalformed", [...MEMBERS, context(1, nul())]],
  };
  for (const [name, [code, members]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => {
      failsWith(code, () => parseTstInfo(sequence(...members)));
      failsWith(code, () => verifyWith({ tstInfo: () => members }));
    });
  }

  it("refuses every prefix and every byte behind", () => {
    const whole = sequence(...MEMBERS, ACCURACY);
    for (let length = 0; length < whole.length; length += 1) {
      failsWith("TimestampMalformed", () => parseTstInfo(whole.subarray(0, length)));
    }
    failsWith("TimestampMalformed", () => parseTstInfo(Uint8Array.of(...whole, 0)));
  });

  it("refuses a byte inserted anywhere", () => {
    const whole = sequence(...MEMBERS, ACCURACY);
    for (let at = 0; at <= whole.length; at += 1) {
      const longer = Uint8Array.of(...whole.subarray(0, at), 0x30, ...whole.subarray(at));
      assert.equal(
        isAccepted(() => parseTstInfo(longer)),
        false,
        `at ${at}`,
      );
    }
  });
});

describe("a token's imprint", () => {
  const text = Buffer.from(SIGNATURE).toString("base64");
  const wrong: Readonly<Record<string, Uint8Array>> = {
    "the base64 text of the signature": encodeUtf8(text),
    "the artifact": encodeUtf8("artifact"),
    nothing: new Uint8Array(),
  };
  for (const [name, message] of Object.entries(wrong)) {
    it(`refuses reject list: imprint ≠ H(signature) (it is over ${name})`, () => {
      const members = imprint(hashAlgorithm("sha256"), octetString(digest("sha256", message)));
      failsWith("TimestampImprintMismatch", () => verifyWith({ tstInfo: put(2, members) }));
    });
  }

  it("refuses one that is empty, cut or by another hash", () => {
    const hash = digest("sha256", SIGNATURE);
    for (const bytes of [new Uint8Array(), hash.subarray(1), Uint8Array.of(...hash, 0), digest("sha384", SIGNATURE)]) {
      const members = imprint(hashAlgorithm("sha256"), octetString(bytes));
      failsWith("TimestampImprintMismatch", () => verifyWith({ tstInfo: put(2, members) }));
    }
  });

  it("takes SHA-384 and SHA-512, with NULL or without parameters", () => {
    for (const imprintHash of ["sha384", "sha512"] as const) verifyWith({ imprintHash });
    verifyWith({ tstInfo: put(2, IMPRINT) });
    verifyWith({ tstInfo: drop(5) });
    verifyWith({ tstInfo: add(boolean(true)) });
  });
});
