/** Two releases in one cluster: of one name they are refused, of two names each keeps its own and leaves the other alone. */
import assert from "node:assert/strict";
import { chartFolder } from "../support/testbed/helm.ts";
import { eventually } from "../support/testbed/process.ts";
import { programsOrSkip } from "../support/testbed/programs.ts";
import { releaseName } from "../support/testbed/release.ts";
import { useInstallation, type Installation } from "./installation.ts";

const OTHER = "second";
const values = (...set: readonly string[]): readonly string[] => [
  `--namespace=${OTHER}`,
  "--create-namespace",
  ...set.map((each) => `--set=${each}`),
];

describe("two releases", () => {
  let installation: Installation;
  before("install one", async function () {
    installation = await useInstallation(programsOrSkip(this));
  });

  const configurations = async (): Promise<readonly string[]> => {
    const kinds = "validatingwebhookconfigurations,mutatingwebhookconfigurations";
    const path = "jsonpath={range .items[*]}{.metadata.name} {.webhooks[*].clientConfig.caBundle}{'\\n'}{end}";
    const lines = (await installation.kubectl("get", kinds, "-o", path)).trim().split("\n");
    return lines.toSorted((a, b) => a.localeCompare(b));
  };

  it("cannot have one name in two namespaces: Helm says whose it is", async () => {
    const { code, stderr } = await installation.helm.run(
      "install",
      releaseName,
      chartFolder,
      ...values("crds.install=false"),
    );
    assert.notEqual(code, 0);
    assert.match(stderr, /ClusterRole "sealgate.*" in namespace "" exists and cannot be imported/u);
  });

  it("cannot both own the kinds", async () => {
    const { code, stderr } = await installation.helm.run("install", OTHER, chartFolder, ...values());
    assert.notEqual(code, 0);
    assert.match(stderr, /CustomResourceDefinition ".*" in namespace "" exists and cannot be imported/u);
  });

  it("go side by side under two names, and one is taken away without the other", async () => {
    await eventually("the first has its CA", async () => (await configurations()).every((line) => / ./u.test(line)));
    const before = await configurations();
    const set = values("crds.install=false", "webhook.deleteAtUninstall=false");
    await installation.helm.must("install", OTHER, chartFolder, ...set);
    const both = await configurations();
    assert.equal(both.length, 6);
    // The leader of the first keeps its hands off those of the second, which nobody serves yet.
    assert.deepEqual(
      both.filter((line) => !line.startsWith(OTHER)),
      before,
    );
    assert.ok(both.filter((line) => line.startsWith(OTHER)).every((line) => !/ ./u.test(line)));
    await installation.helm.must("uninstall", OTHER, `--namespace=${OTHER}`);
    assert.deepEqual(await configurations(), before);
  });
});
