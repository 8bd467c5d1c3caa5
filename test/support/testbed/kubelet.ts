// What a kubelet does with the pods of the chart's Jobs: runs the program with the pod's arguments and the token of its
// ServiceAccount, and says how it ended.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { formatKubeconfig, type Cluster } from "./kubernetes.ts";
import { mustSucceed, run } from "./process.ts";
import { releaseNamespace } from "./release.ts";
import { sealgateProgram } from "./sealgate.ts";

export interface Kubelet {
  /** What each program printed, by pod. */
  readonly printed: ReadonlyMap<string, string>;
  readonly stop: () => Promise<void>;
}

interface JobPod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly serviceAccountName: string; readonly containers: readonly { readonly args: string[] }[] };
}

/** For pods of Jobs in the release's namespace, until it is stopped. */
export function startKubelet(cluster: Cluster): Kubelet {
  const printed = new Map<string, string>();
  let isRunning = true;
  const work = (async () => {
    while (isRunning) {
      for (const each of await jobPods(cluster)) {
        if (!printed.has(each.metadata.name)) printed.set(each.metadata.name, await runPod(cluster, each));
      }
      await sleep(200);
    }
  })();
  return {
    printed,
    stop: async () => {
      isRunning = false;
      await work;
    },
  };
}

async function jobPods(cluster: Cluster): Promise<readonly JobPod[]> {
  const args = ["-n", releaseNamespace, "get", "pods", "-l", "batch.kubernetes.io/job-name", "-o", "json"];
  const { code, stdout } = await cluster.kubectl(args);
  return code === 0 ? (JSON.parse(stdout) as { items: readonly JobPod[] }).items : [];
}

async function runPod(cluster: Cluster, { metadata: { name }, spec }: JobPod): Promise<string> {
  const kubectl = async (...args: readonly string[]): Promise<string> =>
    mustSucceed(`kubectl ${args[0]}`, await cluster.kubectl(["-n", releaseNamespace, ...args])).stdout;
  const token = (await kubectl("create", "token", spec.serviceAccountName)).trim();
  const kubeconfig = join(cluster.dir, `${name}.kubeconfig`);
  writeFileSync(kubeconfig, formatKubeconfig({ ...cluster, token }), { mode: 0o600 });
  const args = [sealgateProgram, ...(spec.containers[0]?.args ?? []), `--kubeconfig=${kubeconfig}`];
  const { code, stdout, stderr } = await run(process.execPath, args);
  const status = { phase: code === 0 ? "Succeeded" : "Failed" };
  await kubectl("patch", "pod", name, "--subresource=status", "-p", JSON.stringify({ status }));
  return stdout + stderr;
}
