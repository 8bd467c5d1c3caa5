/** keyDetailsOf(): the table of verification-spec §3.2. */
import assert from "node:assert/strict";
import type { KeyAlgorithm } from "../../../src/crypto/public-key.ts";
import { keyDetailsOf } from "../../../src/transparency/rekor/key-details.ts";

describe("keyDetailsOf()", () => {
  const rows: readonly [KeyAlgorithm, Readonly<Record<string, string>>][] = [
    [{ kind: "ecdsa", curve: "P-256" }, { PKIX_ECDSA_P256_SHA_256: "sha256" }],
    [
      { kind: "ecdsa", curve: "P-384" },
      { PKIX_ECDSA_P384_SHA_384: "sha384", PKIX_ECDSA_P384_SHA_256: "sha256" },
    ],
    [
      { kind: "ecdsa", curve: "P-521" },
      { PKIX_ECDSA_P521_SHA_512: "sha512", PKIX_ECDSA_P521_SHA_256: "sha256" },
    ],
    [{ kind: "ed25519" }, { PKIX_ED25519_PH: "sha512", PKIX_ED25519: "none" }],
    [
      { kind: "rsa", bits: 2048 },
      { PKIX_RSA_PKCS1V15_2048_SHA256: "sha256", PKIX_RSA_PSS_2048_SHA256: "sha256" },
    ],
    [
      { kind: "rsa", bits: 3072 },
      { PKIX_RSA_PKCS1V15_3072_SHA256: "sha256", PKIX_RSA_PSS_3072_SHA256: "sha256" },
    ],
    [
      { kind: "rsa", bits: 4096 },
      { PKIX_RSA_PKCS1V15_4096_SHA256: "sha256", PKIX_RSA_PSS_4096_SHA256: "sha256" },
    ],
    [{ kind: "rsa", bits: 2056 }, {}],
  ];
  for (const [algorithm, names] of rows) {
    it(`names ${Object.values(algorithm).join(" ")}`, () => {
      assert.deepEqual(Object.fromEntries(keyDetailsOf(algorithm)), names);
    });
  }
});
