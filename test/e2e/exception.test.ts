/**
 * Policy exceptions through a real API server: what one takes off is admitted while it stands, and nothing else; its use
 * stands in the program's metrics.
 */
import assert from "node:assert/strict";
import { namespace, policy } from "../support/testbed/objects.ts";
import { eventually } from "../support/testbed/process.ts";
import { type Gate, useGate } from "./gate.ts";
import { describeOnTestbed } from "./testbed.ts";

const IN_NAMESPACE = "excepted";

function exception(name: string, spec: Readonly<Record<string, unknown>> = {}): object {
  const policies = [{ kind: "ImageVerifyPolicy", namespace: IN_NAMESPACE, name: "signed", rules: ["acme"] }];
  const expires = new Date(Date.now() + 24 * 60 * 60 * 1000).toISOString().replace(/\.\d+Z$/u, "Z");
  const written = { policies, namespaces: [IN_NAMESPACE], images: ["*"], reason: "a test", expires };
  return {
    apiVersion: "sealgate.dev/v1alpha1",
    kind: "ImageVerifyException",
    metadata: { name },
    spec: { ...written, ...spec },
  };
}

describeOnTestbed("policy exceptions", (testbed) => {
  let gate: Gate;
  let unsigned: string;
  let other: string;

  before(async () => {
    gate = await useGate(testbed());
    const { distribution } = testbed().registries;
    const find = (name: string): string => distribution.images.find((each) => each.name === name)?.reference ?? "";
    unsigned = find("unsigned");
    other = find("signed-by-another-key-v2");
    await gate.apply(namespace(IN_NAMESPACE));
    const { publicPem: publicKey } = testbed().keys.acme;
    const imageReferences = [`${distribution.host}/acme/*`];
    await gate.apply(policy({ namespace: IN_NAMESPACE, name: "signed", imageReferences, publicKey }));
    await gate.becomes("denied", IN_NAMESPACE, unsigned);
  });

  it("admit what they name while they stand, and nothing else", async () => {
    const [repository = ""] = unsigned.split(/:1\.0$/u);
    await gate.apply(exception("one-image", { images: [repository] }));
    await gate.becomes("admitted", IN_NAMESPACE, unsigned);
    assert.notEqual((await gate.ask(IN_NAMESPACE, other)).code, 0);
    await gate.must(["delete", "ivx", "one-image"]);
    await gate.becomes("denied", IN_NAMESPACE, unsigned);
    assert.notEqual((await gate.create("refused", IN_NAMESPACE, unsigned)).code, 0);
    const metrics = await (await fetch(`${gate.sealgate.operationsUrl}/metrics`)).text();
    const labels = `kind="ImageVerifyPolicy",namespace="${IN_NAMESPACE}",name="",rule="",verdict="Fail",effect="deny"`;
    assert.ok(metrics.includes(`sealgate_rule_verdicts_total{${labels}} `), metrics);
  });

  it("leave the image unpinned, since the rule that pins is off", async () => {
    await gate.apply(exception("all"));
    await gate.becomes("admitted", IN_NAMESPACE, unsigned);
    const { code, stderr } = await gate.create("excepted", IN_NAMESPACE, unsigned);
    assert.equal(code, 0, stderr);
    const path = "jsonpath={.spec.containers[0].image}";
    assert.equal(await gate.must(["-n", IN_NAMESPACE, "get", "pod", "excepted", "-o", path]), unsigned);
    const metrics = await (await fetch(`${gate.sealgate.operationsUrl}/metrics`)).text();
    assert.match(metrics, /^sealgate_exception_uses_total\{exception="all"\} 1$/mu);
    const told = [
      "-n",
      "default",
      "get",
      "events.events.k8s.io",
      "--field-selector=reason=ExceptionUsed",
      "-o",
      "json",
    ];
    await eventually("an event tells of the use", async () => {
      const { items } = JSON.parse(await gate.must(told)) as { items: { note: string; regarding: { name: string } }[] };
      return items.some(({ note, regarding }) => regarding.name === "all" && note.includes(unsigned));
    });
    await gate.must(["delete", "ivx", "all"]);
    await gate.becomes("denied", IN_NAMESPACE, unsigned);
  });

  it("hold no longer than they say", async () => {
    await gate.apply(exception("over", { expires: "2026-01-01T00:00:00Z" }), exception("now"));
    await gate.becomes("admitted", IN_NAMESPACE, unsigned);
    await gate.must(["delete", "ivx", "now"]);
    await gate.becomes("denied", IN_NAMESPACE, unsigned);
  });

  it("are listed with their end", async () => {
    assert.match(
      await gate.must(["get", "imageverifyexceptions"]),
      /^NAME +EXPIRES +READY +AGE\nover +2026-01-01T00:00:00Z +\S/u,
    );
    assert.match(
      await gate.must(["get", "sealgate", "-A", "-o", "name"]),
      /imageverifyexception\.sealgate\.dev\/over/u,
    );
  });

  for (const [title, spec, field] of [
    ["a wildcard in a namespace", { namespaces: ["*"] }, "spec.namespaces[0]"],
    ["images that others may own", { images: ["ghcr.io/acme*"] }, "spec.images[0]"],
    ["no end", { expires: undefined }, "spec.expires"],
    [
      "a namespaced policy without its namespace",
      { policies: [{ kind: "ImageVerifyPolicy", name: "a" }] },
      "namespace",
    ],
    ["an unknown member", { rules: ["a"] }, "spec.rules"],
  ] as const) {
    it(`are refused with ${title}`, async () => {
      const stdin = JSON.stringify(exception("wrong", spec));
      const { code, stderr } = await gate.cluster.kubectl(["create", "--dry-run=server", "-f", "-"], { stdin });
      assert.equal(code, 1, stderr);
      assert.ok(stderr.includes(field), stderr);
    });
  }
});
