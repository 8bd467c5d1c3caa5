// One of each party by turns, those of one party in their order; what left is not taken.
import assert from "node:assert/strict";
import { PartyQueue } from "../../src/app/party-queue.ts";

function queueOf(...waiting: readonly (readonly [string, string])[]): PartyQueue<string> {
  const queue = new PartyQueue<string>();
  for (const [party, one] of waiting) queue.add(party, one);
  return queue;
}

function all(queue: PartyQueue<string>): readonly string[] {
  const taken: string[] = [];
  for (let one = queue.take(); one !== undefined; one = queue.take()) taken.push(one);
  return taken;
}

describe("PartyQueue", () => {
  it("takes one of each party by turns, and of one party the first", () => {
    const queue = queueOf(["a", "a1"], ["a", "a2"], ["a", "a3"], ["b", "b1"], ["c", "c1"], ["b", "b2"]);
    assert.deepEqual(all(queue), ["a1", "b1", "c1", "a2", "b2", "a3"]);
    assert.ok(queue.isEmpty);
  });

  it("does not take what left, and keeps no party that waits for nothing", () => {
    const queue = queueOf(["a", "a1"], ["a", "a2"], ["b", "b1"]);
    queue.remove("a", "a1");
    queue.remove("b", "b1");
    queue.remove("b", "b1");
    queue.remove("nobody", "x");
    assert.deepEqual(all(queue), ["a2"]);
    const left = queueOf(["a", "a1"]);
    left.remove("a", "a1");
    assert.ok(left.isEmpty);
    assert.equal(left.take(), undefined);
  });
});
