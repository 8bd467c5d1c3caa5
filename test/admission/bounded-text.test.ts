// What one text has room for: the bound itself, and that nothing is left out uncounted.
import assert from "node:assert/strict";
import { joinRefusals, MAX_TEXT, type Refusal } from "../../src/admission/bounded-text.ts";

const refusal = (name: string, ...lines: readonly string[]): Refusal => ({ name, lines });
/** Lines of 100 characters with their ends, of which the last is so long that all have this length together. */
const linesOf = (length: number): readonly string[] => {
  const whole = Math.floor(length / 100) - 1;
  return [...Array.from({ length: whole }, () => "x".repeat(99)), "y".repeat(length - whole * 100)];
};

describe("admission/bounded-text", () => {
  it("leaves alone what fits exactly, of one image and of two", () => {
    const lines = linesOf(MAX_TEXT);
    assert.equal(joinRefusals([refusal("a", ...lines)], 1), lines.join("\n"));
    const two = [refusal("a", "first"), refusal("b", ...linesOf(MAX_TEXT - 6))];
    assert.equal(joinRefusals(two, 2).length, MAX_TEXT);
    assert.match(joinRefusals(two, 2), /^first\nx/);
  });

  it("cuts one character more by whole lines, and counts them", () => {
    const lines = linesOf(MAX_TEXT + 1);
    const text = joinRefusals([refusal("a", ...lines)], 1);
    assert.equal(text.length <= MAX_TEXT, true);
    const kept = text.split("\n");
    assert.equal(kept.at(-1), `  … and ${lines.length - kept.length + 1} more lines`);
    assert.deepEqual(kept.slice(0, -1), lines.slice(0, kept.length - 1));
  });

  it("ends a line that is too long by itself between two characters", () => {
    const text = joinRefusals([refusal("a", "x".repeat(2046) + "😀".repeat(MAX_TEXT))], 1);
    assert.equal(text, `${"x".repeat(2046)}…`);
  });

  it("tells the first ones in full and names the others", () => {
    const refusals = Array.from({ length: 30 }, (_, i) => refusal(`image ${i}`, ...linesOf(1000)));
    const text = joinRefusals(refusals, 15);
    assert.equal(text.length <= MAX_TEXT, true);
    assert.match(text, /^30 refusals of 15 images, more than fits here: the first in full\nx/);
    const names = Array.from({ length: 18 }, (_, i) => `image ${i + 12}`).join("; ");
    assert.equal(text.split("\n").at(-1), `… and 18 more: ${names}`);
  });

  it("counts those that there is no room to name", () => {
    const refusals = Array.from({ length: 30 }, (_, i) => refusal(`${i} `.padEnd(1000, "n"), ...linesOf(1000)));
    const last = joinRefusals(refusals, 30).split("\n").at(-1) ?? "";
    assert.match(last, /^… and 18 more: 12 n+; 13 n+; 14 n+; 15 n+; 14 not named$/);
    const unnamed = refusals.map(({ lines }) => refusal("n".repeat(5000), ...lines));
    assert.equal(joinRefusals(unnamed, 30).split("\n").at(-1), "… and 18 more");
  });

  it("tells the first though it is too long, and still the others", () => {
    const text = joinRefusals([refusal("a", ...linesOf(MAX_TEXT)), refusal("b", "second")], 2);
    assert.equal(text.length <= MAX_TEXT, true);
    assert.match(text, /\n {2}… and [0-9]+ more lines\n(?:second|… and 1 more: b)$/);
    const short = joinRefusals([refusal("a", "x".repeat(MAX_TEXT)), refusal("b", "second")], 2);
    assert.match(short, /x…\nsecond$/);
  });
});
