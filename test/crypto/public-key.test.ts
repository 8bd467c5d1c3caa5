/** Public keys: which PEM and DER are taken, and each rule of verification-spec §3.1 broken alone. */
import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  formatPublicKeyPem,
  parsePublicKeyPem,
  parsePublicKeyPkcs1,
  parsePublicKeySpki,
} from "../../src/crypto/public-key.ts";
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
    "reject list: private key given": [
      "KeyMalformed",
      () => p256.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    ],
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
    "reject list: unsupported type/curve/size/hash (secp256k1)": [
      "KeyUnsupported",
      () => pemOf(generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey),
    ],
    "P-224": ["KeyUnsupported", () => pemOf(generateKeyPairSync("ec", { namedCurve: "secp224r1" }).privateKey)],
    "explicit curve parameters": [
      "KeyUnsupported",
      () =>
        generateKeyPairSync("ec", { namedCurve: "P-256", paramEncoding: "explicit" })
          .publicKey.export({ type: "spki", format: "pem" })
          .toString(),
    ],
    "reject list: unsupported type/curve/size/hash (RSA 1024)": [
      "KeyUnsupported",
      () => pemOf(generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey),
    ],
    "the RSA exponent 3": [
      "KeyUnsupported",
      () => pemOf(generateKeyPairSync("rsa", { modulusLength: 2048, publicExponent: 3 }).privateKey),
    ],
    "reject list: unsupported type/curve/size/hash (Ed448)": [
      "KeyUnsupported",
      () => pemOf(generateKeyPairSync("ed448").privateKey),
    ],
    X25519: ["KeyUnsupported", () => pemOf(generateKeyPairSync("x25519").privateKey)],
  };
  for (const [name, [code, pem]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith(code, () => parsePublicKeyPem(pem())));
  }
});

describe("formatPublicKeyPem()", () => {
  it("is the inverse of parsePublicKeyPem(), for one key in whatever form", () => {
    const pkcs1 = createPublicKey(rsa.privateKey).export({ type: "pkcs1", format: "pem" }).toString();
    for (const pem of [GOOD, pkcs1]) {
      const key = parsePublicKeyPem(pem);
      assert.equal(parsePublicKeyPem(formatPublicKeyPem(key)).keyId, key.keyId);
    }
  });
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
    "an Ed25519 key of 31 bytes": ed25519Of(31),
    "an Ed25519 key of 33 bytes": ed25519Of(33),
  };
  for (const [name, der] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith("KeyMalformed", () => parsePublicKeySpki(der)));
  }

  it("refuses every prefix, and a byte inserted anywhere", () => {
    for (const key of [p256, rsa, ed25519]) {
      const der = derOf(key.privateKey);
      for (let at = 0; at < der.length; at += 1) {
        failsWith("KeyMalformed", () => parsePublicKeySpki(der.subarray(0, at)));
        const grown = concatBytes(der.subarray(0, at), Uint8Array.of(0x30), der.subarray(at));
        failsWith("KeyMalformed", () => parsePublicKeySpki(grown));
      }
    }
  });

  it("takes no key that OpenSSL does not, whichever byte is flipped", () => {
    for (const key of [p256, rsa, ed25519]) {
      const der = derOf(key.privateKey);
      for (let index = 0; index < der.length; index += 1) {
        const flipped = Uint8Array.from(der, (byte, at) => (at === index ? byte ^ 0x01 : byte));
        if (!isAccepted(() => parsePublicKeySpki(flipped))) continue;
        assert.equal(parsePublicKeySpki(flipped).handle.type, "public", `byte ${index} flipped`);
      }
    }
  });

  it("makes a key for OpenSSL once, when it is asked for", () => {
    const key = parsePublicKeySpki(derOf(p256.privateKey));
    assert.equal(key.handle, key.handle);
    assert.deepEqual(new Uint8Array(key.handle.export({ type: "spki", format: "der" })), new Uint8Array(key.spki));
  });
});

function ed25519Of(bytes: number): Uint8Array {
  const identifier = encodeDer(TAG.sequence, encodeDer(TAG.oid, Uint8Array.of(0x2b, 0x65, 0x70)));
  return encodeDer(TAG.sequence, identifier, encodeDer(TAG.bitString, Uint8Array.of(0), new Uint8Array(bytes)));
}

