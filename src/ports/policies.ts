/** The policies in force, as an immutable snapshot; whoever watches them swaps the whole. */
import type { CompiledPolicy } from "../policy/compile.ts";
import type { CompiledException } from "../policy/exception.ts";

export interface PolicySnapshot {
  readonly policies: readonly CompiledPolicy[];
  /** Each as it was made; whether one holds is asked of it at the instant of the decision. */
  readonly exceptions: readonly CompiledException[];
  /** Labels of a namespace; undefined when they cannot be read (then a selector counts as matching). */
  namespaceLabels(namespace: string): ReadonlyMap<string, string> | undefined;
}

export interface Policies {
  /** undefined before the first complete read: never decide on it. */
  snapshot(): PolicySnapshot | undefined;
}
