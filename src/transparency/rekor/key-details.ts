/** Sigstore's names of keys with their hash (PublicKeyDetails; verification-spec §3.2), as Rekor v2 logs them. */
import type { HashAlgorithm } from "../../crypto/digest.ts";
import type { KeyAlgorithm } from "../../crypto/public-key.ts";

/** What a name says about the bytes that are signed: their hash, or that pure Ed25519 signs them whole. */
export type SignedHash = HashAlgorithm | "none";

const ECDSA: Readonly<Record<"P-256" | "P-384" | "P-521", ReadonlyMap<string, SignedHash>>> = {
  "P-256": new Map([["PKIX_ECDSA_P256_SHA_256", "sha256"]]),
  // The second name of each is deprecated, and written by cosign, whose hash is SHA-256 for every curve
  "P-384": new Map([
    ["PKIX_ECDSA_P384_SHA_384", "sha384"],
    ["PKIX_ECDSA_P384_SHA_256", "sha256"],
  ]),
  "P-521": new Map([
    ["PKIX_ECDSA_P521_SHA_512", "sha512"],
    ["PKIX_ECDSA_P521_SHA_256", "sha256"],
  ]),
};
const ED25519: ReadonlyMap<string, SignedHash> = new Map([
  ["PKIX_ED25519_PH", "sha512"],
  ["PKIX_ED25519", "none"],
]);
const RSA_BITS = [2048, 3072, 4096];

/** Every name that fits the key; none for RSA keys of other sizes, which have no name. */
export function keyDetailsOf(algorithm: KeyAlgorithm): ReadonlyMap<string, SignedHash> {
  switch (algorithm.kind) {
    case "ecdsa":
      return ECDSA[algorithm.curve];
    case "ed25519":
      return ED25519;
    case "rsa":
      return new Map(
        RSA_BITS.filter((bits) => bits === algorithm.bits).flatMap((bits) => [
          [`PKIX_RSA_PKCS1V15_${bits}_SHA256`, "sha256"],
          [`PKIX_RSA_PSS_${bits}_SHA256`, "sha256"],
        ]),
      );
  }
}
