/**
 * The chart's ValidatingAdmissionPolicy that requires digests: the API server itself refuses, whatever the program says, and
 * what was pinned by then passes.
 */
import assert from "node:assert/strict";
import { chartFolder } from "../support/testbed/helm.ts";
import { namespace, pod } from "../support/testbed/objects.ts";
import { eventually, mustSucceed } from "../support/testbed/process.ts";
import { programsOrSkip } from "../support/testbed/programs.ts";
import { CRON_NAMESPACE, FINE, useInstallation, type Installation } from "./installation.ts";

const IN = "digests";
const PINNED = `${FINE.split(":")[0]}@sha256:${"ab".repeat(32)}`;

describe("digests that the chart requires", () => {
  let installation: Installation;
  let rendered: string;
  before("apply what the chart makes for it", async function () {
    installation = await useInstallation(programsOrSkip(this));
    await installation.apply(namespace(IN));
    const { code } = await installation.create(pod({ namespace: IN, name: "before" }, FINE));
    assert.equal(code, 0);
    const set = `--set=requireDigests.enabled=true,excludeNamespaces={${CRON_NAMESPACE}}`;
    const only = "--show-only=templates/require-digests.yaml";
    rendered = await installation.helm.must("template", "digests", chartFolder, only, set);
    const { cluster } = installation;
    mustSucceed("apply", await cluster.kubectl(["apply", "-f", "-"], { stdin: rendered }));
    await eventually("it is in force", async () => (await refusal(pod({ namespace: IN, name: "web" }, FINE))) !== "");
  });
  after("take it away", async () => {
    await installation?.cluster.kubectl(["delete", "-f", "-"], { stdin: rendered });
  });

  /** What is said of an object that is tried; empty if it is taken. */
  async function refusal(object: object): Promise<string> {
    const { code, stderr } = await installation.create(object, "--dry-run=server");
    return code === 0 ? "" : stderr;
  }
  const podOf = (more: object): object => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: IN, name: "web" },
    spec: { containers: [{ name: "web", image: PINNED }], ...more },
  });
  const image = (name: string, of: string): object => ({ name, image: of });

  for (const [list, more] of Object.entries({
    containers: { containers: [image("web", PINNED), image("other", FINE)] },
    initContainers: { initContainers: [image("first", FINE)] },
    volumes: { volumes: [{ name: "model", image: { reference: FINE } }] },
  })) {
    it(`refuse a tag in ${list}`, async () => {
      assert.match(await refusal(podOf(more)), new RegExp(`every image of ${list} must be named by its digest`, "u"));
    });
  }

  it("take a pod that names digests alone", async () => {
    const more = {
      initContainers: [image("first", PINNED)],
      volumes: [
        { name: "model", image: { reference: PINNED } },
        { name: "empty", emptyDir: {} },
      ],
    };
    assert.equal(await refusal(podOf(more)), "");
  });

  it("leave a pod alone that ran before, but for an ephemeral container", async () => {
    await installation.kubectl("-n", IN, "label", "pod", "before", "a=b");
    const debug = async (name: string, of: string): Promise<string> => {
      const patch = JSON.stringify({ spec: { ephemeralContainers: [image(name, of)] } });
      const args = ["-n", IN, "patch", "pod", "before", "--subresource=ephemeralcontainers", "-p", patch];
      return (await installation.cluster.kubectl(args)).stderr;
    };
    assert.match(await debug("first", FINE), /every image of ephemeralContainers must be named by its digest/u);
    assert.equal(await debug("second", PINNED), "");
    const other = JSON.stringify({ spec: { containers: [image("web", `${FINE}-other`)] } });
    const changed = await installation.cluster.kubectl(["-n", IN, "patch", "pod", "before", "-p", other]);
    assert.match(changed.stderr, /every image of containers must be named by its digest/u);
  });
});
