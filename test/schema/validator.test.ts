// Messages of the schema check: the field's path, what is there, and what is allowed.
import assert from "node:assert/strict";
import { parseJson, toPlain } from "../../src/encoding/json.ts";
import { compileSchema } from "../support/schema.ts";

const check = compileSchema({
  type: "object",
  additionalProperties: false,
  required: ["name"],
  properties: {
    name: { type: "string", pattern: "^[a-z]+$", description: "Name of the thing." },
    action: { type: "string", enum: ["Deny", "Warn"] },
    isSure: { type: "boolean", enum: [true], description: "Must be true, since nothing else works yet." },
    list: { type: "array", items: { type: "object", required: ["key"], properties: { key: { type: "integer" } } } },
    labels: { type: "object", additionalProperties: { type: "string" } },
  },
});

describe("schema/validator", () => {
  const table: readonly [string, string, readonly (readonly [string, string])[]][] = [
    ["a valid value", '{"name":"a","list":[{"key":1}]}', []],
    ["a member that is absent", "{}", [["name", "is required: Name of the thing"]]],
    ["a member deep down", '{"name":"a","list":[{}]}', [["list[0].key", "is required"]]],
    ["an unknown member", '{"name":"a","x":1}', [["x", "is unknown, want one of name, action, isSure, list, labels"]]],
    ["a value of a list", '{"name":"a","action":"deny"}', [["action", 'is "deny", want one of Deny, Warn']]],
    [
      "the only value there is",
      '{"name":"a","isSure":false}',
      [["isSure", "is false, want true: Must be true, since nothing else works yet"]],
    ],
    ["a pattern", '{"name":"A\\u0007"}', [["name", 'is "A\\u{7}", want what matches ^[a-z]+$']]],
    [
      "a long text, which may be a secret",
      `{"name":"${"A".repeat(100)}"}`,
      [["name", "is a text of 100 characters, want what matches ^[a-z]+$"]],
    ],
    ["a type", '{"name":"a","list":[{"key":"x"}]}', [["list[0].key", "must be integer"]]],
    ["the value itself", "[]", [["", "must be object"]]],
    ["an odd key", '{"name":"a","labels":{"a/b":1}}', [['labels["a/b"]', "must be string"]]],
    [
      "a member of the prototype",
      '{"name":"a","__proto__":1}',
      [['["__proto__"]', "is unknown, want one of name, action, isSure, list, labels"]],
    ],
  ];
  for (const [name, json, expected] of table) {
    it(`names ${name}`, () => {
      const errors = check(toPlain(parseJson(json)));
      assert.deepEqual(
        errors.map(({ path, message }) => [path, message]),
        expected,
      );
    });
  }
});
