// Candidates are verified in turns, and no more of them than bounds allow; what is left out is told by number.
import assert from "node:assert/strict";
import { CpuBudget, proveInTurns, VERIFY_LIMITS, type ProofBounds } from "../../src/app/verify-candidates.ts";
import type { Digest } from "../../src/crypto/digest.ts";
import { MAX_STEPS, REQUEST_EXCEEDED, spend, withBudget } from "../../src/policy/cel/budget.ts";
import { judgeRule } from "../../src/policy/evaluate.ts";
import type { ImageEvidence } from "../../src/policy/evidence.ts";
import type { RuleVerdict } from "../../src/policy/verdict.ts";
import { parseImageReference } from "../../src/oci/reference.ts";
import type { CompiledRule } from "../../src/policy/compile.ts";
import { failsWith } from "../support/failures.ts";
import { signLegacy } from "../support/signer.ts";
import { KEY, makePolicy, OTHER_KEY, PATH, withApplication, type Bench } from "./fixtures.ts";
import { gather } from "./gathering.ts";

/** Milliseconds of CPU, `step` for each look at the clock. */
function cpu(limitMs: number, step: number): CpuBudget {
  let spent = 0;
  return new CpuBudget(limitMs, () => (spent += step));
}

/** An image with `wrong` signatures by another key, then one good one before them. */
async function signed({ server, registry }: Bench, wrong: number): Promise<ImageEvidence> {
  const digest: Digest = await server.putImage(PATH, "1", "a");
  await signLegacy(server, PATH, digest, KEY);
  for (let i = 0; i < wrong; i++) {
    const payload = (members: object): object => ({ ...members, optional: { i: `${i}` } });
    await signLegacy(server, PATH, digest, { ...OTHER_KEY, payload });
  }
  return { artifact: { digest }, kind: "manifest", ...(await gather({ server, registry }, digest)) };
}

function rule(): CompiledRule {
  const [only] = makePolicy().rules;
  assert.ok(only !== undefined);
  return only;
}

async function judged(asked: CompiledRule, evidence: ImageEvidence, bounds: ProofBounds): Promise<RuleVerdict> {
  const image = { reference: parseImageReference("registry.local/acme/web:1"), digest: evidence.artifact.digest };
  return judgeRule(asked, await proveInTurns(asked, evidence, 0, bounds), { image, now: 0 });
}

describe("CpuBudget", () => {
  it("is spent by work, then refuses it: TooManyCandidates", () => {
    const budget = cpu(10, 5);
    assert.equal(
      budget.charge(() => 1),
      1,
    );
    assert.equal(budget.isSpent, false);
    budget.charge(() => 2);
    assert.deepEqual([budget.isSpent, budget.spentMs], [true, 10]);
    failsWith("TooManyCandidates", () => budget.charge(() => assert.fail("it was done all the same")));
  });

  it("counts what judging takes, and judges all the same", () => {
    const budget = cpu(10, 5);
    for (let i = 0; i < 3; i += 1)
      assert.equal(
        budget.judge(() => i),
        i,
      );
    assert.deepEqual([budget.isSpent, budget.spentMs], [true, 15]);
    failsWith("TooManyCandidates", () => budget.charge(() => assert.fail("it was done all the same")));
  });

  it("is spent too once the expressions of the request have no steps left, and still verifies", () => {
    const budget = cpu(1_000_000, 0);
    const evaluate = (): unknown => budget.judge(() => withBudget(() => (spend(MAX_STEPS), "value")));
    while (!budget.isSpent) assert.equal(evaluate(), "value");
    assert.equal(evaluate(), REQUEST_EXCEEDED);
    assert.equal(
      budget.charge(() => 1),
      1,
    );
  });

  it("is spent by work that fails", () => {
    const budget = cpu(10, 5);
    assert.throws(() =>
      budget.charge(() => {
        throw new TypeError("a bug");
      }),
    );
    assert.equal(budget.spentMs, 5);
  });
});

describe("proveInTurns()", () => {
  it("passes by the one good signature among bad ones", async () => {
    await withApplication({}, async (bench) => {
      const bounds = { cpu: cpu(VERIFY_LIMITS.cpuMs, 1), verified: 50, party: "" };
      assert.equal((await judged(rule(), await signed(bench, 5), bounds)).outcome, "Pass");
    });
  });

  it("verifies as many candidates of an entry as it may, the newest, and tells how many it left out", async () => {
    await withApplication({}, async (bench) => {
      const evidence = await signed(bench, 5);
      const verdict = await judged(rule(), evidence, { cpu: cpu(250, 0), verified: 4, party: "" });
      const codes = verdict.findings.map(({ code }) => code);
      assert.equal(verdict.outcome, "Fail");
      assert.deepEqual(codes.toSorted(), [...Array<string>(4).fill("SignatureInvalid"), "TooManyCandidates"]);
      assert.match(verdict.findings.at(-1)?.reason ?? "", /more than 4 candidates for one entry: 2 were not looked at/);
      const enough = await judged(rule(), evidence, { cpu: cpu(250, 0), verified: 6, party: "" });
      assert.equal(enough.outcome, "Pass");
    });
  });

  it("stops when the CPU of the request is spent: a Fail that says so", async () => {
    await withApplication({}, async (bench) => {
      const bounds = { cpu: cpu(20, 10), verified: 50, party: "" };
      const verdict = await judged(rule(), await signed(bench, 5), bounds);
      assert.equal(verdict.outcome, "Fail");
      assert.match(verdict.findings.at(-1)?.reason ?? "", /20 ms of CPU are spent: 4 were not looked at/);
    });
  });

  it("keeps a Pass that was found before a bound", async () => {
    await withApplication({}, async (bench) => {
      const { candidates, ...evidence } = await signed(bench, 5);
      const oldestFirst = { ...evidence, candidates: candidates.toReversed() };
      assert.equal((await judged(rule(), oldestFirst, { cpu: cpu(250, 0), verified: 1, party: "" })).outcome, "Pass");
    });
  });

  it("lets others have their turn between candidates", async () => {
    await withApplication({}, async (bench) => {
      const evidence = await signed(bench, 5);
      let turns = 0;
      const others = setInterval(() => (turns += 1), 0);
      await judged(rule(), evidence, { cpu: cpu(10_000, 10), verified: 50, party: "" });
      clearInterval(others);
      assert.ok(turns > 0);
    });
  });
});
