/**
 * `count` of an attestor set (policy-api.md §2.4): each counted party needs a signature of a different principal, so a set
 * that cannot give each party its own could never pass. Entries count as one only where that is certain without a signature.
 */
import { maximumMatching } from "./attestor-set.ts";
import { itemsOf, memberOf, type FieldError } from "./field-errors.ts";
import { readKey } from "./key-check.ts";
import { DEFAULT_SECRET_KEY } from "./key-source.ts";
import { groupByParty } from "./party.ts";

export function checkCount(set: unknown, path: string): readonly FieldError[] {
  const parties = partiesOf(itemsOf(memberOf(set, "entries"), `${path}.entries`));
  const written = memberOf(set, "count");
  const count = typeof written === "number" ? written : parties.length;
  if (count > parties.length) {
    return [{ path: `${path}.count`, message: `is ${count}, want at most ${parties.length}, the number of parties` }];
  }
  const reachable = maximumMatching(parties);
  if (count <= reachable) return [];
  const message = `hold ${reachable} different signers, want at least ${count}, one for each party`;
  return [{ path: `${path}.entries`, message }];
}

/** The signers of each party, who are somebody else's too only where that is certain. */
function partiesOf(entries: readonly { value: unknown; path: string }[]): readonly (readonly string[])[] {
  const parties = groupByParty(
    entries,
    ({ value, path }) => memberOf(value, "party") ?? memberOf(value, "name") ?? path,
  );
  return parties.map((alternatives) => alternatives.map(({ value, path }) => certainSigner(value) ?? path));
}

/** One text for one principal; undefined where signatures of several could meet the entry. */
function certainSigner(entry: unknown): string | undefined {
  const keys = memberOf(entry, "keys");
  const [pem, secret, kms] = [memberOf(keys, "publicKeys"), memberOf(keys, "secret"), memberOf(keys, "kms")];
  if (pem === undefined && typeof kms === "string") return JSON.stringify(["kms", kms]);
  if (pem === undefined && secret !== undefined) return signerInSecret(secret);
  const key = typeof pem === "string" ? readKey(pem) : undefined;
  if (typeof key === "object") return `key ${key.keyId}`;
  const keyless = memberOf(entry, "keyless");
  const [issuer, subject] = [memberOf(keyless, "issuer"), memberOf(keyless, "subject")];
  return typeof issuer === "string" && typeof subject === "string" ? JSON.stringify([issuer, subject]) : undefined;
}

/** Whatever is in it, one member of one Secret is one key. */
function signerInSecret(secret: unknown): string {
  const [namespace, name] = [memberOf(secret, "namespace") ?? "", memberOf(secret, "name")];
  return JSON.stringify(["secret", namespace, name, memberOf(secret, "key") ?? DEFAULT_SECRET_KEY]);
}
