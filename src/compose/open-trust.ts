/** The configuration file and the trust roots that policies may name by it. */
import { callersDetail } from "../config/callers.ts";
import { ConfigFile } from "../config/config-file.ts";
import { FileWatch } from "../config/file-watch.ts";
import { DEFAULT_CONFIG, type Config } from "../config/load.ts";
import { settingsDetail } from "../config/settings.ts";
import { compilePolicy } from "../policy/compile.ts";
import { NO_KEY_SOURCES, type FindSecretKey, type KeySources } from "../policy/key-source.ts";
import { compileTrustRoot, withObjects } from "../policy/trust-root-object.ts";
import { NO_TRUST_ROOT_SOURCES, type FindRootText } from "../policy/trust-root-source.ts";
import type { TrustRoots } from "../policy/trust-root.ts";
import type { Compilers } from "../ports/policies.ts";
import type { TrustRoot } from "../ports/trust.ts";
import { builtInTrustRoot } from "../trust/built-in.ts";
import { TrustRootStore } from "../trust/trust-root-store.ts";
import type { ReadinessCheck } from "../webhook/operations.ts";
import { usage } from "./usage.ts";

/** The configuration, and the trust roots that policies may name by it. */
export interface Trust {
  readonly config: () => Config;
  readonly trustRoots: TrustRoots;
  /** Without keys outside of policies. */
  readonly compile: Compilers;
  /**
   * With keys of Secrets: `keys` is given those that lie beside the policies, where these are files. `text` finds what
   * TrustRoot objects name, where they are no files.
   */
  readonly compileWith: (
    keys: (beside: FindSecretKey) => Pick<KeySources, "namespace" | "find">,
    text?: FindRootText,
  ) => Compilers;
  readiness(): readonly ReadinessCheck[];
  /** Reads the configuration and the files of its roots whenever they change, until the answer is called. */
  follow(onChange: (detail: string) => void): () => void;
}

/** `path`: of the configuration file; without it the defaults hold. Fails with UsageError. */
export function openTrust(path: string | undefined): Trust {
  const file = path === undefined ? undefined : usage(() => new ConfigFile(path));
  const store = usage(() => new TrustRootStore(file?.config ?? DEFAULT_CONFIG));
  const trustRoots: TrustRoots = (name) => store.get(name);
  const check = (name: string, detail: string): ReadinessCheck => ({ name, ok: true, detail });
  const compileWith: Trust["compileWith"] = (keys, text = NO_TRUST_ROOT_SOURCES.find) => ({
    policy: (resource, objects, beside = NO_KEY_SOURCES.find) => {
      const { secretNamespaces } = file?.config ?? DEFAULT_CONFIG;
      const isAllowed = (namespace: string): boolean => secretNamespaces.includes(namespace);
      return compilePolicy(resource, withObjects(objects, trustRoots), { ...keys(beside), isAllowed });
    },
    trustRoot: (resource, beside = text) => {
      const { namespace } = keys(NO_KEY_SOURCES.find);
      return compileTrustRoot(resource, embeddedRoot, { namespace, find: beside });
    },
  });
  return {
    config: () => file?.config ?? DEFAULT_CONFIG,
    trustRoots,
    compile: compileWith(() => NO_KEY_SOURCES),
    compileWith,
    readiness: () => [
      check("trust-roots", store.detail()),
      check("images", settingsDetail(file?.config ?? DEFAULT_CONFIG)),
      check("callers", callersDetail((file?.config ?? DEFAULT_CONFIG).callers)),
      ...(file === undefined ? [] : [check("configuration", file.detail())]),
    ],
    follow: (onChange) => {
      if (file === undefined) return () => undefined;
      const reload = (): void => {
        file.reload();
        store.reload(file.config);
      };
      const files = (): readonly string[] => [
        file.path,
        ...[...file.config.trustRoots.values()].map((root) => root.file),
        ...file.config.registries.files,
        ...file.config.callers.files,
      ];
      const watch = new FileWatch({
        files,
        onChange: () => {
          reload();
          onChange(store.detail());
        },
      });
      // What changed between the first read and the first look
      reload();
      return () => watch.close();
    },
  };
}

/** As the program carries it. */
export function embeddedRoot(name: string): TrustRoot {
  const root = builtInTrustRoot(name);
  if (root === undefined) throw new Error(`there is no built-in trust root "${name}"`);
  return root;
}
