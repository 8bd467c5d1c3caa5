/** Hosts of pull secrets that hold wildcards; what kubelet says of whole keys is in keyring.test.ts. */
import assert from "node:assert/strict";
import { compileHostGlob } from "../../src/registry/host-glob.ts";

describe("compileHostGlob()", () => {
  it("takes time in proportion to pattern and host, whatever the pattern", () => {
    const matches = compileHostGlob(`${"*a".repeat(2_000)}b.io`);
    assert.equal(matches(`${"a".repeat(20_000)}.io`), false);
  });

  const ROWS: readonly (readonly [string, string, boolean])[] = [
    ["*.io", "reg.io", true],
    ["*.io", "reg.io:5000", false],
    ["*.io:5000", "reg.io:5000", true],
    ["r*g*y.io", "registry.io", true],
    ["r*g*y.io", "registries.io", false],
    ["[a-cx].io", "b.io", true],
    ["[a-cx].io", "x.io", true],
    ["[a-cx].io", "d.io", false],
    ["[a-].io", "a.io", false],
    ["[-a].io", "a.io", false],
    ["x[.io", "x.io", false],
    ["*", "localhost", true],
  ];
  for (const [pattern, host, want] of ROWS) {
    it(`${pattern} ${want ? "matches" : "does not match"} ${host}`, () => {
      assert.equal(compileHostGlob(pattern)(host), want);
    });
  }
});
