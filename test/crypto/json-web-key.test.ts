// Keys as clouds write them: of each type the same key as its PEM, and each rule broken alone.
import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { parseJsonWebKey, parseRawEd25519 } from "../../src/crypto/json-web-key.ts";
import { parsePublicKeyPem } from "../../src/crypto/public-key.ts";
import type { JsonObject, JsonValue } from "../../src/encoding/json.ts";
import { failsWith } from "../support/failures.ts";

const P256 = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
const P384 = generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey;
const RSA = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey;
const SMALL = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey;
const ED25519 = generateKeyPairSync("ed25519").publicKey;
const KOBLITZ = generateKeyPairSync("ec", { namedCurve: "secp256k1" }).publicKey;

function jwk(key: KeyObject, changes: Readonly<Record<string, JsonValue>> = {}): JsonObject {
  return new Map(Object.entries({ ...(key.export({ format: "jwk" }) as Record<string, JsonValue>), ...changes }));
}
const idOf = (key: KeyObject): string => parsePublicKeyPem(String(key.export({ type: "spki", format: "pem" }))).keyId;

describe("crypto/json-web-key", () => {
  for (const [name, key] of Object.entries({ P256, P384, RSA })) {
    it(`reads ${name}, of an HSM too`, () => {
      assert.equal(parseJsonWebKey(jwk(key)).keyId, idOf(key));
      const kty = `${key.export({ format: "jwk" }).kty}-HSM`;
      assert.equal(
        parseJsonWebKey(jwk(key, { kty, kid: "https://acme.vault.azure.net/keys/a", d: 1 })).keyId,
        idOf(key),
      );
    });
  }

  it("refuses other types and sizes", () => {
    for (const key of [
      jwk(ED25519),
      jwk(P256, { kty: "oct" }),
      jwk(P256, { kty: 1 }),
      new Map(),
      jwk(SMALL),
      jwk(KOBLITZ),
    ]) {
      failsWith("KeyUnsupported", () => parseJsonWebKey(key));
    }
  });

  it("refuses what lacks a member, or has one that is none", () => {
    const point = { x: jwk(P384).get("x") ?? "" };
    for (const changes of [{ x: 1 }, { y: null }, { crv: "P-384" }, { crv: "P-999" }, { x: "" }, point]) {
      failsWith("KeyMalformed", () => parseJsonWebKey(jwk(P256, changes)));
    }
    failsWith("KeyMalformed", () => parseJsonWebKey(jwk(RSA, { e: false })));
  });

  it("reads a bare Ed25519 key, of 32 bytes alone", () => {
    const raw = Buffer.from(ED25519.export({ format: "jwk" }).x ?? "", "base64url");
    assert.equal(parseRawEd25519(raw.toString("base64")).keyId, idOf(ED25519));
    for (const text of ["", "!", raw.subarray(1).toString("base64"), raw.toString("base64url")]) {
      failsWith("KeyMalformed", () => parseRawEd25519(text));
    }
  });
});
