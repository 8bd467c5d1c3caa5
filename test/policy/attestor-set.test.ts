// Three-valued sets (policy-api.md §4, step 8), and the matching against every assignment there is.
import assert from "node:assert/strict";
import fc from "fast-check";
import { evaluateSet, maximumMatching, type Party } from "../../src/policy/attestor-set.ts";

const met = (...principals: readonly string[]): Party => ({ principals, hasUnread: false });
const unread = (...principals: readonly string[]): Party => ({ principals, hasUnread: true });

describe("policy/attestor-set", () => {
  const table: readonly [string, readonly Party[], number, string, number][] = [
    ["one of one", [met("a")], 1, "Pass", 1],
    ["none of one", [met()], 1, "Fail", 0],
    ["reject list: `count` satisfied by one principal twice (under two names)", [met("a"), met("a")], 2, "Fail", 1],
    ["two signers, the first of whom fits both", [met("a", "b"), met("a")], 2, "Pass", 2],
    ["one of two alternatives", [met(), met("b")], 1, "Pass", 1],
    ["more than asked is told as asked", [met("a"), met("b"), met("c")], 2, "Pass", 2],
    ["something unread could be the missing one", [met("a"), unread()], 2, "Undetermined", 1],
    ["something unread undoes no Pass", [met("a"), unread()], 1, "Pass", 1],
    ["something unread of one party is not enough for two", [met(), met(), unread()], 2, "Fail", 0],
    ["an unread signature of the same party is another principal", [unread("a"), met("a")], 2, "Undetermined", 1],
    ["a count of none is never a Pass", [], 0, "Undetermined", 0],
  ];
  for (const [name, parties, count, outcome, accepted] of table) {
    it(name, () => assert.deepEqual(evaluateSet(parties, count), { outcome, accepted }));
  }

  it("finds as many pairs as trying every assignment", () => {
    const principals = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(principals, { maxLength: 5 }), (parties) => {
        assert.equal(maximumMatching(parties), bestAssignment(parties, new Set()));
      }),
      { numRuns: 2000 },
    );
  });
});

function bestAssignment(parties: readonly (readonly string[])[], taken: ReadonlySet<string>): number {
  const [first, ...rest] = parties;
  if (first === undefined) return 0;
  const free = first.filter((principal) => !taken.has(principal));
  const withFirst = free.map((principal) => 1 + bestAssignment(rest, new Set([...taken, principal])));
  return Math.max(bestAssignment(rest, taken), ...withFirst);
}
