// The part of the schema about registries, proxy and time by itself.
import assert from "node:assert/strict";
import { DEADLINE, PROXY, REGISTRIES } from "../../src/config/registries-schema.ts";
import { compileSchema } from "../support/schema.ts";

describe("config/registries-schema", () => {
  const table: readonly [object, unknown, readonly string[]][] = [
    [REGISTRIES, [{ host: "a.b" }, { prefix: "a.b/c", mirrors: [{ location: "d.e" }] }], []],
    [REGISTRIES, [{ host: "a.b", credentials: { secret: "s" } }], []],
    [REGISTRIES, [{ host: "a.b", credentials: { provider: "ecr" } }], []],
    [REGISTRIES, [{ host: "a.b", credentials: { provider: "quay" } }], ["[0].credentials.provider"]],
    [REGISTRIES, [{ host: "a.b", mirrors: [{ location: "d.e", insecure: true }] }], ["[0].mirrors[0].insecure"]],
    [REGISTRIES, [{ host: "a.b", mirrors: [{ location: "d.e", pullBy: "digest" }] }], ["[0].mirrors[0].pullBy"]],
    [REGISTRIES, [{ host: "a.b", clientCertificate: { certFile: "c" } }], ["[0].clientCertificate.keyFile"]],
    [PROXY, { url: "http://h:3128", noProxy: ["10.0.0.0/8"] }, []],
    [PROXY, { url: "socks5://h:1" }, ["url"]],
    [PROXY, { url: "http://h:1/path" }, ["url"]],
    [PROXY, { from: "environment" }, ["from"]],
    [DEADLINE, { max: "5s", reserve: "250ms" }, []],
    [DEADLINE, { max: "1m", reserve: 5 }, ["max", "reserve"]],
  ];
  for (const [schema, value, paths] of table) {
    it(`${JSON.stringify(value)}: ${paths.join(", ") || "taken"}`, () => {
      assert.deepEqual(
        compileSchema(schema)(value).map(({ path }) => path),
        paths,
      );
    });
  }
});
