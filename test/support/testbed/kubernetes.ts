// A real control plane without nodes: etcd and kube-apiserver on loopback, and
// kube-controller-manager when asked for. kubectl talks to it as a cluster admin.
// Without controllers no default service account appears and no namespace goes away.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeAuthority, makeServingCertificate } from "./certificates.ts";
import {
  type RunOptions,
  type RunResult,
  type RunningProcess,
  eventually,
  freePorts,
  makeTemporaryDir,
  run,
  startProcess,
} from "./process.ts";
import type { Programs } from "./programs.ts";

export interface ClusterOptions {
  readonly programs: Programs;
  readonly dir?: string;
  readonly admissionPlugins?: readonly string[];
  /** More flags of kube-apiserver, after ours. */
  readonly apiServerArguments?: readonly string[];
  readonly withControllerManager?: boolean;
}

export interface Cluster {
  readonly url: string;
  readonly ca: string;
  readonly token: string;
  /** A file: the cluster administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly dir: string;
  readonly kubectl: (args: readonly string[], options?: RunOptions) => Promise<RunResult>;
  readonly apiServerLog: () => string;
  readonly stopApiServer: () => Promise<void>;
  /** On the same port and the same data. */
  readonly startApiServer: () => Promise<void>;
  readonly restartApiServer: () => Promise<void>;
  readonly stopEtcd: () => Promise<void>;
  /** On the same port and the same data. */
  readonly startEtcd: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

interface Layout {
  readonly dir: string;
  readonly etcdUrl: string;
  readonly etcdPeerUrl: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly url: string;
  readonly ca: string;
  readonly token: string;
  readonly kubeconfig: string;
}

export async function startKubernetes(options: ClusterOptions): Promise<Cluster> {
  const layout = await prepare(options.dir ?? makeTemporaryDir("cluster"));
  const running: RunningProcess[] = [];
  let apiServer: RunningProcess | undefined;
  let etcd: RunningProcess | undefined;
  const stopApiServer = async (): Promise<void> => {
    // It would wait for those who watch until they went away
    await apiServer?.stop(1_000);
    apiServer = undefined;
  };
  const startApiServer = async (): Promise<void> => {
    apiServer = await launchApiServer(layout, options);
  };
  // kube-apiserver first: without etcd it would hang for a long time. At once: nobody needs its data.
  const stop = async (): Promise<void> => {
    await apiServer?.stop(0);
    apiServer = undefined;
    await Promise.all([...running.splice(0), ...(etcd ? [etcd] : [])].map((each) => each.stop(0)));
  };
  const startEtcd = async (): Promise<void> => {
    etcd = await launchEtcd(layout, options.programs);
  };
  const kubectl = (args: readonly string[], runOptions: RunOptions = {}): Promise<RunResult> =>
    run(options.programs.kubectl, args, {
      cwd: layout.dir,
      ...runOptions,
      env: { HOME: layout.dir, KUBECONFIG: layout.kubeconfig, ...runOptions.env },
    });
  try {
    await startEtcd();
    await startApiServer();
    if (options.withControllerManager) running.push(await launchControllerManager(layout, options.programs));
    const first = options.withControllerManager ? "serviceaccount/default" : "namespace/default";
    await eventually(`${first} exists`, async () => (await kubectl(["get", first])).code === 0);
  } catch (error) {
    await stop();
    throw error;
  }
  const { url, ca, token, kubeconfig, dir } = layout;
  return {
    url,
    ca,
    token,
    kubeconfig,
    dir,
    kubectl,
    stopApiServer,
    startApiServer,
    stop,
    startEtcd,
    // On disk is what it answered: nothing of it is lost.
    stopEtcd: async () => etcd?.stop(0),
    apiServerLog: () => apiServer?.log() ?? "",
    restartApiServer: async () => {
      await stopApiServer();
      await startApiServer();
    },
  };
}

async function prepare(dir: string): Promise<Layout> {
  const [etcd, peer, port, controllerPort] = (await freePorts(4)) as [number, number, number, number];
  const authority = await makeAuthority("CN=testbed-ca");
  const serving = await makeServingCertificate(authority, {
    dns: ["localhost", "kubernetes.default.svc"],
    ip: ["127.0.0.1", "10.0.0.1"],
  });
  const serviceAccount = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { format: "pem", type: "spki" },
    privateKeyEncoding: { format: "pem", type: "pkcs8" },
  });
  const layout: Layout = {
    dir,
    etcdUrl: `http://127.0.0.1:${etcd}`,
    etcdPeerUrl: `http://127.0.0.1:${peer}`,
    port,
    controllerPort,
    url: `https://127.0.0.1:${port}`,
    ca: authority.pem,
    token: randomBytes(16).toString("hex"),
    kubeconfig: join(dir, "kubeconfig"),
  };
  const files = {
    "ca.crt": authority.pem,
    "apiserver.crt": serving.certificate,
    "apiserver.key": serving.key,
    "sa.pub": serviceAccount.publicKey,
    "sa.key": serviceAccount.privateKey,
    "tokens.csv": `${layout.token},admin,admin-uid,"system:masters"\n`,
    kubeconfig: formatKubeconfig(layout),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text, { mode: 0o600 });
  return layout;
}

