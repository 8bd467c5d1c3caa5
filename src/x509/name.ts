/**
 * Distinguished Names (RFC 5280 §4.1.2.4). They are compared byte by byte (verification-spec §4.2 rule 2), so their meaning
 * is nobody's business here; their form is read, since bytes that only we take for a Name would name nobody.
 *
 *   Name ::= SEQUENCE OF SET (1..) OF SEQUENCE { type OBJECT IDENTIFIER, value a string }
 */
import { derChildren, derOid, derSequence, expectTag, type DerNode } from "../encoding/der.ts";
import { decodeUtf8, isAscii } from "../encoding/text.ts";
import { EncodingError } from "../failure/encoding-error.ts";

const SET = 0x31;
const UTF8_STRING = 0x0c;
const BMP_STRING = 0x1e;
/** PrintableString, IA5String, NumericString, VisibleString. */
const ASCII_STRINGS: ReadonlySet<number> = new Set([0x13, 0x16, 0x12, 0x1a]);
/** Read as Latin-1 by everybody, so that every byte means something. */
const TELETEX_STRING = 0x14;

/** The Name's own bytes. Throws EncodingError that names `what`. */
export function readName(node: DerNode | undefined, what: string): Uint8Array {
  for (const relative of derSequence(node, what)) {
    const attributes = derChildren(expectTag(relative, SET, `${what} part`));
    if (attributes.length === 0) throw new EncodingError(`${what} has an empty part`);
    for (const attribute of attributes) checkAttribute(attribute, what);
  }
  return expectTag(node, 0x30, what).raw;
}

function checkAttribute(node: DerNode, what: string): void {
  const [type, value, ...more] = derSequence(node, `${what} attribute`);
  if (value === undefined || more.length > 0) throw new EncodingError(`${what} attribute has not exactly two members`);
  derOid(type, `${what} attribute type`);
  if (!isString(value)) throw new EncodingError(`${what} attribute is not a string`);
}

function isString({ tag, content }: DerNode): boolean {
  if (ASCII_STRINGS.has(tag)) return isAscii(content);
  if (tag === UTF8_STRING) return decodeUtf8(content) !== undefined;
  return tag === TELETEX_STRING || (tag === BMP_STRING && isBasicPlane(content));
}

/** UCS-2: pairs of bytes, none of them a surrogate. */
function isBasicPlane(content: Uint8Array): boolean {
  return content.length % 2 === 0 && content.every((byte, i) => i % 2 === 1 || (byte & 0xf8) !== 0xd8);
}
