/** Flags, environment and configuration to the one registry client, and to the verifier that asks it. */
import { CLOCKS } from "../app/clocks.ts";
import { ObjectCache } from "../app/object-cache.ts";
import { ImageVerifier } from "../app/verify-image.ts";
import { VerifyWorker } from "../app/worker.ts";
import type { ServeFlags } from "../cli/index.ts";
import { endpointsOf, type RegistryFlags } from "../cli/registry-flags.ts";
import { lifetimesOf } from "../config/limits.ts";
import type { Config } from "../config/load.ts";
import { apiServerUrl } from "../kubernetes/client.ts";
import { buildRegistry, type RegistryRules } from "../registry/client.ts";
import { nameOf, portOf, type ForbiddenHost } from "../registry/destinations.ts";
import { proxyOfEnvironment } from "../registry/proxy.ts";
import { usage } from "./usage.ts";

export interface Verification {
  readonly verifier: ImageVerifier;
  /** After a change of the configuration. */
  readonly reload: () => void;
  readonly close: () => Promise<void>;
}

export interface VerificationOptions {
  /** Hosts that are never called, whoever names them. */
  readonly forbidden?: readonly ForbiddenHost[];
  /** The program of the thread for large evidence; without it everything is verified in this one. */
  readonly workerEntry?: URL;
}

/** Fails with UsageError: a proxy that is none. */
export function buildVerifier(
  flags: RegistryFlags,
  config: () => Config,
  { forbidden = [], workerEntry }: VerificationOptions = {},
): Verification {
  const environment = usage(() => proxyOfEnvironment(process.env));
  const rules = (): RegistryRules => {
    const { registries, limits, proxy = environment } = config();
    const { perHost } = limits;
    return { ...registries, endpoints: endpointsOf(flags, registries.endpoints), proxy, forbidden, perHost };
  };
  const registry = buildRegistry({ rules: rules(), now: () => performance.timeOrigin + performance.now() });
  const cache = new ObjectCache(() => config().caches.blobBytes);
  const worker = workerEntry === undefined ? undefined : new VerifyWorker(workerEntry);
  const verifier = new ImageVerifier({
    ...(worker && { worker }),
    registry: cache.before(registry, ""),
    registryOf: (keychain, party) => cache.before(registry.as(keychain, party), keychain.id),
    limits: () => config().limits,
    lifetimes: () => lifetimesOf(config().caches),
    tagLifetime: () => config().caches.tag,
    ...CLOCKS,
  });
  const close = async (): Promise<void> => {
    worker?.close();
    await registry.close();
  };
  return { verifier, reload: () => void registry.reload(rules()), close };
}

/** The API server that this process is told of, by its own flags and by the cluster that it runs in. */
export function apiServers({ policies, kubeconfig }: ServeFlags): readonly ForbiddenHost[] {
  const servers = [process.env["KUBERNETES_SERVICE_HOST"] ?? []].flat().map((host): ForbiddenHost => ({ host }));
  if (policies !== undefined) return servers;
  const url = usage(() => apiServerUrl(kubeconfig));
  return [...servers, { host: nameOf(url), port: portOf(url) }];
}
