// entries[].keys (policy-api.md §2.4): a signer known by a public key.
import { dataKey, instant, name, objectName } from "./text.mjs";

const PEM =
  "^\\s*(-----BEGIN PUBLIC KEY-----\\r?\\n([A-Za-z0-9+/=]+\\r?\\n)+-----END PUBLIC KEY-----|-----BEGIN RSA PUBLIC KEY-----\\r?\\n([A-Za-z0-9+/=]+\\r?\\n)+-----END RSA PUBLIC KEY-----)\\s*$";

const VAULTS = "(vault[.]azure[.]net|vault[.]azure[.]cn|vault[.]usgovcloudapi[.]net|managedhsm[.]azure[.]net)";
const UUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
const AWS_ID = `(${UUID}|mrk-[0-9a-f]{32})`;
const AWS_ALIAS = "alias/[A-Za-z0-9/_-]{1,250}";
const AWS_REGION = "[a-z]{2,4}(-[a-z]{2,12}){1,3}-[0-9]{1,2}";
const AWS = `awskms:///(${AWS_ID}|${AWS_ALIAS}|arn:aws(-[a-z]{1,8}){0,2}:kms:${AWS_REGION}:[0-9]{12}:(key/${AWS_ID}|${AWS_ALIAS}))`;
const GOOGLE =
  "gcpkms://projects/[a-z][a-z0-9.:-]{0,62}/locations/[a-z0-9-]{1,32}/keyRings/[A-Za-z0-9_-]{1,63}/cryptoKeys/[A-Za-z0-9_-]{1,63}(/(cryptoKeyVersions|versions)/[0-9]{1,10})?";
const KMS = `^(${AWS}|${GOOGLE}|azurekms://[A-Za-z0-9-]{1,63}[.]${VAULTS}/[A-Za-z0-9-]{1,127}(/[A-Za-z0-9]{1,64})?|hashivault://[A-Za-z0-9][A-Za-z0-9._-]{0,127})$`;

const secret = (validations) => ({
  type: "object",
  description:
    "A Secret that holds the key. It is followed: another key in it takes effect at once, and without it nothing passes.",
  required: ["name"],
  ...validations,
  properties: {
    name: objectName("Name of the Secret, a DNS subdomain; a Secret of whatever type."),
    namespace: name(
      "Namespace of the Secret, a DNS label, of cluster policies alone: one that the configuration lists in secretNamespaces. Default: Sealgate's own. A namespaced policy reads Secrets of its own namespace.",
    ),
    key: dataKey(
      'Member of the Secret\'s data that holds one PEM block "PUBLIC KEY". Default: cosign.pub, as "cosign generate-key-pair k8s://NAMESPACE/NAME" writes it.',
    ),
  },
});

/** `validations`: what is refused of a Secret besides. */
const keysWith = (validations, kmsValidations) => ({
  type: "object",
  description: "The signer holds the private half of this key.",
  "x-kubernetes-validations": [
    {
      rule: "(has(self.publicKeys) ? 1 : 0) + (has(self.secret) ? 1 : 0) + (has(self.kms) ? 1 : 0) == 1",
      message: "must have exactly one of publicKeys, secret, kms",
    },
    ...kmsValidations,
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
        'Exactly one PEM block "PUBLIC KEY", for example the cosign.pub that "cosign generate-key-pair" writes. For a second key write a second entry. It or secret must be written.',
    },
    secret: secret(validations),
    kms: {
      type: "string",
      minLength: 12,
      maxLength: 512,
      pattern: KMS,
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
    validFrom: instant(
      "A time of RFC 3339. Every proven time of a signature must be at it or later, and one must be proven. Unbounded when it is absent.",
    ),
    validUntil: instant(
      "A time of RFC 3339. Every proven time of a signature must be at it or earlier, and one must be proven. Unbounded when it is absent.",
    ),
  },
});

export const keys = keysWith({}, []);
export const namespacedKeys = keysWith(
  {
    "x-kubernetes-validations": [
      {
        rule: "!has(self.__namespace__)",
        message: "must not be written in a namespaced policy, which reads Secrets of its own namespace",
        fieldPath: ".namespace",
      },
    ],
  },
  [
    {
      rule: "!has(self.kms)",
      message: "must not be written in a namespaced policy: Sealgate would ask with an identity of its own",
      fieldPath: ".kms",
    },
  ],
);
