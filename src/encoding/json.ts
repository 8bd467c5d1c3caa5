/**
 * A strict JSON reader (RFC 8259; spec §0.5): duplicate names at any depth, trailing data, invalid UTF-8, lone
 * surrogates, depth beyond 64 and more than 50,000 values are refused. Objects come out as Map, so that no name of an attacker's ("__proto__",
 * "constructor") meets a prototype; integers beyond 2^53 are refused, not rounded, unless the caller says that none decides.
 */
import { isUtf8 } from "node:buffer";
import { EncodingError, LimitError } from "../failure/encoding-error.ts";
import { bufferOver, decodeLatin1, decodeUtf8, encodeUtf8 } from "./text.ts";
import { Utf8Writer } from "./utf8-writer.ts";

export type JsonObject = ReadonlyMap<string, JsonValue>;
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonLimits {
  /** Nesting of lists and objects; 64 unless said. */
  readonly maxDepth?: number;
  /**
   * Values in the document: each string, number, literal, list and object, but not the names of members; 50,000 unless
   * said. Bytes alone bound nothing: `{},` is a value of three, and a hundred times as costly as three of a string.
   */
  readonly maxValues?: number;
  /**
   * Integers beyond 2^53 come out rounded instead of refused. Only for documents in which no integer decides anything:
   * an in-toto predicate may carry any number, and none must hide the statement's header.
   */
  readonly roundIntegers?: boolean;
}

const DEFAULT_MAX_DEPTH = 64;
/** A manifest of 10,000 descriptors and nothing else has 40,005; what nobody's turn of the event loop notices has no more. */
const DEFAULT_MAX_VALUES = 50_000;

/** Reads UTF-8 bytes or text that hold exactly one JSON value. Throws EncodingError with the offset, LimitError for too much. */
export function parseJson(input: Uint8Array | string, limits: JsonLimits = {}): JsonValue {
  return new Parser(typeof input === "string" ? wellFormedBytes(input) : input, limits).document();
}

/** UTF-8 has no form for half of a surrogate pair: it would be replaced. */
function wellFormedBytes(text: string): Uint8Array {
  const bytes = encodeUtf8(text);
  const at = bytes.length === text.length ? -1 : text.search(LONE_SURROGATE);
  if (at >= 0) throw new EncodingError(`lone surrogate at character ${at}`);
  return bytes;
}

/** What JSON.parse would give for an already strict-read value: plain objects without prototype. For libraries that need them. */
export function toPlain(value: JsonValue): unknown {
  if (Array.isArray(value)) return value.map(toPlain);
  if (value instanceof Map) {
    const object = Object.create(null) as Record<string, unknown>;
    for (const [name, member] of value as JsonObject) object[name] = toPlain(member);
    return object;
  }
  return value;
}

const LONE_SURROGATE = /\p{Cs}/u;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const LITERALS: ReadonlyMap<string, JsonValue> = new Map<string, JsonValue>([
  ["true", true],
  ["false", false],
  ["null", null],
]);
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const LOWER_U = 0x75;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** By byte: 1 for what stands for itself in a string, which is neither the quote nor the backslash nor a control character. */
const IS_PLAIN = Uint8Array.from({ length: 0x100 }, (_, byte) =>
  byte < SPACE || byte === QUOTE || byte === BACKSLASH ? 0 : 1,
);

/** By byte: what it stands for behind a backslash, 0 for what may not stand there. */
const ESCAPES = byByte({ '"': 0x22, "\\": 0x5c, "/": 0x2f, b: 0x08, f: 0x0c, n: 0x0a, r: 0x0d, t: 0x09 }, 0);
const NO_DIGIT = 0xff;
const HEX_DIGITS = byByte(
  Object.fromEntries("0123456789abcdefABCDEF".split("").map((digit) => [digit, Number.parseInt(digit, 16)])),
  NO_DIGIT,
);

