// Single registries by flags.
import assert from "node:assert/strict";
import { Command } from "commander";
import { allowPrivate, endpointsOf, plainHttp } from "../../src/cli/registry-flags.ts";
import { UsageError } from "../../src/cli/io.ts";

describe("cli/registry-flags", () => {
  for (const [flag, option, name] of [
    ["--plain-http", plainHttp, "plainHttp"],
    ["--allow-private", allowPrivate, "allowPrivate"],
  ] as const) {
    it(`${flag} collects hosts, and is none unless given`, () => {
      const hosts = (...argv: readonly string[]): unknown => {
        const command = new Command().addOption(option()).parse([...argv], { from: "user" });
        return command.opts()[name];
      };
      assert.deepEqual(hosts(), []);
      assert.deepEqual(hosts(flag, "a:1", flag, "b:2"), ["a:1", "b:2"]);
      assert.deepEqual(hosts(flag, "c:3"), ["c:3"]);
    });
  }

  it("adds to what is configured, under the canonical name of the host", () => {
    const flags = { plainHttp: ["A.b:0080"], allowPrivate: ["a.b:80", "c.d."] };
    assert.deepEqual(endpointsOf(flags, [{ host: "c.d", skipVerify: true }, { host: "e.f" }]), [
      { host: "c.d", skipVerify: true, allowPrivate: true },
      { host: "e.f" },
      { host: "a.b:80", plainHttp: true, allowPrivate: true },
    ]);
  });

  it("names the flag whose host is none", () => {
    const flags = { plainHttp: [], allowPrivate: ["a/b"] };
    assert.throws(
      () => endpointsOf(flags, []),
      (error) => error instanceof UsageError && error.message.startsWith("--allow-private a/b: bad host"),
    );
  });
});
