/**
 * The only road from `unknown` to a type: readers of values that came out of parseJson(). Each names the member by its
 * path in its EncodingError, so that a message says what was wrong and where.
 */
import { EncodingError } from "../failure/encoding-error.ts";
import type { JsonObject } from "./json.ts";

/** parseJson() gives objects as Map: no prototype, no "__proto__" surprise. */
export function isJsonObject(value: unknown): value is JsonObject {
  return value instanceof Map;
}

export function asObject(value: unknown, path: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw new EncodingError(`${path} is ${kindOf(value)}, want an object`);
}

export function asArray(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new EncodingError(`${path} is ${kindOf(value)}, want a list`);
}

export function asString(value: unknown, path: string): string {
  if (typeof value === "string") return value;
  throw new EncodingError(`${path} is ${kindOf(value)}, want a string`);
}

/** A JSON number that is a safe integer. */
export function asInteger(value: unknown, path: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw new EncodingError(`${path} is ${kindOf(value)}, want an integer`);
}

/** protobuf-JSON int64: a decimal string, or an integer number (spec §0.5). */
export function asInt64(value: unknown, path: string): bigint {
  if (typeof value === "number") return BigInt(asInteger(value, path));
  const text = asString(value, path);
  if (!/^(?:0|-?[1-9][0-9]{0,18})$/.test(text)) throw new EncodingError(`${path} is not a decimal 64-bit integer`);
  const number = BigInt(text);
  if (BigInt.asIntN(64, number) !== number) throw new EncodingError(`${path} does not fit 64 bits`);
  return number;
}

/** The first member that the format does not have; for callers with a failure code of their own. */
export function unknownMember(object: JsonObject, allowed: readonly string[]): string | undefined {
  for (const name of object.keys()) if (!allowed.includes(name)) return name;
  return undefined;
}

function kindOf(value: unknown): string {
  if (value === undefined) return "absent";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (isJsonObject(value)) return "an object";
  if (typeof value === "number") return `the number ${value}`;
  return `a ${typeof value}`;
}
