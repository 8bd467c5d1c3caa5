// The chart as a cluster has it: installed by Helm on a control plane with its controllers, replicas behind its Service.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startBalancer, type Balancer } from "./balancer.ts";
import { chartFolder, helmOf, type Helm } from "./helm.ts";
import { request } from "./http.ts";
import { startKubernetes, type Cluster } from "./kubernetes.ts";
import { mustSucceed, type RunResult } from "./process.ts";
import type { Programs } from "./programs.ts";
import { makeRelease, pointService, releaseName, releaseNamespace, type Release } from "./release.ts";

export interface Installation {
  readonly cluster: Cluster;
  readonly helm: Helm;
  readonly balancer: Balancer;
  /** Between the replicas and the API server. */
  readonly apiServerLine: Balancer;
  readonly release: Release;
  /** As the cluster's administrator; throws unless it ends with 0. */
  readonly kubectl: (...args: readonly string[]) => Promise<string>;
  readonly apply: (...objects: readonly object[]) => Promise<void>;
  /** kubectl create of one object, whatever comes of it. */
  readonly create: (object: object, ...args: readonly string[]) => Promise<RunResult>;
  /** helm upgrade to these values beside those that it was installed with. */
  readonly upgrade: (values?: object) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface InstallationOptions {
  /** Of the chart. */
  readonly values?: object;
  readonly replicas?: number;
  /** More flags of kube-apiserver. */
  readonly apiServerArguments?: readonly string[];
}

export async function installChart(programs: Programs, options: InstallationOptions = {}): Promise<Installation> {
  const { values = {}, replicas = 1, apiServerArguments = [] } = options;
  const cluster = await startKubernetes({ programs, apiServerArguments, withControllerManager: true });
  const balancer = await startBalancer();
  const apiServerLine = await startBalancer();
  apiServerLine.setEndpoints([Number(new URL(cluster.url).port)]);
  const release = makeRelease(cluster, balancer, `https://127.0.0.1:${apiServerLine.port}`);
  const stop = async (): Promise<void> => {
    await release.stopAll();
    await balancer.stop();
    apiServerLine.cut();
    await apiServerLine.stop();
    await cluster.stop();
  };
  const helm = helmOf(programs, "helmV4", cluster);
  let files = 0;
  const valuesFile = (set: object): readonly string[] => {
    const file = join(cluster.dir, `values-${(files += 1)}.json`);
    writeFileSync(file, JSON.stringify(set));
    return ["-f", file];
  };
  const place = ["--namespace", releaseNamespace];
  const first = [...valuesFile(values), "--set", `webhook.port=${balancer.port}`];
  try {
    await helm.must("install", releaseName, chartFolder, ...place, "--create-namespace", ...first);
    await pointService(cluster);
    await Promise.all(Array.from({ length: replicas }, () => release.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  const kubectl: Installation["kubectl"] = async (...args) =>
    mustSucceed(`kubectl ${args.join(" ")}`, await cluster.kubectl(args)).stdout;
  return {
    cluster,
    helm,
    balancer,
    apiServerLine,
    release,
    kubectl,
    apply: async (...items) => {
      const stdin = JSON.stringify({ apiVersion: "v1", kind: "List", items });
      mustSucceed("kubectl apply", await cluster.kubectl(["apply", "-f", "-"], { stdin }));
    },
    create: (object, ...args) => cluster.kubectl(["create", ...args, "-f", "-"], { stdin: JSON.stringify(object) }),
    upgrade: async (set = {}) => {
      await helm.must("upgrade", releaseName, chartFolder, ...place, ...first, ...valuesFile(set));
      await pointService(cluster);
    },
    stop,
  };
}

/** How often the replicas were asked: the sum of their counters whose labels contain all of these. */
export async function countReviews({ release }: Installation, ...labels: readonly string[]): Promise<number> {
  const texts = await Promise.all(
    release.replicas().map(async ({ operationsUrl }) => (await request(`${operationsUrl}/metrics`)).body.toString()),
  );
  return texts
    .flatMap((text) => [...text.matchAll(/^sealgate_admission_requests_total\{(.*)\} (\d+)$/gmu)])
    .filter(([, written = ""]) => labels.every((label) => written.includes(label)))
    .reduce((sum, [, , count]) => sum + Number(count), 0);
}
