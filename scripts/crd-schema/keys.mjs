// entries[].keys (policy-api.md §2.4): a signer known by a public key.
import { instant } from "./text.mjs";

const PEM =
  "^\\s*(-----BEGIN PUBLIC KEY-----\\r?\\n([A-Za-z0-9+/=]+\\r?\\n)+-----END PUBLIC KEY-----|-----BEGIN RSA PUBLIC KEY-----\\r?\\n([A-Za-z0-9+/=]+\\r?\\n)+-----END RSA PUBLIC KEY-----)\\s*$";

export const keys = {
  type: "object",
  description: "The signer holds the private half of this key.",
  required: ["publicKeys"],
  "x-kubernetes-validations": [
    {
      rule: "!has(self.validFrom) || !has(self.validUntil) || timestamp(self.validFrom) <= timestamp(self.validUntil)",
      message: "validUntil must not be before validFrom",
      fieldPath: ".validUntil",
    },
  ],
  properties: {
    publicKeys: {
      type: "string",
      minLength: 64,
      maxLength: 8192,
      pattern: PEM,
      description:
        'Exactly one PEM block "PUBLIC KEY", for example the cosign.pub that "cosign generate-key-pair" writes. For a second key write a second entry.',
    },
    hashAlgorithm: {
      type: "string",
      enum: ["sha256", "sha384", "sha512"],
      description:
        "The one hash that signatures may use; not for Ed25519. By the type of the key when it is absent: sha256, sha384 or sha512 as the curve has it, sha256 for RSA.",
    },
    rsaPadding: {
      type: "string",
      enum: ["PKCS1v15", "PSS"],
      description:
        "The padding that signatures of an RSA key must use; for other keys it is refused. Default: PKCS1v15.",
    },
    validFrom: instant(
      "A time of RFC 3339. Every proven time of a signature must be at it or later, and one must be proven. Unbounded when it is absent.",
    ),
    validUntil: instant(
      "A time of RFC 3339. Every proven time of a signature must be at it or earlier, and one must be proven. Unbounded when it is absent.",
    ),
  },
};
