// Columns, as kubectl prints them.
import assert from "node:assert/strict";
import { formatTable } from "../../src/cli/table.ts";

describe("cli/table", () => {
  it("each cell is as wide as the widest of its column, and no line ends with a blank", () => {
    assert.equal(
      formatTable([
        ["A", "LONG"],
        ["wide", ""],
        ["b", "c"],
      ]),
      "A     LONG\nwide\nb     c\n",
    );
  });
});