describe("RSA keys", () => {
  /** PKCS#1 of a modulus of so many bits; nobody factors it here. */
  const pkcs1 = (bits: number, exponent: Uint8Array, modulus?: Uint8Array): Uint8Array => {
    const n = (1n << BigInt(bits - 1)) | 1n;
    const integer = (bytes: Uint8Array): Uint8Array => encodeDer(TAG.integer, bytes);
    const digits = n.toString(16);
    const even = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, "hex");
    const positive = (even[0] ?? 0) >= 0x80 ? concatBytes(Uint8Array.of(0), even) : even;
    return encodeDer(TAG.sequence, integer(modulus ?? positive), integer(exponent));
  };
  const F4 = Uint8Array.of(1, 0, 1);

  for (const bits of [2048, 2049, 3072, 4096, 8192]) {
    it(`are taken with ${bits} bits`, () => {
      assert.deepEqual(parsePublicKeyPkcs1(pkcs1(bits, F4)).algorithm, { kind: "rsa", bits });
    });
  }
  for (const bits of [8, 1024, 2047, 8193, 16384]) {
    it(`are refused with ${bits} bits`, () =>
      void failsWith("KeyUnsupported", () => parsePublicKeyPkcs1(pkcs1(bits, F4))));
  }

  it("are taken with an odd exponent from 65537", () => {
    for (const exponent of [F4, Uint8Array.of(1, 0, 3), Uint8Array.of(1, 0, 0, 0, 1)])
      parsePublicKeyPkcs1(pkcs1(2048, exponent));
  });

  const exponents: Readonly<Record<string, Uint8Array>> = {
    zero: Uint8Array.of(0),
    "one, which makes every message its own signature": Uint8Array.of(1),
    three: Uint8Array.of(3),
    "65535": Uint8Array.of(0, 0xff, 0xff),
    "65536": Uint8Array.of(1, 0, 0),
    "65538": Uint8Array.of(1, 0, 2),
    "a negative number": Uint8Array.of(0xff, 0, 1),
  };
  for (const [name, exponent] of Object.entries(exponents)) {
    it(`are refused with the exponent ${name}`, () =>
      void failsWith("KeyUnsupported", () => parsePublicKeyPkcs1(pkcs1(2048, exponent))));
  }

  const malformed: Readonly<Record<string, Uint8Array>> = {
    "a negative modulus": pkcs1(0, F4, concatBytes(Uint8Array.of(0xfe), new Uint8Array(256).fill(1))),
    "a modulus of zero": pkcs1(0, F4, Uint8Array.of(0)),
    "a padded modulus": pkcs1(0, F4, concatBytes(Uint8Array.of(0, 0x7f), new Uint8Array(256).fill(1))),
    "an empty modulus": pkcs1(0, F4, new Uint8Array()),
    "an empty exponent": pkcs1(2048, new Uint8Array()),
    "a third number": encodeDer(TAG.sequence, ...[F4, F4, F4].map((bytes) => encodeDer(TAG.integer, bytes))),
    "no exponent": encodeDer(TAG.sequence, parseDer(pkcs1(2048, F4)).content.subarray(0, 261)),
    "no numbers": encodeDer(TAG.sequence),
  };
  for (const [name, der] of Object.entries(malformed)) {
    it(`are refused with ${name}`, () => void failsWith("KeyMalformed", () => parsePublicKeyPkcs1(der)));
  }

  it("are refused in an SPKI whose parameters are not NULL", () => {
    const [, bits] = childrenOf(derOf(rsa.privateKey));
    const rsaEncryption = encodeDer(TAG.oid, Buffer.from("2a864886f70d010101", "hex"));
    for (const parameters of [[], [encodeDer(TAG.sequence)], [encodeDer(TAG.null, Uint8Array.of(0))]]) {
      const identifier = encodeDer(TAG.sequence, rsaEncryption, ...parameters);
      failsWith("KeyMalformed", () => parsePublicKeySpki(encodeDer(TAG.sequence, identifier, bits)));
    }
    const crowded = encodeDer(TAG.sequence, rsaEncryption, encodeDer(TAG.null), encodeDer(TAG.null));
    failsWith("KeyMalformed", () => parsePublicKeySpki(encodeDer(TAG.sequence, crowded, bits)));
  });

  it("are refused under the identifier of RSASSA-PSS", () => {
    const { publicKey } = generateKeyPairSync("rsa-pss", { modulusLength: 2048 });
    failsWith("KeyUnsupported", () => parsePublicKeySpki(publicKey.export({ type: "spki", format: "der" })));
  });
});

describe("parsePublicKeyPkcs1()", () => {
  const der = createPublicKey(rsa.privateKey).export({ type: "pkcs1", format: "der" });

  it("gives the same key as the SPKI", () => {
    assert.deepEqual(Buffer.from(parsePublicKeyPkcs1(der).spki), derOf(rsa.privateKey));
  });

  it("refuses bytes behind, and what is not an RSA key", () => {
    failsWith("KeyMalformed", () => parsePublicKeyPkcs1(concatBytes(der, Uint8Array.of(0))));
    failsWith("KeyMalformed", () => parsePublicKeyPkcs1(encodeDer(TAG.null)));
    failsWith("KeyMalformed", () => parsePublicKeyPkcs1(derOf(rsa.privateKey)));
  });

  it("refuses every prefix, and a byte inserted anywhere", () => {
    for (let at = 0; at < der.length; at += 1) {
      failsWith("KeyMalformed", () => parsePublicKeyPkcs1(der.subarray(0, at)));
      const grown = concatBytes(der.subarray(0, at), Uint8Array.of(0x02), der.subarray(at));
      failsWith("KeyMalformed", () => parsePublicKeyPkcs1(grown));
    }
  });
});

function childrenOf(der: Uint8Array): [Uint8Array, Uint8Array] {
  const header = parseDer(der).content;
  const first = encodeDer(TAG.sequence, parseDer(header.subarray(0, 2 + (header[1] ?? 0))).content);
  return [first, header.subarray(first.length)];
}
