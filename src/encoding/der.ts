/**
 * A strict DER reader and the one writer that wrapping a key needs (X.690; spec §0.6): definite minimal lengths, low tag
 * numbers, no trailing data, depth <= 32, total <= the caller's limit. Nothing here knows ASN.1 types beyond the
 * universal ones; the caller gives the nodes their meaning.
 *
 *   identifier octet | length octets | content octets
 */
import { EncodingError } from "../failure/encoding-error.ts";
import { encodeHex } from "./hex.ts";
import { concatBytes } from "./text.ts";

export interface DerNode {
  /** The whole identifier octet, for example 0x30 for SEQUENCE. */
  readonly tag: number;
  /** Content octets, a view of the input. */
  readonly content: Uint8Array;
  /** Header and content, a view of the input. */
  readonly raw: Uint8Array;
  /** Depth of nesting, 0 at the root. */
  readonly depth: number;
}

export const TAG = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
} as const;

const MAX_DEPTH = 32;
const DEFAULT_MAX_BYTES = 65_536;

/** Reads exactly one DER value from the whole of `bytes`. Throws EncodingError. */
export function parseDer(bytes: Uint8Array, maxBytes: number = DEFAULT_MAX_BYTES): DerNode {
  if (bytes.length > maxBytes) throw new EncodingError(`DER has ${bytes.length} bytes, want at most ${maxBytes}`);
  const node = readNode(bytes, 0);
  if (node.raw.length !== bytes.length) {
    throw new EncodingError(`DER is followed by ${bytes.length - node.raw.length} more bytes`);
  }
  checkDeep(node);
  return node;
}

/** The values inside a constructed node, in order. Throws EncodingError when the content is not a row of DER values. */
export function derChildren(node: DerNode): readonly DerNode[] {
  if ((node.tag & 0x20) === 0) throw new EncodingError(`DER tag 0x${node.tag.toString(16)} is not constructed`);
  if (node.depth >= MAX_DEPTH) throw new EncodingError(`DER is nested deeper than ${MAX_DEPTH}`);
  const children: DerNode[] = [];
  let rest = node.content;
  while (rest.length > 0) {
    const child = readNode(rest, node.depth + 1);
    children.push(child);
    rest = rest.subarray(child.raw.length);
  }
  return children;
}

/** `node`, if it has `tag`. Throws EncodingError that names `what`. */
export function expectTag(node: DerNode | undefined, tag: number, what: string): DerNode {
  if (node === undefined) throw new EncodingError(`${what} is absent`);
  if (node.tag !== tag) {
    throw new EncodingError(`${what} has tag 0x${node.tag.toString(16)}, want 0x${tag.toString(16)}`);
  }
  return node;
}

/** Children of a SEQUENCE. */
export function derSequence(node: DerNode | undefined, what: string): readonly DerNode[] {
  return derChildren(expectTag(node, TAG.sequence, what));
}

/** Dotted form of an OBJECT IDENTIFIER. */
export function derOid(node: DerNode | undefined, what: string): string {
  const bytes = expectTag(node, TAG.oid, what).content;
  if (bytes.length === 0 || bytes.length > 128) throw new EncodingError(`${what} has a bad length`);
  const arcs: bigint[] = [];
  let arc = 0n;
  let fresh = true;
  for (const byte of bytes) {
    if (fresh && byte === 0x80) throw new EncodingError(`${what} is not minimal`);
    arc = (arc << 7n) | BigInt(byte & 0x7f);
    fresh = (byte & 0x80) === 0;
    if (fresh) {
      arcs.push(arc);
      arc = 0n;
    }
  }
  if (!fresh) throw new EncodingError(`${what} is cut`);
  const [first = 0n, ...others] = arcs;
  const top = first < 80n ? first / 40n : 2n;
  return [top, first - top * 40n, ...others].join(".");
}

/** A minimal two's-complement INTEGER. */
export function derInteger(node: DerNode | undefined, what: string): bigint {
  const bytes = expectTag(node, TAG.integer, what).content;
  const [first, second] = bytes;
  if (first === undefined) throw new EncodingError(`${what} is empty`);
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
    throw new EncodingError(`${what} is not minimal`);
  }
  // by hex, in one step: shifting byte by byte would take quadratic time over a giant hostile number
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${encodeHex(bytes)}`));
}

/** An INTEGER of at most four bytes: versions and statuses. */
export function derSmallInteger(node: DerNode | undefined, what: string): number {
  const value = derInteger(node, what);
  if (BigInt.asIntN(32, value) !== value) throw new EncodingError(`${what} is out of range`);
  return Number(value);
}

/** A BIT STRING of whole bytes (no unused bits): keys and signatures. */
export function derBitString(node: DerNode | undefined, what: string): Uint8Array {
  const { content } = expectTag(node, TAG.bitString, what);
  if (content[0] !== 0) throw new EncodingError(`${what} is not a whole number of bytes`);
  return content.subarray(1);
}

/** Writes one DER value. */
export function encodeDer(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(...content);
  return concatBytes(Uint8Array.of(tag), encodeLength(body.length), body);
}

function encodeLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Uint8Array.of(0x80 | bytes.length, ...bytes);
}

function readNode(bytes: Uint8Array, depth: number): DerNode {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) throw new EncodingError("DER value is cut");
  if ((tag & 0x1f) === 0x1f) throw new EncodingError("DER tag number above 30");
  const { length, header } = first < 0x80 ? { length: first, header: 2 } : readLongLength(bytes, first);
  if (header + length > bytes.length) throw new EncodingError("DER length exceeds the data");
  return { tag, depth, content: bytes.subarray(header, header + length), raw: bytes.subarray(0, header + length) };
}

function readLongLength(bytes: Uint8Array, first: number): { length: number; header: number } {
  const count = first & 0x7f;
  if (count === 0) throw new EncodingError("DER length is indefinite");
  if (count > 4) throw new EncodingError("DER length has more than four bytes");
  if (2 + count > bytes.length) throw new EncodingError("DER length is cut");
  let length = 0;
  for (const byte of bytes.subarray(2, 2 + count)) length = length * 256 + byte;
  if (length < 0x80 || bytes[2] === 0) throw new EncodingError("DER length is not minimal");
  return { length, header: 2 + count };
}

function checkDeep(node: DerNode): void {
  if ((node.tag & 0x20) === 0) return;
  for (const child of derChildren(node)) checkDeep(child);
}
