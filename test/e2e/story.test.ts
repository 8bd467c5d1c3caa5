/**
 * The life of an installation, by kubectl and each Helm, with the commands of README: install, enforce, upgrade, rotate, uninstall. Three replicas
 * with the rights of the chart's roles behind the chart's Service; a real control plane with its controllers. What becomes of
 * replicas that end or die is in endurance.test.ts.
 */
import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { helmNames, helmOf, chartFolder, type Helm } from "../support/testbed/helm.ts";
import { startKubernetes, type Cluster } from "../support/testbed/kubernetes.ts";
import { clusterPolicy, namespace, pod } from "../support/testbed/objects.ts";
import { request } from "../support/testbed/http.ts";
import { startKubelet } from "../support/testbed/kubelet.ts";
import { eventually, mustSucceed } from "../support/testbed/process.ts";
import {
  makeRelease,
  pointService,
  releaseName,
  releaseNamespace,
  startBalancer,
  type Release,
} from "../support/testbed/release.ts";
import { makeSigningTools, type KeyFiles } from "../support/testbed/cosign.ts";
import { pushImage } from "../support/testbed/images.ts";
import { programsOrSkip, repositoryRoot, type Programs } from "../support/testbed/programs.ts";
import { startReferrersRegistry, type Registry } from "../support/testbed/registries.ts";

/** Short, so that a rotation is seen from end to end. */
const TIMES = { renewBefore: "1h", leafLifetime: "8s", distributionWait: "2s", overlapWait: "8s" };

/** The commands of README's section, as typed there: install, a policy, uninstall. */
function typedCommands(): readonly (readonly string[])[] {
  const [, section = ""] =
    /^## In a cluster$(.*?)^## /msu.exec(readFileSync(join(repositoryRoot(), "README.md"), "utf8")) ?? [];
  const block = [...section.matchAll(/^```sh$(.*?)^```$/gmsu)].map(([, text = ""]) => text.trim()).at(-1) ?? "";
  return block.split("\n").map((line) => line.split(" "));
}

/** The arguments of the one that begins with these words; the chart is found from wherever it is run. */
function commandOf(...words: readonly string[]): readonly string[] {
  const [found, second] = typedCommands().filter((command) => words.every((word, i) => command[i] === word));
  assert.ok(found !== undefined && second === undefined, `README has not exactly one ${words.join(" ")}`);
  return found.slice(1).map((word) => (word === "charts/sealgate" ? chartFolder : word));
}

/** The commands of docs/upgrade.md, from this chart. */
function upgradeCommand(command: "upgrade" | "rollback", chart?: string): readonly string[] {
  const text = readFileSync(join(repositoryRoot(), "docs", "upgrade.md"), "utf8");
  const [typed] = new RegExp(`\\bhelm ${command} sealgate[^\\n\`]*`, "u").exec(text) ?? [];
  assert.ok(typed, `docs/upgrade.md has no helm ${command}`);
  return typed
    .split(" ")
    .slice(1)
    .map((word) => (word === "charts/sealgate" ? (chart ?? word) : word));
}

/** The chart as a later version would be: a kind has one more field, and there is one more value, with its default. */
function laterChart(folder: string): string {
  cpSync(chartFolder, folder, { recursive: true });
  const edit = (file: string, change: (text: string) => string): void =>
    writeFileSync(join(folder, file), change(readFileSync(join(folder, file), "utf8")));
  edit(join("files", "crds", "imageverifypolicies.yaml"), (text) =>
    text.replace(/^( +)failureAction:$/mu, "$1added:\n$1  type: string\n$1  maxLength: 9\n$&"),
  );
  edit("values.yaml", (text) => `${text}added:\n  word: by-default\n`);
  edit("values.schema.json", (text) => text.replace('"properties": {', '"properties": { "added": {},'));
  edit(join("templates", "configmap.yaml"), (text) => `${text}\n  added: {{ .Values.added.word }}\n`);
  return folder;
}

