// Verdicts by what was proved, with a lifetime by outcome; work under way is shared.
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { PROOF_LIFETIMES, ProofCache, SingleFlight } from "../../src/app/proof-cache.ts";
import type { Outcome, RuleVerdict } from "../../src/policy/verdict.ts";
import { ruleVerdict } from "../admission/verdicts.ts";
import { collectGarbage } from "../support/garbage.ts";

describe("ProofCache", () => {
  for (const [outcome, lifetime] of Object.entries(PROOF_LIFETIMES) as [Outcome, number][]) {
    it(`remembers a ${outcome} for ${lifetime} ms`, async () => {
      let now = 1;
      let proofs = 0;
      const cache = new ProofCache<RuleVerdict>({ now: () => now });
      const ask = async (): Promise<RuleVerdict> =>
        cache.known("key") ??
        (await cache.renew("key", () => {
          proofs += 1;
          return Promise.resolve(ruleVerdict({ outcome }));
        }));
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
    const cache = new ProofCache<RuleVerdict>({ now: () => 1 });
    const rule = async (key: string): Promise<string> =>
      (await cache.renew(key, () => Promise.resolve(ruleVerdict({ rule: key })))).rule;
    assert.deepEqual([await rule("a"), await rule("b")], ["a", "b"]);
    assert.deepEqual([cache.known("a")?.rule, cache.known("b")?.rule, cache.known("c")], ["a", "b", undefined]);
  });

  it("shares work under way, and forgets what it throws", async () => {
    const cache = new ProofCache<RuleVerdict>({ now: () => 1 });
    let proofs = 0;
    const fail = (): Promise<never> => {
      proofs += 1;
      return Promise.reject(new Error("not now"));
    };
    const asked = await Promise.allSettled([cache.renew("key", fail), cache.renew("key", fail)]);
    assert.deepEqual(
      asked.map(({ status }) => status),
      ["rejected", "rejected"],
    );
    assert.equal(proofs, 1);
    assert.equal((await cache.renew("key", () => Promise.resolve(ruleVerdict({ outcome: "Pass" })))).outcome, "Pass");
  });
});

describe("ProofCache, as time goes by", () => {
  const kept = (outcome: Outcome): Promise<RuleVerdict> => Promise.resolve(ruleVerdict({ outcome }));

  it("answers by the lifetimes of now: a shorter one counts at once", async () => {
    let now = 1;
    let Pass = 100;
    const cache = new ProofCache<RuleVerdict>({ now: () => now, lifetimes: () => ({ ...PROOF_LIFETIMES, Pass }) });
    await cache.renew("key", () => kept("Pass"));
    now += 50;
    assert.ok(cache.known("key"));
    Pass = 49;
    assert.equal(cache.known("key"), undefined);
  });

  it("answers for no longer than what it says now may be remembered", async () => {
    let now = 1;
    const cache = new ProofCache<RuleVerdict>({ now: () => now });
    await cache.renew("key", () => kept("Pass"));
    now += PROOF_LIFETIMES.Fail;
    assert.deepEqual([cache.serves("key", "Pass"), cache.serves("key", "Fail")], [true, true]);
    now += 1;
    assert.deepEqual([cache.serves("key", "Pass"), cache.serves("key", "Fail")], [true, false]);
    assert.equal(cache.serves("other", "Pass"), false);
  });

  it("gives up what may answer nothing any more, though nobody asks for it", async () => {
    let now = 1;
    const cache = new ProofCache<RuleVerdict>({ now: () => now });
    for (const outcome of ["Pass", "Fail", "Undetermined"] as const) {
      await cache.renew(outcome, () => Promise.resolve(ruleVerdict({ outcome })));
    }
    cache.sweep();
    assert.equal(cache.size, 3);
    now += PROOF_LIFETIMES.Fail + 1;
    cache.sweep();
    assert.deepEqual([cache.size, cache.known("Pass")?.outcome], [1, "Pass"]);
    now += PROOF_LIFETIMES.Pass;
    cache.sweep();
    assert.equal(cache.size, 0);
  });

  it("is given up with all that it remembers once nobody holds it, though the next sweep is due", async () => {
    const fill = async (): Promise<WeakRef<ProofCache<RuleVerdict>>> => {
      const cache = new ProofCache<RuleVerdict>({ now: () => 1 });
      await cache.renew("key", () => kept("Pass"));
      assert.equal(cache.size, 1);
      return new WeakRef(cache);
    };
    const cache = await fill();
    // What was looked at through a weak reference lives to the end of its turn
    await setImmediate();
    collectGarbage();
    assert.equal(cache.deref(), undefined);
  });

  it("keeps what still holds when nobody can tell more", async () => {
    let now = 1;
    const cache = new ProofCache<RuleVerdict>({ now: () => now });
    await cache.renew("key", () => kept("Pass"));
    now += 1000;
    assert.equal((await cache.renew("key", () => kept("Undetermined"))).outcome, "Undetermined");
    assert.equal(cache.known("key")?.outcome, "Pass");
    await cache.renew("key", () => kept("Fail"));
    assert.equal(cache.known("key")?.outcome, "Fail");
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
