/** Parties of an attestor set (policy-api.md §2.4): its entries, those of one party together, in the order they are written. */
export function groupByParty<T>(entries: readonly T[], partyOf: (entry: T) => unknown): readonly (readonly T[])[] {
  const parties = new Map<unknown, T[]>();
  for (const entry of entries) {
    const party = partyOf(entry);
    const alternatives = parties.get(party);
    if (alternatives === undefined) parties.set(party, [entry]);
    else alternatives.push(entry);
  }
  return [...parties.values()];
}
