/** parseRfc3339(): known instants, and each rule of verification-spec §0.7 broken alone. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseRfc3339 } from "../../src/encoding/instant.ts";
import { isAccepted, refuses } from "../support/failures.ts";

describe("parseRfc3339()", () => {
  const known: Readonly<Record<string, string>> = {
    "2021-01-12T11:53:27Z": "2021-01-12T11:53:27.000Z",
    "2022-12-31T23:59:59.999Z": "2022-12-31T23:59:59.999Z",
    "2026-06-04T12:43:29.186617431Z": "2026-06-04T12:43:29.186Z",
    "2026-06-04T12:43:29.9999Z": "2026-06-04T12:43:29.999Z",
    "2026-06-04T12:43:29.5Z": "2026-06-04T12:43:29.500Z",
    "2024-02-29T00:00:00Z": "2024-02-29T00:00:00.000Z",
    "2024-03-01T01:30:00+02:00": "2024-02-29T23:30:00.000Z",
    "2024-02-29T23:30:00-01:15": "2024-03-01T00:45:00.000Z",
    "0099-01-01T00:00:00Z": "0099-01-01T00:00:00.000Z",
    "2024-01-01T00:00:00+00:00": "2024-01-01T00:00:00.000Z",
  };
  for (const [text, instant] of Object.entries(known)) {
    it(`reads ${text}`, () => assert.equal(new Date(parseRfc3339(text)).toISOString(), instant));
  }

  const refused: Readonly<Record<string, string>> = {
    "no zone": "2024-01-01T00:00:00",
    "a lower-case t": "2024-01-01t00:00:00Z",
    "a lower-case z": "2024-01-01T00:00:00z",
    "a space for T": "2024-01-01 00:00:00Z",
    "a day alone": "2024-01-01",
    "no seconds": "2024-01-01T00:00Z",
    "30 February": "2024-02-30T00:00:00Z",
    "29 February of a common year": "2023-02-29T00:00:00Z",
    "month 13": "2024-13-01T00:00:00Z",
    "hour 24": "2024-01-01T24:00:00Z",
    "minute 60": "2024-01-01T00:60:00Z",
    "a leap second": "2016-12-31T23:59:60Z",
    "ten digits of fraction": "2024-01-01T00:00:00.0000000000Z",
    "a point without fraction": "2024-01-01T00:00:00.Z",
    "a comma": "2024-01-01T00:00:00,5Z",
    "an offset of 24 hours": "2024-01-01T00:00:00+24:00",
    "an offset of 60 minutes": "2024-01-01T00:00:00+01:60",
    "an offset without colon": "2024-01-01T00:00:00+0100",
    "a five-digit year": "12024-01-01T00:00:00Z",
    "white space before": " 2024-01-01T00:00:00Z",
    "a line feed behind": "2024-01-01T00:00:00Z\n",
    nothing: "",
  };
  for (const [name, text] of Object.entries(refused)) {
    it(`refuses ${name}`, () => refuses(/not a time of RFC 3339/, () => parseRfc3339(text)));
  }

  it("refuses every prefix, and a character inserted anywhere but a digit of the fraction", () => {
    const text = "2024-02-29T23:30:00.25-01:15";
    const fraction = [20, 21, 22];
    for (let at = 0; at < text.length; at += 1) {
      refuses(/RFC 3339/, () => parseRfc3339(text.slice(0, at)));
      for (const more of "0 Z-:.T") {
        const isDigit = more === "0" && fraction.includes(at);
        assert.equal(
          isAccepted(() => parseRfc3339(text.slice(0, at) + more + text.slice(at))),
          isDigit,
          `${more} ${at}`,
        );
      }
    }
  });

  it("reads every instant that toISOString() writes", () => {
    const instants = fc.integer({ min: 0, max: Date.parse("9999-12-31T23:59:59.999Z") });
    fc.assert(
      fc.property(instants, (instant) => assert.equal(parseRfc3339(new Date(instant).toISOString()), instant)),
      { seed: 1 },
    );
  });
});
