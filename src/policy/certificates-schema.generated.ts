/**
 * The variant certificates of an attestor entry as a JSON schema.
 * Made by "npm run generate" from scripts/crd-schema.mjs and scripts/crd-schema/: edit those. It refuses nothing by itself.
 */
export const CERTIFICATES_SCHEMA = {
  type: "object",
  description: "The signer has a certificate of these authorities that names this subject.",
  required: ["roots"],
  additionalProperties: false,
  properties: {
    roots: {
      type: "string",
      minLength: 64,
      maxLength: 32768,
      pattern: "^\\s*(-----BEGIN CERTIFICATE-----\\r?\\n([A-Za-z0-9+/=]+\\r?\\n)+-----END CERTIFICATE-----\\s*)+$",
      description:
        'The trust anchors: one or more PEM blocks "CERTIFICATE". Nothing else of the trust root is trusted to issue certificates for this entry.',
    },
    intermediates: {
      type: "string",
      minLength: 64,
      maxLength: 32768,
      pattern: "^\\s*(-----BEGIN CERTIFICATE-----\\r?\\n([A-Za-z0-9+/=]+\\r?\\n)+-----END CERTIFICATE-----\\s*)+$",
      description:
        'Certificates between anchors and signers: one or more PEM blocks "CERTIFICATE". What a signature brings along is not used. None when it is absent.',
    },
    subject: {
      type: "string",
      minLength: 1,
      maxLength: 1024,
      description:
        "Any of the certificate's subject alternative names, exactly: an e-mail address, URI, DNS name or IP address. It or subjectRegExp must be written.",
    },
    subjectRegExp: {
      type: "string",
      minLength: 1,
      maxLength: 512,
      description:
        "A regular expression of RE2 that matches the whole of any of the certificate's subject alternative names. Instead of subject.",
    },
    insecureUseCurrentTime: {
      type: "boolean",
      description:
        "Without any proven time, leaf and chain must be valid now: who finds the key of a certificate may sign for as long as it is valid. Default: false, some time must be proven.",
    },
  },
} as const;
