/**
 * Public keys as clouds write them: a JSON Web Key (RFC 7517, RFC 7518 §6) of the types that Azure has, and a bare Ed25519 key
 * as Vault has it. Both become the strict SPKI that every other key is read from.
 */
import { createPublicKey } from "node:crypto";
import { decodeBase64 } from "../encoding/base64.ts";
import { decodeHex } from "../encoding/hex.ts";
import type { JsonObject } from "../encoding/json.ts";
import { concatBytes } from "../encoding/text.ts";
import { malformed } from "../failure/attempt.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { parsePublicKeySpki, type PublicKey } from "./public-key.ts";

const MEMBERS: Readonly<Record<string, readonly string[]>> = { EC: ["crv", "x", "y"], RSA: ["n", "e"] };
/** SubjectPublicKeyInfo of RFC 8410 up to the 32 bytes of the key. */
const ED25519_SPKI = decodeHex("302a300506032b6570032100", 12);

/** Fails with KeyMalformed or KeyUnsupported. A private member is not looked at. */
export function parseJsonWebKey(key: JsonObject): PublicKey {
  const type = key.get("kty");
  // Azure writes of a key in an HSM that it is in one.
  const kty = typeof type === "string" ? type.replace(/-HSM$/, "") : "";
  const members = MEMBERS[kty];
  if (members === undefined) {
    throw new VerificationFailure("KeyUnsupported", "Cannot use this type of JSON Web Key: want EC or RSA");
  }
  const written = members.map((member) => [member, key.get(member)] as const);
  return malformed("KeyMalformed", "JSON Web Key", () => {
    if (written.some(([, value]) => typeof value !== "string")) throw new EncodingError(`want ${members.join(", ")}`);
    return parsePublicKeySpki(importJwk({ kty, ...Object.fromEntries(written) }));
  });
}

/** 32 bytes in base64. Fails with KeyMalformed. */
export function parseRawEd25519(text: string): PublicKey {
  return malformed("KeyMalformed", "Ed25519 key", () => {
    const bytes = decodeBase64(text);
    if (bytes.length !== 32) throw new EncodingError(`${bytes.length} bytes, want 32`);
    return parsePublicKeySpki(concatBytes(ED25519_SPKI, bytes));
  });
}

function importJwk(jwk: Readonly<Record<string, unknown>>): Uint8Array {
  try {
    return createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "der" });
  } catch {
    throw new EncodingError("OpenSSL refuses it");
  }
}
