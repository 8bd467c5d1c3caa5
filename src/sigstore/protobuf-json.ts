/**
 * What Sigstore's JSON documents have in common (verification-spec §7.1; the JSON mapping of proto3): members that hold
 * their zero value may be absent or null, bytes are base64 of either alphabet, names are lowerCamelCase exactly, and a
 * member that the format does not have is refused.
 */
import { decodeBase64Either } from "../encoding/base64.ts";
import { asArray, asInt64, asObject, asString, isJsonObject } from "../encoding/guard.ts";
import type { JsonObject, JsonValue } from "../encoding/json.ts";
import type { FailureCode } from "../failure/catalogue.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { quoted, VerificationFailure } from "../failure/failure.ts";

/** Every member of a message by name; a list's shape is the shape of its elements. */
export interface MessageMembers {
  readonly [member: string]: MessageMembers;
}

/** A member that is no message. */
export const LEAF: MessageMembers = {};

/** As a Map: names out of a document are found in it faster than among properties. */
export type MessageShape = ReadonlyMap<string, MessageShape>;

export function messageShape(members: MessageMembers): MessageShape {
  return new Map(Object.entries(members).map(([name, member]) => [name, messageShape(member)]));
}

/** Fails with `code` for the first member, at any depth, that the shape does not have. */
export function refuseUnknownMembers(value: unknown, shape: MessageShape, path: string, code: FailureCode): void {
  const unknown = findUnknown(value, shape);
  if (unknown === undefined) return;
  throw new VerificationFailure(code, `Cannot read the member ${quoted(unknown.name)} of ${path}${unknown.below}`);
}

interface UnknownMember {
  readonly name: string;
  /** The names that lead to its message, each behind a dot. */
  readonly below: string;
}

function findUnknown(value: unknown, shape: MessageShape): UnknownMember | undefined {
  if (isJsonObject(value)) return findUnknownOf(value, shape);
  if (!Array.isArray(value)) return undefined;
  for (const element of value) {
    const unknown = findUnknown(element, shape);
    if (unknown !== undefined) return unknown;
  }
  return undefined;
}

function findUnknownOf(object: JsonObject, shape: MessageShape): UnknownMember | undefined {
  for (const [name, member] of object) {
    const known = shape.get(name);
    if (known === undefined) return { name, below: "" };
    const unknown = typeof member === "object" ? findUnknown(member, known) : undefined;
    if (unknown !== undefined) return { name: unknown.name, below: `.${name}${unknown.below}` };
  }
  return undefined;
}

/** Undefined for a member that is absent or null. */
export function memberOf(object: JsonObject, name: string): JsonValue | undefined {
  return object.get(name) ?? undefined;
}

/** A message that must be there. */
export function messageOf(object: JsonObject, name: string): JsonObject {
  return asObject(memberOf(object, name), name);
}

/** The messages of a list; none where it is absent. */
export function messagesOf(object: JsonObject, name: string): readonly JsonObject[] {
  return listOf(object, name).map((element, index) => asObject(element, `${name}[${index}]`));
}

export function listOf(object: JsonObject, name: string): readonly unknown[] {
  return asArray(memberOf(object, name) ?? [], name);
}

/** Undefined for text that is absent or empty: the format cannot tell these apart. */
export function textOf(object: JsonObject, name: string): string | undefined {
  const text = asString(memberOf(object, name) ?? "", name);
  return text === "" ? undefined : text;
}

/** Bytes that must say something. */
export function bytesOf(object: JsonObject, name: string): Uint8Array {
  return decodeBytes(memberOf(object, name), name);
}

export function decodeBytes(value: unknown, name: string): Uint8Array {
  const bytes = decodeBase64Either(asString(value, name));
  if (bytes.length === 0) throw new EncodingError(`${name} is empty`);
  return bytes;
}

/** An int64 of zero or more. */
export function countOf(object: JsonObject, name: string): bigint {
  const count = asInt64(memberOf(object, name) ?? "0", name);
  if (count < 0n) throw new EncodingError(`${name} is negative`);
  return count;
}
