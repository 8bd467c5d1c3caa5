/**
 * Keys of attestor entries: exactly one PEM block that holds a public key of an allowed type, with options that this type
 * has and a window that some time can lie in (policy-api.md §2.4). A private key is refused without repeating any of it.
 */
import { parsePublicKeyPem, type PublicKey } from "../crypto/public-key.ts";
import type { Instant } from "../encoding/instant.ts";
import { attempt, type Attempt } from "../failure/attempt.ts";
import { memberOf, type FieldError } from "./field-errors.ts";
import { memoized } from "./memo.ts";
import type { PolicyKind } from "./types.ts";
import { NO_TIME, readTime } from "./written-time.ts";

export function findPrivateKey(pem: string): boolean {
  return /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(pem);
}

/** The key, or the sentence that says why `pem` is none to verify with. */
export function readKey(pem: string): PublicKey | string {
  if (findPrivateKey(pem)) {
    return "holds a private key, want the public key: replace the key pair, since whoever can read the policy has it";
  }
  const blocks = pem.split("-----BEGIN ").length - 1;
  if (blocks > 1) return `holds ${blocks} PEM blocks, want one: write an entry for each key`;
  const key = parseKey(pem);
  return key.ok ? key.value : key.failure.message;
}

/** Asked for by several checks and by the compiler. */
export const parseKey: (pem: string) => Attempt<PublicKey> = memoized((pem) => attempt(() => parsePublicKeyPem(pem)));

/** Everything that is wrong with the `keys` of one entry, in a policy of this kind. */
export function checkKeys(keys: unknown, path: string, kind: PolicyKind): readonly FieldError[] {
  if (typeof keys !== "object" || keys === null) return [];
  const pem = memberOf(keys, "publicKeys");
  const [secret, kms] = [memberOf(keys, "secret"), memberOf(keys, "kms")];
  const key = typeof pem === "string" ? readKey(pem) : undefined;
  const isOne = [pem, secret, kms].filter((written) => written !== undefined).length === 1;
  return [
    ...(isOne ? [] : [{ path, message: "must have exactly one of publicKeys, secret, kms" }]),
    ...checkSecret(secret, `${path}.secret`, kind),
    ...checkKms(kms, `${path}.kms`, kind),
    ...(typeof key === "string" ? [{ path: `${path}.publicKeys`, message: key }] : []),
    ...(typeof key === "object" ? checkOptions(keys, key, path) : []),
    ...checkWindow(keys, path),
  ];
}

function checkSecret(secret: unknown, path: string, kind: PolicyKind): readonly FieldError[] {
  if (kind === "ClusterImageVerifyPolicy" || memberOf(secret, "namespace") === undefined) return [];
  const message = "must not be written in a namespaced policy, which reads Secrets of its own namespace";
  return [{ path: `${path}.namespace`, message }];
}

function checkKms(kms: unknown, path: string, kind: PolicyKind): readonly FieldError[] {
  if (kms === undefined || kind === "ClusterImageVerifyPolicy") return [];
  return [
    { path, message: "must not be written in a namespaced policy: Sealgate would ask with an identity of its own" },
  ];
}

/** What a key of this type does not have. */
export function checkOptions(keys: unknown, { algorithm }: PublicKey, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (memberOf(keys, "hashAlgorithm") !== undefined && algorithm.kind === "ed25519") {
    const message = "must not be written for an Ed25519 key, which knows one hash only";
    errors.push({ path: `${path}.hashAlgorithm`, message });
  }
  if (memberOf(keys, "rsaPadding") !== undefined && algorithm.kind !== "rsa") {
    errors.push({ path: `${path}.rsaPadding`, message: "must not be written for a key that is not RSA" });
  }
  return errors;
}

/** validFrom and validUntil of a key, or of another part that is trusted for a time. */
export function checkWindow(keys: unknown, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const read = (field: "validFrom" | "validUntil"): Instant | undefined => {
    const text = memberOf(keys, field);
    const instant = typeof text === "string" ? readTime(text) : undefined;
    if (typeof text === "string" && instant === undefined) {
      errors.push({ path: `${path}.${field}`, message: NO_TIME });
    }
    return instant;
  };
  const from = read("validFrom");
  const until = read("validUntil");
  if (from !== undefined && until !== undefined && until < from) {
    errors.push({ path: `${path}.validUntil`, message: "validUntil must not be before validFrom" });
  }
  return errors;
}
