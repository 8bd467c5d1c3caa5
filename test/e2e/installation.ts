/** The installation that the files about the chart's webhooks share, and the policies they refuse images with. */
import { installChart, type Installation } from "../support/testbed/installation.ts";
import { namespace, pod, refusal, REFUSED } from "../support/testbed/objects.ts";
import { eventually } from "../support/testbed/process.ts";
import type { Programs } from "../support/testbed/programs.ts";

export { FINE, refusal, REFUSED } from "../support/testbed/objects.ts";
export type { Installation } from "../support/testbed/installation.ts";

let shared: Promise<Installation> | undefined;

/** Started by the first that asks, stopped after the last test. */
export async function useInstallation(programs: Programs): Promise<Installation> {
  shared ??= start(programs);
  return await shared;
}

after("stop the installation", async () => {
  // One that did not start has said so where it was asked for.
  const installation = await shared?.catch(() => undefined);
  await installation?.stop();
});

async function start(programs: Programs): Promise<Installation> {
  const installation = await installChart(programs, { values: { drainSeconds: 1, logLevel: "debug" } });
  await installation.apply(namespace("installed"), refusal("installed", { namespaces: ["installed"] }));
  await becomes(installation, "denied", "installed", REFUSED);
  return installation;
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
