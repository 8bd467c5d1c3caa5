/**
 * A JSON value in slices: what is put together from them takes as long as reading it, but no longer at a time than one slice.
 * Each is a run of the value's tokens in their order, a container being told by its number of members.
 */
import type { JsonObject, JsonValue } from "./json.ts";

export type JsonToken = null | boolean | number | string | { readonly list: number } | { readonly object: number };

/** Tokens, and characters in them: about a millisecond's work. */
const MAX_TOKENS = 4_000;
const MAX_CHARACTERS = 262_144;

/** At least one slice, none of them empty. */
export function* sliceJson(value: JsonValue, maxTokens = MAX_TOKENS): Generator<readonly JsonToken[]> {
  let slice: JsonToken[] = [];
  let characters = 0;
  for (const token of tokensOf(value)) {
    slice.push(token);
    if (typeof token === "string") characters += token.length;
    if (slice.length < maxTokens && characters < MAX_CHARACTERS) continue;
    yield slice;
    slice = [];
    characters = 0;
  }
  if (slice.length > 0) yield slice;
}

function* tokensOf(value: JsonValue): Generator<JsonToken> {
  // What is still to be told, the next one last; deep and long values fit alike.
  const left: Iterator<JsonValue>[] = [[value].values()];
  for (let top = left.at(-1); top !== undefined; top = left.at(-1)) {
    const next = top.next();
    if (next.done === true) {
      left.pop();
    } else if (Array.isArray(next.value)) {
      yield { list: next.value.length };
      left.push(next.value.values());
    } else if (next.value instanceof Map) {
      yield { object: next.value.size };
      left.push(membersOf(next.value as JsonObject));
    } else {
      yield next.value as null | boolean | number | string;
    }
  }
}

function* membersOf(object: JsonObject): Generator<JsonValue> {
  for (const [name, member] of object) {
    yield name;
    yield member;
  }
}

/** A container that is being filled; of an object names and members come by turns. */
interface Open {
  readonly value: JsonValue[] | Map<string, JsonValue>;
  left: number;
  name: string | undefined;
}

/** Takes slices in their order. Throws Error for what sliceJson() cannot have made. */
export class JsonAssembly {
  readonly #open: Open[] = [];
  #whole: { readonly value: JsonValue } | undefined;

  add(slice: readonly JsonToken[]): void {
    for (const token of slice) this.#take(token);
  }

  /** Requires all slices. */
  value(): JsonValue {
    if (this.#whole === undefined) throw new Error("a JSON value lacks slices");
    return this.#whole.value;
  }

  #take(token: JsonToken): void {
    if (this.#whole !== undefined) throw new Error("a JSON value has more tokens than it holds");
    const parent = this.#open.at(-1);
    if (parent !== undefined && !Array.isArray(parent.value) && parent.name === undefined) {
      if (typeof token !== "string") throw new Error("a member of a JSON object has no name");
      parent.name = token;
      return;
    }
    if (typeof token !== "object" || token === null) return this.#place(token);
    const open = "list" in token ? { value: [], left: token.list } : { value: new Map(), left: token.object };
    if (open.left === 0) this.#place(open.value);
    else this.#open.push({ ...open, name: undefined });
  }

  /** Closes what it fills. */
  #place(value: JsonValue): void {
    for (let placed = value; ;) {
      const parent = this.#open.at(-1);
      if (parent === undefined) {
        this.#whole = { value: placed };
        return;
      }
      if (Array.isArray(parent.value)) parent.value.push(placed);
      else parent.value.set(parent.name ?? "", placed);
      parent.name = undefined;
      parent.left -= 1;
      if (parent.left > 0) return;
      this.#open.pop();
      placed = parent.value;
    }
  }
}