describe("story", () => {
  let programs: Programs;
  let registry: Registry;
  let key: KeyFiles;
  let signed: string;
  let unsigned: string;

  before("push two images, sign one", async function () {
    programs = programsOrSkip(this);
    registry = await startReferrersRegistry({ programs });
    const { v3 } = makeSigningTools(programs);
    key = await v3.generateKeyPair("acme");
    const push = async (name: string): Promise<string> =>
      (await pushImage({ registry, repository: `acme/${name}`, tag: "1.0", seed: name })).reference;
    await push("unsigned");
    mustSucceed("cosign sign", await v3.sign(await push("signed"), key));
    [signed, unsigned] = [`${registry.host}/acme/signed:1.0`, `${registry.host}/acme/unsigned:1.0`];
  });
  after("stop the registry", () => registry?.stop());

  it("has a step for each command of README's section", () => {
    const begun = typedCommands().map(([program, command]) => `${program} ${command}`);
    assert.deepEqual(begun, ["helm install", "kubectl apply", "helm uninstall"]);
  });

  for (const helmName of helmNames) {
    describe(`with ${helmName}`, () => {
      let cluster: Cluster;
      let helm: Helm;
      let release: Release;
      let balancer: Awaited<ReturnType<typeof startBalancer>>;

      before("start a control plane with controllers", async () => {
        cluster = await startKubernetes({ programs, withControllerManager: true });
        helm = helmOf(programs, helmName, cluster);
        balancer = await startBalancer();
        release = makeRelease(cluster, balancer);
      });
      after("stop it", async () => {
        await release?.stopAll();
        await balancer?.stop();
        await cluster?.stop();
      });

      async function kubectl(...args: readonly string[]): Promise<string> {
        return mustSucceed(`kubectl ${args.join(" ")}`, await cluster.kubectl(args)).stdout;
      }
      async function apply(object: object): Promise<void> {
        mustSucceed("kubectl apply", await cluster.kubectl(["apply", "-f", "-"], { stdin: JSON.stringify(object) }));
      }
      /** What the user sees: undefined if the pod is taken. */
      async function create(name: string, image: string, dryRun = true): Promise<string | undefined> {
        const object = JSON.stringify(pod({ namespace: "shop", name }, image));
        const args = ["create", ...(dryRun ? ["--dry-run=server"] : []), "-f", "-"];
        const { code, stderr } = await cluster.kubectl(args, { stdin: object });
        return code === 0 ? undefined : stderr;
      }
      const values = (): readonly string[] => [
        "--namespace",
        releaseNamespace,
        "--set",
        `webhook.port=${balancer.port},plainHttp={${registry.host}},allowPrivate={${registry.host}},drainSeconds=2`,
        ...Object.entries(TIMES).flatMap(([key, value]) => ["--set", `tls.selfManaged.${key}=${value}`]),
      ];
      const bundleOf = async (kind: string): Promise<string> => {
        const path = "jsonpath={.webhooks[0].clientConfig.caBundle}";
        return Buffer.from(
          await kubectl("get", `${kind}webhookconfiguration`, releaseName, "-o", path),
          "base64",
        ).toString();
      };
      const certificatesIn = (pem: string): number => pem.split("BEGIN CERTIFICATE").length - 1;

      it("installs, and refuses pods until the first replica is ready", async () => {
        const notes = await helm.must(...commandOf("helm", "install"), ...values());
        assert.match(notes, /Until the first replica is ready, pods of all other namespaces are refused/);
        await pointService(cluster);
        await apply(namespace("shop"));
        await eventually("fail closed", async () =>
          ((await create("early", unsigned)) ?? "").includes("failed calling webhook"),
        );
      });

      it("enforces with three replicas", async () => {
        await Promise.all([release.start(), release.start(), release.start()]);
        const imageReferences = [`${registry.host}/acme/*`];
        const { publicPem: publicKey } = key;
        const labels = { "kubernetes.io/metadata.name": "shop" };
        const policy = clusterPolicy({ name: "signed", imageReferences, publicKey }, labels);
        writeFileSync(join(cluster.dir, "policy.yaml"), JSON.stringify(policy));
        await kubectl(...commandOf("kubectl", "apply"));
        await eventually("denied", async () =>
          ((await create("bad", unsigned)) ?? "").includes("0 of 1 required signatures accepted"),
        );
        assert.equal(await create("web", signed, false), undefined);
        assert.match(
          await kubectl("-n", "shop", "get", "pod", "web", "-o", "jsonpath={.spec.containers[0].image}"),
          /@sha256:[0-9a-f]{64}$/,
        );
      });

      it("denies a Deployment where it is written, and lets a signed one roll out", async () => {
        const deployment = (name: string, image: string): readonly string[] => [
          "-n",
          "shop",
          "create",
          "deployment",
          name,
          `--image=${image}`,
        ];
        const { code, stderr } = await cluster.kubectl(deployment("bad", unsigned));
        assert.equal(code, 1);
        assert.match(stderr, /webhook "templates\.sealgate\.dev" denied the request: .*0 of 1 required signatures/su);
        await kubectl(...deployment("good", signed));
        await eventually("the pod of the good one", async () =>
          (await kubectl("-n", "shop", "get", "pods", "-l", "app=good", "-o", "name")).includes("pod/"),
        );
        await kubectl("-n", "shop", "delete", "deployment", "good");
      });

      const isFieldKnown = async (): Promise<boolean> =>
        /added\t/u.test(await kubectl("explain", "imageverifypolicies.spec"));
      async function stillDecides(): Promise<void> {
        assert.match((await create("bad", unsigned)) ?? "", /0 of 1 required signatures accepted/);
        assert.equal(await create("asked", signed), undefined);
      }

      it("upgrades as docs/upgrade.md says: a kind has a new field, a new value its default, the caBundle is kept", async () => {
        const before = await bundleOf("validating");
        const chart = laterChart(join(cluster.dir, "later"));
        await helm.must(...upgradeCommand("upgrade", chart));
        await pointService(cluster);
        assert.equal(await bundleOf("validating"), before);
        await eventually("the field is known", isFieldKnown);
        const added = ["-n", releaseNamespace, "get", "configmap", releaseName, "-o", "jsonpath={.data.added}"];
        assert.equal(await kubectl(...added), "by-default");
        await stillDecides();
      });

      it("goes back by helm rollback", async () => {
        const before = await bundleOf("validating");
        await helm.must(...upgradeCommand("rollback"));
        await pointService(cluster);
        assert.equal(await bundleOf("validating"), before);
        await eventually("the field is gone", async () => !(await isFieldKnown()));
        await stillDecides();
      });

      it("puts back what was edited by hand in a configuration: its leader the caBundle, an upgrade the rest", async () => {
        const kept = await bundleOf("validating");
        const patch = JSON.stringify([
          { op: "replace", path: "/webhooks/0/failurePolicy", value: "Ignore" },
          { op: "replace", path: "/webhooks/0/clientConfig/caBundle", value: btoa("edited") },
        ]);
        const configuration = ["validatingwebhookconfiguration", releaseName];
        await kubectl("patch", ...configuration, "--type=json", "-p", patch);
        await eventually("the caBundle is back", async () => (await bundleOf("validating")) === kept);
        const policy = ["get", ...configuration, "-o", "jsonpath={.webhooks[0].failurePolicy}"];
        assert.equal(await kubectl(...policy), "Ignore");
        const upgrade = upgradeCommand("upgrade", chartFolder);
        if (helmName === "helmV4") {
          assert.match(
            (await helm.run(...upgrade)).stderr,
            /conflict.*\.webhooks\[name="images\.sealgate\.dev"\]\.failurePolicy/su,
          );
          await helm.must(...upgrade, "--force-conflicts");
        } else {
          await helm.must(...upgrade);
        }
        await pointService(cluster);
        assert.equal(await kubectl(...policy), "Fail");
        assert.equal(await bundleOf("validating"), kept);
        await stillDecides();
      });

      it("rotates its CA without a failed call", async () => {
        const old = await bundleOf("validating");
        let isRotating = true;
        const failures: string[] = [];
        const calls = (async () => {
          let count = 0;
          while (isRotating) {
            const said = await create("asked", signed);
            if (said !== undefined) failures.push(said);
            count += 1;
          }
          return count;
        })();
        await kubectl("-n", releaseNamespace, "annotate", "secret", `${releaseName}-ca`, "sealgate.dev/rotate=now");
        await eventually("both are trusted", async () => certificatesIn(await bundleOf("mutating")) === 2);
        await eventually("the old one is dropped", async () => {
          const now = await bundleOf("mutating");
          return certificatesIn(now) === 1 && now !== old;
        });
        await eventually("in both", async () => (await bundleOf("validating")) === (await bundleOf("mutating")));
        isRotating = false;
        assert.ok((await calls) > 10);
        assert.deepEqual(failures, []);
      });

      it("leaves a configuration deleted that was deleted by hand, and says so", async () => {
        await kubectl("delete", "mutatingwebhookconfiguration", releaseName);
        await eventually("an event", async () =>
          (await kubectl("-n", releaseNamespace, "get", "events", "-o", "json")).includes("WebhookConfigurationAbsent"),
        );
        await eventually("an annotation", async () =>
          (
            await kubectl("-n", releaseNamespace, "get", "lease", releaseName, "-o", "jsonpath={.metadata.annotations}")
          ).includes(`"sealgate.dev/absent-webhook-configurations":"MutatingWebhookConfiguration/${releaseName}"`),
        );
        const gauge = `sealgate_webhook_configuration_present{kind="MutatingWebhookConfiguration",name="${releaseName}"} 0`;
        await eventually("a metric", async () => {
          const texts = release.replicas().map(({ operationsUrl }) => request(`${operationsUrl}/metrics`));
          return (await Promise.all(texts)).some(({ body }) => body.toString().includes(gauge));
        });
        assert.equal((await cluster.kubectl(["get", "mutatingwebhookconfiguration", releaseName])).code, 1);
        await helm.must("upgrade", releaseName, chartFolder, ...values());
        await eventually("the caBundle is back", async () => (await bundleOf("mutating")) !== "");
      });

      it("uninstalls: pods are made freely, and nothing is left but the kinds and their policies", async () => {
        const kubelet = startKubelet(cluster);
        await helm.must(...commandOf("helm", "uninstall"));
        await kubelet.stop();
        const deleted = [...kubelet.printed.values()].join("").match(/WebhookConfiguration "[a-z-]+" deleted$/gmu);
        assert.deepEqual(deleted?.length, 3, [...kubelet.printed.values()].join("\n"));
        await release.stopAll();
        assert.equal(await create("free", unsigned, false), undefined);
        const kinds = "validatingwebhookconfigurations,mutatingwebhookconfigurations,clusterroles,clusterrolebindings";
        const label = `app.kubernetes.io/instance=${releaseName}`;
        assert.equal(await kubectl("get", kinds, "-l", label, "-o", "name"), "");
        const own =
          "jobs,pods,deployments,services,secrets,configmaps,serviceaccounts,roles,rolebindings,leases,networkpolicies,poddisruptionbudgets";
        assert.equal(await kubectl("-n", releaseNamespace, "get", own, "-l", label, "-o", "name"), "");
        assert.match(await kubectl("get", "crds", "-o", "name"), /clusterimageverifypolicies\.sealgate\.dev/);
        assert.match(await kubectl("get", "clusterimageverifypolicies", "-o", "name"), /signed/);
      });
    });
  }
});
