/** Durations: one integer, one unit, nothing else. */
import assert from "node:assert/strict";
import { parseDuration } from "../../src/encoding/duration.ts";
import { refuses } from "../support/failures.ts";

describe("parseDuration()", () => {
  const read: Readonly<Record<string, number>> = {
    "1s": 1_000,
    "10m": 600_000,
    "168h": 604_800_000,
    "7d": 604_800_000,
  };
  for (const [text, milliseconds] of Object.entries(read)) {
    it(`reads ${text}`, () => assert.equal(parseDuration(text), milliseconds));
  }

  for (const text of ["", "7", "d", "0d", "07d", "-1d", "1.5h", "1h30m", "1w", "1D", "12345678s", "7d "]) {
    it(`refuses ${JSON.stringify(text)}`, () => refuses(/not an integer and s, m, h or d/, () => parseDuration(text)));
  }
});
