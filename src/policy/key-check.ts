/**
 * Keys of an attestor entry: exactly one PEM block that holds a public key of an allowed type (policy-api.md §2.4).
 * A private key is refused without repeating any of it.
 */
import { parsePublicKeyPem, type PublicKey } from "../crypto/public-key.ts";
import { attempt } from "../failure/attempt.ts";
import { itemsOf, memberOf, type FieldError } from "./field-errors.ts";

/** The key, or the sentence that says why `pem` is none to verify with. */
function readKey(pem: string): PublicKey | string {
  if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(pem)) {
    return "holds a private key, want the public key: replace the key pair, since whoever can read the policy has it";
  }
  const blocks = pem.split("-----BEGIN ").length - 1;
  if (blocks > 1) return `holds ${blocks} PEM blocks, want one: write an entry for each key`;
  const key = attempt(() => parsePublicKeyPem(pem));
  return key.ok ? key.value : key.failure.message;
}

/** Every bad key of a set, and a count that its different keys cannot reach. */
export function checkKeys(set: unknown, path: string): readonly FieldError[] {
  const entries = itemsOf(memberOf(set, "entries"), `${path}.entries`);
  const errors: FieldError[] = [];
  const keyIds: PublicKey["keyId"][] = [];
  for (const entry of entries) {
    const pem = memberOf(memberOf(entry.value, "keys"), "publicKeys");
    if (typeof pem !== "string") continue;
    const key = readKey(pem);
    if (typeof key === "string") errors.push({ path: `${entry.path}.keys.publicKeys`, message: key });
    else keyIds.push(key.keyId);
  }
  // A key that cannot be read says enough; it may or may not be another one
  const keys = keyIds.length < entries.length ? entries.length : new Set(keyIds).size;
  return [...errors, ...checkCount(set, path, { entries: entries.length, keys })];
}

/** Each counted entry needs a signature of a different key, so fewer keys than `count` could never pass. */
function checkCount(set: unknown, path: string, have: { entries: number; keys: number }): readonly FieldError[] {
  const written = memberOf(set, "count");
  const count = typeof written === "number" ? written : have.entries;
  if (count > have.entries) {
    return [{ path: `${path}.count`, message: `is ${count}, want at most ${have.entries}, the number of entries` }];
  }
  if (count <= have.keys) return [];
  return [
    {
      path: `${path}.entries`,
      message: `hold ${have.keys} different keys, want at least ${count}, one for each party`,
    },
  ];
}
