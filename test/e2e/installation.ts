/** The installation that the files about the chart's webhooks share, and the policies they refuse images with. */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeAuthority, makeClientCertificate } from "../support/testbed/certificates.ts";
import { installChart, type Installation } from "../support/testbed/installation.ts";
import { FINE, namespace, pod, refusal, REFUSED } from "../support/testbed/objects.ts";
import { eventually, makeTemporaryDir } from "../support/testbed/process.ts";
import type { Programs } from "../support/testbed/programs.ts";
import { controller } from "../support/testbed/workloads.ts";

export { FINE, refusal, REFUSED } from "../support/testbed/objects.ts";
export type { Installation } from "../support/testbed/installation.ts";

/** For controllers.test.ts: a CronJob of each minute is made there first, so that nothing waits for its minute. */
export const CRON_NAMESPACE = "rolling";

/** What its API server shows when it calls. */
export interface Identified extends Installation {
  readonly callers: Callers;
}

let shared: Promise<Identified> | undefined;

/** Started by the first that asks, stopped after the last test. */
export async function useInstallation(programs: Programs): Promise<Identified> {
  shared ??= start(programs);
  return await shared;
}

after("stop the installation", async () => {
  // One that did not start has said so where it was asked for.
  const installation = await shared?.catch(() => undefined);
  await installation?.stop();
});

async function start(programs: Programs): Promise<Identified> {
  const callers = await makeCallers();
  const apiServerArguments = [`--admission-control-config-file=${callers.file}`];
  const values = { drainSeconds: 1, logLevel: "debug" };
  const installation = await installChart(programs, { apiServerArguments, values });
  await installation.apply(
    namespace("installed"),
    refusal("installed", { namespaces: ["installed"] }),
    namespace(CRON_NAMESPACE),
    controller("CronJob", {
      namespace: CRON_NAMESPACE,
      image: FINE,
      name: "each-minute",
      spec: { schedule: "* * * * *" },
    }),
  );
  await becomes(installation, "denied", "installed", REFUSED);
  return { ...installation, callers };
}

interface Callers {
  /** An AdmissionConfiguration, for kube-apiserver. */
  readonly file: string;
  /** PEM, who issued the client certificate; its common name is "kube-apiserver". */
  readonly ca: string;
  readonly token: string;
}

/** What Kubernetes has for an API server that shows webhooks who it is: the kubeconfig of its admission plugins. */
async function makeCallers(): Promise<Callers> {
  const dir = makeTemporaryDir("callers");
  const authority = await makeAuthority("CN=api-servers");
  const { certificate, key } = await makeClientCertificate(authority, "kube-apiserver");
  const token = randomBytes(16).toString("hex");
  const [kubeconfig, file] = [join(dir, "kubeconfig"), join(dir, "admission.json")];
  const user = {
    "client-certificate-data": Buffer.from(certificate).toString("base64"),
    "client-key-data": Buffer.from(key).toString("base64"),
    token,
  };
  const users = [{ name: "*", user }];
  writeFileSync(kubeconfig, JSON.stringify({ apiVersion: "v1", kind: "Config", users }), { mode: 0o600 });
  const apiVersion = "apiserver.config.k8s.io/v1";
  const configuration = { apiVersion, kind: "WebhookAdmissionConfiguration", kubeConfigFile: kubeconfig };
  const plugins = ["ValidatingAdmissionWebhook", "MutatingAdmissionWebhook"].map((name) => ({ name, configuration }));
  writeFileSync(file, JSON.stringify({ apiVersion, kind: "AdmissionConfiguration", plugins }));
  return { file, ca: authority.pem, token };
}

/** Waits until a pod of that image would be taken or refused in the namespace. */
export async function becomes(
  installation: Installation,
  verdict: "admitted" | "denied",
  inNamespace: string,
  image: string,
): Promise<void> {
  await eventually(`${image} is ${verdict} in ${inNamespace}`, async () => {
    const asked = pod({ namespace: inNamespace, name: "asked" }, image);
    const { code, stderr } = await installation.create(asked, "--dry-run=server");
    if (verdict === "admitted" ? code === 0 : stderr.includes(" denied the request: ")) return true;
    throw new Error(`${code} ${stderr}`);
  });
}
