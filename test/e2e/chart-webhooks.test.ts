/**
 * What the chart's webhook configurations ask about, and what they leave alone: the scenarios of Kubernetes' own suite for
 * webhooks (kubernetes.md §19), with the program behind them and while everything is refused.
 */
import assert from "node:assert/strict";
import { CONTROLLERS } from "../support/reviews.ts";
import { countReviews } from "../support/testbed/installation.ts";
import { namespace, pod } from "../support/testbed/objects.ts";
import { programsOrSkip } from "../support/testbed/programs.ts";
import { releaseName } from "../support/testbed/release.ts";
import { controller } from "../support/testbed/workloads.ts";
import { becomes, FINE, refusal, REFUSED, useInstallation, type Installation } from "./installation.ts";

const IN = "asked";
const finalizer = "testbed.example/hold";

describe("the chart's webhooks", () => {
  let installation: Installation;
  let kubectl: Installation["kubectl"];

  before("install, make a namespace in which all is refused", async function () {
    installation = await useInstallation(programsOrSkip(this));
    ({ kubectl } = installation);
    await installation.apply(namespace(IN));
    await takes("before", FINE);
    await kubectl("-n", IN, "patch", "pod", "before", "-p", JSON.stringify({ metadata: { finalizers: [finalizer] } }));
    await installation.apply(
      refusal(IN, { namespaces: [IN], imageReferences: ["refused.example/*", "fine.example/*"] }),
    );
    await becomes(installation, "denied", IN, FINE);
  });

  async function takes(name: string, image: string): Promise<void> {
    const { code, stderr } = await installation.create(pod({ namespace: IN, name }, image));
    assert.equal(code, 0, stderr);
  }
  /** The reviews that were asked for meanwhile, of both webhooks. */
  async function reviewsDuring(work: () => Promise<unknown>): Promise<number> {
    const before = await countReviews(installation);
    await work();
    return (await countReviews(installation)) - before;
  }
  const unasked = async (work: () => Promise<unknown>): Promise<void> => assert.equal(await reviewsDuring(work), 0);
  const apply = (object: object) => (): Promise<void> => installation.apply(object);
  const run =
    (...args: readonly string[]) =>
    (): Promise<string> =>
      kubectl("-n", IN, ...args);

  it("deny a pod, by the API server's own words and ours", async () => {
    const { code, stderr } = await installation.create(pod({ namespace: IN, name: "web" }, REFUSED));
    assert.equal(code, 1);
    assert.match(stderr, /^Error from server \(Forbidden\): .*webhook "images\.sealgate\.dev" denied the request: /mu);
    assert.match(stderr, /denied by ClusterImageVerifyPolicy "asked", rule "elsewhere"/u);
  });

  it("take a pod where no policy has anything against it, and what is not set gets its default", async () => {
    await installation.apply(namespace("free"));
    const { code, stderr } = await installation.create(pod({ namespace: "free", name: "web" }, FINE));
    assert.equal(code, 0, stderr);
    const path = "jsonpath={.spec.containers[0].terminationMessagePath} {.spec.restartPolicy}";
    assert.equal(await kubectl("-n", "free", "get", "pod", "web", "-o", path), "/dev/termination-log Always");
  });

  it("are asked of a pod that is tried, and nothing is kept of it", async () => {
    const asked = pod({ namespace: "free", name: "tried" }, FINE);
    assert.equal(await reviewsDuring(() => installation.create(asked, "--dry-run=server")), 2);
    assert.equal((await installation.cluster.kubectl(["-n", "free", "get", "pod", "tried"])).code, 1);
  });

  it("are not asked of a ConfigMap", () =>
    unasked(async () => {
      await kubectl("-n", IN, "create", "configmap", "settings", "--from-literal=a=b");
      await kubectl("-n", IN, "patch", "configmap", "settings", "-p", '{"data":{"a":"c"}}');
      await kubectl("-n", IN, "delete", "configmap", "settings");
    }));

  it("are not asked of a custom resource", () =>
    unasked(async () => {
      await apply(refusal("another", { namespaces: ["none"] }))();
      await apply(refusal("another", { namespaces: ["none", "other"] }))();
      await kubectl("delete", "clusterimageverifypolicy", "another");
    }));

  const leftAlone: Readonly<Record<string, () => Promise<unknown>>> = {
    "labels and annotations of a pod": async () => {
      await run("label", "pod", "before", "a=b")();
      await run("annotate", "pod", "before", "a=b")();
    },
    "the status of a pod": run(
      "patch",
      "pod",
      "before",
      "--subresource=status",
      "-p",
      '{"status":{"phase":"Running"}}',
    ),
    "the deletion of a pod, and the end of its finalizer": async () => {
      await run("delete", "pod", "before", "--wait=false", "--grace-period=0", "--force")();
      await run("patch", "pod", "before", "-p", '{"metadata":{"finalizers":null}}')();
      assert.equal((await installation.cluster.kubectl(["-n", IN, "get", "pod", "before"])).code, 1);
    },
  };

  it("deny an ephemeral container, and another image of a running pod", async () => {
    const attempts = [
      ["--subresource=ephemeralcontainers", { spec: { ephemeralContainers: [{ name: "debugger", image: REFUSED }] } }],
      ["--type=strategic", { spec: { containers: [{ name: "web", image: REFUSED }] } }],
    ] as const;
    for (const [option, patch] of attempts) {
      const args = ["-n", IN, "patch", "pod", "before", option, "-p", JSON.stringify(patch)];
      const { code, stderr } = await installation.cluster.kubectl(args);
      assert.equal(code, 1);
      assert.match(stderr, / denied the request: /u);
    }
  });

  for (const [what, work] of Object.entries(leftAlone)) it(`are not asked of ${what}`, () => unasked(work));

  const mirrored = (name: string): object => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: IN, name, annotations: { "kubernetes.io/config.mirror": "x" } },
    spec: { nodeName: "node", containers: [{ name: "web", image: REFUSED }] },
  });

  it("are not asked of a pod that its node runs from disk", () =>
    unasked(async () => {
      const as = ["--as=system:node:node", "--as-group=system:nodes", "--as-group=system:masters"];
      const { code, stderr } = await installation.create(mirrored("mirror"), ...as);
      assert.equal(code, 0, stderr);
    }));

  it("deny a pod that only says so", async () => {
    const { code, stderr } = await installation.create(mirrored("pretended"));
    assert.equal(code, 1);
    assert.match(stderr, / denied the request: /u);
  });

  for (const [kind, { resource, path }] of Object.entries(CONTROLLERS)) {
    it(`deny a ${kind} where it is written, and are asked again when an image of its template changes`, async () => {
      const inNamespace = `of-${resource}`;
      const named = { namespace: inNamespace, name: "web" };
      await installation.apply(namespace(inNamespace), refusal(inNamespace, { namespaces: [inNamespace] }));
      await becomes(installation, "denied", inNamespace, REFUSED);
      const { code, stderr } = await installation.create(controller(kind, { ...named, image: REFUSED }));
      assert.equal(code, 1);
      assert.match(stderr, /webhook "templates\.sealgate\.dev" denied the request: .*rule "elsewhere"/su);

      await installation.apply(controller(kind, { ...named, image: FINE }));
      const updates = (): Promise<number> => countReviews(installation, 'operation="UPDATE"', `resource="${resource}"`);
      // The controllers of the objects before may have asked for some
      const already = await updates();
      await kubectl("-n", inNamespace, "label", resource, "web", "touched=yes");
      if (!["Job", "CronJob", "DaemonSet"].includes(kind)) {
        await kubectl("-n", inNamespace, "scale", resource, "web", "--replicas=2");
      }
      assert.equal(await updates(), already);
      // The template of a Job does not change, whoever asks
      if (kind !== "Job") {
        const spec = { containers: [{ name: "web", image: REFUSED }] };
        const patch = path.reduceRight<object>((inner, step) => ({ [step]: inner }), { spec });
        const args = ["-n", inNamespace, "patch", resource, "web", "-p", JSON.stringify(patch)];
        const changed = await installation.cluster.kubectl(args);
        assert.equal(changed.code, 1);
        assert.match(changed.stderr, / denied the request: /u);
        // Once more for each time that the object was written by its controller in between
        assert.ok((await updates()) > already);
      }
      await kubectl("-n", inNamespace, "delete", resource, "web", "--cascade=foreground");
    });
  }

  it("are told by the leader of their CA, all three, and nobody else's are", async () => {
    const path = "jsonpath={range .items[*]}{.metadata.name} {.webhooks[*].clientConfig.caBundle}{'\\n'}{end}";
    const kinds = "validatingwebhookconfigurations,mutatingwebhookconfigurations";
    const rows = (await kubectl("get", kinds, "-o", path)).trim().split("\n");
    const names = rows.map((row) => row.split(" ")[0] ?? "").toSorted((a, b) => a.localeCompare(b));
    assert.deepEqual(names, [releaseName, releaseName, `${releaseName}-templates`]);
    assert.equal(new Set(rows.map((row) => row.split(" ")[1])).size, 1);
  });

  it("leave out templates where the chart says so", async () => {
    await installation.upgrade({ webhook: { podControllers: false } });
    const args = ["get", "validatingwebhookconfigurations", `${releaseName}-templates`];
    assert.equal((await installation.cluster.kubectl(args)).code, 1);
    await installation.upgrade();
    assert.equal((await installation.cluster.kubectl(args)).code, 0);
  });
});
