/** The point of an ECDSA key (RFC 5480 §2.2): one form of it, and on its curve. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { FpLegendre } from "@noble/curves/abstract/modular.js";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { numberToBytesBE } from "@noble/curves/utils.js";
import { parsePublicKeySpki } from "../../src/crypto/public-key.ts";
import { derSequence, encodeDer, parseDer, TAG } from "../../src/encoding/der.ts";
import { failsWith } from "../support/failures.ts";

const POINTS = { "P-256": p256.Point, "P-384": p384.Point, "P-521": p521.Point } as const;

/** A point whose x is small, and p added to it: there is room for it in as many bytes. */
function unreduced(curve: keyof typeof POINTS): readonly Uint8Array[] {
  const { Fp } = POINTS[curve];
  for (let x = 0n; ; x += 1n) {
    const square = Fp.add(Fp.mul(Fp.add(Fp.sqr(x), Fp.create(-3n)), x), POINTS[curve].CURVE().b);
    if (FpLegendre(Fp, square) !== 1) continue;
    return [x + Fp.ORDER, Fp.sqrt(square)].map((number) => numberToBytesBE(number, Fp.BYTES));
  }
}

describe("the point of an ECDSA key", () => {
  for (const curve of ["P-256", "P-384", "P-521"] as const) {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: curve });
    const spki = parseDer(publicKey.export({ type: "spki", format: "der" }));
    const identifier = encodeDer(TAG.sequence, derSequence(spki, "key")[0]?.content ?? new Uint8Array());
    const { x = "", y = "" } = publicKey.export({ format: "jwk" });
    const [left, right] = [Buffer.from(x, "base64url"), Buffer.from(y, "base64url")];
    const parity = (right.at(-1) ?? 0) & 1;
    const keyOf = (...point: readonly Uint8Array[]): Uint8Array =>
      encodeDer(TAG.sequence, identifier, encodeDer(TAG.bitString, Uint8Array.of(0), ...point));

    it(`is taken uncompressed on ${curve}`, () => {
      assert.deepEqual(parsePublicKeySpki(keyOf(Uint8Array.of(4), left, right)).algorithm, { kind: "ecdsa", curve });
    });

    const refused: Readonly<Record<string, readonly Uint8Array[]>> = {
      "the point at infinity": [Uint8Array.of(0)],
      "the hybrid form": [Uint8Array.of(6 + parity), left, right],
      "no point": [],
      "a compressed point, by which one key would be two signers": [Uint8Array.of(2 + parity), left],
      "a compressed point with both coordinates": [Uint8Array.of(2 + parity), left, right],
      "one coordinate of two": [Uint8Array.of(4), left],
      "coordinates a byte too short": [Uint8Array.of(4), left.subarray(1), right],
      "a byte behind": [Uint8Array.of(4), left, right, Uint8Array.of(0)],
      "a point beside the curve": [Uint8Array.of(4), left, left],
      "zero and zero": [Uint8Array.of(4), left.map(() => 0), right.map(() => 0)],
      "the same point with a coordinate that is not reduced": [Uint8Array.of(4), ...unreduced(curve)],
    };
    for (const [name, point] of Object.entries(refused)) {
      it(`is refused on ${curve} as ${name}`, () =>
        void failsWith("KeyMalformed", () => parsePublicKeySpki(keyOf(...point))));
    }
  }
});
