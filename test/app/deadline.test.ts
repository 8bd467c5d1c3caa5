// Leaving in time, and saying at which stage.
import assert from "node:assert/strict";
import { beforeDeadline, deadlineIn, openDeadline, openDeadlineWithin } from "../../src/app/deadline.ts";
import { UnavailableError } from "../../src/ports/unavailable.ts";

const isSpent = (error: unknown): boolean =>
  error instanceof UnavailableError &&
  error.undetermined === "DeadlineSpent" &&
  error.message === "the time was spent during a stage";

describe("beforeDeadline()", () => {
  it("gives what the work gives, or throws what it throws, and lets go of the signal", async () => {
    const { signal } = new AbortController();
    for (let i = 0; i < 20; i++) assert.equal(await beforeDeadline(() => Promise.resolve(i), signal, "a stage"), i);
    await assert.rejects(
      beforeDeadline(() => Promise.reject(new TypeError("a bug")), signal, "a stage"),
      TypeError,
    );
  });

  it("leaves when the signal fires, while the work goes on", async () => {
    const deadline = new AbortController();
    let release = (): void => undefined;
    const work = new Promise<void>((resolve) => {
      release = resolve;
    });
    const left = assert.rejects(
      beforeDeadline(() => work, deadline.signal, "a stage"),
      isSpent,
    );
    deadline.abort();
    await left;
    release();
    await work;
  });

  it("starts nothing once the signal has fired", async () => {
    await assert.rejects(
      beforeDeadline(() => assert.fail("started"), AbortSignal.abort(), "a stage"),
      isSpent,
    );
  });

  it("leaves a late failure of the work to those who still wait for it", async () => {
    const deadline = new AbortController();
    let fail: (error: Error) => void = () => undefined;
    const work = new Promise<never>((_, reject) => {
      fail = reject;
    });
    const left = assert.rejects(
      beforeDeadline(() => work, deadline.signal, "a stage"),
      isSpent,
    );
    deadline.abort();
    await left;
    fail(new Error("nobody listens"));
    await assert.rejects(work);
  });
});

describe("deadlineIn()", () => {
  it("fires", async () => {
    const signal = deadlineIn(1);
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    assert.equal(signal.aborted, true);
  });

  it("takes any number of listeners without a warning", async () => {
    const warnings: Error[] = [];
    const hear = (warning: Error): number => warnings.push(warning);
    process.on("warning", hear);
    const signal = deadlineIn(600_000);
    for (let i = 0; i < 50; i++) signal.addEventListener("abort", () => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", hear);
    assert.deepEqual(warnings, []);
  });
});

describe("openDeadline()", () => {
  it("fires", async () => {
    const { signal } = openDeadline(1);
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    assert.equal(signal.aborted, true);
  });

  it("does not fire once it was ended", async () => {
    const early = openDeadline(1);
    early.end();
    const later = openDeadline(5);
    await new Promise((resolve) => later.signal.addEventListener("abort", resolve));
    assert.equal(early.signal.aborted, false);
  });
});

describe("openDeadlineWithin()", () => {
  const whose = "the 2 s of its policy";

  it("fires when its own time is spent, and whoever leaves then says whose it was", async () => {
    const { signal } = openDeadlineWithin(new AbortController().signal, 1, whose);
    await assert.rejects(
      beforeDeadline(() => new Promise<never>(() => undefined), signal, "a stage"),
      /the 2 s of its policy were spent during a stage$/,
    );
  });

  it("fires with the outer one, whose time it is then", async () => {
    const outer = new AbortController();
    const { signal } = openDeadlineWithin(outer.signal, 600_000, whose);
    const left = assert.rejects(
      beforeDeadline(() => new Promise<never>(() => undefined), signal, "a stage"),
      isSpent,
    );
    outer.abort();
    await left;
    const late = openDeadlineWithin(outer.signal, 600_000, whose);
    assert.equal(late.signal.aborted, true);
    late.end();
  });

  it("lets go of the outer one once it was ended, and does not fire", async () => {
    const outer = new AbortController();
    const early = openDeadlineWithin(outer.signal, 1, whose);
    early.end();
    const later = openDeadline(5);
    await new Promise((resolve) => later.signal.addEventListener("abort", resolve));
    outer.abort();
    assert.equal(early.signal.aborted, false);
  });
});
