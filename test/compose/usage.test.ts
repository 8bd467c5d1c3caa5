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
