/**
 * The status of our objects, as an administrator sees it with kubectl: written by the leader, true of what stands in the spec,
 * changed when something else changes, and written once.
 */
import assert from "node:assert/strict";
import { KEYS, policy, rule, type Json } from "../policy/resources.ts";
import { eventually } from "../support/testbed/process.ts";
import { useGate, type Gate } from "./gate.ts";
import { describeOnTestbed } from "./testbed.ts";

const entry = (more: Json = {}): Json => ({ name: "release", keys: { publicKeys: KEYS.a.pem }, ...more });
const ruleOf = (more: Json = {}, entries = [entry({ insecureIgnoreTlog: true })]): Json =>
  rule({ name: "acme", imageReferences: ["status.example/*"], attestors: [{ entries }], ...more });

function clusterPolicy(name: string, spec: Json): object {
  return { ...policy(spec), metadata: { name } };
}
const strict = { name: "strict", keyless: { issuer: "https://login.acme.io", subject: "dev@acme.io" } };

const inADay = (): string => new Date(Date.now() + 86_400_000).toISOString().replace(/\.\d+Z$/u, "Z");

function exception(name: string, spec: Json): object {
  const written = { namespaces: ["status"], images: ["*"], reason: "a test", expires: inADay(), ...spec };
  return { apiVersion: "sealgate.dev/v1alpha1", kind: "ImageVerifyException", metadata: { name }, spec: written };
}

