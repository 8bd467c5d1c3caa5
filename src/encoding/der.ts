/**
 * A strict DER reader and the one writer that wrapping a key needs (X.690; spec §0.6): definite minimal lengths, low tag
 * numbers, no trailing data, depth <= 32, members <= 1,024, total <= the caller's limit. Nothing here knows ASN.1 types
 * beyond the universal ones; the caller gives the nodes their meaning.
 *
 *   identifier octet | length octets | content octets
 */
import { EncodingError } from "../failure/encoding-error.ts";
import { encodeHex } from "./hex.ts";
import { concatBytes } from "./text.ts";

/** A value by its place in the input. Most values of a certificate are passed over: no view is made before it is asked for. */
export class DerNode {
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #extent: Extent;
  /** Depth of nesting, 0 at the root. */
  readonly depth: number;

  constructor(bytes: Uint8Array, start: number, extent: Extent, depth: number) {
    this.#bytes = bytes;
    this.#start = start;
    this.#extent = extent;
    this.depth = depth;
  }

  /** The whole identifier octet, for example 0x30 for SEQUENCE. */
  get tag(): number {
    return this.#extent.tag;
  }

  /** Content octets, a view of the input. */
  get content(): Uint8Array {
    return this.#bytes.subarray(this.#extent.content, this.#extent.end);
  }

  /** Header and content, a view of the input. */
  get raw(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#extent.end);
  }

  /** The values inside a constructed node, in order. Throws EncodingError when the content is not a row of DER values. */
  children(): readonly DerNode[] {
    const { tag, content, end } = this.#extent;
    if ((tag & CONSTRUCTED) === 0) throw new EncodingError(`DER tag 0x${tag.toString(16)} is not constructed`);
    checkDepth(this.depth);
    const children: DerNode[] = [];
    for (let at = content; at < end;) {
      if (children.length === MAX_CHILDREN) throw new EncodingError(`DER value has more than ${MAX_CHILDREN} members`);
      const extent = extentOf(this.#bytes, at, end);
      children.push(new DerNode(this.#bytes, at, extent, this.depth + 1));
      at = extent.end;
    }
    return children;
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
  const root = extentOf(bytes, 0, bytes.length);
  if (root.end !== bytes.length) throw new EncodingError(`DER is followed by ${bytes.length - root.end} more bytes`);
  checkInside(bytes, root, 0);
  // views of a Uint8Array are made in half the time that those of a Buffer take
  return new DerNode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), 0, root, 0);
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
  for (const byte of bytes) {
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
  const top = arc < 80 ? Math.floor(Number(arc) / 40) : 2;
  return `${top}.${BigInt(arc) - BigInt(top * 40)}`;
}

/** A minimal two's-complement INTEGER. */
export function derInteger(node: DerNode | undefined, what: string): bigint {
  const { bytes } = readInteger(node, what);
  // by hex, in one step: shifting byte by byte would take quadratic time over a giant hostile number
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${encodeHex(bytes)}`));
}

/** As derInteger() > 0, without a number. */
export function isDerPositive(node: DerNode | undefined, what: string): boolean {
  const { bytes, first } = readInteger(node, what);
  return first < 0x80 && (first > 0 || bytes.length > 1);
}

function readInteger(node: DerNode | undefined, what: string): { bytes: Uint8Array; first: number } {
  const bytes = expectTag(node, TAG.integer, what).content;
  const [first, second] = [bytes[0], bytes[1]];
  if (first === undefined) throw new EncodingError(`${what} is empty`);
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
    throw new EncodingError(`${what} is not minimal`);
  }
  return { bytes, first };
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

/** One value inside of some bytes, by offsets. */
interface Extent {
  readonly tag: number;
  readonly content: number;
  readonly end: number;
}

/** The value that begins at `start`; no byte of it may lie at or beyond `end`. */
function extentOf(bytes: Uint8Array, start: number, end: number): Extent {
  const tag = bytes[start];
  const first = bytes[start + 1];
  if (tag === undefined || first === undefined || start + 2 > end) throw new EncodingError("DER value is cut");
  if ((tag & 0x1f) === 0x1f) throw new EncodingError("DER tag number above 30");
  const content = start + 2 + countOfLengthBytes(first);
  if (content > end) throw new EncodingError("DER length is cut");
  const length = first < 0x80 ? first : readLongLength(bytes, start + 2, content);
  if (content + length > end) throw new EncodingError("DER length exceeds the data");
  return { tag, content, end: content + length };
}

function countOfLengthBytes(first: number): number {
  if (first < 0x80) return 0;
  const count = first & 0x7f;
  if (count === 0) throw new EncodingError("DER length is indefinite");
  if (count > 4) throw new EncodingError("DER length has more than four bytes");
  return count;
}

function readLongLength(bytes: Uint8Array, start: number, end: number): number {
  const length = bytes.subarray(start, end).reduce((value, byte) => value * 256 + byte, 0);
  if (length < 0x80 || bytes[start] === 0) throw new EncodingError("DER length is not minimal");
  return length;
}

/** Everything below a value, by offsets alone: hostile bytes may hold a value in every second one. */
function checkInside(bytes: Uint8Array, { tag, content, end }: Extent, depth: number): void {
  if ((tag & CONSTRUCTED) === 0) return;
  checkDepth(depth);
  for (let at = content; at < end;) {
    const extent = extentOf(bytes, at, end);
    checkInside(bytes, extent, depth + 1);
    at = extent.end;
  }
}

function checkDepth(depth: number): void {
  if (depth >= MAX_DEPTH) throw new EncodingError(`DER is nested deeper than ${MAX_DEPTH}`);
}
