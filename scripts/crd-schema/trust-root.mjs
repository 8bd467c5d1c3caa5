// The spec of TrustRoot (policy-api.md §2.7): one Sigstore instance, and what its signatures must bring.
import { dataKey, flag, instant, objectName } from "./text.mjs";

const CERTIFICATES =
  "^\\s*(-----BEGIN CERTIFICATE-----\\r?\\n([A-Za-z0-9+/=]+\\r?\\n)+-----END CERTIFICATE-----\\s*)+$";
const PUBLIC_KEY = "^\\s*-----BEGIN PUBLIC KEY-----\\r?\\n([A-Za-z0-9+/=]+\\r?\\n)+-----END PUBLIC KEY-----\\s*$";

const VARIANTS = ["publicGood", "github", "inline", "configMap", "secret", "sigstoreKeys"];

const oneVariant = {
  rule: `${VARIANTS.map((variant) => `(has(self.${variant}) ? 1 : 0)`).join(" + ")} == 1`,
  message: `must have exactly one of ${VARIANTS.join(", ")}`,
};
const fixedRequires = {
  rule: "!has(self.requires) || (!has(self.publicGood) && !has(self.github))",
  message: "must not be written beside publicGood and github: what their signatures bring is known",
  fieldPath: ".requires",
};
const someProofOfTime = {
  rule: "!has(self.transparencyLog) || self.transparencyLog || (has(self.timestamp) && self.timestamp)",
  message: "asks for no proof of time, want transparencyLog or timestamp to be true",
};
const startsFirst = {
  rule: "!has(self.validFrom) || !has(self.validUntil) || timestamp(self.validFrom) <= timestamp(self.validUntil)",
  message: "validUntil must not be before validFrom",
  fieldPath: ".validUntil",
};

/** The text of a trusted_root.json in a member of an object in Sealgate's namespace. */
const stored = (kind, description) => ({
  type: "object",
  description,
  required: ["name", "key"],
  properties: {
    name: objectName(`Name of the ${kind}, a DNS subdomain, in Sealgate's own namespace.`),
    key: dataKey(
      `Member of the ${kind}'s data that holds the text of the instance's trusted_root.json, at most 1 MiB.`,
    ),
  },
});

const window = (of, isRequired = false) => ({
  validFrom: instant(
    `A time of RFC 3339 from which ${of}.${isRequired ? "" : " Without beginning when it is absent."}`,
  ),
  validUntil: instant(`A time of RFC 3339 up to which ${of}. Without end when it is absent.`),
});

const authorities = (description, order, of) => ({
  type: "array",
  minItems: 1,
  maxItems: 16,
  "x-kubernetes-list-type": "atomic",
  description,
  items: {
    type: "object",
    description: "One authority: its certificates, and when they are trusted.",
    required: ["certChain"],
    "x-kubernetes-validations": [startsFirst],
    properties: {
      certChain: { type: "string", minLength: 64, maxLength: 32768, pattern: CERTIFICATES, description: order },
      ...window(of),
    },
  },
});

const logs = (description, of, more) => ({
  type: "array",
  minItems: 1,
  maxItems: 16,
  "x-kubernetes-list-type": "atomic",
  description,
  items: {
    type: "object",
    description: "One log: its key, and when the key is trusted.",
    required: ["publicKey", "validFrom"],
    "x-kubernetes-validations": [startsFirst],
    properties: {
      publicKey: {
        type: "string",
        minLength: 64,
        maxLength: 8192,
        pattern: PUBLIC_KEY,
        description:
          'The public key of the log: exactly one PEM block "PUBLIC KEY" of ECDSA, Ed25519 or RSA of 2048, 3072 or 4096 bits.',
      },
      ...window(of, true),
      ...more,
    },
  },
});

const sigstoreKeys = {
  type: "object",
  description: "The instance by its parts, where it has no trusted_root.json.",
  minProperties: 1,
  properties: {
    certificateAuthorities: authorities(
      "The authorities that issue signers' certificates (Fulcio). None when it is absent: then only keys can sign.",
      'The chain as PEM blocks "CERTIFICATE", at most 10: first the one that issues signers\' certificates, each issued by the next, the trust anchor last.',
      "certificates of this authority are trusted, held against the proven time of a signature",
    ),
    timestampAuthorities: authorities(
      "The authorities of RFC 3161 time stamps. None when it is absent.",
      'The chain as PEM blocks "CERTIFICATE", at most 10: the signer of time stamps first, or its issuer where time stamps bring the signer, each issued by the next, the trust anchor last.',
      "time stamps of this authority are trusted, held against the time in them",
    ),
    tLogs: logs(
      "The transparency logs of signatures (Rekor). None when it is absent.",
      "entries that the key signs are trusted, held against their time",
      {
        baseURL: {
          type: "string",
          minLength: 9,
          maxLength: 512,
          pattern: "^https?://[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?(/[!-~]*)?$",
          description:
            "Address of a log of Rekor v2, for example https://log2026.rekor.example: its host is the name in the log's checkpoints, and together with the key its id. It is never called. A log of Rekor v1, whose id is made of the key alone, must not have it. None when it is absent.",
        },
      },
    ),
    ctLogs: logs(
      "The certificate transparency logs that promise to hold signers' certificates. None when it is absent.",
      "promises that the key signs are trusted, held against their time",
      {},
    ),
  },
};

export const trustRootSpec = {
  type: "object",
  description: "One Sigstore instance that policies name in trustRoot. One variant must be written.",
  "x-kubernetes-validations": [oneVariant, fixedRequires],
  properties: {
    publicGood: {
      type: "object",
      properties: {},
      description:
        "Sigstore's public good instance, as it is built into the program: for another name of it, or to bring it back where the configuration switched it off.",
    },
    github: {
      type: "object",
      properties: {},
      description:
        "GitHub's instance for private repositories, as it is built into the program: for another name of it, or to bring it back where the configuration switched it off.",
    },
    inline: {
      type: "string",
      minLength: 2,
      maxLength: 131072,
      description:
        "The text of the instance's trusted_root.json, at most 128 KiB. Public keys and certificates only, nothing in it is secret. Another source must be written when it is absent.",
    },
    configMap: stored(
      "ConfigMap",
      "A ConfigMap that holds the instance's trusted_root.json. It is followed: another text in it takes effect at once, and without it the trust root is not ready.",
    ),
    secret: stored(
      "Secret",
      "A Secret that holds the instance's trusted_root.json. It is followed: another text in it takes effect at once, and without it the trust root is not ready.",
    ),
    sigstoreKeys,
    requires: {
      type: "object",
      description:
        "What a signature by this instance must bring. What is required and what the instance does not hold makes the trust root not ready.",
      "x-kubernetes-validations": [someProofOfTime],
      properties: {
        transparencyLog: flag("An entry of one of its transparency logs. Default: true."),
        signedCertificateTimestamp: flag(
          "A promise of one of its certificate transparency logs, in the certificate; a key has none. Default: true.",
        ),
        timestamp: flag("A time stamp of one of its authorities. Default: false."),
      },
    },
  },
};