describeOnTestbed("status of policies", (testbed) => {
  let gate: Gate;

  before("apply an object of each kind, right and wrong", async () => {
    gate = await useGate(testbed());
    await gate.apply(
      clusterPolicy("status-strict", { verifyImages: [ruleOf({}, [strict])] }),
      clusterPolicy("status-relaxed", { failureAction: "Enforce", failurePolicy: "Ignore", verifyImages: [ruleOf()] }),
      clusterPolicy("status-rootless", { verifyImages: [ruleOf({ trustRoot: "status-later" }, [strict])] }),
      exception("status-holds", { policies: [{ name: "status-strict", rules: ["acme"] }] }),
      exception("status-nothing", { policies: [{ name: "status-nobody" }] }),
      trustRoot("status-github", { github: {} }),
      trustRoot("status-broken", { inline: "{}" }),
    );
  });

  after("remove them", async () => {
    await gate.must(["delete", "civp", "status-strict", "status-relaxed", "status-rootless", "--ignore-not-found"]);
    await gate.must(["delete", "ivx", "status-holds", "status-nothing"]);
    await gate.must(["delete", "troot", "status-github", "status-broken", "status-later", "--ignore-not-found"]);
  });

  /** The lines of a table whose first word is the name. */
  async function line(kind: string, name: string, ...args: readonly string[]): Promise<string> {
    const table = await gate.must(["get", kind, name, ...args]);
    return (table.trim().split("\n").at(-1) ?? "").replaceAll(/ +/gu, " ");
  }
  async function shows(kind: string, name: string, expected: RegExp, ...args: readonly string[]): Promise<void> {
    await eventually(`${kind} ${name} shows ${expected.source}`, async () => {
      const found = await line(kind, name, ...args);
      if (expected.test(found)) return true;
      throw new Error(found);
    });
  }
  async function condition(kind: string, name: string, type = "Ready"): Promise<Record<string, string>> {
    const path = `jsonpath={.status.conditions[?(@.type=="${type}")]}`;
    return JSON.parse(await gate.must(["get", kind, name, "-o", path])) as Record<string, string>;
  }

  it("stands in the tables of all kinds", async () => {
    await shows("civp", "status-strict", /^status-strict Enforce True False \S+$/u);
    await shows("civp", "status-relaxed", /^status-relaxed Enforce True True \S+$/u);
    await shows("civp", "status-rootless", /^status-rootless Enforce False False TrustRootMissing \S+$/u, "-o", "wide");
    await shows("ivx", "status-holds", /^status-holds \S+Z True \S+$/u);
    await shows("ivx", "status-nothing", /^status-nothing \S+Z False RuleMissing a test \S+$/u, "-o", "wide");
    await shows("troot", "status-github", /^status-github True \S+$/u);
    await shows("troot", "status-broken", /^status-broken False TrustRootInvalid \S+$/u, "-o", "wide");
    const head = (await gate.must(["get", "civp"])).split("\n")[0];
    assert.match(head ?? "", /^NAME +ACTION +READY +RELAXED +AGE$/u);
  });

  it("says why, and what asks for less", async () => {
    const described = await gate.must(["describe", "civp", "status-relaxed"]);
    assert.match(
      described,
      /Relaxations:\n +spec\.failurePolicy: Ignore\n +spec\.verifyImages\[0\]\S+insecureIgnoreTlog: true\n/u,
    );
    assert.match(described, /Reason: +Compiled\n/u);
    const { message } = await condition("troot", "status-broken");
    assert.match(message ?? "", /^spec\.inline: Cannot /u);
  });

  it("follows a trust root that is made later, and a policy that is edited, without a new generation of either", async () => {
    await gate.apply(trustRoot("status-later", { github: {} }));
    await shows("civp", "status-rootless", /^status-rootless Enforce True False \S+$/u);
    await gate.must(["patch", "civp", "status-rootless", "--type=merge", "-p", '{"spec":{"failureAction":"Audit"}}']);
    await eventually("the generation is told", async () => {
      const path = "jsonpath={.metadata.generation} {.status.observedGeneration}";
      const [generation, observed] = (await gate.must(["get", "civp", "status-rootless", "-o", path])).split(" ");
      return generation === "2" && observed === "2";
    });
    await gate.must(["delete", "civp", "status-strict"]);
    await shows("ivx", "status-holds", /^status-holds \S+Z False RuleMissing a test \S+$/u, "-o", "wide");
  });

  it("is put back when somebody writes another, and not written when nothing changes", async () => {
    const version = async (): Promise<string> =>
      gate.must(["get", "troot", "status-github", "-o", "jsonpath={.metadata.resourceVersion}"]);
    const before = await version();
    await gate.apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "elsewhere", namespace: "default" } });
    await shows("civp", "status-relaxed", /^status-relaxed Enforce True True \S+$/u);
    assert.equal(await version(), before);
    const managers = await gate.must([
      "get",
      "troot",
      "status-github",
      "-o",
      "jsonpath={.metadata.managedFields[*].manager}",
      "--show-managed-fields",
    ]);
    assert.ok(managers.split(" ").includes("sealgate-status"), managers);
  });

  it("names the fields that the API server dropped", async () => {
    const written = clusterPolicy("status-relaxed", {
      failurePolicy: "Ignore",
      verifyImages: [ruleOf({ required: true })],
    });
    await gate.must(["apply", "--validate=false", "-f", "-"], JSON.stringify(written));
    await eventually("the field is named", async () => {
      const fields = await gate.must(["get", "civp", "status-relaxed", "-o", "jsonpath={.status.droppedFields}"]);
      return fields === '["spec.verifyImages[0].required"]';
    });
    const { status, message } = await condition("civp", "status-relaxed");
    assert.equal(status, "True");
    assert.match(message ?? "", /; dropped, since the kind does not have them: spec\.verifyImages\[0\]\.required$/u);
  });

  it("says of a policy that does not compile what is wrong", async () => {
    // The API server cannot read certificates: it takes a text of their form
    const pem = `-----BEGIN CERTIFICATE-----\n${"A".repeat(64)}\n-----END CERTIFICATE-----\n`;
    const entries = [{ name: "pki", certificates: { roots: pem, subject: "dev@acme.io" } }];
    await gate.apply(clusterPolicy("status-strict", { verifyImages: [ruleOf({}, entries)] }));
    await shows("civp", "status-strict", /^status-strict Enforce False False PolicyInvalid \S+$/u, "-o", "wide");
    const { message } = await condition("civp", "status-strict");
    assert.match(message ?? "", /^spec\.verifyImages\[0\]\.attestors\[0\]\.entries\[0\]\.certificates\.roots: /u);
    const told = [
      "-n",
      "default",
      "get",
      "events.events.k8s.io",
      "--field-selector=reason=PolicyInvalid",
      "-o",
      "json",
    ];
    await eventually("an event says the same", async () => {
      const { items } = JSON.parse(await gate.must(told)) as { items: { note: string; regarding: { name: string } }[] };
      return items.some(({ note, regarding }) => regarding.name === "status-strict" && note === message);
    });
  });
});

function trustRoot(name: string, spec: Json): object {
  return { apiVersion: "sealgate.dev/v1alpha1", kind: "TrustRoot", metadata: { name }, spec };
}
