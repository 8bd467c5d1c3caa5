// What the chart says once it is installed: what is enforced and what is not, by the values that decide it. Both Helms say it in
// story.test.ts; version 3 says nothing without a cluster.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { chartFolder, makeHelm } from "../support/testbed/helm.ts";
import { makeTemporaryDir } from "../support/testbed/process.ts";
import { programsOrSkip, type Programs } from "../support/testbed/programs.ts";

describe("the chart's notes", () => {
  let programs: Programs;
  let dir: string;
  before(function () {
    programs = programsOrSkip(this);
    dir = makeTemporaryDir("notes");
  });

  async function notes(values: object): Promise<string> {
    const file = join(dir, "values.json");
    writeFileSync(file, JSON.stringify(values));
    const args = ["install", "sealgate", chartFolder, "--dry-run=client", "--namespace=own", "-f", file];
    const said = await makeHelm(programs, "helmV4", { dir }).must(...args);
    return said.slice(said.indexOf("NOTES:")).replaceAll(/\s+/gu, " ");
  }

  it("say what becomes of images of no cluster policy", async () => {
    for (const [unmatchedImages, said] of [
      [undefined, "are let in, unless a policy of their namespace refuses them (config.unmatchedImages: Allow)"],
      [
        "Warn",
        "are let in with a warning, unless a policy of their namespace refuses them (config.unmatchedImages: Warn)",
      ],
      ["Deny", "are refused, and that is all of them while there is no such policy (config.unmatchedImages: Deny)"],
    ]) {
      const text = await notes(unmatchedImages === undefined ? {} : { config: { unmatchedImages } });
      assert.ok(text.includes(`Images that no rule of a ClusterImageVerifyPolicy is about ${said}.`), text);
    }
  });

  it("say which namespaces are left out, and by which value", async () => {
    const text = await notes({ excludeNamespaces: ["dns"], config: { excludeNamespaces: ["dev", "test"] } });
    assert.match(
      text,
      /Not enforced: pods that run already, and the namespaces kube-system, kube-node-lease, own, dns\./,
    );
    assert.match(
      text,
      /Let in without a look once a replica is ready: the pods of dev, test \(config\.excludeNamespaces\)\./,
    );
    assert.doesNotMatch(await notes({}), /Let in without a look/);
  });

  it("say what happens while no replica is ready, and whether templates are looked at", async () => {
    const text = await notes({});
    assert.match(text, /Until the first replica is ready, pods of all other namespaces are refused\./);
    assert.match(text, /Templates of Deployments, Jobs and the like are checked as they are written/);
    const open = await notes({ webhook: { failurePolicy: "Ignore", podControllers: false } });
    assert.match(open, /While no replica answers, pods are let in unverified/);
    assert.doesNotMatch(open, /Until the first replica|Templates of/);
  });
});
