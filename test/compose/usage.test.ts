// What an operator wrote wrongly ends as a usage error; a defect stays what it is.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { UsageError } from "../../src/cli/io.ts";
import { usage } from "../../src/compose/usage.ts";
import { loadConfig } from "../../src/config/load.ts";
import { buildKubernetesClient } from "../../src/kubernetes/client.ts";
import { proxyOfEnvironment } from "../../src/registry/proxy.ts";

describe("compose/usage", () => {
  const WRONG: Readonly<Record<string, () => unknown>> = {
    "a file that is not there": () => readFileSync("/nowhere/at-all"),
    "a configuration that is not there": () => loadConfig("/nowhere/config.yaml"),
    "a proxy that is none": () => proxyOfEnvironment({ HTTPS_PROXY: "ftp://proxy.example" }),
    "a kubeconfig that is not there": () => buildKubernetesClient("/nowhere/kubeconfig"),
  };
  for (const [name, read] of Object.entries(WRONG))
    it(`tells ${name}`, () => {
      assert.throws(() => usage(read), UsageError);
    });

  const SENTENCES: Readonly<Record<string, readonly [() => unknown, string | undefined, RegExp]>> = {
    "a file that is not there": [
      () => readFileSync("/nowhere/at-all"),
      undefined,
      /^Cannot read \/nowhere\/at-all: there is no such file or directory$/,
    ],
    "a directory in place of a file": [
      () => loadConfig("src"),
      undefined,
      /^Cannot read src: it is a directory, want a file$/,
    ],
    "a directory that node does not name": [
      () => readFileSync("src"),
      "given",
      /^Cannot read given: it is a directory/,
    ],
    "a file in place of a directory": [
      () => readFileSync("package.json/x"),
      undefined,
      /^Cannot read package\.json\/x: a part of it is no directory$/,
    ],
    "what it has no words for": [
      () => {
        throw Object.assign(new Error("EODD: odd"), { code: "EODD", path: "a" });
      },
      undefined,
      /^EODD: odd$/,
    ],
  };
  for (const [name, [read, path, sentence]] of Object.entries(SENTENCES))
    it(`says of ${name} which, and what is wrong`, () => {
      assert.throws(
        () => usage(read, path),
        (error) => error instanceof UsageError && sentence.test(error.message),
      );
    });

  it("passes a value through, and a defect", () => {
    assert.equal(
      usage(() => 7),
      7,
    );
    const defect = new TypeError("undefined is not a function");
    assert.throws(
      () =>
        usage(() => {
          throw defect;
        }),
      (error) => error === defect,
    );
  });
});
