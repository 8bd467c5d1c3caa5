/**
 * A strict DER reader and the one writer that wrapping a key needs (X.690; spec §0.6): definite minimal lengths, low tag
 * numbers, no trailing data, depth <= 32, members <= 1,024, total <= the caller's limit. Nothing here knows ASN.1 types
 * beyond the universal ones; the caller gives the nodes their meaning.
 *
 *   identifier octet | length octets | content octets
 */
import { EncodingError } from "../failure/encoding-error.ts";
import { encodeHex } from "./hex.ts";
import { bufferOver, concatBytes, plainView } from "./text.ts";

/** A value by its place in the input. Most values of a certificate are passed over: no view is made before it is asked for. */
export class DerNode {
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #content: number;
  readonly #end: number;
  /** The whole identifier octet, for example 0x30 for SEQUENCE. */
  readonly tag: number;
  /** Depth of nesting, 0 at the root. */
  readonly depth: number;

  /** The value that begins at `start`; no byte of it may lie at or beyond `limit`. Throws EncodingError. */
  constructor(bytes: Uint8Array, start: number, limit: number, depth: number) {
    this.#bytes = bytes;
    this.#start = start;
    this.#content = contentStart(bytes, start, limit);
    this.#end = contentEnd(bytes, start, this.#content, limit);
    this.tag = byteAt(bytes, start);
    this.depth = depth;
  }

  /** Content octets, a view of the input. */
  get content(): Uint8Array {
    return this.#bytes.subarray(this.#content, this.#end);
  }

