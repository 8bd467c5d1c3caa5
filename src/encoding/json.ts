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

const WHITESPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const PLAIN_CHARACTERS = /[^"\\\u0000-\u001f\ud800-\udfff]*/y;
const SURROGATE_PAIR = /[\ud800-\udbff][\udc00-\udfff]/y;
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
    this.#match(WHITESPACE);
    if (this.#offset !== this.#text.length) throw this.#refuse("data after the JSON value");
    return value;
  }

  #value(depth: number): JsonValue {
    this.#match(WHITESPACE);
    switch (this.#text[this.#offset]) {
      case "{":
        return this.#object(depth + 1);
      case "[":
        return this.#list(depth + 1);
      case '"':
        return this.#string();
      case "t":
      case "f":
      case "n":
        return this.#literal();
      default:
        return this.#number();
    }
  }

  #object(depth: number): JsonObject {
    this.#enter(depth);
    const object = new Map<string, JsonValue>();
    if (this.#skip("}")) return object;
    do {
      this.#match(WHITESPACE);
      if (this.#text[this.#offset] !== '"') throw this.#refuse("want a member name");
      const name = this.#string();
      if (object.has(name)) throw this.#refuse(`duplicate member ${quoted(name)}`);
      if (!this.#skip(":")) throw this.#refuse('want ":"');
      object.set(name, this.#value(depth));
    } while (this.#skip(","));
    if (!this.#skip("}")) throw this.#refuse('want "," or "}"');
    return object;
  }

  #list(depth: number): readonly JsonValue[] {
    this.#enter(depth);
    const list: JsonValue[] = [];
    if (this.#skip("]")) return list;
    do {
      list.push(this.#value(depth));
    } while (this.#skip(","));
    if (!this.#skip("]")) throw this.#refuse('want "," or "]"');
    return list;
  }

  #enter(depth: number): void {
    if (depth > this.#maxDepth) throw this.#refuse(`nested deeper than ${this.#maxDepth}`);
    this.#offset += 1;
  }

  #string(): string {
    this.#offset += 1;
    let text = this.#match(PLAIN_CHARACTERS);
    while (this.#text[this.#offset] !== '"') {
      text += this.#text[this.#offset] === "\\" ? this.#escape() : this.#surrogatePair();
      text += this.#match(PLAIN_CHARACTERS);
    }
    this.#offset += 1;
    return text;
  }

  #surrogatePair(): string {
    const pair = this.#match(SURROGATE_PAIR);
    if (pair === "") throw this.#refuse("string is not closed, or holds a control character or a lone surrogate");
    return pair;
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
    const digits = this.#match(NUMBER);
    if (digits === "") throw this.#refuse("want a JSON value");
    const number = Number(digits);
    if (!Number.isFinite(number)) throw this.#refuse("number is out of range");
    if (!this.#roundIntegers && Number.isInteger(number) && !Number.isSafeInteger(number)) {
      throw this.#refuse("integer is beyond 2^53");
    }
    return number;
  }

  #skip(character: string): boolean {
    this.#match(WHITESPACE);
    if (this.#text[this.#offset] !== character) return false;
    this.#offset += 1;
    return true;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#offset;
    const match = pattern.exec(this.#text)?.[0] ?? "";
    this.#offset += match.length;
    return match;
  }

  #refuse(reason: string): EncodingError {
    return new EncodingError(`${reason} at character ${this.#offset}`);
  }
}
