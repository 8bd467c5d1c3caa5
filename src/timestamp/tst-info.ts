/**
 * TSTInfo, what a timestamp authority signs (RFC 3161 §2.4.2; verification-spec §6 step 7): the imprint of a message and
 * the time. Policy, serial number, accuracy, ordering, nonce and the authority's name decide nothing; a critical
 * extension is refused.
 *
 *   TSTInfo ::= SEQUENCE { version, policy OID, messageImprint, serialNumber, genTime GeneralizedTime, accuracy SEQUENCE?,
 *                          ordering BOOLEAN?, nonce INTEGER?, [0] tsa?, [1] extensions? }
 */
import type { HashAlgorithm } from "../crypto/digest.ts";
import { readHashAlgorithm } from "../crypto/signature-algorithm.ts";
import {
  derChildren,
  derIntegerBytes,
  derOid,
  derSequence,
  derSmallInteger,
  expectTag,
  parseDer,
  TAG,
  type DerNode,
} from "../encoding/der.ts";
import type { Instant } from "../encoding/instant.ts";
import { decodeLatin1 } from "../encoding/text.ts";
import { malformed } from "../failure/attempt.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { instantOf } from "../x509/time.ts";

export interface TstInfo {
  readonly imprint: { readonly algorithm: HashAlgorithm; readonly hash: Uint8Array };
  readonly genTime: Instant;
}

const VERSION = 1;
const GENERALIZED_TIME = 0x18;
const BOOLEAN = 0x01;
const EXTENSIONS = 0xa1;
/** accuracy, ordering, nonce, tsa and extensions: each at most once and in this order. */
const OPTIONAL_TAGS = [TAG.sequence, BOOLEAN, TAG.integer, 0xa0, EXTENSIONS] as const;
/** RFC 3161: seconds are there, a fraction does not end in zero. */
const GEN_TIME = /^(\d{14})(?:\.(\d*[1-9]))?Z$/;
const MAX_GEN_TIME = 32;

/** Requires bytes that a verified signature covers. Fails with TimestampMalformed or the Timestamp… code of the rule that is broken. */
export function parseTstInfo(bytes: Uint8Array): TstInfo {
  return malformed("TimestampMalformed", "TSTInfo", () => readTstInfo(parseDer(bytes)));
}

function readTstInfo(node: DerNode): TstInfo {
  const [versionNode, policy, imprint, serialNumber, genTime, ...rest] = derSequence(node, "TSTInfo");
  const version = derSmallInteger(versionNode, "version");
  if (version !== VERSION) {
    throw new VerificationFailure(
      "TimestampInfoVersion",
      `Cannot use a TSTInfo of version ${version}, want ${VERSION}`,
    );
  }
  derOid(policy, "policy");
  derIntegerBytes(serialNumber, "serialNumber");
  checkOptional(rest);
  return { imprint: readImprint(imprint), genTime: readGenTime(genTime) };
}

function readImprint(node: DerNode | undefined): TstInfo["imprint"] {
  const [algorithmNode, hashed, ...more] = derSequence(node, "messageImprint");
  if (more.length > 0) throw new EncodingError("messageImprint has extra members");
  const algorithm = readHashAlgorithm(algorithmNode);
  if (algorithm === undefined) {
    throw new VerificationFailure(
      "TimestampImprintUnsupported",
      "Cannot use a time stamp over this kind of hash, want SHA-256, SHA-384 or SHA-512",
    );
  }
  return { algorithm, hash: expectTag(hashed, TAG.octetString, "hashedMessage").content };
}

/** Digits beyond the millisecond are cut, as everywhere (verification-spec §0.7). */
function readGenTime(node: DerNode | undefined): Instant {
  const { content } = expectTag(node, GENERALIZED_TIME, "genTime");
  const text = content.length > MAX_GEN_TIME ? "" : decodeLatin1(content);
  const [, seconds, fraction = ""] = GEN_TIME.exec(text) ?? [];
  if (seconds === undefined) throw new EncodingError("genTime is no time in the form YYYYMMDDHHMMSS[.fraction]Z");
  return instantOf(`${seconds}Z`, "genTime") + Number(fraction.slice(0, 3).padEnd(3, "0"));
}

function checkOptional(nodes: readonly DerNode[]): void {
  let next = 0;
  for (const node of nodes) {
    const at = OPTIONAL_TAGS.findIndex((tag, index) => index >= next && tag === node.tag);
    if (at < 0) throw new EncodingError(`TSTInfo has an unexpected member 0x${node.tag.toString(16)}`);
    next = at + 1;
    if (node.tag === EXTENSIONS) derChildren(node).forEach(checkExtension);
  }
}

/** Extension ::= SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue }: written, critical is true in DER. */
function checkExtension(node: DerNode): void {
  const [oid, critical] = derSequence(node, "extension");
  if (critical?.tag !== BOOLEAN) return;
  throw new VerificationFailure(
    "TimestampCriticalExtension",
    `Cannot honour the critical extension ${derOid(oid, "extnID")} of a time stamp`,
  );
}
