/**
 * Strictly read JSON as values of CEL, made as they are looked at (policy-api.md §2.6): whole numbers are int, null is
 * present, and no name of an attacker's ("constructor", "__proto__") meets a prototype. Each look costs a step.
 */
import type { CelList, CelMap, CelValue } from "@bufbuild/cel";
import { isJsonObject } from "../../encoding/guard.ts";
import type { JsonObject, JsonValue } from "../../encoding/json.ts";
import { spend, spendOnText } from "./budget.ts";

/** By these the library knows maps and lists that are not its own. */
const MAP = Symbol.for("@bufbuild/cel/map");
const LIST = Symbol.for("@bufbuild/cel/list");

/** An integer beyond 2^53 has lost its last digits where it was read, so it is a double: it equals no int. */
export function celOf(value: JsonValue): CelValue {
  if (typeof value === "string") {
    spendOnText(value.length);
    return value;
  }
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (value === null || typeof value === "boolean") return value;
  return isJsonObject(value)
    ? (new JsonMap(value) as unknown as CelMap)
    : (new JsonList(value as readonly JsonValue[]) as unknown as CelList);
}

class JsonMap {
  readonly [MAP] = {};
  readonly #members: JsonObject;

  constructor(members: JsonObject) {
    this.#members = members;
  }

  get size(): number {
    return this.#members.size;
  }

  get(key: unknown): CelValue | undefined {
    spend(1);
    const value = typeof key === "string" ? this.#members.get(key) : undefined;
    return value === undefined ? undefined : celOf(value);
  }

  has(key: unknown): boolean {
    spend(1);
    return typeof key === "string" && this.#members.has(key);
  }

  *keys(): Generator<string> {
    for (const key of this.#members.keys()) {
      spend(1);
      yield key;
    }
  }

  *values(): Generator<CelValue> {
    for (const value of this.#members.values()) {
      spend(1);
      yield celOf(value);
    }
  }

  *entries(): Generator<[string, CelValue]> {
    for (const [key, value] of this.#members) {
      spend(1);
      yield [key, celOf(value)];
    }
  }

  [Symbol.iterator](): Generator<[string, CelValue]> {
    return this.entries();
  }

  forEach(callback: (value: CelValue, key: string, map: unknown) => void): void {
    for (const [key, value] of this.entries()) callback(value, key, this);
  }
}

class JsonList {
  readonly [LIST] = {};
  readonly #elements: readonly JsonValue[];

  constructor(elements: readonly JsonValue[]) {
    this.#elements = elements;
  }

  get size(): number {
    return this.#elements.length;
  }

  get(index: number): CelValue | undefined {
    spend(1);
    const element = this.#elements[index];
    return element === undefined ? undefined : celOf(element);
  }

  *values(): Generator<CelValue> {
    for (const element of this.#elements) {
      spend(1);
      yield celOf(element);
    }
  }

  [Symbol.iterator](): Generator<CelValue> {
    return this.values();
  }
}
