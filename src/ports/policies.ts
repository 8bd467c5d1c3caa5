/** The policies in force, as an immutable snapshot; whoever watches them swaps the whole. */
import type { CompiledPolicy } from "../policy/compile.ts";

export interface PolicySnapshot {
  readonly policies: readonly CompiledPolicy[];
  /** Labels of a namespace; undefined when they cannot be read (then a selector counts as matching). */
  namespaceLabels(namespace: string): ReadonlyMap<string, string> | undefined;
}

export interface Policies {
  /** undefined before the first complete read: never decide on it. */
  snapshot(): PolicySnapshot | undefined;
}
