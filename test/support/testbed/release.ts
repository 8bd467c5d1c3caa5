// The replicas of an installed release, as the kubelet would start them: the command line of the Deployment, the files of
// the ConfigMap, the token of the ServiceAccount and nothing more. They stand behind the Service by a balancer.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startBalancer, type Balancer } from "./balancer.ts";
import { formatKubeconfig, type Cluster } from "./kubernetes.ts";
import { freePorts, mustSucceed, startProcess, type RunningProcess } from "./process.ts";
import { sealgateProgram } from "./sealgate.ts";

export interface Replica {
  /** Of its files. */
  readonly dir: string;
  readonly port: number;
  readonly operationsUrl: string;
  readonly process: RunningProcess;
}

export interface Release {
  /** Starts one and sends it connections once it is ready. */
  readonly start: () => Promise<Replica>;
  /** SIGTERM; so many milliseconds later no new connections, as endpoints go. Resolves when it has ended. */
  readonly stop: (replica: Replica, lagMs?: number) => Promise<void>;
  readonly kill: (replica: Replica) => Promise<void>;
  readonly replicas: () => readonly Replica[];
  readonly stopAll: () => Promise<void>;
}

export const releaseName = "sealgate";
export const releaseNamespace = "sealgate";

/** The Service as a name for loopback, which the API server resolves by itself: SNI and Host are the Service's own. */
export async function pointService(cluster: Cluster): Promise<void> {
  const spec = { type: "ExternalName", externalName: "localhost", clusterIP: null, clusterIPs: null };
  const args = [
    "-n",
    releaseNamespace,
    "patch",
    "service",
    releaseName,
    "--type=merge",
    "-p",
    JSON.stringify({ spec }),
  ];
  mustSucceed("kubectl patch service", await cluster.kubectl(args));
}

export { startBalancer };

/** `apiServerUrl`: where the replicas find it, if not where it is. */
export function makeRelease(cluster: Cluster, balancer: Balancer, apiServerUrl = cluster.url): Release {
  const running: Replica[] = [];
  const ending = new Set<Replica>();
  let count = 0;
  const spread = (): void => balancer.setEndpoints(running.map(({ port }) => port));
  const leave = (replica: Replica): void => {
    running.splice(running.indexOf(replica), 1);
    spread();
  };
  return {
    replicas: () => running,
    start: async () => {
      const name = `sealgate-${(count += 1)}`;
      const replica = await startReplica({ ...cluster, url: apiServerUrl }, name);
      running.push(replica);
      spread();
      return replica;
    },
    stop: async (replica, lagMs = 0) => {
      ending.add(replica);
      const ended = replica.process.stop(150_000);
      if (lagMs > 0) await sleep(lagMs);
      leave(replica);
      await ended;
      ending.delete(replica);
    },
    kill: async (replica) => {
      process.kill(replica.process.pid, "SIGKILL");
      leave(replica);
      await replica.process.stop(0);
    },
    stopAll: async () => {
      const all = [...running.splice(0), ...ending];
      await Promise.all(all.map((replica) => replica.process.stop(0)));
    },
  };
}

interface PodSpec {
  readonly serviceAccountName: string;
  readonly containers: readonly { readonly args: readonly string[] }[];
  readonly volumes: readonly { readonly name: string; readonly secret?: { readonly secretName: string } }[];
}

type Must = (...args: readonly string[]) => Promise<string>;

/** The files that the pod would have in its volumes, in one folder, and the configuration that names them there. */
async function mount(must: Must, { volumes }: PodSpec, dir: string): Promise<void> {
  mkdirSync(dir, { recursive: true });
  const config = await must("get", "configmap", releaseName, "-o", String.raw`jsonpath={.data.sealgate\.yaml}`);
  writeFileSync(join(dir, "sealgate.yaml"), config.replaceAll("/etc/sealgate-callers/", `${dir}/`));
  for (const { secret } of volumes) {
    if (secret === undefined) continue;
    const { data } = JSON.parse(await must("get", "secret", secret.secretName, "-o", "json")) as {
      readonly data: Readonly<Record<string, string>>;
    };
    for (const [file, value] of Object.entries(data)) {
      writeFileSync(join(dir, file), Buffer.from(value, "base64"), { mode: 0o600 });
    }
  }
}

async function startReplica(cluster: Cluster, name: string): Promise<Replica> {
  const must: Must = async (...args) =>
    mustSucceed(`kubectl ${args[0]}`, await cluster.kubectl(["-n", releaseNamespace, ...args])).stdout;
  const deployment = JSON.parse(await must("get", "deployment", releaseName, "-o", "json")) as {
    spec: { template: { spec: PodSpec } };
  };
  const { spec } = deployment.spec.template;
  const token = (await must("create", "token", spec.serviceAccountName)).trim();
  const dir = join(cluster.dir, name);
  await mount(must, spec, dir);
  writeFileSync(join(dir, "kubeconfig"), formatKubeconfig({ url: cluster.url, ca: cluster.ca, token }), {
    mode: 0o600,
  });
  const [port, operations] = (await freePorts(2)) as [number, number];
  const args = (spec.containers[0]?.args ?? []).map((each) => each.replace("/etc/sealgate/", `${dir}/`));
  const operationsUrl = `http://127.0.0.1:${operations}`;
  const process = await startProcess({
    name,
    command: globalThis.process.execPath,
    args: [
      sealgateProgram,
      ...args,
      `--kubeconfig=${join(dir, "kubeconfig")}`,
      `--listen-webhook=127.0.0.1:${port}`,
      `--listen-operations=127.0.0.1:${operations}`,
    ],
    dir,
    env: { HOSTNAME: name },
    ready: { url: `${operationsUrl}/readyz`, isReady: (status) => status === 200 },
  });
  return { dir, port, operationsUrl, process };
}
