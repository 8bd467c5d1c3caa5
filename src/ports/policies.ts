/** The policies in force, as an immutable snapshot; whoever watches them swaps the whole. */
import type { CompiledPolicy } from "../policy/compile.ts";
import type { CompiledException } from "../policy/exception.ts";
import type { FindSecretKey } from "../policy/key-source.ts";
import type { CompiledTrustRoot, TrustRootObjects, TrustRootResource } from "../policy/trust-root-object.ts";
import type { FindRootText } from "../policy/trust-root-source.ts";
import type { PolicyResource } from "../policy/types.ts";

export interface PolicySnapshot {
  readonly policies: readonly CompiledPolicy[];
  /** Each as it was made; whether one holds is asked of it at the instant of the decision. */
  readonly exceptions: readonly CompiledException[];
  /** The objects alone, not what the configuration and the program have; policies were compiled with them. */
  readonly trustRoots: readonly CompiledTrustRoot[];
  /** Labels of a namespace; undefined when they cannot be read (then a selector counts as matching). */
  namespaceLabels(namespace: string): ReadonlyMap<string, string> | undefined;
}

export interface Policies {
  /** undefined before the first complete read: never decide on it. */
  snapshot(): PolicySnapshot | undefined;
}

/** What is made of resources that were read; both with the configuration of that moment. */
export interface Compilers {
  /**
   * `trustRoots` are the objects, which stand before others of their names. `beside` finds keys in Secrets that lie in the
   * same files.
   */
  policy(resource: PolicyResource, trustRoots: TrustRootObjects, beside?: FindSecretKey): CompiledPolicy;
  /** `beside` finds texts that lie in the same files. */
  trustRoot(resource: TrustRootResource, beside?: FindRootText): CompiledTrustRoot;
}
