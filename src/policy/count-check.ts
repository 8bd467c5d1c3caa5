/**
 * `count` of an attestor set (policy-api.md §2.4): each counted party needs a signature of a different principal, so a set
 * with fewer principals than that could never pass. Entries count as one only where that is certain without a signature.
 */
import { itemsOf, memberOf, type FieldError } from "./field-errors.ts";
import { readKey } from "./key-check.ts";

export function checkCount(set: unknown, path: string): readonly FieldError[] {
  const entries = itemsOf(memberOf(set, "entries"), `${path}.entries`);
  const written = memberOf(set, "count");
  const count = typeof written === "number" ? written : entries.length;
  if (count > entries.length) {
    return [{ path: `${path}.count`, message: `is ${count}, want at most ${entries.length}, the number of entries` }];
  }
  const signers = new Set(entries.map(({ value }, i) => certainSigner(value) ?? `entry ${i}`)).size;
  if (count <= signers) return [];
  const message = `hold ${signers} different signers, want at least ${count}, one for each party`;
  return [{ path: `${path}.entries`, message }];
}

/** One text for one principal; undefined where signatures of several could meet the entry. */
function certainSigner(entry: unknown): string | undefined {
  const pem = memberOf(memberOf(entry, "keys"), "publicKeys");
  const key = typeof pem === "string" ? readKey(pem) : undefined;
  if (typeof key === "object") return `key ${key.keyId}`;
  const keyless = memberOf(entry, "keyless");
  const [issuer, subject] = [memberOf(keyless, "issuer"), memberOf(keyless, "subject")];
  return typeof issuer === "string" && typeof subject === "string" ? JSON.stringify([issuer, subject]) : undefined;
}
