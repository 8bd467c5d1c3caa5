/**
 * trusted_root.json (verification-spec §7.2; dev.sigstore.trustroot.v1.TrustedRoot): the certificate authorities, time
 * stamp authorities and logs of one Sigstore instance. What it says is trusted, so what it does not say clearly is refused
 * at load, not at use; a log whose kind of key is not supported is left out with a warning.
 */
import { sha256 } from "../crypto/digest.ts";
import { asObject, asString } from "../encoding/guard.ts";
import { encodeHex } from "../encoding/hex.ts";
import { parseJson } from "../encoding/json.ts";
import { malformed } from "../failure/attempt.ts";
import { quoted, VerificationFailure } from "../failure/failure.ts";
import type { TimestampAuthority } from "../timestamp/authority.ts";
import type { TransparencyLog } from "../transparency/entry.ts";
import type { CertificateAuthority } from "../x509/chain.ts";
import type { CertificateTransparencyLog } from "../x509/sct.ts";
import { LEAF, memberOf, messageShape, refuseUnknownMembers, type MessageMembers } from "./protobuf-json.ts";
import { readCertificateAuthorities, readTimestampAuthorities } from "./trusted-root-authorities.ts";
import { readLogs } from "./trusted-root-logs.ts";

/** Everything that one Sigstore instance is trusted with. Immutable: a newer root is another value. */
export interface TrustMaterial {
  readonly certificateAuthorities: readonly CertificateAuthority[];
  readonly timestampAuthorities: readonly TimestampAuthority[];
  readonly logs: readonly TransparencyLog[];
  readonly ctLogs: readonly CertificateTransparencyLog[];
  /** Lower-case hex of SHA-256 of the file. */
  readonly hash: string;
  /** What was left out, one sentence each. */
  readonly warnings: readonly string[];
}

export interface TrustedRootOptions {
  /** True for the roots that are embedded in the product: their logs' names are bound more tightly (§5.4). */
  readonly isBuiltIn: boolean;
}

const MEDIA_TYPES = [
  "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
  "application/vnd.dev.sigstore.trustedroot.v0.1+json",
  "application/vnd.dev.sigstore.trustedroot.v0.2+json",
];

const WINDOW: MessageMembers = { start: LEAF, end: LEAF };
const LOG: MessageMembers = {
  baseUrl: LEAF,
  hashAlgorithm: LEAF,
  publicKey: { rawBytes: LEAF, keyDetails: LEAF, validFor: WINDOW },
  logId: { keyId: LEAF },
  checkpointKeyId: { keyId: LEAF },
  operator: LEAF,
};
const AUTHORITY: MessageMembers = {
  subject: { organization: LEAF, commonName: LEAF },
  uri: LEAF,
  certChain: { certificates: { rawBytes: LEAF } },
  validFor: WINDOW,
  operator: LEAF,
};
const SHAPE = messageShape({
  mediaType: LEAF,
  tlogs: LOG,
  ctlogs: LOG,
  certificateAuthorities: AUTHORITY,
  timestampAuthorities: AUTHORITY,
});

/** Fails with a TrustRoot… code. */
export function parseTrustedRoot(bytes: Uint8Array, { isBuiltIn }: TrustedRootOptions): TrustMaterial {
  return malformed("TrustRootMalformed", "trust root", () => {
    const root = asObject(parseJson(bytes), "trust root");
    checkMediaType(asString(memberOf(root, "mediaType"), "mediaType"));
    refuseUnknownMembers(root, SHAPE, "the trust root", "TrustRootMemberUnknown");
    const tlogs = readLogs(root, "tlogs");
    const ctlogs = readLogs(root, "ctlogs");
    return {
      certificateAuthorities: readCertificateAuthorities(root),
      timestampAuthorities: readTimestampAuthorities(root),
      logs: tlogs.logs.map((log) => ({ ...log, isBuiltIn })),
      ctLogs: ctlogs.logs.map(({ keyId, key, validFor }) => ({ keyId, key, validFor })),
      hash: encodeHex(sha256(bytes)),
      warnings: [...tlogs.warnings, ...ctlogs.warnings],
    };
  });
}

function checkMediaType(mediaType: string): void {
  if (MEDIA_TYPES.includes(mediaType)) return;
  throw new VerificationFailure(
    "TrustRootVersionUnsupported",
    `Cannot read a trust root of media type ${quoted(mediaType)}, want ${MEDIA_TYPES.map(quoted).join(" or ")}`,
    { actual: quoted(mediaType) },
  );
}
