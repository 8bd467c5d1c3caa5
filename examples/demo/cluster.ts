/**
 * With a cluster: etcd, kube-apiserver and kubectl of the testbed, the program with the rights of a service account, the
 * policies as objects, and pods that kubectl creates. No kubelet runs, so no image is ever pulled.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { namespace, pod, readerRole, webhookConfigurations } from "../../test/e2e/objects.ts";
import { formatKubeconfig, startKubernetes, type Cluster } from "../../test/support/testbed/kubernetes.ts";
import { eventually, mustSucceed } from "../../test/support/testbed/process.ts";
import { findPrograms, repositoryRoot, type Programs } from "../../test/support/testbed/programs.ts";
import { startSealgate, type Sealgate } from "../../test/support/testbed/sealgate.ts";
import { NAMESPACES, type DemoPod, type DemoPolicy } from "./scene.ts";
import { admittedEnd, MissingProgramsError, type Answer, type OpenSite, type Site } from "./site.ts";

/** Throws MissingProgramsError at once if the testbed is not built. */
export function clusterSite(): OpenSite {
  const found = programs();
  return (policies, plainHttp) => openCluster(found, policies, plainHttp);
}

async function openCluster(found: Programs, policies: readonly DemoPolicy[], plainHttp: string): Promise<Site> {
  const cluster = await startKubernetes({ programs: found });
  try {
    const sealgate = await startGate(cluster, policies, plainHttp);
    const { gitVersion } = JSON.parse(await must(cluster, ["get", "--raw", "/version"])) as { gitVersion: string };
    return {
      description: `kube-apiserver ${gitVersion} at ${cluster.url} calls ${sealgate.url}; the policies are objects of it`,
      run: (wanted) => createPod(cluster, wanted),
      close: async () => {
        await sealgate.stop();
        await cluster.stop();
      },
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

function programs(): Programs {
  const found = findPrograms();
  if (found.kind === "found") return found.programs;
  const missing = found.missing.map((name) => `  ${name}`).join("\n");
  const remedy = 'Build them once with "npm run testbed" (needs Go 1.26 or later, about ten minutes).';
  throw new MissingProgramsError(`Cannot start a cluster: these programs are not built yet:\n${missing}\n${remedy}`);
}

async function startGate(cluster: Cluster, policies: readonly DemoPolicy[], plainHttp: string): Promise<Sealgate> {
  const account = { namespace: "sealgate-system", name: "sealgate" };
  await must(cluster, ["apply", "-f", join(repositoryRoot(), "crds")]);
  await must(cluster, ["wait", "--for=condition=Established", "--timeout=30s", "customresourcedefinitions", "--all"]);
  await apply(cluster, [...readerRole(account), ...NAMESPACES.map((name) => namespace(name))]);
  await apply(
    cluster,
    policies.map(({ object }) => object),
  );
  const token = (await must(cluster, ["-n", account.namespace, "create", "token", account.name])).trim();
  const kubeconfig = join(cluster.dir, "sealgate.kubeconfig");
  writeFileSync(kubeconfig, formatKubeconfig({ ...cluster, token }), { mode: 0o600 });
  const sealgate = await startSealgate({ source: { kubeconfig }, plainHttp: [plainHttp] });
  await apply(cluster, webhookConfigurations(sealgate));
  // A configuration takes effect a moment after its call; a reference that nobody can read is denied once it has.
  await eventually("the API server calls the webhook", async () => {
    const probe = JSON.stringify(pod({ namespace: "prod", name: "probe" }, "acme/UPPER"));
    const { stderr } = await cluster.kubectl(["create", "--dry-run=server", "-f", "-"], { stdin: probe });
    if (stderr.includes("denied the request")) return true;
    throw new Error(stderr);
  });
  return sealgate;
}

async function createPod(cluster: Cluster, wanted: DemoPod): Promise<Answer> {
  const where = ["-n", wanted.namespace];
  const { code, stdout, stderr } = await cluster.kubectl([...where, "run", wanted.name, `--image=${wanted.image}`]);
  if (code !== 0) return { end: "denied", output: stderr };
  const image = await must(cluster, [
    ...where,
    "get",
    "pod",
    wanted.name,
    "-o",
    "jsonpath={.spec.containers[0].image}",
  ]);
  return { end: admittedEnd(image), output: `${stderr}${stdout}`, image };
}

async function apply(cluster: Cluster, items: readonly object[]): Promise<void> {
  await must(cluster, ["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
}

async function must(cluster: Cluster, args: readonly string[], stdin?: string): Promise<string> {
  const result = await cluster.kubectl(args, stdin === undefined ? {} : { stdin });
  return mustSucceed(`kubectl ${args.join(" ")}`, result).stdout;
}
