/**
 * The certificate and time stamp authorities of a trust root (verification-spec §7.2): each a chain, issuer first and trust
 * anchor last, every certificate issued by the next. That they may issue, and for what, is checked at use (x509/chain.ts).
 */
import type { JsonObject } from "../encoding/json.ts";
import { attempt } from "../failure/attempt.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { VerificationFailure } from "../failure/failure.ts";
import type { TimestampAuthority } from "../timestamp/authority.ts";
import { parseCertificate, type Certificate } from "../x509/certificate.ts";
import { isIssuedBy, type CertificateAuthority } from "../x509/chain.ts";
import { bytesOf, memberOf, messageOf, messagesOf, textOf } from "./protobuf-json.ts";
import { readWindow } from "./trusted-root-logs.ts";

const MAX_CERTIFICATES = 10;

/** Fails with TrustRootCertificateMalformed or TrustRootChainBroken; throws EncodingError. */
export function readCertificateAuthorities(root: JsonObject): readonly CertificateAuthority[] {
  return readAuthorities(root, "certificateAuthorities");
}

/** As readCertificateAuthorities(); a first certificate that is no authority's is the signer's. */
export function readTimestampAuthorities(root: JsonObject): readonly TimestampAuthority[] {
  return readAuthorities(root, "timestampAuthorities").map((authority, index) =>
    timestampAuthorityOf(authority, `timestampAuthorities[${index}]`),
  );
}

/** Its signer apart, where the chain begins with it. Throws EncodingError for a signer alone. */
export function timestampAuthorityOf(authority: CertificateAuthority, path: string): TimestampAuthority {
  const [first, ...issuers] = authority.chain;
  if (first === undefined || first.basicConstraints?.isCa === true) return authority;
  if (issuers.length > 0) return { ...authority, chain: issuers, signer: first };
  throw new EncodingError(`${path} has a signer and no certificate of its issuer`);
}

function readAuthorities(root: JsonObject, list: string): readonly CertificateAuthority[] {
  return messagesOf(root, list).map((authority, index) => {
    const uri = textOf(authority, "uri");
    return {
      chain: readChain(authority, `${list}[${index}]`),
      validFor: readWindow(memberOf(authority, "validFor")),
      ...(uri !== undefined && { uri }),
    };
  });
}

function readChain(authority: JsonObject, path: string): readonly Certificate[] {
  const certificates = messagesOf(messageOf(authority, "certChain"), "certificates");
  return chainOf(
    certificates.map((certificate) => bytesOf(certificate, "rawBytes")),
    path,
  );
}

/**
 * A chain of certificates in DER, issuer first and trust anchor last; `path` is said in messages. Fails with
 * TrustRootCertificateMalformed or TrustRootChainBroken; throws EncodingError for none or too many.
 */
export function chainOf(certificates: readonly Uint8Array[], path: string): readonly Certificate[] {
  if (certificates.length === 0 || certificates.length > MAX_CERTIFICATES) {
    throw new EncodingError(`${path} has ${certificates.length} certificates, want 1 to ${MAX_CERTIFICATES}`);
  }
  const chain = certificates.map((der, depth) => readCertificate(der, `${path}, certificate ${depth}`));
  checkLinks(chain, path);
  return chain;
}

/** The key is read too: at use, a key that is not supported would look like the fault of what it signed. */
function readCertificate(der: Uint8Array, path: string): Certificate {
  const result = attempt(() => {
    const parsed = parseCertificate(der);
    parsed.publicKey();
    return parsed;
  });
  if (result.ok) return result.value;
  throw new VerificationFailure(
    "TrustRootCertificateMalformed",
    `Cannot use ${path} of the trust root: ${result.failure.message}`,
    { cause: result.failure },
  );
}

/** §7.2: verified at load, so that a root of the wrong order is seen by who wrote it. */
function checkLinks(chain: readonly Certificate[], path: string): void {
  chain.forEach((certificate, depth) => {
    const issuer = chain[depth + 1];
    if (issuer === undefined || isIssuedBy(certificate, issuer)) return;
    throw new VerificationFailure(
      "TrustRootChainBroken",
      `Cannot use ${path} of the trust root: its certificate ${depth} was not issued by the next`,
    );
  });
}
