/** Public keys: which PEM and DER are taken, and each rule of verification-spec §3.1 broken alone. */
import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { parsePublicKeyPem, parsePublicKeyPkcs1, parsePublicKeySpki } from "../../src/crypto/public-key.ts";
import { encodeDer, parseDer, TAG } from "../../src/encoding/der.ts";
import { concatBytes } from "../../src/encoding/text.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { failsWith, isAccepted } from "../support/failures.ts";

const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ed25519 = generateKeyPairSync("ed25519");

function pemOf(key: KeyObject): string {
  return createPublicKey(key).export({ type: "spki", format: "pem" }).toString();
}

function derOf(key: KeyObject): Uint8Array {
  return createPublicKey(key).export({ type: "spki", format: "der" });
}

function asPem(label: string, der: Uint8Array): string {
  return `-----BEGIN ${label}-----\n${Buffer.from(der).toString("base64")}\n-----END ${label}-----\n`;
}

const GOOD = pemOf(p256.privateKey);

describe("parsePublicKeyPem()", () => {
  const accepted: Readonly<Record<string, [() => string, unknown]>> = {
    "P-256": [() => GOOD, { kind: "ecdsa", curve: "P-256" }],
    "P-384": [
      () => pemOf(generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey),
      { kind: "ecdsa", curve: "P-384" },
    ],
    "P-521": [
      () => pemOf(generateKeyPairSync("ec", { namedCurve: "P-521" }).privateKey),
      { kind: "ecdsa", curve: "P-521" },
    ],
    "RSA 2048": [() => pemOf(rsa.privateKey), { kind: "rsa", bits: 2048 }],
    "RSA in PKCS#1": [
      () => createPublicKey(rsa.privateKey).export({ type: "pkcs1", format: "pem" }).toString(),
      { kind: "rsa", bits: 2048 },
    ],
    Ed25519: [() => pemOf(ed25519.privateKey), { kind: "ed25519" }],
    "CRLF line ends": [() => GOOD.replaceAll("\n", "\r\n"), { kind: "ecdsa", curve: "P-256" }],
    "white space around": [() => `\n  ${GOOD}\n\n`, { kind: "ecdsa", curve: "P-256" }],
  };
  for (const [name, [pem, algorithm]] of Object.entries(accepted)) {
    it(`takes ${name}`, () => assert.deepEqual(parsePublicKeyPem(pem()).algorithm, algorithm));
  }

  it("names a key by the SHA-256 of its SPKI, however it was written", () => {
    const pkcs1 = createPublicKey(rsa.privateKey).export({ type: "pkcs1", format: "pem" }).toString();
    assert.equal(parsePublicKeyPem(pkcs1).keyId, parsePublicKeyPem(pemOf(rsa.privateKey)).keyId);
    assert.match(parsePublicKeyPem(GOOD).keyId, /^[0-9a-f]{64}$/);
  });

  const certificate = readFileSync("test/vectors/real/containers-image/keys/fulcio_v1.crt.pem", "utf8");
  const refused: Readonly<Record<string, [FailureCode, () => string]>> = {
    "a private key": ["KeyMalformed", () => p256.privateKey.export({ type: "pkcs8", format: "pem" }).toString()],
    "an EC private key": ["KeyMalformed", () => p256.privateKey.export({ type: "sec1", format: "pem" }).toString()],
    "a certificate": ["KeyMalformed", () => certificate],
    "a private key under the label of a public one": [
      "KeyMalformed",
      () => asPem("PUBLIC KEY", p256.privateKey.export({ type: "pkcs8", format: "der" })),
    ],
    "two blocks": ["KeyMalformed", () => GOOD + GOOD],
    "text before": ["KeyMalformed", () => `key:\n${GOOD}`],
    "text behind": ["KeyMalformed", () => `${GOOD}x`],
    "labels that differ": ["KeyMalformed", () => GOOD.replace("END PUBLIC", "END PRIVATE")],
    "a header inside": ["KeyMalformed", () => GOOD.replace("KEY-----\n", "KEY-----\nProc-Type: 4\n\n")],
    "bytes behind the DER": [
      "KeyMalformed",
      () => asPem("PUBLIC KEY", concatBytes(derOf(p256.privateKey), Uint8Array.of(0))),
    ],
    "base64 without padding": ["KeyMalformed", () => asPem("PUBLIC KEY", derOf(ed25519.privateKey)).replace(/=+/, "")],
    "an empty block": ["KeyMalformed", () => "-----BEGIN PUBLIC KEY-----\n\n-----END PUBLIC KEY-----"],
    nothing: ["KeyMalformed", () => ""],
    secp256k1: ["KeyUnsupported", () => pemOf(generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey)],
    "P-224": ["KeyUnsupported", () => pemOf(generateKeyPairSync("ec", { namedCurve: "secp224r1" }).privateKey)],
    "explicit curve parameters": [
      "KeyUnsupported",
      () =>
        generateKeyPairSync("ec", { namedCurve: "P-256", paramEncoding: "explicit" })
          .publicKey.export({ type: "spki", format: "pem" })
          .toString(),
    ],
    "RSA 1024": ["KeyUnsupported", () => pemOf(generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey)],
    "the RSA exponent 3": [
      "KeyUnsupported",
      () => pemOf(generateKeyPairSync("rsa", { modulusLength: 2048, publicExponent: 3 }).privateKey),
    ],
    Ed448: ["KeyUnsupported", () => pemOf(generateKeyPairSync("ed448").privateKey)],
    X25519: ["KeyUnsupported", () => pemOf(generateKeyPairSync("x25519").privateKey)],
  };
  for (const [name, [code, pem]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith(code, () => parsePublicKeyPem(pem())));
  }
});

