/**
 * A strict JSON reader (RFC 8259; spec §0.5): duplicate names at any depth, trailing data, invalid UTF-8, lone
 * surrogates and depth beyond 64 are refused. Objects come out as Map, so that no name of an attacker's ("__proto__",
 * "constructor") meets a prototype; integers beyond 2^53 are refused, not rounded, unless the caller says that none decides.
 */
import { EncodingError } from "../failure/encoding-error.ts";
import { quoted } from "../failure/failure.ts";
import { decodeUtf8 } from "./text.ts";

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
  const text = typeof input === "string" ? input : decodeUtf8(input);
  return new Parser(text, limits).document();
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

const PLAIN_ASCII = Uint8Array.from({ length: 0x80 }, (_, code) =>
  code < SPACE || code === QUOTE || code === BACKSLASH ? 0 : 1,
);

/** Reads code by code: an admission waits for this parser, and expressions would take five times as long. */
class Parser {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #roundIntegers: boolean;
  #offset = 0;

  constructor(text: string, limits: JsonLimits) {
    this.#text = text;
    this.#maxDepth = limits.maxDepth ?? DEFAULT_MAX_DEPTH;
    this.#roundIntegers = limits.roundIntegers ?? false;
  }

  document(): JsonValue {
    const value = this.#value(0);
    this.#next();
    if (this.#offset !== this.#text.length) throw this.#refuse("data after the JSON value");
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
    while (this.#text.charCodeAt(this.#offset) !== QUOTE) {
      text += this.#text.charCodeAt(this.#offset) === BACKSLASH ? this.#escape() : this.#surrogatePair();
      text += this.#plainCharacters();
    }
    this.#offset += 1;
    return text;
  }

  /** Up to a quote, a backslash, a control character, a surrogate, or the end. */
  #plainCharacters(): string {
    const text = this.#text;
    const start = this.#offset;
    let end = start;
    while (end < text.length && isPlain(text.charCodeAt(end))) end += 1;
    this.#offset = end;
    return text.slice(start, end);
  }

  #surrogatePair(): string {
    const high = this.#text.charCodeAt(this.#offset);
    const low = this.#text.charCodeAt(this.#offset + 1);
    if (!(high >= 0xd800 && high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff)) {
      throw this.#refuse("string is not closed, or holds a control character or a lone surrogate");
    }
    this.#offset += 2;
    return String.fromCharCode(high, low);
  }

  #escape(): string {
    const simple = ESCAPES.get(this.#text[this.#offset + 1] ?? "");
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
    const escape = this.#text.slice(this.#offset, this.#offset + 6);
    if (!/^\\u[0-9a-fA-F]{4}$/.test(escape)) throw this.#refuse("bad escape");
    this.#offset += 6;
    return Number.parseInt(escape.slice(2), 16);
  }

  #literal(): JsonValue {
    for (const [word, value] of LITERALS) {
      if (this.#text.startsWith(word, this.#offset)) {
        this.#offset += word.length;
        return value;
      }
    }
    throw this.#refuse("want a JSON value");
  }

  #number(): number {
    NUMBER.lastIndex = this.#offset;
    const digits = NUMBER.exec(this.#text)?.[0];
    if (digits === undefined) throw this.#refuse("want a JSON value");
    this.#offset += digits.length;
    const number = Number(digits);
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

  /** The code after any white space, which is passed over; NaN at the end. */
  #next(): number {
    let code = this.#text.charCodeAt(this.#offset);
    while (code === SPACE || code === 0x09 || code === 0x0a || code === 0x0d) {
      this.#offset += 1;
      code = this.#text.charCodeAt(this.#offset);
    }
    return code;
  }

  #refuse(reason: string): EncodingError {
    return new EncodingError(`${reason} at character ${this.#offset}`);
  }
}

/** Of a string's characters neither the quote nor the backslash, no control character, no half of a surrogate pair. */
function isPlain(code: number): boolean {
  return code < PLAIN_ASCII.length ? PLAIN_ASCII[code] === 1 : code < 0xd800 || code > 0xdfff;
}
