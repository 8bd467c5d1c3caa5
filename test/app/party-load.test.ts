// So many look-ups of one namespace at a time; another's wait for none of them.
import assert from "node:assert/strict";
import { PartyLoad } from "../../src/app/party-load.ts";
import { isUnavailable } from "../registry/fixtures.ts";

const { signal } = new AbortController();
const turn = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("PartyLoad", () => {
  let limit: number;
  let load: PartyLoad;
  let begun: string[];
  let ends: (() => void)[];
  beforeEach(() => {
    limit = 2;
    load = new PartyLoad(() => limit);
    begun = [];
    ends = [];
  });

  const ask = async (party: string, until: AbortSignal = signal): Promise<void> =>
    load.run(party, until, async () => {
      begun.push(party);
      await new Promise<void>((resolve) => ends.push(resolve));
    });

  it("begins so many of each, and the next when one ends", async () => {
    const all = [ask("a"), ask("a"), ask("a"), ask("b")];
    await turn();
    assert.deepEqual(begun, ["a", "a", "b"]);
    ends[0]?.();
    await turn();
    assert.deepEqual(begun, ["a", "a", "b", "a"]);
    for (const end of ends) end();
    await Promise.all(all);
  });

  it("is Overloaded for who waits too long, and keeps nobody's place", async () => {
    const running = [ask("a"), ask("a")];
    const controller = new AbortController();
    const late = ask("a", controller.signal);
    controller.abort();
    const error = await isUnavailable("Overloaded", late);
    assert.match(error.message, /2 look-ups of "a" are under way/);
    await isUnavailable("Overloaded", ask("a", AbortSignal.abort()));
    for (const end of ends) end();
    await Promise.all(running);
    const again = ask("a");
    await turn();
    assert.equal(begun.length, 3);
    ends.at(-1)?.();
    await again;
  });

  it("takes as many as are allowed now", async () => {
    const all = [ask("a"), ask("a"), ask("a"), ask("a"), ask("a")];
    limit = 4;
    ends[0]?.();
    await turn();
    assert.equal(begun.length, 5);
    for (const end of ends) end();
    await Promise.all(all);
  });

  it("gives back the place of what fails", async () => {
    limit = 1;
    await assert.rejects(
      load.run("a", signal, async () => Promise.reject(new Error("gone"))),
      /gone/,
    );
    assert.equal(await load.run("a", signal, async () => Promise.resolve(1)), 1);
  });
});
