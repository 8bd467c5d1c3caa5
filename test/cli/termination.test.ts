// How a program that serves is told to end, without a signal being sent.
import assert from "node:assert/strict";
import { terminationSignals } from "../../src/cli/termination.ts";

describe("cli/termination", () => {
  it("SIGTERM ends it, once and again; nothing hurries for that", async () => {
    const before = new Set(process.listeners("SIGTERM"));
    const typed = new Set(process.listeners("SIGINT"));
    const { first, hurry } = terminationSignals();
    const added = process.listeners("SIGTERM").filter((listener) => !before.has(listener));
    for (const listener of [...added, ...added]) listener("SIGTERM");
    await first;
    assert.equal(hurry.aborted, false);
    for (const listener of added) process.removeListener("SIGTERM", listener);
    for (const listener of process.listeners("SIGINT")) {
      if (!typed.has(listener)) process.removeListener("SIGINT", listener);
    }
  });
});
