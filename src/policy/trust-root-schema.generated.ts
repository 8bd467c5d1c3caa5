/**
 * The spec of TrustRoot as a JSON schema.
 * Made by "npm run generate" from scripts/crd-schema.mjs and scripts/crd-schema/: edit those. It refuses nothing by itself.
 */
export const TRUST_ROOT_SPEC_SCHEMA = {
  type: "object",
  description: "One Sigstore instance that policies name in trustRoot. One variant must be written.",
  additionalProperties: false,
  properties: {
    publicGood: {
      type: "object",
      description:
        "Sigstore's public good instance, as it is built into the program: for another name of it, or to bring it back where the configuration switched it off.",
      additionalProperties: false,
      properties: {},
    },
    github: {
      type: "object",
      description:
        "GitHub's instance for private repositories, as it is built into the program: for another name of it, or to bring it back where the configuration switched it off.",
      additionalProperties: false,
      properties: {},
    },
    inline: {
      type: "string",
      minLength: 2,
      maxLength: 131072,
      description:
        "The text of the instance's trusted_root.json, at most 128 KiB. Public keys and certificates only, nothing in it is secret. Another source must be written when it is absent.",
    },
    configMap: {
      type: "object",
      description:
        "A ConfigMap that holds the instance's trusted_root.json. It is followed: another text in it takes effect at once, and without it the trust root is not ready.",
      required: ["name", "key"],
      additionalProperties: false,
      properties: {
        name: {
          type: "string",
          minLength: 1,
          maxLength: 253,
          pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
          description: "Name of the ConfigMap, a DNS subdomain, in Sealgate's own namespace.",
        },
        key: {
          type: "string",
          minLength: 1,
          maxLength: 253,
          pattern: "^[-._a-zA-Z0-9]+$",
          description:
            "Member of the ConfigMap's data that holds the text of the instance's trusted_root.json, at most 1 MiB.",
        },
      },
    },
    secret: {
      type: "object",
      description:
        "A Secret that holds the instance's trusted_root.json. It is followed: another text in it takes effect at once, and without it the trust root is not ready.",
      required: ["name", "key"],
      additionalProperties: false,
      properties: {
        name: {
          type: "string",
          minLength: 1,
          maxLength: 253,
          pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
          description: "Name of the Secret, a DNS subdomain, in Sealgate's own namespace.",
        },
        key: {
          type: "string",
          minLength: 1,
          maxLength: 253,
          pattern: "^[-._a-zA-Z0-9]+$",
          description:
            "Member of the Secret's data that holds the text of the instance's trusted_root.json, at most 1 MiB.",
        },
      },
    },
    sigstoreKeys: {
      type: "object",
      description: "The instance by its parts, where it has no trusted_root.json.",
      minProperties: 1,
      additionalProperties: false,
      properties: {
        certificateAuthorities: {
          type: "array",
          minItems: 1,
          maxItems: 16,
          description:
            "The authorities that issue signers' certificates (Fulcio). None when it is absent: then only keys can sign.",
          items: {
            type: "object",
            description: "One authority: its certificates, and when they are trusted.",
            required: ["certChain"],
            additionalProperties: false,
            properties: {
              certChain: {
                type: "string",
                minLength: 64,
                maxLength: 32768,
                pattern:
                  "^\\s*(-----BEGIN CERTIFICATE-----\\r?\\n([A-Za-z0-9+/=]+\\r?\\n)+-----END CERTIFICATE-----\\s*)+$",
                description:
                  'The chain as PEM blocks "CERTIFICATE", at most 10: first the one that issues signers\' certificates, each issued by the next, the trust anchor last.',
              },
              validFrom: {
                type: "string",
                minLength: 20,
                maxLength: 35,
                pattern:
                  "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$",
                description:
                  "A time of RFC 3339 from which certificates of this authority are trusted, held against the proven time of a signature. Without beginning when it is absent.",
              },
              validUntil: {
                type: "string",
                minLength: 20,
                maxLength: 35,
                pattern:
                  "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$",
                description:
                  "A time of RFC 3339 up to which certificates of this authority are trusted, held against the proven time of a signature. Without end when it is absent.",
              },
            },
          },
        },
        timestampAuthorities: {
          type: "array",
          minItems: 1,
          maxItems: 16,
          description: "The authorities of RFC 3161 time stamps. None when it is absent.",
          items: {
            type: "object",
            description: "One authority: its certificates, and when they are trusted.",
            required: ["certChain"],
            additionalProperties: false,
            properties: {
              certChain: {
                type: "string",
                minLength: 64,
                maxLength: 32768,
                pattern:
                  "^\\s*(-----BEGIN CERTIFICATE-----\\r?\\n([A-Za-z0-9+/=]+\\r?\\n)+-----END CERTIFICATE-----\\s*)+$",
                description:
                  'The chain as PEM blocks "CERTIFICATE", at most 10: the signer of time stamps first, or its issuer where time stamps bring the signer, each issued by the next, the trust anchor last.',
              },
              validFrom: {
                type: "string",
                minLength: 20,
                maxLength: 35,
                pattern:
                  "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$",
                description:
                  "A time of RFC 3339 from which time stamps of this authority are trusted, held against the time in them. Without beginning when it is absent.",
              },
              validUntil: {
                type: "string",
                minLength: 20,
                maxLength: 35,
                pattern:
                  "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$",
                description:
                  "A time of RFC 3339 up to which time stamps of this authority are trusted, held against the time in them. Without end when it is absent.",
              },
            },
          },
        },
        tLogs: {
          type: "array",
          minItems: 1,
          maxItems: 16,
          description: "The transparency logs of signatures (Rekor). None when it is absent.",
          items: {
            type: "object",
            description: "One log: its key, and when the key is trusted.",
            required: ["publicKey", "validFrom"],
            additionalProperties: false,
            properties: {
              publicKey: {
                type: "string",
                minLength: 64,
                maxLength: 8192,
                pattern: "^\\s*-----BEGIN PUBLIC KEY-----\\r?\\n([A-Za-z0-9+/=]+\\r?\\n)+-----END PUBLIC KEY-----\\s*$",
                description:
                  'The public key of the log: exactly one PEM block "PUBLIC KEY" of ECDSA, Ed25519 or RSA of 2048, 3072 or 4096 bits.',
              },
              validFrom: {
                type: "string",
                minLength: 20,
                maxLength: 35,
                pattern:
                  "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$",
                description:
                  "A time of RFC 3339 from which entries that the key signs are trusted, held against their time.",
              },
              validUntil: {
                type: "string",
                minLength: 20,
                maxLength: 35,
                pattern:
                  "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$",
                description:
                  "A time of RFC 3339 up to which entries that the key signs are trusted, held against their time. Without end when it is absent.",
              },
              baseURL: {
                type: "string",
                minLength: 9,
                maxLength: 512,
                pattern: "^https?://[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?(/[!-~]*)?$",
                description:
                  "Address of a log of Rekor v2, for example https://log2026.rekor.example: its host is the name in the log's checkpoints, and together with the key its id. It is never called. A log of Rekor v1, whose id is made of the key alone, must not have it. None when it is absent.",
              },
            },
          },
        },
        ctLogs: {
          type: "array",
          minItems: 1,
          maxItems: 16,
          description:
            "The certificate transparency logs that promise to hold signers' certificates. None when it is absent.",
          items: {
            type: "object",
            description: "One log: its key, and when the key is trusted.",
            required: ["publicKey", "validFrom"],
            additionalProperties: false,
            properties: {
              publicKey: {
                type: "string",
                minLength: 64,
                maxLength: 8192,
                pattern: "^\\s*-----BEGIN PUBLIC KEY-----\\r?\\n([A-Za-z0-9+/=]+\\r?\\n)+-----END PUBLIC KEY-----\\s*$",
                description:
                  'The public key of the log: exactly one PEM block "PUBLIC KEY" of ECDSA, Ed25519 or RSA of 2048, 3072 or 4096 bits.',
              },
              validFrom: {
                type: "string",
                minLength: 20,
                maxLength: 35,
                pattern:
                  "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$",
                description:
                  "A time of RFC 3339 from which promises that the key signs are trusted, held against their time.",
              },
              validUntil: {
                type: "string",
                minLength: 20,
                maxLength: 35,
                pattern:
                  "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$",
                description:
                  "A time of RFC 3339 up to which promises that the key signs are trusted, held against their time. Without end when it is absent.",
              },
            },
          },
        },
      },
    },
    requires: {
      type: "object",
      description:
        "What a signature by this instance must bring. What is required and what the instance does not hold makes the trust root not ready.",
      additionalProperties: false,
      properties: {
        transparencyLog: { type: "boolean", description: "An entry of one of its transparency logs. Default: true." },
        signedCertificateTimestamp: {
          type: "boolean",
          description:
            "A promise of one of its certificate transparency logs, in the certificate; a key has none. Default: true.",
        },
        timestamp: { type: "boolean", description: "A time stamp of one of its authorities. Default: false." },
      },
    },
  },
} as const;
