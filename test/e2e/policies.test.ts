/**
 * Policies on real parts: every example on an API server, templates of the seven controllers as early feedback, and changes
 * of policies and of a namespace's labels, which take effect while the program runs.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { mustSucceed, type RunResult } from "../support/testbed/process.ts";
import { CONTROLLERS } from "../support/reviews.ts";
import { namespace } from "../support/testbed/objects.ts";
import { isDenied } from "../support/testbed/gate.ts";
import { pageExamples } from "../support/page-examples.ts";
import { controller as controllerOf } from "../support/testbed/workloads.ts";
import { type Gate, useGate } from "./gate.ts";
import { describeOnTestbed } from "./testbed.ts";

const IN_NAMESPACE = "workloads";
const OTHER = "relabelled";
/** Refused without looking, so no registry is needed. */
const REFUSED = "refused.example/acme/web:1";
const FINE = "fine.example/acme/web:1";

const REFUSED_PATTERNS = [
  ["imageReferences", "nginx:1.27", /tags and digests select nothing/u],
  ["imageReferences", "ghcr.io/acme/app:v*", /tags and digests select nothing/u],
  ["imageReferences", "nginx*", /must name its host, for example docker\.io\/nginx\*/u],
  ["imageReferences", "ghcr.io", /must name its host, for example .* or ghcr\.io\/\*/u],
  ["imageReferences", "ghcr.*/acme/*", /ghcr\.\* would match ghcr\.io\.evil\.example/u],
  ["imageReferences", "GHCR.io/acme/*", /in lower case/u],
  ["imageReferences", "ghcr.io/acme/", /must be \* or \[host\/\]path/u],
  ["skipImageReferences", "ghcr.io/acme*", /must have a literal host and a literal first path segment/u],
  ["skipImageReferences", "*/x", /must have a literal host/u],
  ["skipImageReferences", "*", /must have a literal host/u],
] as const;

const policy = (match: object, failureAction = "Enforce"): object => ({
  apiVersion: "sealgate.dev/v1alpha1",
  kind: "ClusterImageVerifyPolicy",
  metadata: { name: "workloads" },
  spec: {
    failureAction,
    match: { namespaceSelector: { matchLabels: { "testbed.example/workloads": "yes" } }, ...match },
    verifyImages: [
      {
        name: "elsewhere",
        imageReferences: ["refused.example/*"],
        static: { action: "Fail", message: "not from there" },
      },
    ],
  },
});

/** A controller of the namespace under test. */
const controller = (kind: string, image: string, name = kind.toLowerCase()): object =>
  controllerOf(kind, { namespace: IN_NAMESPACE, image, name });

