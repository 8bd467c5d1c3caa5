/**
 * Where credentials for registries come from: pull secrets of the cluster whose policies are served, what the operator gives,
 * and who this process is in a cloud.
 */
import { CLOCKS } from "../app/clocks.ts";
import { openCloudCredentials } from "../cloud/registries/open-cloud.ts";
import type { Config } from "../config/load.ts";
import { userAuthFiles } from "../config/user-auth-files.ts";
import type { KubernetesApi } from "../kubernetes/client.ts";
import { PullSecrets } from "../kubernetes/pull-secrets.ts";
import type { CloudSources, Keychains, OperatorSource } from "../ports/credentials.ts";
import { PullKeychains } from "../registry/keychains.ts";
import { OperatorCredentials } from "../registry/operator-credentials.ts";
import { NO_CLUSTER, SecretSources } from "../registry/secret-source.ts";
import { authFileSource, UserKeychains } from "../registry/user-keychains.ts";
import type { ReadinessCheck } from "../webhook/operations.ts";
import { usage } from "./usage.ts";

export interface OpenedKeychains {
  readonly keychains: Keychains;
  readiness(): readonly ReadinessCheck[];
}

/**
 * For the webhook. Without `api` the policies are files, and there is no cluster to ask. `namespace` is where Sealgate runs,
 * undefined where that is not known. Fails with UsageError: a file of the configuration that cannot be used.
 */
export function openKeychains(
  api: KubernetesApi | undefined,
  namespace: string | undefined,
  config: () => Pick<Config, "registries">,
): OpenedKeychains {
  const reader = api === undefined ? NO_CLUSTER : new PullSecrets(api, CLOCKS.monotonicNow);
  const secrets = new SecretSources(reader, namespace);
  const { clouds, identities } = openClouds(process.env);
  const operator = usage(() => new OperatorCredentials(() => config().registries.credentials, { secrets, clouds }));
  return {
    keychains: new PullKeychains(secrets, () => [...operator.sources(), ...identities]),
    readiness: () => [{ name: "credentials", ok: true, detail: operator.detail() }],
  };
}

/** For the command line: what the configuration says, what its user is logged in with, clouds. Fails as openKeychains(). */
export function openUserKeychains(
  config: () => Pick<Config, "registries">,
  environment: Readonly<Record<string, string | undefined>>,
): Keychains {
  const secrets = new SecretSources(NO_CLUSTER, undefined);
  const { clouds, identities } = openClouds(environment);
  const operator = usage(() => new OperatorCredentials(() => config().registries.credentials, { secrets, clouds }));
  // The SDKs of clouds set variables of their own once they are loaded: helpers are started with what was there before.
  const ofStart = { ...environment };
  const files = userAuthFiles(environment).map((file) => authFileSource(file, ofStart));
  return new UserKeychains(new PullKeychains(secrets, () => [...operator.sources(), ...files, ...identities]));
}

/** What the configuration may name, and what stands for itself. */
function openClouds(environment: Readonly<Record<string, string | undefined>>): {
  readonly clouds: CloudSources;
  readonly identities: readonly OperatorSource[];
} {
  const { monotonicNow: now, now: wallNow } = CLOCKS;
  const clouds = openCloudCredentials({ environment, now, wallNow });
  return { clouds, identities: clouds.hasIdentity() ? [clouds] : [] };
}
