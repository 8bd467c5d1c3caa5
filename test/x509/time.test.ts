import assert from "node:assert/strict";
import { parseDer } from "../../src/encoding/der.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { readTime } from "../../src/x509/time.ts";
import { der, generalizedTime, utcTime } from "../support/der-writer.ts";
import { refuses } from "../support/failures.ts";

const UTC = 0x17;
const GENERALIZED = 0x18;

function read(tag: number, text: string): number {
  return readTime(parseDer(der(tag, encodeUtf8(text))), "notBefore");
}

describe("readTime()", () => {
  const sound: readonly (readonly [number, string, string])[] = [
    [UTC, "490101000000Z", "2049-01-01T00:00:00.000Z"],
    [UTC, "491231235959Z", "2049-12-31T23:59:59.000Z"],
    [UTC, "500101000000Z", "1950-01-01T00:00:00.000Z"],
    [UTC, "000229000000Z", "2000-02-29T00:00:00.000Z"],
    [GENERALIZED, "20500101000000Z", "2050-01-01T00:00:00.000Z"],
    [GENERALIZED, "99991231235959Z", "9999-12-31T23:59:59.000Z"],
    [GENERALIZED, "20240229120000Z", "2024-02-29T12:00:00.000Z"],
  ];
  for (const [tag, text, instant] of sound) {
    it(`reads ${text} as ${instant}`, () => {
      assert.equal(new Date(read(tag, text)).toISOString(), instant);
    });
  }

  it("reads what the builders write", () => {
    const instant = Date.UTC(2026, 5, 7, 8, 9, 10);
    for (const bytes of [utcTime(instant), generalizedTime(instant)]) {
      assert.equal(readTime(parseDer(bytes), "notBefore"), instant);
    }
  });

  const unsound: readonly (readonly [string, number, string])[] = [
    ["without seconds", UTC, "2601010000Z"],
    ["with an offset", UTC, "260101000000+0000"],
    ["without Z", UTC, "260101000000"],
    ["with a lower-case z", UTC, "260101000000z"],
    ["with a letter", UTC, "26010100000oZ"],
    ["with a space", UTC, "26010100000 Z"],
    ["in month 13", UTC, "261301000000Z"],
    ["in month 0", UTC, "260001000000Z"],
    ["on 30 February", UTC, "260230000000Z"],
    ["on 29 February of a common year", GENERALIZED, "21000229000000Z"],
    ["at hour 24", UTC, "260101240000Z"],
    ["in a leap second", UTC, "161231235960Z"],
    ["at minute 60 within a day", UTC, "260101106000Z"],
    ["at second 60 within a day", UTC, "260101101060Z"],
    ["in the year 99, which Date.UTC() moves to 1999", GENERALIZED, "00990101000000Z"],
    ["with a fraction", GENERALIZED, "20260101000000.5Z"],
    ["with two digits of the year", GENERALIZED, "260101000000Z"],
    ["with four digits of the year", UTC, "20260101000000Z"],
    ["that goes on after 32 bytes", GENERALIZED, `20260101000000Z${" ".repeat(40)}`],
    ["of nothing", UTC, ""],
    ["of another type", 0x16, "20260101000000Z"],
  ];
  for (const [how, tag, text] of unsound) {
    it(`refuses a time ${how}`, () => {
      refuses(/^notBefore is /, () => read(tag, text));
    });
  }

  it("refuses no time", () => {
    refuses(/notBefore is neither/, () => readTime(undefined, "notBefore"));
  });
});
