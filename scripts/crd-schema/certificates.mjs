// entries[].certificates (policy-api.md §2.4): a signer known by a certificate of a private PKI.
import { eitherOf, exactText, flag, regularExpression } from "./text.mjs";

const PEM = "^\\s*(-----BEGIN CERTIFICATE-----\\r?\\n([A-Za-z0-9+/=]+\\r?\\n)+-----END CERTIFICATE-----\\s*)+$";

const certificateList = (description) => ({
  type: "string",
  minLength: 64,
  maxLength: 32768,
  pattern: PEM,
  description,
});

export const certificates = {
  type: "object",
  description: "The signer has a certificate of these authorities that names this subject.",
  required: ["roots"],
  "x-kubernetes-validations": [eitherOf("subject", "subjectRegExp")],
  properties: {
    roots: certificateList(
      'The trust anchors: one or more PEM blocks "CERTIFICATE". Nothing else of the trust root is trusted to issue certificates for this entry.',
    ),
    intermediates: certificateList(
      'Certificates between anchors and signers: one or more PEM blocks "CERTIFICATE". What a signature brings along is not used. None when it is absent.',
    ),
    subject: exactText(
      "Any of the certificate's subject alternative names, exactly: an e-mail address, URI, DNS name or IP address. It or subjectRegExp must be written.",
      "subjectRegExp is for more than one subject",
    ),
    subjectRegExp: regularExpression(
      "A regular expression of RE2 that matches the whole of any of the certificate's subject alternative names. Instead of subject.",
    ),
    insecureUseCurrentTime: flag(
      "Without any proven time, leaf and chain must be valid now: who finds the key of a certificate may sign for as long as it is valid. Default: false, some time must be proven.",
    ),
  },
};
