// Garbage is collected where there is enough of it and little else to do, and nowhere else.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { giveBackMemory } from "../../src/compose/give-back-memory.ts";

const MIB = 1024 * 1024;

/** How often was collected, with so many mebibytes in use and so busy at each look. */
async function collections(looks: readonly (readonly [number, number])[]): Promise<number> {
  const left = [...looks];
  let [used, busy] = [10, 0];
  let count = 0;
  const stop = giveBackMemory({
    collect: () => {
      count += 1;
      used = 10;
    },
    used: () => used * MIB,
    busy: () => busy,
    everyMs: 1,
  });
  for (;;) {
    const look = left.shift();
    if (look === undefined) break;
    [used, busy] = look;
    const before = count;
    // Several looks at the same change nothing more, since nothing has come
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.ok(count <= before + 1);
  }
  stop();
  return count;
}

describe("giveBackMemory()", () => {
  it("collects once for what came", async () => {
    assert.equal(await collections([[18, 0]]), 1);
    assert.equal(
      await collections([
        [18, 0],
        [30, 0.05],
      ]),
      2,
    );
  });

  it("does not where little came, or much is to do", async () => {
    assert.equal(await collections([[17, 0]]), 0);
    assert.equal(await collections([[100, 0.06]]), 0);
    assert.equal(
      await collections([
        [100, 0.06],
        [100, 0],
      ]),
      1,
    );
  });

  it("counts from what is left where V8 collected by itself", async () => {
    assert.equal(
      await collections([
        [5, 0],
        [13, 0],
      ]),
      1,
    );
  });

  it("stops when it is told to", async () => {
    let count = 0;
    const stop = giveBackMemory({ collect: () => (count += 1), used: () => 1e9 * count++, busy: () => 0, everyMs: 1 });
    stop();
    const before = count;
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(count, before);
  });

  it("measures the process itself, where Node gives a collector", () => {
    const module = new URL("../../src/compose/give-back-memory.js", import.meta.url).href;
    const script = `
      const { giveBackMemory } = await import(${JSON.stringify(module)});
      const collect = globalThis.gc;
      let count = 0;
      globalThis.gc = collect && (() => { count += 1; collect(); });
      const setLater = globalThis.setInterval;
      globalThis.setInterval = (look) => setLater(look, 20);
      giveBackMemory();
      let garbage = Array.from({ length: 20 }, () => new Uint8Array(1024 * 1024).fill(1));
      garbage = undefined;
      const end = Date.now() + (collect ? 10_000 : 300);
      setLater(() => {
        if (count === 0 && Date.now() < end) return;
        console.log(count);
        process.exit();
      }, 20);`;
    const run = (...flags: readonly string[]): string =>
      spawnSync(process.execPath, [...flags, "--input-type=module", "-e", script], { encoding: "utf8" }).stdout.trim();
    assert.equal(run("--expose-gc"), "1");
    assert.equal(run(), "0");
  });
});
