// The schema of the configuration file by itself; liveness.test.ts shows that each member changes something.
import assert from "node:assert/strict";
import { BUILT_IN_TRUST_ROOTS, CONFIG_SCHEMA } from "../../src/config/schema.ts";
import { compileSchema } from "../support/schema.ts";

const check = compileSchema(CONFIG_SCHEMA);

describe("CONFIG_SCHEMA", () => {
  const accepted: readonly unknown[] = [
    {},
    { trustRoots: {}, builtInTrustRoots: [] },
    { trustRoots: { "a.b-c": { file: "root.json", requires: { timestamp: true } } } },
    { builtInTrustRoots: [...BUILT_IN_TRUST_ROOTS] },
    { limits: { listed: 1, fetched: 1, verified: 1, blobBytes: 1, imageBytes: 1, cpuMs: 1 }, caches: { blobBytes: 0 } },
  ];
  for (const value of accepted) it(`takes ${JSON.stringify(value)}`, () => assert.deepEqual(check(value), []));

  const refused: readonly [unknown, string][] = [
    [[], ""],
    [{ unheardOf: 1 }, "unheardOf"],
    [{ trustRoots: { Upper: { file: "a" } } }, "trustRoots.Upper"],
    [{ trustRoots: { a: {} } }, "trustRoots.a.file"],
    [{ trustRoots: { a: { file: "" } } }, "trustRoots.a.file"],
    [{ trustRoots: { a: { file: "f", requires: { log: true } } } }, "trustRoots.a.requires.log"],
    [{ trustRoots: { a: { file: "f", requires: { timestamp: "yes" } } } }, "trustRoots.a.requires.timestamp"],
    [{ limits: { listed: 0 } }, "limits.listed"],
    [{ limits: { fetched: 1.5 } }, "limits.fetched"],
    [{ limits: { verified: 1001 } }, "limits.verified"],
    [{ limits: { perHost: 0 } }, "limits.perHost"],
    [{ caches: { blobBytes: -1 } }, "caches.blobBytes"],
    [{ builtInTrustRoots: ["other"] }, "builtInTrustRoots[0]"],
    [{ builtInTrustRoots: ["github", "github"] }, "builtInTrustRoots"],
  ];
  for (const [value, path] of refused) {
    it(`refuses ${JSON.stringify(value)} by its path`, () => {
      assert.deepEqual(
        check(value).map((error) => error.path),
        [path],
      );
    });
  }
});
