import type { FailureTable } from "../step.ts";

export const KEY_FAILURES = {
  KeyMalformed: {
    step: "key",
    spec: "verification-spec §3.1",
    hint: 'give one PEM block "PUBLIC KEY", for example the cosign.pub that "cosign generate-key-pair" writes',
  },
  KeyUnsupported: {
    step: "key",
    spec: "verification-spec §3.1",
    hint: "use ECDSA P-256, P-384 or P-521, RSA of 2048 to 8192 bits, or Ed25519",
  },
  SignerMaterialMismatch: {
    step: "key",
    spec: "verification-spec §3.5",
    hint: "the signature was made with a certificate, and the rule asks for a key: sign with that key",
  },
  SignatureInvalid: {
    step: "signature",
    spec: "verification-spec §3.2",
    hint: "the signature was not made by this key over these bytes: sign with the key that the rule names",
  },
} as const satisfies FailureTable;
