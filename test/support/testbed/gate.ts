/**
 * The whole gate: an API server that asks the built program about pods. The program acts with the rights of the chart's
 * roles, and nothing else.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { chartFolder, helmOf } from "./helm.ts";
import { type Cluster, formatKubeconfig, startKubernetes } from "./kubernetes.ts";
import { namespace, pod, policy, webhookConfigurations } from "./objects.ts";
import { eventually, mustSucceed, type RunResult } from "./process.ts";
import { type Programs, repositoryRoot } from "./programs.ts";
import { type Sealgate, startSealgate } from "./sealgate.ts";

export interface Gate {
  readonly cluster: Cluster;
  readonly sealgate: Sealgate;
  /** kubectl; throws unless it ends with 0. */
  readonly must: (args: readonly string[], stdin?: string) => Promise<string>;
  readonly apply: (...objects: readonly object[]) => Promise<void>;
  /** Creates a pod of one container with this image. */
  readonly create: (name: string, inNamespace: string, image: string) => Promise<RunResult>;
  /** Whether such a pod would be admitted now; nothing is stored. */
  readonly ask: (inNamespace: string, image: string) => Promise<RunResult>;
  /** Waits until it is so: policies and configurations take effect a moment after their call. */
  readonly becomes: (verdict: "admitted" | "denied", inNamespace: string, image: string) => Promise<void>;
  /** Makes a namespace with these labels and waits until the API server calls the webhooks about its pods. */
  readonly covers: (name: string, labels?: Readonly<Record<string, string>>) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface GateOptions {
  /** Registries without TLS. */
  readonly plainHttp: readonly string[];
  /** Of the policies that show whether the gate is up; nothing is signed with it. */
  readonly publicKey: string;
  /** The program's configuration file. */
  readonly config?: string;
}

/** A denial by the gate, not a failure to reach it. */
export const isDenied = ({ code, stderr }: RunResult): boolean =>
  code !== 0 && stderr.includes(" denied the request: ");

const account = { namespace: "sealgate-system", name: "sealgate" };

/** The Lease that the chart makes, for a gate that writes status. */
export const LEADER_ELECTION = { namespace: account.namespace, lease: account.name };

/** The chart's roles and its ServiceAccount, for a certificate from files: what the program may do, and nothing else. */
const CHART_ROLES = [
  "template",
  account.name,
  chartFolder,
  `--namespace=${account.namespace}`,
  "--show-only=templates/rbac.yaml",
  "--set=tls.mode=files,tls.files.secret=tls,tls.files.caBundle=-----BEGIN CERTIFICATE-----",
];

/** Denied by every policy without asking a registry: shows that the API server calls, and that policies arrive. */
export const noReference = "acme/UPPER";

export async function startGate(programs: Programs, options: GateOptions): Promise<Gate> {
  const cluster = await startKubernetes({ programs });
  try {
    return await openGate(programs, cluster, options);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function openGate(programs: Programs, cluster: Cluster, { publicKey, ...served }: GateOptions): Promise<Gate> {
  const must: Gate["must"] = async (args, stdin) => {
    const options = stdin === undefined ? {} : { stdin };
    return mustSucceed(`kubectl ${args.join(" ")}`, await cluster.kubectl(args, options)).stdout;
  };
  const apply: Gate["apply"] = async (...items) => {
    await must(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  };
  await must(["apply", "-f", join(repositoryRoot(), "crds")]);
  await must(["wait", "--for=condition=Established", "--timeout=30s", "customresourcedefinitions", "--all"]);
  await apply(namespace(account.namespace));
  const helm = helmOf(programs, "helmV4", cluster);
  await must(["apply", "-f", "-"], await helm.must(...CHART_ROLES));
  const token = (await must(["-n", account.namespace, "create", "token", account.name])).trim();
  const kubeconfig = join(cluster.dir, "sealgate.kubeconfig");
  writeFileSync(kubeconfig, formatKubeconfig({ ...cluster, token }), { mode: 0o600 });
  const sealgate = await startSealgate({ source: { kubeconfig }, ...served });
  await apply(...webhookConfigurations(sealgate));

  const send = async (
    args: readonly string[],
    image: string,
    meta: { name: string; namespace: string },
  ): Promise<RunResult> => cluster.kubectl(["create", ...args, "-f", "-"], { stdin: JSON.stringify(pod(meta, image)) });
  const ask: Gate["ask"] = async (inNamespace, image) =>
    send(["--dry-run=server", "-o", "json"], image, { name: "asked", namespace: inNamespace });
  const becomes: Gate["becomes"] = async (verdict, inNamespace, image) =>
    eventually(`${image} is ${verdict} in ${inNamespace}`, async () => {
      const answer = await ask(inNamespace, image);
      if (verdict === "admitted" ? answer.code === 0 : isDenied(answer)) return true;
      throw new Error(`${answer.code} ${answer.stderr}`);
    });
  const gate: Gate = {
    cluster,
    sealgate,
    must,
    apply,
    create: async (name, inNamespace, image) => send([], image, { name, namespace: inNamespace }),
    ask,
    becomes,
    covers: async (name, labels = {}) => {
      await apply(namespace(name, labels));
      await apply(policy({ namespace: name, name: "probe", imageReferences: ["probe.example/*"], publicKey }));
      await becomes("denied", name, noReference);
    },
    stop: async () => {
      await sealgate.stop();
      await cluster.stop();
    },
  };
  return gate;
}
