/**
 * Signed attributes of a time-stamp token (RFC 5652 §5.3, §5.4, §11; verification-spec §6 step 5). The signature covers
 * them as a SET OF, with that tag in place of [0], in the order in which they came: out of order they are refused and not
 * sorted. signingTime and whatever else is there decides nothing.
 *
 *   Attribute ::= SEQUENCE { attrType OID, attrValues SET OF ANY }
 */
import { derChildren, derOid, derSequence, expectTag, TAG, type DerNode } from "../encoding/der.ts";
import { encodeHex } from "../encoding/hex.ts";
import { concatBytes } from "../encoding/text.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { VerificationFailure } from "../failure/failure.ts";

export interface SignedAttributes {
  /** The exact bytes that the signer signed. */
  readonly signed: Uint8Array;
  readonly contentType: string;
  readonly messageDigest: Uint8Array;
  /** SigningCertificate (RFC 2634) and SigningCertificateV2 (RFC 5035): which certificate the signer meant. */
  readonly signingCertificate?: DerNode;
  readonly signingCertificateV2?: DerNode;
}

const ATTRIBUTE = {
  contentType: "1.2.840.113549.1.9.3",
  messageDigest: "1.2.840.113549.1.9.4",
  signingCertificate: "1.2.840.113549.1.9.16.2.12",
  signingCertificateV2: "1.2.840.113549.1.9.16.2.47",
} as const;

/** `node` is the [0] member of a SignerInfo. Fails with a TimestampAttribute… code; throws EncodingError. */
export function readSignedAttributes(node: DerNode): SignedAttributes {
  const attributes = derChildren(node);
  checkOrder(attributes);
  const values = readValues(attributes);
  const signingCertificate = singleValue(values, "signingCertificate");
  const signingCertificateV2 = singleValue(values, "signingCertificateV2");
  return {
    signed: concatBytes(Uint8Array.of(TAG.set), node.raw.subarray(1)),
    contentType: derOid(required(values, "contentType"), "contentType"),
    messageDigest: expectTag(required(values, "messageDigest"), TAG.octetString, "messageDigest").content,
    ...(signingCertificate && { signingCertificate }),
    ...(signingCertificateV2 && { signingCertificateV2 }),
  };
}

/** X.690 §11.6: a SET OF is sorted by the bytes of its values; none of these is the beginning of another. */
function checkOrder(nodes: readonly DerNode[]): void {
  const values = nodes.map(({ raw }) => encodeHex(raw));
  const sorted = values.toSorted();
  if (values.every((value, index) => value === sorted[index])) return;
  throw new VerificationFailure(
    "TimestampAttributesUnsorted",
    "Cannot use signed attributes that are not in DER order",
  );
}

function readValues(attributes: readonly DerNode[]): ReadonlyMap<string, readonly DerNode[]> {
  const values = new Map<string, readonly DerNode[]>();
  for (const attribute of attributes) {
    const [type, set, ...more] = derSequence(attribute, "attribute");
    if (more.length > 0) throw new EncodingError("an attribute has extra members");
    const oid = derOid(type, "attrType");
    if (values.has(oid)) throw duplicate(oid);
    values.set(oid, derChildren(expectTag(set, TAG.set, "attrValues")));
  }
  return values;
}

function singleValue(
  values: ReadonlyMap<string, readonly DerNode[]>,
  name: keyof typeof ATTRIBUTE,
): DerNode | undefined {
  const nodes = values.get(ATTRIBUTE[name]);
  if (nodes === undefined) return undefined;
  const [value, ...more] = nodes;
  if (value === undefined) throw new EncodingError(`${name} has no value`);
  if (more.length > 0) throw duplicate(ATTRIBUTE[name]);
  return value;
}

function required(values: ReadonlyMap<string, readonly DerNode[]>, name: "contentType" | "messageDigest"): DerNode {
  const value = singleValue(values, name);
  if (value !== undefined) return value;
  throw new VerificationFailure("TimestampAttributeMissing", `Cannot find the signed attribute ${name} in the token`);
}

function duplicate(oid: string): VerificationFailure {
  return new VerificationFailure(
    "TimestampAttributeDuplicate",
    `Cannot tell which of several values of the signed attribute ${oid} is meant, want one`,
  );
}