function byByte(values: Readonly<Record<string, number>>, otherwise: number): Uint8Array {
  return Uint8Array.from({ length: 0x100 }, (_, byte) => values[String.fromCharCode(byte)] ?? otherwise);
}

/**
 * Reads byte by byte: an admission waits for this parser, and expressions would take five times as long. Whatever decides
 * is ASCII, so only strings are ever decoded, and of these only the ones that hold more.
 */
class Parser {
  readonly #bytes: Uint8Array;
  /** A character for each byte: slices of it are strings at once where they are ASCII. */
  readonly #latin1: string;
  readonly #maxDepth: number;
  readonly #maxValues: number;
  readonly #roundIntegers: boolean;
  #offset = 0;
  #values = 0;
  #unescaped: Utf8Writer | undefined;

  constructor(bytes: Uint8Array, limits: JsonLimits) {
    if (!isUtf8(bytes)) throw new EncodingError("not valid UTF-8");
    this.#bytes = bytes;
    this.#latin1 = decodeLatin1(bytes);
    this.#maxDepth = limits.maxDepth ?? DEFAULT_MAX_DEPTH;
    this.#maxValues = limits.maxValues ?? DEFAULT_MAX_VALUES;
    this.#roundIntegers = limits.roundIntegers ?? false;
  }

