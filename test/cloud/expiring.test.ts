// What holds for a time: given out until its end, renewed before, and never after it.
import assert from "node:assert/strict";
import { Expiring } from "../../src/cloud/expiring.ts";

const { signal } = new AbortController();
const settle = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve));

/** A clock that is set, and fetches that are counted; each gives the next number, for 100 s. */
function make(fails: () => boolean = () => false): {
  at: (ms: number) => void;
  expiring: Expiring<number>;
  count: () => number;
} {
  let now = 0;
  let count = 0;
  const expiring = new Expiring({
    now: () => now,
    fetch: async () => {
      count += 1;
      if (fails()) throw new Error(`failure ${count}`);
      return await Promise.resolve({ value: count, lifetimeMs: 100_000 });
    },
  });
  return { at: (ms) => void (now = ms), expiring, count: () => count };
}

describe("cloud/expiring", () => {
  it("asks once, however many ask at the same time", async () => {
    const { expiring, count } = make();
    assert.deepEqual(await Promise.all([expiring.get(signal), expiring.get(signal)]), [1, 1]);
    assert.equal(count(), 1);
  });

  it("is renewed at 80 %, and nobody waits for it", async () => {
    const { at, expiring, count } = make();
    await expiring.get(signal);
    at(79_999);
    assert.equal(await expiring.get(signal), 1);
    await settle();
    assert.equal(count(), 1);
    at(80_000);
    assert.equal(await expiring.get(signal), 1);
    await settle();
    assert.equal(count(), 2);
    assert.equal(await expiring.get(signal), 2);
  });

  it("holds to its end while a renewal fails, which is tried again after a while", async () => {
    let isDown = false;
    const { at, expiring, count } = make(() => isDown);
    await expiring.get(signal);
    isDown = true;
    at(80_000);
    assert.equal(await expiring.get(signal), 1);
    await settle();
    at(81_000);
    assert.equal(await expiring.get(signal), 1);
    await settle();
    assert.equal(count(), 2);
    at(99_999);
    assert.equal(await expiring.get(signal), 1);
    at(100_000);
    await assert.rejects(expiring.get(signal), /failure/);
    isDown = false;
    assert.equal(await expiring.get(signal), count());
  });

  it("is asked for anew once it was refused", async () => {
    const { expiring } = make();
    await expiring.get(signal);
    expiring.drop();
    assert.equal(await expiring.get(signal), 2);
  });

  it("lets who has no more time leave, and goes on for the others", async () => {
    let finish = (): void => undefined;
    const expiring = new Expiring<string>({
      now: () => 0,
      fetch: () => new Promise((resolve) => (finish = () => resolve({ value: "x", lifetimeMs: 1 }))),
    });
    const leaver = new AbortController();
    const left = expiring.get(leaver.signal);
    const stayed = expiring.get(signal);
    leaver.abort(new Error("spent"));
    await assert.rejects(left, /spent/);
    await assert.rejects(expiring.get(AbortSignal.abort(new Error("spent before"))), /spent before/);
    finish();
    assert.equal(await stayed, "x");
  });
});
