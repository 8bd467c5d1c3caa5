/**
 * The variant keys of an attestor entry as a JSON schema.
 * Made by "npm run generate" from scripts/crd-schema.mjs and scripts/crd-schema/: edit those. It refuses nothing by itself.
 */
export const KEYS_SCHEMA = {
  type: "object",
  description: "The signer holds the private half of this key.",
  additionalProperties: false,
  properties: {
    publicKeys: {
      type: "string",
      minLength: 64,
      maxLength: 8192,
      pattern:
        "^\\s*(-----BEGIN PUBLIC KEY-----\\r?\\n([A-Za-z0-9+/=]+\\r?\\n)+-----END PUBLIC KEY-----|-----BEGIN RSA PUBLIC KEY-----\\r?\\n([A-Za-z0-9+/=]+\\r?\\n)+-----END RSA PUBLIC KEY-----)\\s*$",
      description:
        'Exactly one PEM block "PUBLIC KEY", for example the cosign.pub that "cosign generate-key-pair" writes. For a second key write a second entry. It or secret must be written.',
    },
    secret: {
      type: "object",
      description:
        "A Secret that holds the key. It is followed: another key in it takes effect at once, and without it nothing passes.",
      required: ["name"],
      additionalProperties: false,
      properties: {
        name: {
          type: "string",
          minLength: 1,
          maxLength: 253,
          pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
          description: "Name of the Secret, a DNS subdomain; a Secret of whatever type.",
        },
        namespace: {
          type: "string",
          minLength: 1,
          maxLength: 63,
          pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
          description:
            "Namespace of the Secret, a DNS label, of cluster policies alone: one that the configuration lists in secretNamespaces. Default: Sealgate's own. A namespaced policy reads Secrets of its own namespace.",
        },
        key: {
          type: "string",
          minLength: 1,
          maxLength: 253,
          pattern: "^[-._a-zA-Z0-9]+$",
          description:
            'Member of the Secret\'s data that holds one PEM block "PUBLIC KEY". Default: cosign.pub, as "cosign generate-key-pair k8s://NAMESPACE/NAME" writes it.',
        },
      },
    },
    kms: {
      type: "string",
      minLength: 12,
      maxLength: 512,
      pattern:
        "^(awskms:///(([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|mrk-[0-9a-f]{32})|alias/[A-Za-z0-9/_-]{1,250}|arn:aws(-[a-z]{1,8}){0,2}:kms:[a-z]{2,4}(-[a-z]{2,12}){1,3}-[0-9]{1,2}:[0-9]{12}:(key/([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|mrk-[0-9a-f]{32})|alias/[A-Za-z0-9/_-]{1,250}))|gcpkms://projects/[a-z][a-z0-9.:-]{0,62}/locations/[a-z0-9-]{1,32}/keyRings/[A-Za-z0-9_-]{1,63}/cryptoKeys/[A-Za-z0-9_-]{1,63}(/(cryptoKeyVersions|versions)/[0-9]{1,10})?|azurekms://[A-Za-z0-9-]{1,63}[.](vault[.]azure[.]net|vault[.]azure[.]cn|vault[.]usgovcloudapi[.]net|managedhsm[.]azure[.]net)/[A-Za-z0-9-]{1,127}(/[A-Za-z0-9]{1,64})?|hashivault://[A-Za-z0-9][A-Za-z0-9._-]{0,127})$",
      description:
        "Key of a key management service, by its URI: awskms:///ID, alias or ARN, azurekms://VAULT/NAME[/VERSION], gcpkms://projects/…/cryptoKeys/NAME[/versions/N] or hashivault://NAME, without an endpoint. Only its public half is fetched, and fetched again every few minutes. Of cluster policies alone. Instead of publicKeys.",
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
    validFrom: {
      type: "string",
      minLength: 20,
      maxLength: 35,
      pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$",
      description:
        "A time of RFC 3339. Every proven time of a signature must be at it or later, and one must be proven. Unbounded when it is absent.",
    },
    validUntil: {
      type: "string",
      minLength: 20,
      maxLength: 35,
      pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$",
      description:
        "A time of RFC 3339. Every proven time of a signature must be at it or earlier, and one must be proven. Unbounded when it is absent.",
    },
  },
} as const;
