import assert from "node:assert/strict";
import { Started } from "./started.ts";

describe("Started", () => {
  const named = (name: string, ended: string[]) => async (): Promise<void> => {
    ended.push(name);
  };

  it("ends what was added, once", async () => {
    const ended: string[] = [];
    const started = new Started();
    await started.add(named("one", ended));
    await started.add(named("two", ended));
    assert.deepEqual([started.isStopped, ended], [false, []]);
    await started.stop();
    await started.stop();
    assert.deepEqual([started.isStopped, ended], [true, ["one", "two"]]);
  });

  it("ends at once what comes up after the rest was stopped", async () => {
    const ended: string[] = [];
    const started = new Started();
    await started.stop();
    await started.add(named("late", ended));
    assert.deepEqual(ended, ["late"]);
  });
});
