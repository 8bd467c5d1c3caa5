/**
 * A strict JSON reader (RFC 8259; spec §0.5): duplicate names at any depth, trailing data, invalid UTF-8, lone
 * surrogates and depth beyond 64 are refused. Objects come out as Map, so that no name of an attacker's ("__proto__",
 * "constructor") meets a prototype; integers beyond 2^53 are refused, not rounded, unless the caller says that none decides.
 */
import { isUtf8 } from "node:buffer";
import { EncodingError } from "../failure/encoding-error.ts";
import { quoted } from "../failure/failure.ts";
import { bufferOver, decodeLatin1, decodeUtf8, encodeUtf8 } from "./text.ts";

export type JsonObject = ReadonlyMap<string, JsonValue>;
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonLimits {
  /** Nesting of lists and objects; 64 unless said. */
  readonly maxDepth?: number;
  /**
   * Integers beyond 2^53 come out rounded instead of refused. Only for documents in which no integer decides anything:
   * an in-toto predicate may carry any number, and none must hide the statement's header.
   */
  readonly roundIntegers?: boolean;
}

const DEFAULT_MAX_DEPTH = 64;

/** Reads UTF-8 bytes or text that hold exactly one JSON value. Throws EncodingError with the offset. */
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
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** By byte: 1 for what stands for itself in a string, which is neither the quote nor the backslash nor a control character. */
const IS_PLAIN = Uint8Array.from({ length: 0x100 }, (_, byte) =>
  byte < SPACE || byte === QUOTE || byte === BACKSLASH ? 0 : 1,
);

/**
 * Reads byte by byte: an admission waits for this parser, and expressions would take five times as long. Whatever decides
 * is ASCII, so only strings are ever decoded, and of these only the ones that hold more.
 */
class Parser {
  readonly #bytes: Uint8Array;
  /** A character for each byte: slices of it are strings at once where they are ASCII. */
  readonly #latin1: string;
  readonly #maxDepth: number;
  readonly #roundIntegers: boolean;
  #offset = 0;

  constructor(bytes: Uint8Array, limits: JsonLimits) {
    if (!isUtf8(bytes)) throw new EncodingError("not valid UTF-8");
    this.#bytes = bytes;
    this.#latin1 = decodeLatin1(bytes);
    this.#maxDepth = limits.maxDepth ?? DEFAULT_MAX_DEPTH;
    this.#roundIntegers = limits.roundIntegers ?? false;
  }

  document(): JsonValue {
    const value = this.#value(0);
    this.#next();
    if (this.#offset !== this.#bytes.length) throw this.#refuse("data after the JSON value");
    return value;
  }

  #value(depth: number): JsonValue {
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
      const name = this.#string();
      if (!this.#skip(COLON)) throw this.#refuse('want ":"');
      const members = object.size;
      object.set(name, this.#value(depth));
      if (object.size === members) throw this.#refuse(`duplicate member ${quoted(name)}`);
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
    if (depth > this.#maxDepth) throw this.#refuse(`nested deeper than ${this.#maxDepth}`);
    this.#offset += 1;
  }

  #string(): string {
    this.#offset += 1;
    let text = this.#plainCharacters();
    while (this.#bytes[this.#offset] !== QUOTE) {
      text += this.#escape();
      text += this.#plainCharacters();
    }
    this.#offset += 1;
    return text;
  }

  /** Up to a quote, a backslash, a control character, or the end. */
  #plainCharacters(): string {
    const bytes = this.#bytes;
    const start = this.#offset;
    let end = start;
    let seen = 0;
    for (let byte = bytes[end] ?? 0; IS_PLAIN[byte] === 1; byte = bytes[end] ?? 0) {
      seen |= byte;
      end += 1;
    }
    this.#offset = end;
    return seen < 0x80 ? this.#latin1.slice(start, end) : decodeUtf8(bytes.subarray(start, end));
  }

  #escape(): string {
    if (this.#bytes[this.#offset] !== BACKSLASH) {
      throw this.#refuse("string is not closed, or holds a control character");
    }
    const simple = ESCAPES.get(this.#latin1[this.#offset + 1] ?? "");
    if (simple !== undefined) {
      this.#offset += 2;
      return simple;
    }
    const unit = this.#unicodeEscape();
    if (unit < 0xd800 || unit > 0xdfff) return String.fromCharCode(unit);
    if (unit > 0xdbff) throw this.#refuse("lone surrogate");
    const low = this.#unicodeEscape();
    if (low < 0xdc00 || low > 0xdfff) throw this.#refuse("lone surrogate");
    return String.fromCharCode(unit, low);
  }

  #unicodeEscape(): number {
    const escape = this.#latin1.slice(this.#offset, this.#offset + 6);
    if (!/^\\u[0-9a-fA-F]{4}$/.test(escape)) throw this.#refuse("bad escape");
    this.#offset += 6;
    return Number.parseInt(escape.slice(2), 16);
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
    let byte = bytes[this.#offset] ?? -1;
    while (byte === SPACE || byte === 0x09 || byte === 0x0a || byte === 0x0d) {
      this.#offset += 1;
      byte = bytes[this.#offset] ?? -1;
    }
    return byte;
  }

  #refuse(reason: string): EncodingError {
    const character = bufferOver(this.#bytes.subarray(0, this.#offset)).toString("utf8").length;
    return new EncodingError(`${reason} at character ${character}`);
  }
}
