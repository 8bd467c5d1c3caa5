/** isSignedByLog(): every kind of key that a log may have, with the hashes that logs use. */
import assert from "node:assert/strict";
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { isSignedByLog } from "../../src/transparency/log-signature.ts";
import { TestLog } from "../support/transparency/log.ts";

const MESSAGE = Buffer.from("a checkpoint");

describe("isSignedByLog()", () => {
  const ec = (namedCurve: string): KeyObject => generateKeyPairSync("ec", { namedCurve }).privateKey;
  const [p256, p384, p521] = [ec("P-256"), ec("P-384"), ec("P-521")];
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const ed25519 = generateKeyPairSync("ed25519").privateKey;

  const rows: Readonly<Record<string, [KeyObject, string | null, boolean]>> = {
    "P-256 with SHA-256": [p256, "sha256", true],
    "P-256 with SHA-384": [p256, "sha384", false],
    "P-256 with SHA-1": [p256, "sha1", false],
    "P-384 with its own SHA-384": [p384, "sha384", true],
    "P-384 with SHA-256, as Rekor signs": [p384, "sha256", true],
    "P-384 with SHA-512": [p384, "sha512", false],
    "P-521 with its own SHA-512": [p521, "sha512", true],
    "P-521 with SHA-256, as Rekor signs": [p521, "sha256", true],
    "P-521 with SHA-1": [p521, "sha1", false],
    "RSA with SHA-256": [rsa, "sha256", true],
    "RSA with SHA-1": [rsa, "sha1", false],
    Ed25519: [ed25519, null, true],
  };
  for (const [name, [privateKey, hash, isTaken]] of Object.entries(rows)) {
    it(`${isTaken ? "takes" : "refuses"} ${name}`, () => {
      const { trusted } = new TestLog({ generation: "v1", privateKey });
      const signature = sign(hash, MESSAGE, privateKey);
      assert.equal(isSignedByLog(trusted, MESSAGE, signature), isTaken);
      assert.ok(!isSignedByLog(trusted, Buffer.from("another checkpoint"), signature));
    });
  }
});