  /** Header and content, a view of the input. */
  get raw(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** The values inside a constructed node, in order. Throws EncodingError when the content is not a row of DER values. */
  children(): readonly DerNode[] {
    if ((this.tag & CONSTRUCTED) === 0)
      throw new EncodingError(`DER tag 0x${this.tag.toString(16)} is not constructed`);
    checkDepth(this.depth);
    const children: DerNode[] = [];
    for (let at = this.#content; at < this.#end;) {
      if (children.length === MAX_CHILDREN) throw new EncodingError(`DER value has more than ${MAX_CHILDREN} members`);
      const child = new DerNode(this.#bytes, at, this.#end, this.depth + 1);
      children.push(child);
      at = child.#end;
    }
    return children;
  }

  /** Everything below, by offsets alone: hostile bytes may hold a value in every second one. Throws EncodingError. */
  checkInside(): void {
    if ((this.tag & CONSTRUCTED) !== 0) checkValues(this.#bytes, this.#content, this.#end, this.depth);
  }

  /** Bytes of the input behind it. */
  get trailing(): number {
    return this.#bytes.length - this.#end;
  }
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

const CONSTRUCTED = 0x20;
const MAX_DEPTH = 32;
/** Of a value that is read, not of one that is passed over: no certificate or token needs as many. */
const MAX_CHILDREN = 1024;
const DEFAULT_MAX_BYTES = 65_536;

/** Reads exactly one DER value from the whole of `bytes`. Throws EncodingError. */
export function parseDer(bytes: Uint8Array, maxBytes: number = DEFAULT_MAX_BYTES): DerNode {
  if (bytes.length > maxBytes) throw new EncodingError(`DER has ${bytes.length} bytes, want at most ${maxBytes}`);
  const root = new DerNode(plainView(bytes), 0, bytes.length, 0);
  if (root.trailing > 0) throw new EncodingError(`DER is followed by ${root.trailing} more bytes`);
  root.checkInside();
  return root;
}

/** The values inside a constructed node, in order. Throws EncodingError when the content is not a row of DER values. */
export function derChildren(node: DerNode): readonly DerNode[] {
  return node.children();
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
  let dotted = "";
  let arc: number | bigint = 0;
  let isFresh = true;
  // by index: a certificate has forty of these
  for (let i = 0; i < bytes.length; i++) {
    const byte = byteAt(bytes, i);
    if (isFresh && byte === 0x80) throw new EncodingError(`${what} is not minimal`);
    arc = withSevenBits(arc, byte & 0x7f);
    isFresh = byte < 0x80;
    if (!isFresh) continue;
    dotted = dotted === "" ? firstTwoArcs(arc) : `${dotted}.${arc}`;
    arc = 0;
  }
  if (!isFresh) throw new EncodingError(`${what} is cut`);
  return dotted;
}

/** A number as long as it is exact. */
function withSevenBits(arc: number | bigint, bits: number): number | bigint {
  if (typeof arc === "number" && arc < 2 ** 46) return arc * 128 + bits;
  return (BigInt(arc) << 7n) | BigInt(bits);
}

function firstTwoArcs(arc: number | bigint): string {
  if (arc < 80) return arc < 40 ? `0.${arc}` : `1.${Number(arc) - 40}`;
  return `2.${typeof arc === "number" ? arc - 80 : arc - 80n}`;
}

/** A minimal two's-complement INTEGER. */
export function derInteger(node: DerNode | undefined, what: string): bigint {
  const bytes = derIntegerBytes(node, what);
  // by hex, in one step: shifting byte by byte would take quadratic time over a giant hostile number
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${encodeHex(bytes)}`));
}

/** As derInteger() > 0, without a number. */
export function isDerPositive(node: DerNode | undefined, what: string): boolean {
  const bytes = derIntegerBytes(node, what);
  const first = byteAt(bytes, 0);
  return first < 0x80 && (first > 0 || bytes.length > 1);
}

/** Content of a minimal two's-complement INTEGER, one byte at least. */
export function derIntegerBytes(node: DerNode | undefined, what: string): Uint8Array {
  const bytes = expectTag(node, TAG.integer, what).content;
  const [first, second] = [bytes[0], bytes[1]];
  if (first === undefined) throw new EncodingError(`${what} is empty`);
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
    throw new EncodingError(`${what} is not minimal`);
  }
  return bytes;
}

/** An INTEGER of at most four bytes: versions and statuses. */
export function derSmallInteger(node: DerNode | undefined, what: string): number {
  const bytes = derIntegerBytes(node, what);
  if (bytes.length > 4) throw new EncodingError(`${what} is out of range`);
  return bufferOver(bytes).readIntBE(0, bytes.length);
}

/** A BIT STRING of whole bytes (no unused bits): keys and signatures. */
export function derBitString(node: DerNode | undefined, what: string): Uint8Array {
  const { content } = expectTag(node, TAG.bitString, what);
  if (content[0] !== 0) throw new EncodingError(`${what} is not a whole number of bytes`);
  return content.subarray(1);
}

/** Writes one DER value. */
export function encodeDer(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  return concatBytes(encodeDerHeader(tag, length), ...content);
}

/** Identifier and length octets of a value with `length` bytes of content. */
export function encodeDerHeader(tag: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(tag, length);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Uint8Array.of(tag, 0x80 | bytes.length, ...bytes);
}

/** Where the content begins of the value that begins at `start`; no byte of its header may lie at or beyond `limit`. */
function contentStart(bytes: Uint8Array, start: number, limit: number): number {
  const tag = bytes[start];
  const first = bytes[start + 1];
  if (tag === undefined || first === undefined || start + 2 > limit) throw new EncodingError("DER value is cut");
  if ((tag & 0x1f) === 0x1f) throw new EncodingError("DER tag number above 30");
  const content = start + 2 + countOfLengthBytes(first);
  if (content > limit) throw new EncodingError("DER length is cut");
  return content;
}

/** Where that value ends, at or before `limit`. */
function contentEnd(bytes: Uint8Array, start: number, content: number, limit: number): number {
  const first = byteAt(bytes, start + 1);
  const end = content + (first < 0x80 ? first : readLongLength(bytes, start + 2, content));
  if (end > limit) throw new EncodingError("DER length exceeds the data");
  return end;
}

function countOfLengthBytes(first: number): number {
  if (first < 0x80) return 0;
  const count = first & 0x7f;
  if (count === 0) throw new EncodingError("DER length is indefinite");
  if (count > 4) throw new EncodingError("DER length has more than four bytes");
  return count;
}

function readLongLength(bytes: Uint8Array, start: number, end: number): number {
  let length = 0;
  for (let at = start; at < end; at++) length = length * 256 + byteAt(bytes, at);
  if (length < 0x80 || bytes[start] === 0) throw new EncodingError("DER length is not minimal");
  return length;
}

function checkValues(bytes: Uint8Array, start: number, limit: number, depth: number): void {
  checkDepth(depth);
  for (let at = start; at < limit;) {
    const content = contentStart(bytes, at, limit);
    const end = contentEnd(bytes, at, content, limit);
    if ((byteAt(bytes, at) & CONSTRUCTED) !== 0) checkValues(bytes, content, end, depth + 1);
    at = end;
  }
}

/** Requires that the byte is there. */
function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function checkDepth(depth: number): void {
  if (depth >= MAX_DEPTH) throw new EncodingError(`DER is nested deeper than ${MAX_DEPTH}`);
}
