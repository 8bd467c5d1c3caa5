// Closed intervals: both ends belong to them, an absent end is open (verification-spec §0.7).
import assert from "node:assert/strict";
import { contains } from "../../src/encoding/interval.ts";

describe("encoding/interval", () => {
  const rows: Readonly<Record<string, [Parameters<typeof contains>[0], number, boolean]>> = {
    "the start itself": [{ start: 10, end: 20 }, 10, true],
    "the end itself": [{ start: 10, end: 20 }, 20, true],
    "a millisecond before the start": [{ start: 10, end: 20 }, 9, false],
    "a millisecond after the end": [{ start: 10, end: 20 }, 21, false],
    "far ahead of an open end": [{ start: 10 }, 1e15, true],
    "far before an open start": [{ end: 20 }, -1e15, true],
    "anything in what has no ends": [{}, 0, true],
  };
  for (const [what, [interval, instant, expected]] of Object.entries(rows)) {
    it(`${expected ? "contains" : "does not contain"} ${what}`, () => {
      assert.equal(contains(interval, instant), expected);
    });
  }
});
