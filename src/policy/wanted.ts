/**
 * What the rules of an image can use at all, so that nothing else is fetched for them (verification-spec §8.3 step 2). It
 * only ever leaves out: whatever is fetched is verified.
 */
import { SIGNATURE_PREDICATE_TYPE } from "../sigstore/statement.ts";
import { isUnavailable } from "./compile-entry.ts";
import { entriesOf, type CompiledRule } from "./compile.ts";

export interface Wanted {
  /** Image signatures, in whichever form. */
  readonly signatures: boolean;
  /** Attestations of these predicate types. */
  readonly predicateTypes: ReadonlySet<string>;
}

/** Requires rules that compiled: an entry without its trust root uses nothing. */
export function wantedOf(rules: readonly CompiledRule[]): Wanted {
  const contents = rules
    .flatMap(entriesOf)
    .flatMap(({ requirement }) => (isUnavailable(requirement) ? [] : [requirement.content]));
  const attested = contents.flatMap((content) => (content.kind === "attestation" ? content.predicateTypes : []));
  return {
    signatures: contents.some(({ kind }) => kind !== "attestation"),
    predicateTypes: new Set(attested),
  };
}

/** A statement of this predicate type could be what is wanted. */
export function wantsPredicate({ signatures, predicateTypes }: Wanted, type: string): boolean {
  return predicateTypes.has(type) || (signatures && type === SIGNATURE_PREDICATE_TYPE);
}
