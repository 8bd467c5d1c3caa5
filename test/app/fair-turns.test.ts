// Among parties that want to go on at once one goes in each turn of the event loop, by turns; alone nobody waits.
import assert from "node:assert/strict";
import { FairTurns } from "../../src/app/fair-turns.ts";

interface World {
  /** Milliseconds; what the clock shows. */
  at: number;
  /** Who went on, in their order. */
  readonly order: string[];
  go(party: string): Promise<void>;
}

function open(): World {
  const turns = new FairTurns(() => world.at);
  const world: World = {
    at: 0,
    order: [],
    go: async (party) => {
      await turns.take(party);
      world.order.push(party);
    },
  };
  return world;
}

const loop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("FairTurns", () => {
  it("lets whoever comes go on at once while the turn is young", async () => {
    const world = open();
    await Promise.all([world.go("a"), world.go("a"), world.go("b")]);
    assert.deepEqual(world.order, ["a", "a", "b"]);
  });

  it("has those wait who come when it is old, and lets one in each turn of the event loop", async () => {
    const world = open();
    await world.go("a");
    world.at = 2;
    const rest = ["a", "a", "a"].map((party) => world.go(party));
    await Promise.resolve();
    assert.deepEqual(world.order, ["a"]);
    await loop();
    await Promise.resolve();
    assert.equal(world.order.length, 2);
    await Promise.all(rest);
    assert.equal(world.order.length, 4);
  });

  it("goes by turns: one of many delays another party by one", async () => {
    const world = open();
    await world.go("flood");
    world.at = 2;
    const rest = [...Array.from({ length: 5 }, () => "flood"), "prod", "prod"].map((party) => world.go(party));
    await Promise.all(rest);
    assert.deepEqual(world.order, ["flood", "flood", "prod", "flood", "prod", "flood", "flood", "flood"]);
  });

  it("passes nobody over who waits, also while the next turn is young", async () => {
    const world = open();
    await world.go("a");
    world.at = 2;
    const waiting = [world.go("a"), world.go("a")];
    await loop();
    const late = world.go("b");
    await Promise.all([...waiting, late]);
    assert.deepEqual(world.order, ["a", "a", "a", "b"]);
  });

  it("begins anew once nobody waits", async () => {
    const world = open();
    await world.go("a");
    world.at = 2;
    await world.go("b");
    await loop();
    await loop();
    await Promise.all([world.go("c"), world.go("d")]);
    assert.deepEqual(world.order, ["a", "b", "c", "d"]);
  });

  it("has nobody wait who was given this very turn, and again who was given another", async () => {
    let at = 0;
    const turns = new FairTurns(() => at);
    const turn = await turns.take("a");
    at = 2;
    const order: string[] = [];
    const other = turns.take("b").then(() => order.push("b"));
    assert.equal(await turns.take("a", turn), turn);
    order.push("a");
    await other;
    at = 4;
    const again = turns.take("a", turn).then(() => order.push("a again"));
    order.push("begun");
    await again;
    assert.deepEqual(order, ["a", "b", "begun", "a again"]);
  });
});
