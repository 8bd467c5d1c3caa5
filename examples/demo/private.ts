/** `-- --private`: one signed image in a registry that wants a password, and pods with and without a pull secret for it. */
import { startSealgate } from "../../test/support/testbed/sealgate.ts";
import type { EmbeddedRegistry } from "../../test/support/registry/registry.ts";
import { makeKeyPair, signLegacy } from "../../test/support/signer.ts";
import { startApiServer } from "./api-server.ts";
import { createPod } from "./reviews.ts";
import type { DemoPod } from "./scene.ts";
import type { Site } from "./site.ts";

const USER = "robot";
const PASSWORD = "demo-password";

/** What the registry wants of everybody. */
export const PRIVATE = { scheme: "basic", users: { [USER]: PASSWORD } } as const;

export interface PrivateScene {
  readonly pods: readonly DemoPod[];
  readonly policy: object;
  readonly secrets: Readonly<Record<string, object>>;
}

export async function makePrivate(registry: EmbeddedRegistry): Promise<PrivateScene> {
  const { host } = registry;
  const repository = "acme/secret-sauce";
  const team = makeKeyPair();
  const digest = await registry.putImage(repository, "1.0", repository);
  await signLegacy(registry, repository, digest, team);
  const image = `${host}/${repository}:1.0`;
  const common = { namespace: "prod", repository, tag: "1.0", image };
  const refused = { expected: "denied", code: "RegistryUnauthorized" } as const;
  const pods: readonly DemoPod[] = [
    { ...common, name: "with", title: "with the pull secret", expected: "pinned", pullSecrets: ["regcred"] },
    { ...common, name: "without", title: "without one", ...refused },
    { ...common, name: "wrong", title: "with a password of yesterday", ...refused, pullSecrets: ["old"] },
    {
      ...common,
      name: "both",
      title: "with both: the second opens it",
      expected: "pinned",
      pullSecrets: ["old", "regcred"],
    },
  ];
  const entry = { name: "team", keys: { publicKeys: team.publicKeyPem }, insecureIgnoreTlog: true };
  const policy = {
    apiVersion: "sealgate.dev/v1alpha1",
    kind: "ClusterImageVerifyPolicy",
    metadata: { name: "signed" },
    spec: {
      verifyImages: [{ name: "by-key", imageReferences: [`${host}/acme/*`], attestors: [{ entries: [entry] }] }],
    },
  };
  const secrets = { regcred: pullSecret(host, PASSWORD), old: pullSecret(host, "password-of-yesterday") };
  return { pods, policy, secrets };
}

function pullSecret(host: string, password: string): object {
  const config = JSON.stringify({ auths: { [host]: { username: USER, password } } });
  const data = { ".dockerconfigjson": Buffer.from(config).toString("base64") };
  return { apiVersion: "v1", kind: "Secret", metadata: {}, type: "kubernetes.io/dockerconfigjson", data };
}

/** The program on an API server in memory, which it asks for the policy and for the Secrets that pods name. */
export async function openPrivate({ policy, secrets }: PrivateScene, host: string): Promise<Site> {
  const lists = { "/apis/sealgate.dev/v1alpha1/clusterimageverifypolicies": [policy] };
  const named = Object.entries(secrets).map(([name, secret]) => [`/api/v1/namespaces/prod/secrets/${name}`, secret]);
  const api = await startApiServer(lists, Object.fromEntries(named) as Record<string, object>);
  const served = { source: { kubeconfig: api.kubeconfig }, plainHttp: [host] };
  const sealgate = await startSealgate(served).catch(async (error: unknown) => {
    await api.stop();
    throw error;
  });
  return {
    description: `${sealgate.url}, the policy and the Secrets by an API server in memory`,
    run: (pod) => createPod(sealgate, pod),
    close: async () => {
      await sealgate.stop();
      await api.stop();
    },
  };
}
