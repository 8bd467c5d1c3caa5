// Verdicts by what was proved, with a lifetime by outcome; work under way is shared.
import assert from "node:assert/strict";
import { PROOF_LIFETIMES, ProofCache, SingleFlight } from "../../src/app/proof-cache.ts";
import type { Outcome, RuleVerdict } from "../../src/policy/verdict.ts";
import { ruleVerdict } from "../admission/verdicts.ts";

describe("ProofCache", () => {
  for (const [outcome, lifetime] of Object.entries(PROOF_LIFETIMES) as [Outcome, number][]) {
    it(`remembers a ${outcome} for ${lifetime} ms`, async () => {
      let now = 1;
      let proofs = 0;
      const cache = new ProofCache<RuleVerdict>(() => now);
      const ask = (): Promise<RuleVerdict> =>
        cache.verdict("key", () => {
          proofs += 1;
          return Promise.resolve(ruleVerdict({ outcome }));
        });
      await ask();
      now += lifetime;
      await ask();
      assert.equal(proofs, 1);
      now += 1;
      await ask();
      assert.equal(proofs, 2);
    });
  }

  it("keeps what could not be determined the shortest, and a Pass the longest", () => {
    assert.ok(PROOF_LIFETIMES.Undetermined < PROOF_LIFETIMES.Fail);
    assert.ok(PROOF_LIFETIMES.Fail < PROOF_LIFETIMES.Pass);
  });

  it("tells keys apart", async () => {
    const cache = new ProofCache<RuleVerdict>(() => 1);
    const rule = async (key: string): Promise<string> =>
      (await cache.verdict(key, () => Promise.resolve(ruleVerdict({ rule: key })))).rule;
    assert.deepEqual([await rule("a"), await rule("b"), await rule("a")], ["a", "b", "a"]);
  });

  it("shares work under way, and forgets what it throws", async () => {
    const cache = new ProofCache<RuleVerdict>(() => 1);
    let proofs = 0;
    const fail = (): Promise<never> => {
      proofs += 1;
      return Promise.reject(new Error("not now"));
    };
    const asked = await Promise.allSettled([cache.verdict("key", fail), cache.verdict("key", fail)]);
    assert.deepEqual(
      asked.map(({ status }) => status),
      ["rejected", "rejected"],
    );
    assert.equal(proofs, 1);
    assert.equal((await cache.verdict("key", () => Promise.resolve(ruleVerdict({ outcome: "Pass" })))).outcome, "Pass");
  });
});

describe("SingleFlight", () => {
  it("does concurrent work of one key once, and keeps nothing", async () => {
    const flight = new SingleFlight<number>();
    let runs = 0;
    const work = (): Promise<number> => Promise.resolve((runs += 1));
    assert.deepEqual(
      await Promise.all([flight.run("a", work), flight.run("a", work), flight.run("b", work)]),
      [1, 1, 2],
    );
    assert.equal(await flight.run("a", work), 3);
  });

  it("fails for all who wait, and for nobody after", async () => {
    const flight = new SingleFlight<number>();
    const fail = (): Promise<number> => Promise.reject(new Error("not now"));
    const asked = await Promise.allSettled([flight.run("a", fail), flight.run("a", fail)]);
    assert.deepEqual(
      asked.map(({ status }) => status),
      ["rejected", "rejected"],
    );
    assert.equal(await flight.run("a", () => Promise.resolve(7)), 7);
  });
});
