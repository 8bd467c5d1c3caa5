/**
 * Who may read what while caches are tried: some repositories want a credential, which the pull secret of a pod's namespace
 * holds, or the one of a rule. Claims are made into keychains as in the program; what they show is looked at here.
 */
import { VerificationFailure } from "../../../src/failure/failure.ts";
import type { Repository } from "../../../src/oci/reference.ts";
import type { Keychain, Keychains, PullSecret } from "../../../src/ports/credentials.ts";
import type { Registry } from "../../../src/ports/registry.ts";
import { PullKeychains } from "../../../src/registry/keychains.ts";
import { SecretSources } from "../../../src/registry/secret-source.ts";
import { fakeReader } from "../../registry/pull-secret-reader.ts";
import { configJson, secretOf } from "../../registry/pull-secrets.ts";

export const PULL_SECRETS = { pod: "regcred", rule: "robot" } as const;

const GOOD = "good";
const OWN_NAMESPACE = "sealgate";

/** Only that of prod is good: test has another by its name. */
export function keychainsOf(host: string): Keychains {
  const secret = (namespace: string, name: string, user: string): PullSecret => ({
    ...secretOf(configJson({ [host]: user }), undefined, name),
    namespace,
  });
  const secrets = [
    secret("prod", PULL_SECRETS.pod, GOOD),
    secret("test", PULL_SECRETS.pod, "bad"),
    secret(OWN_NAMESPACE, PULL_SECRETS.rule, GOOD),
    secret("prod", PULL_SECRETS.rule, "bad"),
  ];
  return new PullKeychains(new SecretSources(fakeReader(secrets), OWN_NAMESPACE), () => []);
}

/** Every fourth repository wants a credential. */
function isPrivate({ path }: Repository): boolean {
  return Number(path.slice("acme/r".length)) % 4 === 1;
}

/** `registry` as whoever shows `keychain` is answered. */
export function shownTo(registry: Registry, keychain: Keychain, signal: AbortSignal): Registry {
  const enter = async (place: Repository): Promise<void> => {
    if (!isPrivate(place)) return;
    for (const source of keychain.sourcesFor(place)) {
      const { credentials } = await source.ask(signal);
      if (credentials.some(({ credential }) => credential.username === GOOD)) return;
    }
    throw new VerificationFailure("RegistryUnauthorized", `Cannot read ${place.path}: the registry answers 401`);
  };
  return {
    manifest: async (place, ...rest) => {
      await enter(place);
      return await registry.manifest(place, ...rest);
    },
    blob: async (place, ...rest) => {
      await enter(place);
      return await registry.blob(place, ...rest);
    },
    referrers: async (place, ...rest) => {
      await enter(place);
      return await registry.referrers(place, ...rest);
    },
  };
}
