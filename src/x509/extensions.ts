/**
 * Certificate extensions (RFC 5280 §4.2): the list as it stands, and the few whose meaning a chain needs. A duplicate is
 * refused, since readers differ in which of two they take (verification-spec §4.2 rule 8).
 */
import {
  derChildren,
  derInteger,
  derOid,
  derSequence,
  expectTag,
  parseDer,
  TAG,
  type DerNode,
} from "../encoding/der.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { VerificationFailure } from "../failure/failure.ts";

export interface Extension {
  readonly critical: boolean;
  /** Content of extnValue. */
  readonly value: Uint8Array;
}

export interface StandardExtensions {
  readonly basicConstraints?: { readonly isCa: boolean; readonly pathLength?: number };
  readonly keyUsage?: { readonly digitalSignature: boolean; readonly keyCertSign: boolean };
  readonly extendedKeyUsage?: { readonly critical: boolean; readonly purposes: readonly string[] };
  readonly subjectKeyId?: Uint8Array;
  readonly authorityKeyId?: Uint8Array;
}

export const OID = {
  subjectKeyId: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  nameConstraints: "2.5.29.30",
  authorityKeyId: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
} as const;

const BOOLEAN = 0x01;
const OCTET_STRING = 0x04;
const MAX_PATH_LENGTH = 255n;

/** The [3] member of a TBSCertificate. Fails with CertificateExtensionDuplicate; throws EncodingError. */
export function readExtensions(node: DerNode): ReadonlyMap<string, Extension> {
  const [list, ...more] = derChildren(node);
  if (more.length > 0) throw new EncodingError("extensions have extra members");
  const items = derSequence(list, "extensions");
  if (items.length === 0) throw new EncodingError("extensions are empty");
  const extensions = new Map<string, Extension>();
  for (const item of items) {
    const { oid, extension } = readExtension(item);
    if (extensions.has(oid)) {
      throw new VerificationFailure(
        "CertificateExtensionDuplicate",
        `Cannot use a certificate that has the extension ${oid} twice`,
      );
    }
    extensions.set(oid, extension);
  }
  return extensions;
}

function readExtension(node: DerNode): { oid: string; extension: Extension } {
  const members = derSequence(node, "extension");
  const hasCritical = members[1]?.tag === BOOLEAN;
  const [oid, value, ...more] = hasCritical ? [members[0], ...members.slice(2)] : members;
  // DER: the default, false, is never written
  if (more.length > 0 || (hasCritical && !readTrue(members[1]))) throw new EncodingError("an extension is malformed");
  return {
    oid: derOid(oid, "extnID"),
    extension: { critical: hasCritical, value: expectTag(value, OCTET_STRING, "extnValue").content },
  };
}

function readTrue(node: DerNode | undefined): boolean {
  return node?.content.length === 1 && node.content[0] === 0xff;
}

/** Throws EncodingError for one that is malformed. */
export function readStandardExtensions(extensions: ReadonlyMap<string, Extension>): StandardExtensions {
  const basicConstraints = read(extensions, OID.basicConstraints, readBasicConstraints);
  const keyUsage = read(extensions, OID.keyUsage, readKeyUsage);
  const purposes = read(extensions, OID.extendedKeyUsage, readPurposes);
  const subjectKeyId = read(
    extensions,
    OID.subjectKeyId,
    (node) => expectTag(node, OCTET_STRING, "subjectKeyId").content,
  );
  const authorityKeyId = read(extensions, OID.authorityKeyId, readAuthorityKeyId);
  const critical = extensions.get(OID.extendedKeyUsage)?.critical === true;
  return {
    ...(basicConstraints && { basicConstraints }),
    ...(keyUsage && { keyUsage }),
    ...(purposes && { extendedKeyUsage: { critical, purposes } }),
    ...(subjectKeyId && { subjectKeyId }),
    ...(authorityKeyId && { authorityKeyId }),
  };
}

function read<T>(extensions: ReadonlyMap<string, Extension>, oid: string, reader: (node: DerNode) => T): T | undefined {
  const extension = extensions.get(oid);
  return extension === undefined ? undefined : reader(parseDer(extension.value));
}

function readBasicConstraints(node: DerNode): NonNullable<StandardExtensions["basicConstraints"]> {
  const members = derSequence(node, "basicConstraints");
  const isCa = members[0]?.tag === BOOLEAN;
  if (isCa && !readTrue(members[0])) throw new EncodingError("cA is not the DER of TRUE");
  const [pathLength, ...more] = isCa ? members.slice(1) : members;
  if (more.length > 0) throw new EncodingError("basicConstraints have extra members");
  if (pathLength === undefined) return { isCa };
  const length = derInteger(pathLength, "pathLenConstraint");
  if (length < 0n || length > MAX_PATH_LENGTH) throw new EncodingError("pathLenConstraint is out of range");
  return { isCa, pathLength: Number(length) };
}

/** Bit 0 is digitalSignature, bit 5 keyCertSign (RFC 5280 §4.2.1.3). */
function readKeyUsage(node: DerNode): NonNullable<StandardExtensions["keyUsage"]> {
  const [unused, first, second] = expectTag(node, TAG.bitString, "keyUsage").content;
  if (unused === undefined || first === undefined || unused > 7 || node.content.length > 3) {
    throw new EncodingError("keyUsage is malformed");
  }
  const last = second ?? first;
  if ((last & ((1 << unused) - 1)) !== 0) throw new EncodingError("keyUsage has bits beyond its end");
  return { digitalSignature: (first & 0x80) !== 0, keyCertSign: (first & 0x04) !== 0 };
}

function readPurposes(node: DerNode): readonly string[] {
  const purposes = derSequence(node, "extKeyUsage").map((purpose) => derOid(purpose, "KeyPurposeId"));
  if (purposes.length === 0) throw new EncodingError("extKeyUsage is empty");
  return purposes;
}

/** keyIdentifier [0], issuer [1] and serial [2], each at most once and in order. The last two decide nothing. */
function readAuthorityKeyId(node: DerNode): Uint8Array | undefined {
  let last = -1;
  let keyId: Uint8Array | undefined;
  for (const { tag, content } of derSequence(node, "authorityKeyIdentifier")) {
    const number = [0x80, 0xa1, 0x82].indexOf(tag);
    if (number <= last) throw new EncodingError("authorityKeyIdentifier has an unexpected member");
    last = number;
    if (number === 0) keyId = content;
  }
  return keyId;
}
