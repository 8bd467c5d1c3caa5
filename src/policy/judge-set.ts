/**
 * The verdict of one attestor set on what its entries take (policy-api.md §4, step 8), be it signatures or statements that
 * meet their conditions.
 */
import type { VerifiedEntity } from "../verify/evidence.ts";
import { evaluateSet, type SetOutcome } from "./attestor-set.ts";
import type { CompiledEntry } from "./compile-entry.ts";
import { tellSigners } from "./distinct-signers.ts";
import { groupByParty } from "./party.ts";
import type { Accepted } from "./prove.ts";
import type { UndeterminedCause } from "./causes.ts";
import type { Finding } from "./verdict.ts";

/** What one entry brings to its set. */
export interface EntryResult {
  readonly entry: CompiledEntry;
  readonly accepted: readonly Accepted[];
  readonly findings: readonly Finding[];
  /** Why nobody can tell whether there is more; none: what was seen is all there is. */
  readonly open: readonly UndeterminedCause[];
}

export interface SetResult extends SetOutcome {
  readonly findings: readonly Finding[];
  readonly evidence: readonly VerifiedEntity[];
  /** What its entries took. */
  readonly taken: readonly EntryResult[];
  readonly causes: readonly UndeterminedCause[];
}

export function judgeSet(count: number, entries: readonly EntryResult[]): SetResult {
  const signerOf = tellSigners(entries.flatMap(({ accepted }) => accepted.map(({ entity }) => entity)));
  const parties = groupByParty(entries, ({ entry }) => entry.party).map((alternatives) => ({
    principals: alternatives.flatMap(({ accepted }) => accepted.map(({ entity }) => signerOf(entity))),
    hasUnread: alternatives.some(({ open }) => open.length > 0),
  }));
  const result = evaluateSet(parties, count);
  return {
    ...result,
    findings: entries.flatMap(({ findings }) => findings),
    evidence: entries.flatMap(({ accepted }) => accepted.map(({ entity }) => entity)),
    taken: entries,
    causes: result.outcome === "Undetermined" ? [...new Set(entries.flatMap(({ open }) => open))] : [],
  };
}
