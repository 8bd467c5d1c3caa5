/** What one host may cost (registry.md §10, §11): at a time, after a 429, and once it has stopped answering. */
import assert from "node:assert/strict";
import { EMPTY_BODY } from "../../src/registry/body.ts";
import { UnavailableError } from "../../src/ports/unavailable.ts";
import type { HttpAnswer } from "../../src/registry/exchange.ts";
import { HostLoad, retryAfterOf, type LoadedCall } from "../../src/registry/host-load.ts";
import { isUnavailable } from "./fixtures.ts";

function answered(status: number, headers: HttpAnswer["headers"] = {}): HttpAnswer {
  return { status, headers, ...EMPTY_BODY, url: new URL("https://a.b/"), place: "a.b" };
}

const call = (more: Partial<LoadedCall> = {}): LoadedCall => ({
  host: "a.b",
  principal: "",
  party: "",
  place: "a.b",
  signal: new AbortController().signal,
  ...more,
});
const unreachable = async (): Promise<never> => Promise.reject(new UnavailableError("RegistryUnreachable", "gone"));

describe("registry: load of a host", () => {
  let now = 0;
  let load: HostLoad;
  let perHost: number;
  beforeEach(() => {
    now = 1_000_000;
    perHost = 2;
    load = new HostLoad({ perHost: () => perHost, now: () => now, random: () => 0 });
  });

  /** Work that ends when it is told to. */
  function held(): { work: () => Promise<HttpAnswer>; started: () => number; end: () => void } {
    let started = 0;
    const ends: (() => void)[] = [];
    return {
      work: async () => {
        started += 1;
        await new Promise<void>((resolve) => ends.push(resolve));
        return answered(200);
      },
      started: () => started,
      end: () => ends.shift()?.(),
    };
  }

  it("so many at a time, the next when one ends; another host has its own", async () => {
    const { work, started, end } = held();
    const all = [1, 2, 3].map(async () => load.run(call(), work));
    const other = load.run(call({ host: "c.d" }), work);
    await Promise.resolve();
    assert.equal(started(), 3);
    end();
    await all[0];
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(started(), 4);
    for (let i = 0; i < 3; i++) end();
    await Promise.all([...all, other]);
  });

  it("knows of a thousand hosts, and of those that it is asking in any case", async () => {
    const { work, end } = held();
    const asking = [1, 2].map(async () => load.run(call({ host: "asked.now" }), work));
    const fail = async (host: string): Promise<void> => {
      await isUnavailable("RegistryUnreachable", load.run(call({ host }), unreachable));
    };
    for (let i = 0; i < 5; i += 1) await fail("a.b");
    assert.equal(load.size, 2);
    assert.equal(await isClosed("a.b"), true);
    for (let i = 0; i < 1_200; i += 1) await fail(`h${i}.example`);
    assert.equal(load.size, 1_000);
    assert.equal(await isClosed("a.b"), false);
    let isLetIn = false;
    const third = load.run(call({ host: "asked.now" }), async () => {
      isLetIn = true;
      return answered(200);
    });
    await Promise.resolve();
    assert.equal(isLetIn, false);
    end();
    end();
    await Promise.all([...asking, third]);
  });

  async function isClosed(host: string): Promise<boolean> {
    let isAsked = false;
    const ask = async (): Promise<HttpAnswer> => {
      isAsked = true;
      return answered(200);
    };
    await load.run(call({ host }), ask).catch(() => undefined);
    return !isAsked;
  }

  it("takes as many as are allowed now", async () => {
    const { work, started, end } = held();
    perHost = 1;
    const all = [load.run(call(), work), load.run(call(), work)];
    await Promise.resolve();
    assert.equal(started(), 1);
    perHost = 3;
    all.push(load.run(call(), work));
    await Promise.resolve();
    assert.equal(started(), 2);
    for (let i = 0; i < 3; i++) {
      end();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(all);
  });

  it("lets parties in by turns: many requests of one delay another by one", async () => {
    perHost = 1;
    const order: string[] = [];
    const ends: (() => void)[] = [];
    const ask = async (party: string): Promise<unknown> =>
      load.run(call({ party }), async () => {
        order.push(party);
        await new Promise<void>((resolve) => ends.push(resolve));
        return answered(200);
      });
    const all = ["a", "a", "a", "a", "b", "b", "c"].map(ask);
    for (let i = 0; i < all.length; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      ends.shift()?.();
    }
    await Promise.all(all);
    assert.deepEqual(order, ["a", "a", "b", "c", "a", "b", "a"]);
  });

  it("who waits leaves when its time is spent, and holds nobody's place", async () => {
    const { work, end } = held();
    const running = [1, 2].map(async () => load.run(call(), work));
    const controller = new AbortController();
    const late = load.run(call({ signal: controller.signal }), work);
    controller.abort();
    await isUnavailable("DeadlineSpent", late);
    await isUnavailable("DeadlineSpent", load.run(call({ signal: AbortSignal.abort() }), work));
    end();
    end();
    await Promise.all(running);
    assert.equal((await load.run(call(), async () => answered(200))).status, 200);
  });

  it("429 with Retry-After: not asked before, by the same credential alone", async () => {
    await load.run(call({ principal: "a" }), async () => answered(429, { "retry-after": "30" }));
    const error = await isUnavailable(
      "RegistryThrottled",
      load.run(call({ principal: "a" }), async () => answered(200)),
    );
    assert.equal(error.retryAfterSeconds, 30);
    assert.equal((await load.run(call({ principal: "b" }), async () => answered(200))).status, 200);
    now += 30_000;
    assert.equal((await load.run(call({ principal: "a" }), async () => answered(200))).status, 200);
  });

  it("429 with a Retry-After of up to two seconds is waited for, as long as its caller has time", async () => {
    const { signal } = new AbortController();
    const asked = answered(429, { "retry-after": "2" });
    assert.equal(load.isShortWait(asked), true);
    assert.equal(load.isShortWait(answered(429, { "retry-after": "3" })), false);
    assert.equal(load.isShortWait(answered(429)), false);
    assert.equal(load.isShortWait(answered(503, { "retry-after": "1" })), false);
    await load.run(call(), async () => asked);
    now += 1_990;
    const waiting = load.run(call({ signal }), async () => answered(200));
    now += 10;
    assert.equal((await waiting).status, 200);
    await load.run(call(), async () => asked);
    const controller = new AbortController();
    const late = load.run(call({ signal: controller.signal }), async () => answered(200));
    controller.abort();
    await isUnavailable("DeadlineSpent", late);
  });

  it("a Retry-After of hours counts as a minute; without one the next call is made", async () => {
    await load.run(call(), async () => answered(429));
    await load.run(call(), async () => answered(429, { "retry-after": "86400" }));
    now += 59_999;
    await isUnavailable(
      "RegistryThrottled",
      load.run(call(), async () => answered(200)),
    );
    now += 1;
    assert.equal((await load.run(call(), async () => answered(200))).status, 200);
  });

  it("five failures in a row close it for a while; then one is let in, and its failure closes it again", async () => {
    for (let i = 0; i < 5; i++) await isUnavailable("RegistryUnreachable", load.run(call(), unreachable));
    let asked = 0;
    const ask = async (): Promise<HttpAnswer> => {
      asked += 1;
      return await unreachable();
    };
    await isUnavailable("RegistryUnreachable", load.run(call(), ask));
    assert.equal(asked, 0);
    now += 5_000;
    await isUnavailable("RegistryUnreachable", load.run(call(), ask));
    await isUnavailable("RegistryUnreachable", load.run(call(), ask));
    assert.equal(asked, 1);
    now += 5_000;
    assert.equal((await load.run(call(), async () => answered(200))).status, 200);
    await isUnavailable("RegistryUnreachable", load.run(call(), unreachable));
    assert.equal((await load.run(call(), async () => answered(200))).status, 200);
  });

  it("tells of a host that is closed after a moment, or with its caller's time", async () => {
    for (let i = 0; i < 5; i++) await isUnavailable("RegistryUnreachable", load.run(call(), unreachable));
    const caller = new AbortController();
    let told = false;
    const asked = isUnavailable("RegistryUnreachable", load.run(call({ signal: caller.signal }), unreachable));
    const noted = asked.then(() => (told = true));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(told, false);
    caller.abort();
    await noted;
  });

  it("remembers no host that is well", async () => {
    for (let i = 0; i < 20_000; i++) await load.run(call({ host: `h${i}` }), async () => answered(200));
  });

  it("reads Retry-After as seconds or as a date", () => {
    const at = Date.parse("2026-01-01T00:00:00Z");
    const read = (header: string | undefined): unknown => retryAfterOf({ headers: { "retry-after": header } }, at);
    assert.equal(read("12"), 12);
    assert.equal(read("Thu, 01 Jan 2026 00:01:00 GMT"), 60);
    assert.equal(read("Wed, 31 Dec 2025 00:00:00 GMT"), 0);
    for (const header of [undefined, "", "-1", "soon", "1e3", "2026-01-01"]) assert.equal(read(header), undefined);
  });
});
