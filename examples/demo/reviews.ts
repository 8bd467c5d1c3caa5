/**
 * Without a cluster: the program reads its policies from files, and this sends the AdmissionReviews that an API server
 * would, to /mutate and then, with the patch applied, to /validate.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { request } from "../../test/support/testbed/http.ts";
import { makeTemporaryDir } from "../../test/support/testbed/process.ts";
import { startSealgate, type Sealgate } from "../../test/support/testbed/sealgate.ts";
import { writeConfig } from "./config.ts";
import type { DemoPod } from "./scene.ts";
import { admittedEnd, type Answer, type OpenSite } from "./site.ts";

export const openReviews: OpenSite = async (scene) => {
  const folder = makeTemporaryDir("demo");
  for (const { name, object } of scene.policies) writeFileSync(join(folder, `${name}.yaml`), stringify(object));
  const config = writeConfig(scene);
  const sealgate = await startSealgate({ source: { policies: folder }, plainHttp: [scene.host], config });
  return {
    description: `${sealgate.url}, the policies in files: sealgate serve --policies DIR --config FILE`,
    run: (pod) => createPod(sealgate, pod),
    close: () => sealgate.stop(),
  };
};

export async function createPod(sealgate: Sealgate, pod: DemoPod): Promise<Answer> {
  const image = pinnedImage(pod.image, await review(sealgate, "/mutate", pod, pod.image));
  const { allowed, warnings = [], status } = await review(sealgate, "/validate", pod, image);
  const said = warnings.map((warning) => `Warning: ${warning}\n`).join("");
  if (allowed) return { end: admittedEnd(image), output: `${said}pod/${pod.name} created`, image };
  const denial = `admission webhook "images.sealgate.dev" denied the request: ${status?.message ?? ""}`;
  return { end: "denied", output: `${said}Error from server (Forbidden): ${denial}` };
}

interface Response {
  readonly allowed: boolean;
  /** base64 of a JSON Patch. */
  readonly patch?: string;
  readonly warnings?: readonly string[];
  readonly status?: { readonly message?: string };
}

async function review(sealgate: Sealgate, path: string, pod: DemoPod, image: string): Promise<Response> {
  const { name, namespace, pullSecrets = [] } = pod;
  const imagePullSecrets = pullSecrets.map((secret) => ({ name: secret }));
  const body = JSON.stringify({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: `demo-${name}`,
      kind: { group: "", version: "v1", kind: "Pod" },
      resource: { group: "", version: "v1", resource: "pods" },
      name,
      namespace,
      operation: "CREATE",
      userInfo: { username: "jane", groups: ["system:authenticated"] },
      object: {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace },
        spec: { containers: [{ name, image }], imagePullSecrets },
      },
      oldObject: null,
      dryRun: false,
    },
  });
  const answer = await request(`${sealgate.url}${path}?timeout=10s`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: Buffer.from(body),
    ca: sealgate.ca,
  });
  if (answer.status !== 200) throw new Error(`Cannot review the pod: HTTP ${answer.status} ${answer.body.toString()}`);
  return (JSON.parse(answer.body.toString()) as { response: Response }).response;
}

/** The image after our patch of the pod's one container. */
function pinnedImage(image: string, { patch }: Response): string {
  if (patch === undefined) return image;
  const operations = JSON.parse(Buffer.from(patch, "base64").toString()) as { path: string; value: string }[];
  return operations.find(({ path }) => path === "/spec/containers/0/image")?.value ?? image;
}
