// Keys of attestor entries, the options that their types have, and their windows (policy-api.md §2.4).
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { checkKeys, checkOptions, findPrivateKey, readKey } from "../../src/policy/key-check.ts";
import type { PolicyKind } from "../../src/policy/types.ts";

const { publicKey, privateKey } = generateKeyPairSync("ec", {
  namedCurve: "P-256",
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const ed25519 = String(generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" }));
const rsa = String(
  generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ type: "spki", format: "pem" }),
);

const messages = (keys: unknown, kind: PolicyKind = "ClusterImageVerifyPolicy"): readonly string[] =>
  checkKeys(keys, "keys", kind).map(({ path, message }) => `${path} ${message}`);

const TIME = "must be a time of RFC 3339 in 1970 or later, for example 2027-01-31T00:00:00Z";

describe("policy/key-check", () => {
  const sound: readonly [string, Record<string, unknown>][] = [
    ["a key alone", { publicKeys: publicKey }],
    ["a hash for ECDSA", { publicKeys: publicKey, hashAlgorithm: "sha512" }],
    ["hash and padding for RSA", { publicKeys: rsa, hashAlgorithm: "sha384", rsaPadding: "PSS" }],
    ["Ed25519", { publicKeys: ed25519 }],
    ["a Secret, and options that its key may have", { secret: { name: "a", namespace: "b" }, rsaPadding: "PSS" }],
    ["an open window", { publicKeys: publicKey, validFrom: "2026-01-01T00:00:00Z" }],
    [
      "a window of one instant, in two offsets",
      { publicKeys: publicKey, validFrom: "2026-01-01T00:00:00Z", validUntil: "2026-01-01T02:00:00+02:00" },
    ],
  ];
  for (const [name, keys] of sound) it(`takes ${name}`, () => assert.deepEqual(messages(keys), []));

  it("refuses reject list: Key: private key given, and repeats none of it", () => {
    const found = messages({ publicKeys: privateKey });
    assert.equal(found.length, 1);
    assert.match(found[0] ?? "", /^keys\.publicKeys holds a private key, want the public key/);
    for (const line of privateKey.split("\n").filter((text) => !text.startsWith("-") && text !== "")) {
      assert.ok(!found.join().includes(line));
    }
  });

  const refused: readonly [string, Record<string, unknown>, string | RegExp][] = [
    [
      "several blocks in one entry",
      { publicKeys: publicKey + publicKey },
      "keys.publicKeys holds 2 PEM blocks, want one: write an entry for each key",
    ],
    ["text that is no key", { publicKeys: "no key" }, /^keys\.publicKeys Cannot /],
    [
      "a hash for Ed25519",
      { publicKeys: ed25519, hashAlgorithm: "sha512" },
      "keys.hashAlgorithm must not be written for an Ed25519 key, which knows one hash only",
    ],
    [
      "a padding for ECDSA",
      { publicKeys: publicKey, rsaPadding: "PSS" },
      "keys.rsaPadding must not be written for a key that is not RSA",
    ],
    [
      "a day that does not exist",
      { publicKeys: publicKey, validFrom: "2026-02-30T00:00:00Z" },
      `keys.validFrom ${TIME}`,
    ],
    [
      "a time without an offset",
      { publicKeys: publicKey, validUntil: "2026-02-03T00:00:00" },
      `keys.validUntil ${TIME}`,
    ],
    ["a time before 1970", { publicKeys: publicKey, validFrom: "1969-12-31T23:59:59Z" }, `keys.validFrom ${TIME}`],
    [
      "a window that ends before it begins",
      { publicKeys: publicKey, validFrom: "2026-01-01T00:00:00Z", validUntil: "2025-12-31T23:59:59.999Z" },
      "keys.validUntil validUntil must not be before validFrom",
    ],
  ];
  for (const [name, keys, message] of refused) {
    it(`refuses ${name}`, () => {
      const [found = "", ...more] = messages(keys);
      assert.deepEqual(more, []);
      if (typeof message === "string") assert.equal(found, message);
      else assert.match(found, message);
    });
  }

  it("refuses no key and two of them", () => {
    const union = "keys must have exactly one of publicKeys, secret, kms";
    assert.deepEqual(messages({}), [union]);
    assert.deepEqual(messages({ publicKeys: publicKey, secret: { name: "a" } }), [union]);
    assert.deepEqual(messages({ secret: { name: "a" }, kms: "hashivault://a" }), [union]);
  });

  it("lets a namespaced policy name no namespace of a Secret", () => {
    const secret = { name: "a", namespace: "prod" };
    assert.deepEqual(messages({ secret: { name: "a" } }, "ImageVerifyPolicy"), []);
    assert.deepEqual(messages({ secret }, "ImageVerifyPolicy"), [
      "keys.secret.namespace must not be written in a namespaced policy, which reads Secrets of its own namespace",
    ]);
  });

  it("takes a key management service of cluster policies alone", () => {
    assert.deepEqual(messages({ kms: "hashivault://a" }), []);
    assert.deepEqual(messages({ kms: "hashivault://a" }, "ImageVerifyPolicy"), [
      "keys.kms must not be written in a namespaced policy: Sealgate would ask with an identity of its own",
    ]);
  });

  it("holds options against a key that is known later", () => {
    const key = readKey(ed25519);
    assert.ok(typeof key === "object");
    assert.deepEqual(
      checkOptions({ hashAlgorithm: "sha256", rsaPadding: "PSS" }, key, "k").map(({ path }) => path),
      ["k.hashAlgorithm", "k.rsaPadding"],
    );
  });

  it("knows a private key by its label, encrypted ones too", () => {
    for (const label of ["PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED SIGSTORE PRIVATE KEY"]) {
      assert.ok(findPrivateKey(`x\n-----BEGIN ${label}-----`));
    }
    assert.ok(!findPrivateKey(publicKey));
  });

  it("gives the key, or the sentence about it", () => {
    const key = readKey(publicKey);
    assert.ok(typeof key === "object");
    assert.equal(key.keyId.length, 64);
    const sentence = readKey("");
    assert.ok(typeof sentence === "string");
    assert.match(sentence, /^Cannot parse public key/);
  });

  it("leaves to the schema what has not the right shape", () => {
    for (const value of [undefined, null, "text", { publicKeys: 1, validFrom: 2 }, { secret: 1 }]) {
      assert.deepEqual(messages(value), []);
    }
  });
});
