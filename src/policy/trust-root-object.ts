/**
 * TrustRoot objects as policies use them (policy-api.md §2.7): what each trusts, or that it is not ready. An object stands
 * before what the configuration and the program give the same name: who wrote it meant it, also while it is broken.
 */
import type { FieldError } from "./field-errors.ts";
import { readTrustRoot, withRequired } from "./trust-root-check.ts";
import {
  NO_TRUST_ROOT_SOURCES,
  readStoredRoot,
  type TrustRootSource,
  type TrustRootSources,
} from "./trust-root-source.ts";
import type { TrustRootSpec } from "./trust-root-spec.generated.ts";
import type { TrustRoot, TrustRoots } from "./trust-root.ts";

export interface TrustRootResource {
  readonly apiVersion: string;
  readonly kind: "TrustRoot";
  readonly metadata: { readonly name: string };
  readonly spec: TrustRootSpec;
}

export interface CompiledTrustRoot {
  readonly name: string;
  readonly root: TrustRoot | "not-ready";
  /** Non-empty: it is not ready. */
  readonly errors: readonly FieldError[];
  /** Where its text lies if not in it, whether it is there or not. */
  readonly source?: TrustRootSource;
}

/** By name; undefined where there is no object of the name. */
export type TrustRootObjects = (name: string) => CompiledTrustRoot | undefined;

/**
 * `builtIn` gives what the program carries, `sources` what lies outside of the object, as it is at this moment. Never
 * throws for what an operator wrote.
 */
export function compileTrustRoot(
  resource: TrustRootResource,
  builtIn: (name: "sigstore-public-good" | "github") => TrustRoot,
  sources: TrustRootSources = NO_TRUST_ROOT_SOURCES,
): CompiledTrustRoot {
  const { name } = resource.metadata;
  const { value, errors } = readTrustRoot(resource);
  if (value === undefined) return { name, root: "not-ready", errors };
  if ("stored" in value) {
    const source = { ...value.stored, namespace: sources.namespace };
    const read = withRequired(readStoredRoot(source, sources.find(source)), value.requires);
    return { name, root: read.value ?? "not-ready", errors: read.errors, source };
  }
  if (!("builtIn" in value)) return { name, root: value, errors };
  return { name, root: builtIn(value.builtIn === "github" ? "github" : "sigstore-public-good"), errors };
}

/** Objects by name; two of one name, which only files can hold, are neither. */
export function trustRootsByName(all: readonly CompiledTrustRoot[]): ReadonlyMap<string, CompiledTrustRoot> {
  const byName = new Map<string, CompiledTrustRoot>();
  for (const compiled of all) {
    const { name } = compiled;
    const errors = [{ path: "metadata.name", message: "is the name of another TrustRoot too" }];
    byName.set(name, byName.has(name) ? { name, root: "not-ready", errors } : compiled);
  }
  return byName;
}

/** The first thing that is wrong with one, where anything is. */
export function formatUnready({ name, errors: [error] }: CompiledTrustRoot): readonly string[] {
  return error === undefined ? [] : [`trust root ${name} is not ready: ${error.path}: ${error.message}`];
}

/** What a name stands for: the object of the name, else what `others` have by it. */
export function withObjects(objects: TrustRootObjects, others: TrustRoots): TrustRoots {
  return (name) => objects(name)?.root ?? others(name);
}
