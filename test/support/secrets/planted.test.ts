// The search itself: what it finds, in which wrapping, and that it hears what it says it hears.
import assert from "node:assert/strict";
import { VerificationFailure } from "../../../src/failure/failure.ts";
import { makeLogger } from "../../../src/telemetry/logger.ts";
import { readSources } from "../architecture/source-tree.ts";
import { run } from "../testbed/process.ts";
import { repositoryRoot } from "../testbed/programs.ts";
import { fakeIo } from "../../cli/fake-io.ts";
import { followLog, search, takeLeaks, watchErrors, watchLoggers, type Leak } from "./planted.ts";
import { MESSAGES } from "./root-hook.ts";

/** Planted in no other test, so that what is found here is of here. */
const SECRET = "pl4nted-on-purpose";

/** What is found while `work` runs; it is no leak of the suite. */
async function found(work: () => unknown): Promise<readonly Leak[]> {
  const before = takeLeaks().leaks;
  try {
    await work();
    return takeLeaks().leaks;
  } finally {
    for (const { where, text } of before) search(where, text);
  }
}

const places = (leaks: readonly Leak[]): readonly string[] => leaks.map(({ where }) => where);

describe("planted secrets", () => {
  it("are found as they are, and in base64 wherever they stand in it", async () => {
    const wrapped = ["", "u", "us", "user:"].map((before) => btoa(`${before}${SECRET}`));
    for (const text of [SECRET, `x ${SECRET} y`, ...wrapped, `Basic ${wrapped[2]}`]) {
      assert.deepEqual(await found(() => search("here", text)), [{ where: "here", text }]);
    }
    assert.deepEqual(await found(() => search("here", "planted, and cGxhbnRlZA==")), []);
  });

  it("are found in the message of a failure that somebody makes", async () => {
    watchErrors(MESSAGES);
    watchErrors(MESSAGES);
    const leaks = await found(() => new VerificationFailure("TokenRefused", `Cannot use ${SECRET}`));
    assert.deepEqual(leaks, [{ where: "the message of VerificationFailure", text: `Cannot use ${SECRET}` }]);
    const failure = new VerificationFailure("TokenRefused", "Cannot use it", { cause: new Error("x") });
    assert.ok(failure instanceof VerificationFailure && failure instanceof Error);
    assert.deepEqual(
      [failure.name, failure.code, failure.message],
      ["VerificationFailure", "TokenRefused", "Cannot use it"],
    );
  });

  it("are looked for in every class of errors that the sources have", () => {
    const names = readSources(repositoryRoot(), "src").flatMap(({ text }) =>
      [...text.matchAll(/^export class (\w+) extends Error\b/gmu)].map(([, name = ""]) => name),
    );
    const others = names.filter((name) => name !== "EncodingError");
    assert.deepEqual(others.toSorted(), MESSAGES.map(({ name }) => name).toSorted());
  });

  it("are found in a log line, and a redacted one has none", async () => {
    watchLoggers();
    const logger = makeLogger("info", { write: () => undefined });
    assert.deepEqual(places(await found(() => logger.info({ detail: SECRET }, "x"))), ["a log line"]);
    assert.deepEqual(await found(() => logger.info({ headers: { authorization: SECRET } }, "x")), []);
  });

  it("are found in what a command prints", async () => {
    const io = fakeIo();
    assert.equal((await found(() => io.out(SECRET))).length, 1);
    assert.equal((await found(() => io.err(SECRET))).length, 1);
  });

  it("are found in what the program prints, in its log, and in what kubectl tells", async () => {
    const say = `console.log("${SECRET}"); console.error("${SECRET}")`;
    const ran = async (...args: readonly string[]): Promise<readonly string[]> =>
      places(await found(async () => run(process.execPath, ["-e", say, ...args])));
    assert.deepEqual(await ran("/x/dist/bin/sealgate.mjs"), ["output of sealgate"]);
    assert.deepEqual(await ran("other"), []);
    assert.deepEqual(
      places(
        await found(() => {
          const { close } = followLog("a log", () => SECRET);
          close();
          close();
          followLog("another", () => SECRET);
        }),
      ),
      ["a log", "another"],
    );
  });
});
