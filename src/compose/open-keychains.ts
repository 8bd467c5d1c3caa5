/** Where credentials for registries come from: pull secrets of the cluster whose policies are served, and what the operator gives. */
import { CLOCKS } from "../app/clocks.ts";
import type { KubernetesApi } from "../kubernetes/client.ts";
import { PullSecrets } from "../kubernetes/pull-secrets.ts";
import type { Keychains } from "../ports/credentials.ts";
import { PullKeychains } from "../registry/keychains.ts";
import { NO_CLUSTER, SecretSources } from "../registry/secret-source.ts";

/**
 * Without `api` the policies are files, and there is no cluster to ask. `namespace` is where Sealgate runs, undefined where
 * that is not known.
 */
export function openKeychains(api: KubernetesApi | undefined, namespace: string | undefined): Keychains {
  const reader = api === undefined ? NO_CLUSTER : new PullSecrets(api, CLOCKS.monotonicNow);
  return new PullKeychains(new SecretSources(reader, namespace), () => []);
}