describeOnTestbed("policy", (testbed) => {
  let gate: Gate;

  before("make the policy and its namespaces", async () => {
    gate = await useGate(testbed());
    await gate.apply(
      namespace(IN_NAMESPACE, { "testbed.example/workloads": "yes" }),
      namespace(OTHER),
      namespace("prod"),
      namespace("sealgate"),
    );
    await gate.apply(policy({}));
    await gate.becomes("denied", IN_NAMESPACE, REFUSED);
  });

  after(async () => {
    await gate.must(["delete", "clusterimageverifypolicy", "workloads"]);
  });

  const send = async (verb: string, object: object): Promise<RunResult> =>
    gate.cluster.kubectl([verb, "-f", "-"], { stdin: JSON.stringify(object) });

  // By apply: others may have one of its name already
  const isTaken = async (stdin: string): Promise<void> => {
    mustSucceed("kubectl apply", await gate.cluster.kubectl(["apply", "--dry-run=server", "-f", "-"], { stdin }));
  };
  const examples = readdirSync("examples", { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".yaml"),
  );
  for (const file of examples.toSorted()) {
    it(`example ${file} is taken`, async () => isTaken(readFileSync(join("examples", file), "utf8")));
  }

  it("of every page are taken", async () => {
    const objects = pageExamples().map(({ policy: object }) => {
      const { metadata } = object as { readonly metadata: { readonly namespace?: string } };
      // Whatever namespace a page speaks of: here it is this one
      return { ...object, metadata: { ...metadata, ...(metadata.namespace && { namespace: IN_NAMESPACE }) } };
    });
    assert.ok(objects.length > 20);
    await isTaken(objects.map((object) => JSON.stringify(object)).join("\n---\n"));
  });

  for (const [list, pattern, sentence] of REFUSED_PATTERNS) {
    it(`pattern ${pattern} is refused in ${list}, with the sentence of the page`, async () => {
      assert.ok(readFileSync("docs/policies.md", "utf8").includes(`\`${pattern}\``));
      const rule = { name: "any", imageReferences: ["ghcr.io/acme/*"], verifyDigest: true, [list]: [pattern] };
      const written = { ...policy({}), metadata: { name: "patterns" }, spec: { verifyImages: [rule] } };
      const stdin = JSON.stringify(written);
      const { code, stderr } = await gate.cluster.kubectl(["create", "--dry-run=server", "-f", "-"], { stdin });
      assert.notEqual(code, 0);
      assert.ok(stderr.includes(`spec.verifyImages[0].${list}[0]: Invalid value`), stderr);
      assert.match(stderr, sentence);
    });
  }

  for (const [kind, { path, resource }] of Object.entries(CONTROLLERS)) {
    it(`denies a ${kind} for an image of its template, and names the image`, async () => {
      const denied = await send("create", controller(kind, REFUSED));
      assert.ok(isDenied(denied), denied.stderr);
      assert.match(denied.stderr, /rule "elsewhere": refused without looking/u);
      assert.match(denied.stderr, /RefusedByRule \(policy\): not from there/u);
    });

    it(`leaves the template of a ${kind} as it is written, and denies its change to another image`, async () => {
      mustSucceed("kubectl create", await send("create", controller(kind, FINE)));
      const jsonpath = `jsonpath={.${path.join(".")}.spec.containers[0].image}`;
      const written = await gate.must(["-n", IN_NAMESPACE, "get", resource, kind.toLowerCase(), "-o", jsonpath]);
      assert.equal(written, FINE);
      // The template of a Job does not change, whoever asks
      if (kind !== "Job") assert.ok(isDenied(await send("replace", controller(kind, REFUSED))));
    });
  }

  const podOf = (name: string, spec: object): object => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: IN_NAMESPACE },
    spec: { containers: [{ name: "web", image: FINE }], ...spec },
  });

  for (const [place, spec] of Object.entries({
    "a container": { containers: [{ name: "web", image: REFUSED }] },
    "an init container": { initContainers: [{ name: "first", image: REFUSED }] },
    "a sidecar": { initContainers: [{ name: "beside", image: REFUSED, restartPolicy: "Always" }] },
    "an image volume": { volumes: [{ name: "data", image: { reference: REFUSED } }] },
  })) {
    it(`denies a pod for the image of ${place}`, async () => {
      const denied = await send("create", podOf("refused", spec));
      assert.ok(isDenied(denied), denied.stderr);
    });
  }

  it("denies kubectl debug with such an image, and another image for a pod that runs, which may be deleted", async () => {
    mustSucceed("kubectl create", await send("create", podOf("runs", {})));
    const debug = (image: string): readonly string[] => ["debug", "runs", `--image=${image}`, "--attach=false"];
    const ask = async (...args: readonly string[]): Promise<RunResult> =>
      gate.cluster.kubectl(["-n", IN_NAMESPACE, ...args]);
    assert.ok(isDenied(await ask(...debug(REFUSED))));
    mustSucceed("kubectl debug", await ask(...debug(FINE)));
    assert.ok(isDenied(await ask("set", "image", "pod/runs", `web=${REFUSED}`)));
    mustSucceed("kubectl set image", await ask("set", "image", "pod/runs", `web=${FINE}-2`));
    mustSucceed("kubectl delete", await ask("delete", "pod", "runs", "--now"));
  });

  it("lets a Deployment be scaled and deleted that was made before the policy", async () => {
    await gate.apply(policy({ podControllers: [] }));
    await eventuallyTaken(controller("Deployment", REFUSED, "before"));
    await gate.apply(policy({}));
    await gate.becomes("denied", IN_NAMESPACE, REFUSED);
    await gate.must(["-n", IN_NAMESPACE, "scale", "deployment", "before", "--replicas=3"]);
    await gate.must(["-n", IN_NAMESPACE, "label", "deployment", "before", "touched=yes"]);
    await gate.must(["-n", IN_NAMESPACE, "delete", "deployment", "before"]);
  });

  async function eventuallyTaken(object: object): Promise<void> {
    for (let turn = 0; turn < 50; turn += 1) {
      if ((await send("create", object)).code === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.fail("the changed policy took no effect");
  }

  it("follows the labels of a namespace, and edits of the policy", async () => {
    await gate.becomes("admitted", OTHER, REFUSED);
    await gate.must(["label", "namespace", OTHER, "testbed.example/workloads=yes"]);
    await gate.becomes("denied", OTHER, REFUSED);
    const conditions = [{ name: "nobody", expression: "request.userInfo.username == 'nobody'" }];
    await gate.apply(policy({ conditions }));
    await gate.becomes("admitted", OTHER, REFUSED);
    await gate.apply(policy({}, "Warn"));
    await gate.becomes("admitted", OTHER, REFUSED);
    await gate.apply(policy({}));
    await gate.becomes("denied", OTHER, REFUSED);
    await gate.must(["label", "namespace", OTHER, "testbed.example/workloads-"]);
    await gate.becomes("admitted", OTHER, REFUSED);
  });
});
