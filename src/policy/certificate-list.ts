/** Certificates of a private PKI as a policy holds them (policy-api.md §2.4): PEM blocks, certificates and nothing else. */
import { parsePemBlocks } from "../encoding/pem.ts";
import { malformed } from "../failure/attempt.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { quoted } from "../failure/failure.ts";
import { parseCertificate, type Certificate } from "../x509/certificate.ts";

/** At least one. Fails with CertificateMalformed, or with the Certificate… code of the rule that one breaks. */
export function parseCertificates(pem: string): readonly Certificate[] {
  const blocks = malformed("CertificateMalformed", "certificates", () => {
    const found = parsePemBlocks(pem);
    const other = found.find(({ label }) => label !== "CERTIFICATE");
    if (other !== undefined) throw new EncodingError(`a PEM block ${quoted(other.label)}, want "CERTIFICATE"`);
    return found;
  });
  return blocks.map(({ der }) => parseCertificate(der));
}
