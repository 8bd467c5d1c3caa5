/**
 * RFC 3161 time stamps (verification-spec §6): when a signature existed, by the word of an authority that the trust root
 * holds. The authority is found by the issuer and serial number that the token names, its certificate is the trust root's,
 * and it is held to the window and the chain of that authority alone: nothing is tried until something fits
 * (GHSA-xm5m-wgh2-rrg3). Earns VerifiedTimestamp.
 */
import { hash } from "../crypto/digest.ts";
import { verifyWithAlgorithm } from "../crypto/signature-algorithm.ts";
import type { Instant } from "../encoding/instant.ts";
import { equalBytes } from "../encoding/text.ts";
import { attempt, malformed } from "../failure/attempt.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { parseCertificate, type Certificate } from "../x509/certificate.ts";
import { verifyChain } from "../x509/chain.ts";
import type { TimestampAuthority } from "./authority.ts";
import { checkCertificateIds } from "./certificate-id.ts";
import { readResponse } from "./response.ts";
import { readSignedAttributes, type SignedAttributes } from "./signed-attributes.ts";
import { readSignedData, TST_INFO, type IssuerAndSerial, type SignedData } from "./signed-data.ts";
import { parseTstInfo } from "./tst-info.ts";

declare const brand: unique symbol;
export type VerifiedTimestamp = { readonly [brand]: "VerifiedTimestamp" } & {
  readonly instant: Instant;
  readonly authority: TimestampAuthority;
};

export interface Timestamps {
  /** Each time of each authority once. */
  readonly verified: readonly VerifiedTimestamp[];
  readonly refused: readonly VerificationFailure[];
}

const MAX_TOKENS = 32;

/**
 * `token` is a DER TimeStampResp, `message` the raw bytes of the signature that it stamps. Fails with a Timestamp… code, or
 * with a Certificate… or Key… code for the authority's certificate. That the time lies within the signing certificate's
 * validity and not in the future is for the caller to check.
 */
export function verifyTimestamp(
  token: Uint8Array,
  message: Uint8Array,
  authorities: readonly TimestampAuthority[],
): VerifiedTimestamp {
  const { data, attributes } = malformed("TimestampMalformed", "time stamp", () => readToken(token));
  checkContent(data, attributes);
  let refusal: VerificationFailure | undefined;
  for (const authority of authorities) {
    if (!isNamed(authority, data.signer)) continue;
    const result = attempt(() => verifyBy(authority, data, attributes, message));
    if (result.ok) return result.value;
    refusal ??= result.failure;
  }
  if (refusal !== undefined) throw refusal;
  throw new VerificationFailure(
    "TimestampAuthorityUnknown",
    "Cannot find the issuer and serial number that the token names among the timestamp authorities of the trust root",
  );
}

/** Tokens that do not verify are not counted. Fails with TooManyTimestamps. */
export function verifyTimestamps(
  tokens: readonly Uint8Array[],
  message: Uint8Array,
  authorities: readonly TimestampAuthority[],
): Timestamps {
  if (tokens.length > MAX_TOKENS) {
    throw new VerificationFailure(
      "TooManyTimestamps",
      `Cannot verify ${tokens.length} time stamps, want at most ${MAX_TOKENS}`,
    );
  }
  const verified: VerifiedTimestamp[] = [];
  const refused: VerificationFailure[] = [];
  for (const token of tokens) {
    const result = attempt(() => verifyTimestamp(token, message, authorities));
    if (!result.ok) refused.push(result.failure);
    else if (!verified.some((known) => isSame(known, result.value))) verified.push(result.value);
  }
  return { verified, refused };
}

/** How many authorities speak: entries of the trust root under one address are one authority with several keys. */
export function countAuthorities(timestamps: readonly VerifiedTimestamp[]): number {
  return new Set(timestamps.map(({ authority }) => authority.uri ?? authority)).size;
}

function isSame(left: VerifiedTimestamp, right: VerifiedTimestamp): boolean {
  return left.authority === right.authority && left.instant === right.instant;
}

function readToken(token: Uint8Array): { data: SignedData; attributes: SignedAttributes } {
  const data = readSignedData(readResponse(token));
  return { data, attributes: readSignedAttributes(data.signer.attributes) };
}

/** Step 5: what the attributes say about the content. They are verified later, by the authority's key. */
function checkContent({ content, signer }: SignedData, { contentType, messageDigest }: SignedAttributes): void {
  if (contentType !== TST_INFO) {
    throw new VerificationFailure(
      "TimestampContentTypeMismatch",
      `Cannot use a token signed for the content type ${contentType}, want ${TST_INFO}`,
    );
  }
  if (equalBytes(messageDigest, hash(signer.hash, content))) return;
  throw new VerificationFailure(
    "TimestampMessageDigestMismatch",
    "Cannot verify the token's time: its digest is another than the signed attributes hold",
  );
}

/** Step 4: by the signer where the trust root names one, else by the authority that issues signers. */
function isNamed({ signer, chain: [issuer] }: TimestampAuthority, id: IssuerAndSerial): boolean {
  return signer === undefined ? issuer !== undefined && equalBytes(issuer.subject, id.issuer) : isCalled(signer, id);
}

function isCalled(certificate: IssuerAndSerial, { issuer, serialNumber }: IssuerAndSerial): boolean {
  return equalBytes(certificate.issuer, issuer) && equalBytes(certificate.serialNumber, serialNumber);
}

function verifyBy(
  authority: TimestampAuthority,
  data: SignedData,
  attributes: SignedAttributes,
  message: Uint8Array,
): VerifiedTimestamp {
  const signer = signerOf(authority, data);
  malformed("TimestampMalformed", "signed attributes", () => checkCertificateIds(attributes, signer.der));
  if (!verifyWithAlgorithm(data.signer.algorithm, signer.publicKey(), attributes.signed, data.signer.signature)) {
    throw new VerificationFailure(
      "TimestampSignatureInvalid",
      "Cannot verify the token's signature with the key of the authority that it names",
    );
  }
  // signature and messageDigest hold: the content is the authority's, safe to parse
  const { imprint, genTime } = parseTstInfo(data.content);
  if (!equalBytes(imprint.hash, hash(imprint.algorithm, message))) {
    throw new VerificationFailure(
      "TimestampImprintMismatch",
      "Cannot use a time stamp that is about another signature",
    );
  }
  verifyChain(signer, [authority], [genTime], "timeStamping");
  return { instant: genTime, authority } as VerifiedTimestamp;
}

/** The trust root's certificate, or the one that came with the token where the trust root leaves it to that. */
function signerOf({ signer }: TimestampAuthority, { certificates, signer: id }: SignedData): Certificate {
  const embedded = certificates.filter((certificate) => isCalled(certificate, id));
  const der = signer?.der ?? embedded[0]?.der;
  if (der === undefined) {
    throw new VerificationFailure("TimestampSignerMissing", "Cannot find the certificate of the token's signer");
  }
  if (!embedded.every((certificate) => equalBytes(certificate.der, der))) {
    throw new VerificationFailure(
      "TimestampSignerConflict",
      "Cannot use a token with another certificate under its signer's issuer and serial number",
    );
  }
  return signer ?? parseCertificate(der);
}
