/**
 * With a cluster: etcd, kube-apiserver and kubectl of the testbed, the policies as objects, and pods that kubectl creates.
 * No kubelet runs, so no image is ever pulled.
 */
import { startGate, type Gate } from "../../test/support/testbed/gate.ts";
import { namespace } from "../../test/support/testbed/objects.ts";
import { findPrograms, type Programs } from "../../test/support/testbed/programs.ts";
import { writeConfig } from "./config.ts";
import { NAMESPACES, type DemoPod, type Scene } from "./scene.ts";
import { admittedEnd, MissingProgramsError, type Answer, type OpenSite, type Site } from "./site.ts";

/** Throws MissingProgramsError at once if the testbed is not built. */
export function clusterSite(): OpenSite {
  const programs = builtPrograms();
  return (scene) => openCluster(programs, scene);
}

async function openCluster(programs: Programs, scene: Scene): Promise<Site> {
  const { host, policies, publicKey } = scene;
  const gate = await startGate(programs, { plainHttp: [host], publicKey, config: writeConfig(scene) });
  try {
    await gate.apply(...NAMESPACES.map((name) => namespace(name)));
    await gate.apply(...policies.map(({ object }) => object));
    // Policies take effect a moment after their call; a reference that nobody can read is denied once they have.
    for (const name of NAMESPACES) await gate.covers(name);
    const { gitVersion } = JSON.parse(await gate.must(["get", "--raw", "/version"])) as { gitVersion: string };
    const { cluster, sealgate } = gate;
    return {
      description: `kube-apiserver ${gitVersion} at ${cluster.url} calls ${sealgate.url}; the policies are objects of it`,
      run: (pod) => createPod(gate, pod),
      close: gate.stop,
    };
  } catch (error) {
    await gate.stop();
    throw error;
  }
}

function builtPrograms(): Programs {
  const found = findPrograms();
  if (found.kind === "found") return found.programs;
  const missing = found.missing.map((name) => `  ${name}`).join("\n");
  const remedy = 'Build them once with "npm run testbed" (needs Go 1.26 or later, about ten minutes).';
  throw new MissingProgramsError(`Cannot start a cluster: these programs are not built yet:\n${missing}\n${remedy}`);
}

async function createPod({ cluster, must }: Gate, { name, namespace: where, image: wanted }: DemoPod): Promise<Answer> {
  const { code, stdout, stderr } = await cluster.kubectl(["-n", where, "run", name, `--image=${wanted}`]);
  if (code !== 0) return { end: "denied", output: stderr };
  const image = await must(["-n", where, "get", "pod", name, "-o", "jsonpath={.spec.containers[0].image}"]);
  return { end: admittedEnd(image), output: `${stderr}${stdout}`, image };
}