  document(): JsonValue {
    const value = this.#value(0);
    this.#next();
    if (this.#offset !== this.#bytes.length) throw this.#refuse("data after the JSON value");
    return value;
  }

  #value(depth: number): JsonValue {
    this.#values += 1;
    if (this.#values > this.#maxValues) throw this.#limit(`more than ${this.#maxValues} values`);
    switch (this.#next()) {
      case OPEN_OBJECT:
        return this.#object(depth + 1);
      case OPEN_LIST:
        return this.#list(depth + 1);
      case QUOTE:
        return this.#string();
      case 0x74:
      case 0x66:
      case 0x6e:
        return this.#literal();
      default:
        return this.#number();
    }
  }

  #object(depth: number): JsonObject {
    this.#enter(depth);
    const object = new Map<string, JsonValue>();
    if (this.#skip(CLOSE_OBJECT)) return object;
    do {
      if (this.#next() !== QUOTE) throw this.#refuse("want a member name");
      const at = this.#offset;
      const name = this.#string();
      if (!this.#skip(COLON)) throw this.#refuse('want ":"');
      const members = object.size;
      object.set(name, this.#value(depth));
      if (object.size === members) throw this.#refuse("duplicate member", at);
    } while (this.#skip(COMMA));
    if (!this.#skip(CLOSE_OBJECT)) throw this.#refuse('want "," or "}"');
    return object;
  }

  #list(depth: number): readonly JsonValue[] {
    this.#enter(depth);
    const list: JsonValue[] = [];
    if (this.#skip(CLOSE_LIST)) return list;
    do {
      list.push(this.#value(depth));
    } while (this.#skip(COMMA));
    if (!this.#skip(CLOSE_LIST)) throw this.#refuse('want "," or "]"');
    return list;
  }

  #enter(depth: number): void {
    if (depth > this.#maxDepth) throw this.#limit(`nested deeper than ${this.#maxDepth}`);
    this.#offset += 1;
  }

  #string(): string {
    this.#offset += 1;
    const start = this.#offset;
    const seen = this.#plainBytes();
    if (this.#bytes[this.#offset] !== QUOTE) return this.#escapedString(start, seen);
    const text = this.#text(start, this.#offset, seen);
    this.#offset += 1;
    return text;
  }

  /** Goes on to a quote, a backslash, a control character, or the end; the bits that any of the bytes passed over has. */
  #plainBytes(): number {
    const bytes = this.#bytes;
    let end = this.#offset;
    let seen = 0;
    for (let byte = bytes[end] ?? 0; IS_PLAIN[byte] === 1; byte = bytes[end] ?? 0) {
      seen |= byte;
      end += 1;
    }
    this.#offset = end;
    return seen;
  }

  #text(start: number, end: number, seen: number): string {
    return seen < 0x80 ? this.#latin1.slice(start, end) : decodeUtf8(this.#bytes.subarray(start, end));
  }

  /** Text put together from millions of pieces takes a hundred times as long as from their bytes. */
  #escapedString(start: number, seenBefore: number): string {
    const unescaped = (this.#unescaped ??= new Utf8Writer());
    unescaped.copy(this.#bytes, start, this.#offset, seenBefore);
    while (this.#bytes[this.#offset] !== QUOTE) {
      this.#escape(unescaped);
      const from = this.#offset;
      const seen = this.#plainBytes();
      unescaped.copy(this.#bytes, from, this.#offset, seen);
    }
    this.#offset += 1;
    return unescaped.take();
  }

  #escape(to: Utf8Writer): void {
    if (this.#bytes[this.#offset] !== BACKSLASH) {
      throw this.#refuse("string is not closed, or holds a control character");
    }
    const simple = ESCAPES[this.#bytes[this.#offset + 1] ?? 0] ?? 0;
    if (simple !== 0) {
      this.#offset += 2;
      return to.character(simple);
    }
    const unit = this.#unicodeEscape();
    if (unit < 0xd800 || unit > 0xdfff) return to.character(unit);
    if (unit > 0xdbff) throw this.#refuse("lone surrogate");
    const low = this.#unicodeEscape();
    if (low < 0xdc00 || low > 0xdfff) throw this.#refuse("lone surrogate");
    to.character(0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
  }

  #unicodeEscape(): number {
    const bytes = this.#bytes;
    const at = this.#offset;
    let unit = bytes[at] === BACKSLASH && bytes[at + 1] === LOWER_U ? 0 : -1;
    for (let digit = at + 2; digit < at + 6 && unit >= 0; digit += 1) {
      const value = HEX_DIGITS[bytes[digit] ?? 0] ?? NO_DIGIT;
      unit = value === NO_DIGIT ? -1 : unit * 16 + value;
    }
    if (unit < 0) throw this.#refuse("bad escape");
    this.#offset += 6;
    return unit;
  }

  #literal(): JsonValue {
    for (const [word, value] of LITERALS) {
      if (this.#latin1.startsWith(word, this.#offset)) {
        this.#offset += word.length;
        return value;
      }
    }
    throw this.#refuse("want a JSON value");
  }

  #number(): number {
    NUMBER.lastIndex = this.#offset;
    if (!NUMBER.test(this.#latin1)) throw this.#refuse("want a JSON value");
    const number = Number(this.#latin1.slice(this.#offset, NUMBER.lastIndex));
    this.#offset = NUMBER.lastIndex;
    if (!Number.isFinite(number)) throw this.#refuse("number is out of range");
    if (!this.#roundIntegers && Number.isInteger(number) && !Number.isSafeInteger(number)) {
      throw this.#refuse("integer is beyond 2^53");
    }
    return number;
  }

  #skip(code: number): boolean {
    if (this.#next() !== code) return false;
    this.#offset += 1;
    return true;
  }

  /** The byte after any white space, which is passed over; -1 at the end. */
  #next(): number {
    const bytes = this.#bytes;
    let offset = this.#offset;
    let byte = bytes[offset] ?? -1;
    while (byte === SPACE || byte === 0x09 || byte === 0x0a || byte === 0x0d) byte = bytes[++offset] ?? -1;
    this.#offset = offset;
    return byte;
  }

  /** Says where, and none of what stands there: whoever wrote the document is not who reads the message. */
  #refuse(reason: string, offset = this.#offset): EncodingError {
    return new EncodingError(`${reason} ${this.#place(offset)}`);
  }

  #limit(reason: string): LimitError {
    return new LimitError(`${reason} ${this.#place(this.#offset)}`);
  }

  #place(offset: number): string {
    return `at character ${bufferOver(this.#bytes.subarray(0, offset)).toString("utf8").length}`;
  }
}