describe("parsePublicKeySpki()", () => {
  const [identifier, bits] = childrenOf(derOf(p256.privateKey));

  const refused: Readonly<Record<string, Uint8Array>> = {
    "a third member": encodeDer(TAG.sequence, identifier, bits, encodeDer(TAG.null)),
    "no key": encodeDer(TAG.sequence, identifier),
    "unused bits in the key": encodeDer(TAG.sequence, identifier, encodeDer(TAG.bitString, Uint8Array.of(1, 4, 0))),
    "a point that is not on the curve": encodeDer(
      TAG.sequence,
      identifier,
      encodeDer(TAG.bitString, Uint8Array.of(0, 4), new Uint8Array(64).fill(1)),
    ),
    "a cut point": encodeDer(TAG.sequence, identifier, encodeDer(TAG.bitString, Uint8Array.of(0, 4, 1))),
    "a length that is not minimal": concatBytes(Uint8Array.of(0x30, 0x81), derOf(p256.privateKey).subarray(1)),
    "Ed25519 with parameters": encodeDer(
      TAG.sequence,
      encodeDer(TAG.sequence, encodeDer(TAG.oid, Uint8Array.of(0x2b, 0x65, 0x70)), encodeDer(TAG.null)),
      encodeDer(TAG.bitString, new Uint8Array(33)),
    ),
  };
  for (const [name, der] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith("KeyMalformed", () => parsePublicKeySpki(der)));
  }

  it("refuses every prefix", () => {
    for (const key of [p256, rsa, ed25519]) {
      const der = derOf(key.privateKey);
      for (let length = 0; length < der.length; length += 1) {
        failsWith("KeyMalformed", () => parsePublicKeySpki(der.subarray(0, length)));
      }
    }
  });

  it("gives a typed failure or a key, never a defect, for every flipped byte", () => {
    for (const key of [p256, rsa, ed25519]) {
      const der = derOf(key.privateKey);
      for (let index = 0; index < der.length; index += 1) {
        isAccepted(() => parsePublicKeySpki(Uint8Array.from(der, (byte, at) => (at === index ? byte ^ 0x01 : byte))));
      }
    }
  });
});

describe("parsePublicKeyPkcs1()", () => {
  it("refuses bytes behind, and what is not an RSA key", () => {
    const der = createPublicKey(rsa.privateKey).export({ type: "pkcs1", format: "der" });
    failsWith("KeyMalformed", () => parsePublicKeyPkcs1(concatBytes(der, Uint8Array.of(0))));
    failsWith("KeyMalformed", () => parsePublicKeyPkcs1(encodeDer(TAG.null)));
  });
});

function childrenOf(der: Uint8Array): [Uint8Array, Uint8Array] {
  const header = parseDer(der).content;
  const first = encodeDer(TAG.sequence, parseDer(header.subarray(0, 2 + (header[1] ?? 0))).content);
  return [first, header.subarray(first.length)];
}
