/**
 * Subject alternative names (RFC 5280 §4.2.1.6; verification-spec §4.3): e-mail, URI, Fulcio's otherName, and for private
 * CAs DNS names and addresses. ASCII and UTF-8 are read strictly, and control characters are refused: a name that prints
 * like another is nobody's.
 */
import { derChildren, derOid, derSequence, expectTag, parseDer, type DerNode } from "../encoding/der.ts";
import { encodeHex } from "../encoding/hex.ts";
import { decodeLatin1, decodeUtf8, isAscii } from "../encoding/text.ts";
import { malformed } from "../failure/attempt.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { VerificationFailure } from "../failure/failure.ts";
import type { Certificate } from "./certificate.ts";
import { OID } from "./extensions.ts";

export interface SubjectAlternativeName {
  readonly kind: "email" | "uri" | "otherName" | "dns" | "ip";
  readonly value: string;
}

const OTHER_NAME = 0xa0;
const EMAIL = 0x81;
const DNS = 0x82;
const URI = 0x86;
const IP = 0x87;
const UTF8_STRING = 0x0c;
/** type-id of Fulcio's user names (§4.3). */
const FULCIO_USERNAME = "1.3.6.1.4.1.57264.1.7";

/** Every name; empty without the extension. Fails with CertificateNameMalformed or CertificateNameUnsupported. */
export function subjectAlternativeNames({ extensions }: Certificate): readonly SubjectAlternativeName[] {
  const extension = extensions.get(OID.subjectAltName);
  if (extension === undefined) return [];
  return malformed("CertificateNameMalformed", "subject alternative name", () =>
    derSequence(parseDer(extension.value), "GeneralNames").map(readName),
  );
}

/** The one name that a Fulcio certificate has. Fails with CertificateNameCount besides. */
export function fulcioSubject(certificate: Certificate): SubjectAlternativeName {
  const names = subjectAlternativeNames(certificate);
  const [name, ...others] = names;
  if (name === undefined || others.length > 0) {
    throw new VerificationFailure(
      "CertificateNameCount",
      `Cannot tell whose certificate it is: it has ${names.length} subject alternative names, want exactly 1`,
    );
  }
  if (name.kind === "dns" || name.kind === "ip") throw unsupported();
  return name;
}

function readName(node: DerNode): SubjectAlternativeName {
  switch (node.tag) {
    case EMAIL:
      return { kind: "email", value: asciiOf(node.content) };
    case URI:
      return { kind: "uri", value: asciiOf(node.content) };
    case DNS:
      return { kind: "dns", value: asciiOf(node.content) };
    case IP:
      return { kind: "ip", value: addressOf(node.content) };
    case OTHER_NAME:
      return { kind: "otherName", value: otherNameOf(node) };
    default:
      throw unsupported();
  }
}

/** OtherName ::= SEQUENCE { type-id, value [0] EXPLICIT }, implicitly tagged. */
function otherNameOf(node: DerNode): string {
  const [type, value, ...more] = derChildren(node);
  if (more.length > 0) throw new EncodingError("otherName has extra members");
  if (derOid(type, "type-id") !== FULCIO_USERNAME) throw unsupported();
  const [text, ...others] = derChildren(expectTag(value, 0xa0, "otherName value"));
  if (others.length > 0) throw new EncodingError("otherName has extra values");
  return printable(decodeUtf8(expectTag(text, UTF8_STRING, "otherName value").content));
}

function asciiOf(bytes: Uint8Array): string {
  if (!isAscii(bytes)) throw new EncodingError("a name is not ASCII");
  return printable(decodeLatin1(bytes));
}

function printable(text: string): string {
  if (text === "" || /[\u0000-\u001f\u007f-\u009f]/.test(text)) {
    throw new EncodingError("a name is empty or holds a control character");
  }
  return text;
}

function addressOf(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) throw new EncodingError("an address has neither 4 nor 16 bytes");
  const hex = encodeHex(bytes);
  const groups = Array.from({ length: 8 }, (_, i) => hex.slice(4 * i, 4 * i + 4));
  // the shortest form (RFC 5952 §4), in which an operator would write it
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

function unsupported(): VerificationFailure {
  return new VerificationFailure(
    "CertificateNameUnsupported",
    "Cannot use this kind of subject alternative name, want an e-mail address, a URI or a user name",
  );
}
