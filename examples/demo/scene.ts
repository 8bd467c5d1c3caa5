/** The images, the policies and the pods of the demo, and the end that each pod is to meet. */
import type { EmbeddedRegistry } from "../../test/support/registry/registry.ts";
import { makeKeyPair, signBundle, signLegacy, type KeyPair } from "../../test/support/signer.ts";

export type End = "pinned" | "warned" | "denied";

export interface DemoPod {
  readonly name: string;
  readonly namespace: string;
  readonly repository: string;
  readonly tag: string;
  readonly image: string;
  readonly title: string;
  readonly expected: End;
}

export interface DemoPolicy {
  readonly name: string;
  readonly object: object;
}

export interface Scene {
  /** Of the registry, spoken to without TLS. */
  readonly host: string;
  readonly pods: readonly DemoPod[];
  readonly policies: readonly DemoPolicy[];
  /** The team's. */
  readonly publicKey: string;
}

export const NAMESPACES = ["prod", "dev"] as const;

/** Pushes and signs. */
export async function makeScene(registry: EmbeddedRegistry): Promise<Scene> {
  const team = makeKeyPair();
  const web = await registry.putImage("acme/web", "1.0", "web");
  await signLegacy(registry, "acme/web", web, team);
  const api = await registry.putImage("acme/api", "1.0", "api");
  await signBundle(registry, "acme/api", api, team);
  await registry.putImage("acme/debug", "latest", "debug");
  const miner = await registry.putImage("acme/miner", "2.1", "miner");
  await signLegacy(registry, "acme/miner", miner, makeKeyPair());
  await registry.putImage("acme/spike", "0.1", "spike");
  const pod = (repository: string, tag: string, title: string, expected: End): DemoPod => {
    const name = repository.replace("acme/", "");
    const namespace = expected === "warned" ? "dev" : "prod";
    return { name, namespace, repository, tag, image: `${registry.host}/${repository}:${tag}`, title, expected };
  };
  const pods = [
    pod("acme/web", "1.0", "signed with the team's key, as cosign v2 does", "pinned"),
    pod("acme/api", "1.0", "signed with the team's key, as cosign v3 does", "pinned"),
    pod("acme/debug", "latest", "not signed", "denied"),
    pod("acme/miner", "2.1", "signed, but with somebody else's key", "denied"),
    pod("acme/spike", "0.1", "not signed, and run in another namespace", "warned"),
  ];
  const { host } = registry;
  return { host, pods, policies: makePolicies(host, team), publicKey: team.publicKeyPem };
}

function makePolicies(host: string, team: KeyPair): readonly DemoPolicy[] {
  const apiVersion = "sealgate.dev/v1alpha1";
  const entry = { name: "team", keys: { publicKeys: team.publicKeyPem }, insecureIgnoreTlog: true };
  const verifyImages = [{ name: "acme", imageReferences: [`${host}/acme/*`], attestors: [{ entries: [entry] }] }];
  const elsewhere = [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["prod", "kube-system"] }];
  return [
    {
      name: "signed",
      object: {
        apiVersion,
        kind: "ImageVerifyPolicy",
        metadata: { name: "signed", namespace: "prod" },
        spec: { failureAction: "Enforce", verifyImages },
      },
    },
    {
      name: "watch",
      object: {
        apiVersion,
        kind: "ClusterImageVerifyPolicy",
        metadata: { name: "watch" },
        spec: {
          failureAction: "Warn",
          match: { namespaceSelector: { matchExpressions: elsewhere } },
          verifyImages,
        },
      },
    },
  ];
}
