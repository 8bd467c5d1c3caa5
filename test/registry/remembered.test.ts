// Bounded by its characters, keys among them: what was not asked for the longest goes first.
import assert from "node:assert/strict";
import { Remembered } from "../../src/registry/remembered.ts";

const open = (most: number): Remembered<string> => new Remembered(most, (text) => text.length);

describe("registry: Remembered", () => {
  it("gives what was set last, and nothing of what was deleted", () => {
    const kept = open(10_000);
    kept.set("a", "1");
    kept.set("a", "2");
    kept.set("b", "3");
    kept.delete("b");
    kept.delete("c");
    assert.deepEqual([kept.get("a"), kept.get("b"), kept.get("c"), kept.size], ["2", undefined, undefined, 1]);
  });

  it("lets go what was not asked for the longest", () => {
    const kept = open(1_000);
    for (const key of ["a", "b", "c"]) kept.set(key, "x");
    kept.get("a");
    kept.set("d", "x");
    assert.deepEqual(
      ["a", "b", "c", "d"].map((key) => kept.get(key)),
      ["x", undefined, "x", "x"],
    );
  });

  it("counts long keys and long values as such, and keeps nothing that is too long for the whole", () => {
    const kept = open(1_000);
    kept.set("a", "x");
    kept.set("k".repeat(600), "x");
    assert.deepEqual([kept.get("a"), kept.size], [undefined, 1]);
    kept.set("b", "x".repeat(600));
    assert.deepEqual([kept.get("b")?.length, kept.size], [600, 1]);
    kept.set("c", "x".repeat(1_000));
    assert.deepEqual([kept.get("c"), kept.size], [undefined, 0]);
    kept.set("d", "x");
    assert.equal(kept.get("d"), "x");
  });

  it("counts what is replaced once", () => {
    const kept = open(1_000);
    kept.set("a", "x");
    for (let i = 0; i < 100; i += 1) kept.set("b", "x");
    assert.equal(kept.size, 2);
  });

  it("keeps as many as fit, however many come", () => {
    const kept = open(100_000);
    for (let i = 0; i < 10_000; i += 1) kept.set(`host-${i}.example`, "x".repeat(100));
    assert.ok(kept.size > 200 && kept.size < 300, `${kept.size}`);
    assert.notEqual(kept.get("host-9999.example"), undefined);
  });
});