/** A kubeconfig for whoever holds the token. */
export function formatKubeconfig({ url, ca, token }: Pick<Layout, "url" | "ca" | "token">): string {
  const name = "testbed";
  const certificate = Buffer.from(ca).toString("base64");
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: url, "certificate-authority-data": certificate } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  });
}

function launchEtcd({ dir, etcdUrl, etcdPeerUrl }: Layout, programs: Programs): Promise<RunningProcess> {
  const args = [
    `--data-dir=${join(dir, "etcd")}`,
    `--listen-client-urls=${etcdUrl}`,
    `--advertise-client-urls=${etcdUrl}`,
    `--listen-peer-urls=${etcdPeerUrl}`,
    `--initial-advertise-peer-urls=${etcdPeerUrl}`,
    `--initial-cluster=default=${etcdPeerUrl}`,
    "--log-level=warn",
    "--unsafe-no-fsync",
  ];
  return startProcess({
    name: "etcd",
    command: programs.etcd,
    args,
    dir,
    ready: { url: `${etcdUrl}/health`, isReady },
  });
}

const isReady = (status: number): boolean => status === 200;

function launchApiServer(layout: Layout, options: ClusterOptions): Promise<RunningProcess> {
  const { dir, port, url, ca } = layout;
  const args = [
    `--etcd-servers=${layout.etcdUrl}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    `--secure-port=${port}`,
    `--cert-dir=${dir}`,
    `--tls-cert-file=${join(dir, "apiserver.crt")}`,
    `--tls-private-key-file=${join(dir, "apiserver.key")}`,
    `--client-ca-file=${join(dir, "ca.crt")}`,
    `--token-auth-file=${join(dir, "tokens.csv")}`,
    `--service-account-issuer=${url}/`,
    `--service-account-key-file=${join(dir, "sa.pub")}`,
    `--service-account-signing-key-file=${join(dir, "sa.key")}`,
    `--api-audiences=${url}/`,
    "--service-cluster-ip-range=10.0.0.0/24",
    "--authorization-mode=RBAC",
    "--allow-privileged=true",
    "--profiling=false",
    ...(options.withControllerManager ? [] : ["--disable-admission-plugins=ServiceAccount"]),
    ...(options.admissionPlugins ? [`--enable-admission-plugins=${options.admissionPlugins.join(",")}`] : []),
    ...(options.apiServerArguments ?? []),
  ];
  const headers = { authorization: `Bearer ${layout.token}` };
  const ready = { url: `${url}/readyz`, ca, headers, isReady };
  return startProcess({ name: "kube-apiserver", command: options.programs.kubeApiserver, args, dir, ready });
}

function launchControllerManager(layout: Layout, programs: Programs): Promise<RunningProcess> {
  const { dir, kubeconfig, controllerPort } = layout;
  const args = [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${controllerPort}`,
    `--cert-dir=${dir}`,
    `--tls-cert-file=${join(dir, "apiserver.crt")}`,
    `--tls-private-key-file=${join(dir, "apiserver.key")}`,
    `--service-account-private-key-file=${join(dir, "sa.key")}`,
    `--root-ca-file=${join(dir, "ca.crt")}`,
    "--leader-elect=false",
    "--controllers=*,-nodeipam,-nodelifecycle,-cloud-node-lifecycle",
  ];
  const ready = { url: `https://127.0.0.1:${controllerPort}/healthz`, ca: layout.ca, isReady };
  return startProcess({ name: "kube-controller-manager", command: programs.kubeControllerManager, args, dir, ready });
}
