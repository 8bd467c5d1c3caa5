/**
 * `npm run cluster`: a control plane with its controllers on loopback, the chart installed by Helm, three replicas behind
 * its Service. Prints a kubeconfig to try it with, and ends with Ctrl-C; nothing is left.
 */
import { helmOf, chartFolder } from "../test/support/testbed/helm.ts";
import { startKubernetes } from "../test/support/testbed/kubernetes.ts";
import { findPrograms } from "../test/support/testbed/programs.ts";
import {
  makeRelease,
  pointService,
  releaseName,
  releaseNamespace,
  startBalancer,
} from "../test/support/testbed/release.ts";

const found = findPrograms();
if (found.kind === "missing") {
  process.stderr.write(`${found.message}\n`);
  process.exit(2);
}
const { programs } = found;
const cluster = await startKubernetes({ programs, withControllerManager: true });
const balancer = await startBalancer();
const release = makeRelease(cluster, balancer);
try {
  const helm = helmOf(programs, "helmV4", cluster);
  // Nobody pulls it: the replicas are started from this clone.
  const set = `webhook.port=${balancer.port},image.repository=registry.example/sealgate`;
  const values = ["--namespace", releaseNamespace, "--create-namespace", "--set", set];
  process.stdout.write(await helm.must("install", releaseName, chartFolder, ...values));
  await pointService(cluster);
  const replicas = [await release.start(), await release.start(), await release.start()];
  process.stdout.write(`
Three replicas are ready; health and metrics: ${replicas.map(({ operationsUrl }) => operationsUrl).join(" ")}
In another terminal, in this folder:

  export KUBECONFIG=${cluster.kubeconfig}
  alias kubectl=${programs.kubectl}
  kubectl apply -f examples/registries-policy.yaml
  kubectl get civp,ivp,ivx,troot --all-namespaces
  kubectl run pause --image=registry.k8s.io/pause:3.10   # taken
  kubectl run web --image=nginx                          # refused, with the sentence of the policy

Pods are made and judged, and run nowhere: there are no nodes. Ctrl-C ends it all.
`);
  if (!process.argv.includes("--once")) await new Promise((resolve) => process.once("SIGINT", resolve));
} finally {
  await release.stopAll();
  await balancer.stop();
  await cluster.stop();
}
process.exit(0);
