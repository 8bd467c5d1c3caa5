// One member of a Secret to a key: each thing that can be wrong with it, and none of its text in what is said of it.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import type { JsonObject, JsonValue } from "../../src/encoding/json.ts";
import { NO_SECRET, readSecretKey, readStoredKey } from "../../src/policy/key-secret.ts";
import type { KeyAnswer } from "../../src/policy/key-source.ts";
import { KEYS } from "./resources.ts";

const base64 = (content: string | Uint8Array): string => Buffer.from(content).toString("base64");
const secretWith = (members: Readonly<Record<string, JsonValue>>, field = "data"): JsonObject =>
  new Map<string, JsonValue>([[field, new Map<string, JsonValue>(Object.entries(members))]]);
const read = (content: string | Uint8Array): KeyAnswer =>
  readSecretKey(secretWith({ "cosign.pub": base64(content) }), "cosign.pub");
const reasonOf = (answer: KeyAnswer): string => (answer.kind === "none" ? answer.reason : "it is a key");

const PRIVATE = KEYS.a.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const SMALL = String(
  generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ type: "spki", format: "pem" }),
);
const BODY = KEYS.a.pem.split("\n")[1] ?? "";
const WANT = 'want one PEM block "PUBLIC KEY" and nothing else';

describe("policy/key-secret", () => {
  it("reads the key of the member that is named, and looks at no other", () => {
    const secret = secretWith({
      "cosign.pub": base64(KEYS.a.pem),
      "new.pub": base64(`\n${KEYS.b.pem}\n`),
      "cosign.key": base64(PRIVATE),
      "cosign.password": 7,
    });
    const answer = readSecretKey(secret, "new.pub");
    assert.ok(answer.kind === "key");
    const other = readSecretKey(secret, "cosign.pub");
    assert.ok(other.kind === "key" && other.key.keyId !== answer.key.keyId);
  });

  it("reads stringData, which files have, before data", () => {
    const secret = secretWith({ "cosign.pub": KEYS.a.pem }, "stringData");
    assert.equal(readSecretKey(secret, "cosign.pub").kind, "key");
  });

  const wrong: readonly [string, string | Uint8Array, string | RegExp][] = [
    ["nothing", "", `it is empty, ${WANT}`],
    ["a private key", PRIVATE, `it holds a private key, ${WANT}`],
    ["two blocks of which one is private", KEYS.a.pem + PRIVATE, `it holds a private key, ${WANT}`],
    ["two public keys", KEYS.a.pem + KEYS.b.pem, `it holds 2 PEM blocks, ${WANT}`],
    ["a password", "pl4nted-passw0rd", `it is no public key, ${WANT}`],
    [
      "a certificate",
      `-----BEGIN CERTIFICATE-----\n${BODY}\n-----END CERTIFICATE-----\n`,
      `it is no public key, ${WANT}`,
    ],
    ["text before the block", `pl4nted\n${KEYS.a.pem}`, `it is no public key, ${WANT}`],
    ["a block cut short", KEYS.a.pem.replace(BODY.slice(-8), ""), `it is no public key, ${WANT}`],
    ["bytes that are no text", Uint8Array.of(0xff, 0xfe), `it is not text, ${WANT}`],
    ["a large value", "x".repeat(16_385), `it is larger than 16384 bytes, ${WANT}`],
    ["a key that is too small", SMALL, /^Cannot use an RSA key of 1024 bits, want 2048 to 8192$/],
  ];
  for (const [name, content, reason] of wrong) {
    it(`has no key in ${name}, and repeats none of it`, () => {
      const found = reasonOf(read(content));
      if (typeof reason === "string") assert.equal(found, reason);
      else assert.match(found, reason);
      assert.ok(!/pl4nted/.test(found) && !found.includes(BODY));
    });
  }

  it("says when the member is not there, and when data is no base64", () => {
    assert.equal(reasonOf(readSecretKey(secretWith({}), "cosign.pub")), "the Secret has no such member");
    assert.equal(reasonOf(readSecretKey(new Map(), "cosign.pub")), "the Secret has no such member");
    const unpadded = secretWith({ "cosign.pub": "pl4nted!" });
    assert.equal(reasonOf(readSecretKey(unpadded, "cosign.pub")), "the Secret's data is not base64");
    assert.equal(reasonOf(NO_SECRET), "the Secret does not exist");
  });

  it("reads the bytes of what is no Secret alike", () => {
    assert.equal(readStoredKey(Buffer.from(KEYS.c.pem)).kind, "key");
  });
});
