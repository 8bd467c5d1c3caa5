/**
 * An attestation that a rule asks for, compiled (policy-api.md §2.5): who must have made a statement of which types, which of
 * its statements must meet the conditions, and how old they may be.
 */
import { parseDuration } from "../encoding/duration.ts";
import { predicateTypeOf } from "../sigstore/predicate-type.ts";
import type { ContentRequirement } from "../verify/requirement.ts";
import { isUnavailable, type CompiledEntry, type CompiledSet } from "./compile-entry.ts";
import { compileConditions, type CompiledCondition } from "./condition.ts";
import type { AttestationSpec, Platforms } from "./types.ts";

export interface CompiledAttestation {
  readonly name: string;
  readonly predicateTypes: readonly string[];
  /** Every set must pass. */
  readonly sets: readonly CompiledSet[];
  /** Which of an entry's statements must meet the conditions. */
  readonly match: "All" | "Any" | "Latest";
  /** Milliseconds since the certificate of the signature was issued. */
  readonly maxAge?: number;
  readonly conditions: readonly CompiledCondition[];
  /** Which digest carries the statements. */
  readonly platforms: Platforms;
}

/** Requires a spec that validation took. `sets` are its own, compiled as sets of signatures are; `platforms` is the rule's. */
export function compileAttestation(
  spec: AttestationSpec,
  sets: readonly CompiledSet[],
  platforms: Platforms,
): CompiledAttestation {
  const predicateTypes = spec.predicateTypes.map(typeOf);
  return {
    name: spec.name,
    predicateTypes,
    sets: sets.map(({ count, entries }) => ({
      count,
      entries: entries.map((entry) => ofStatements(entry, predicateTypes)),
    })),
    match: spec.match ?? "All",
    ...(spec.maxAge !== undefined && { maxAge: parseDuration(spec.maxAge) }),
    conditions: compileConditions(spec.conditions, "condition"),
    platforms: spec.platforms ?? platforms,
  };
}

/** Asks for the same signer, of a statement. */
function ofStatements(entry: CompiledEntry, predicateTypes: readonly string[]): CompiledEntry {
  const { requirement } = entry;
  if (isUnavailable(requirement)) return entry;
  const annotations = requirement.content.kind === "any" ? undefined : requirement.content.annotations;
  const content: ContentRequirement = { kind: "attestation", predicateTypes, ...(annotations && { annotations }) };
  return { ...entry, requirement: { ...requirement, content } };
}

function typeOf(name: string): string {
  const type = predicateTypeOf(name);
  if (type === undefined) throw new Error("a predicate type is neither a URI nor a known name after it was validated");
  return type;
}
