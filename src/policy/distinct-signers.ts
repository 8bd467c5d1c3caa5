/**
 * Which signatures of a set are by one signer (policy-api.md §2.4): by one principal, by one key however it is vouched for,
 * or, of a private PKI, by one certificate under several of the names that the set asks for. Else one signature that fits
 * two entries, as a key's and as its certificate's or by two names of one certificate, would count twice.
 */
import { formatPrincipal, type VerifiedEntity } from "../verify/evidence.ts";

/** One text for each signer among `entities`. */
export function tellSigners(entities: readonly VerifiedEntity[]): (entity: VerifiedEntity) => string {
  const asked = new Set(entities.map(({ principal }) => formatPrincipal(principal)));
  const leads = new Map<string, string>();
  for (const { principal, aliases } of entities) {
    const own = formatPrincipal(principal);
    // A name that no entry took says nothing: two people may share the name of their team
    const also = aliases.filter(({ kind }) => kind === "key").map(formatPrincipal);
    const named = aliases.map(formatPrincipal).filter((alias) => asked.has(alias));
    for (const alias of [...also, ...named]) join(leads, alias, own);
  }
  return ({ principal }) => endOf(leads, formatPrincipal(principal));
}

/** From now on both lead to the same end. */
function join(leads: Map<string, string>, left: string, right: string): void {
  const [from, to] = [endOf(leads, left), endOf(leads, right)];
  if (from !== to) leads.set(from, to);
}

function endOf(leads: ReadonlyMap<string, string>, start: string): string {
  let end = start;
  for (let next = leads.get(end); next !== undefined; next = leads.get(end)) end = next;
  return end;
}
