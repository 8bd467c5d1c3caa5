import assert from "node:assert/strict";
import { makeLogger, type LogLevel } from "../../src/telemetry/logger.ts";

function logged(level: LogLevel, error?: Error): readonly Record<string, unknown>[] {
  const lines: string[] = [];
  const logger = makeLogger(level, { write: (line) => lines.push(line) });
  logger.debug({ a: 1 }, "one");
  logger.info({ a: { b: "c" } }, "two");
  logger.warn({}, "three");
  logger.error({ err: error }, "four\nfive");
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("makeLogger()", () => {
  it("writes one JSON object a line, with the level by name", () => {
    const [line] = logged("info");
    assert.deepEqual([line?.["level"], line?.["a"], line?.["msg"]], ["info", { b: "c" }, "two"]);
    assert.equal(typeof line?.["time"], "number");
    assert.deepEqual(Object.keys(line ?? {}), ["level", "time", "a", "msg"]);
  });

  const levels = [
    ["debug", ["debug", "info", "warn", "error"]],
    ["info", ["info", "warn", "error"]],
    ["warn", ["warn", "error"]],
    ["error", ["error"]],
  ] as const;
  for (const [level, written] of levels) {
    it(`at ${level} writes ${written.join(", ")}`, () => {
      assert.deepEqual(
        logged(level).map((line) => line["level"]),
        written,
      );
    });
  }

  it("writes no credential that it is handed all the same", () => {
    const lines: string[] = [];
    const logger = makeLogger("info", { write: (line) => lines.push(line) });
    const headers = { Authorization: "Bearer pl4nted", accept: "text" };
    logger.info({ request: { headers }, login: { username: "robot", password: "pl4nted" } }, "x");
    logger.error({ err: new Error("a bug", { cause: new Error("pl4nted") }) }, "y");
    assert.doesNotMatch(lines.join(""), /pl4nted/);
    const [line] = lines.map((each) => JSON.parse(each) as Record<string, unknown>);
    assert.deepEqual(line?.["request"], { headers: { Authorization: "[redacted]", accept: "text" } });
    assert.deepEqual(line?.["login"], { username: "robot", password: "[redacted]" });
  });

  it("keeps the stack of a defect", () => {
    const [line = {}] = logged("error", new TypeError("a bug"));
    const { type, message, stack } = line["err"] as Record<string, string>;
    assert.deepEqual([type, message], ["TypeError", "a bug"]);
    assert.match(stack ?? "", /logger\.test/);
  });
});
