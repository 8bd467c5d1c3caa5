/**
 * How many parties signed (policy-api.md §4, step 8): each counted party needs a signature of a different principal, so
 * one signature that fits two entries, or one signer under two names, counts once. A maximum matching of parties to
 * principals, by augmenting paths: at most 16 parties.
 */
import type { Outcome } from "./verdict.ts";

export interface Party {
  /** Principals of the signatures that met one of its entries. */
  readonly principals: readonly string[];
  /** Something that could hold a signature of this party could not be read. */
  readonly hasUnread: boolean;
}

export interface SetOutcome {
  readonly outcome: Outcome;
  /** Parties that are met, at most `count`. */
  readonly accepted: number;
}

/** Pass if `count` parties are met; Fail if they could not be even if everything unread held a signature. */
export function evaluateSet(parties: readonly Party[], count: number): SetOutcome {
  const met = maximumMatching(parties.map(({ principals }) => principals));
  const possible = maximumMatching(
    parties.map(({ principals, hasUnread }, i) => (hasUnread ? [...principals, `unread ${i}`] : principals)),
  );
  const accepted = Math.min(met, count);
  if (count >= 1 && met >= count) return { outcome: "Pass", accepted };
  return { outcome: possible < count ? "Fail" : "Undetermined", accepted };
}

/** Size of a largest assignment of a different principal to each party. */
export function maximumMatching(parties: readonly (readonly string[])[]): number {
  const holder = new Map<string, number>();
  return parties.filter((_, party) => assign(party, parties, holder, new Set())).length;
}

function assign(
  party: number,
  parties: readonly (readonly string[])[],
  holder: Map<string, number>,
  visited: Set<string>,
): boolean {
  for (const principal of parties[party] ?? []) {
    if (visited.has(principal)) continue;
    visited.add(principal);
    const other = holder.get(principal);
    if (other === undefined || assign(other, parties, holder, visited)) {
      holder.set(principal, party);
      return true;
    }
  }
  return false;
}
