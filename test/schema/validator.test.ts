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
    few: { type: "array", minItems: 1, maxItems: 2, items: { type: "string", minLength: 2, maxLength: 3 } },
    some: { type: "object", minProperties: 1, maxProperties: 2 },
    number: { type: "number", minimum: 1, maximum: 30 },
  },
});

const MEMBERS = "name, action, isSure, list, labels, few, some, number";

describe("schema/validator", () => {
  const table: readonly [string, string, readonly (readonly [string, string])[]][] = [
    ["a valid value", '{"name":"a","list":[{"key":1}]}', []],
    ["a member that is absent", "{}", [["name", "is required: Name of the thing"]]],
    ["a member deep down", '{"name":"a","list":[{}]}', [["list[0].key", "is required"]]],
    ["an unknown member", '{"name":"a","x":1}', [["x", `is unknown, want one of ${MEMBERS}`]]],
    [
      "a member that is mistyped",
      '{"name":"a","lables":1,"Action":"Deny","labes":{},"lst":[]}',
      [
        ["lables", `is unknown, want one of ${MEMBERS}`],
        ["Action", `is unknown, want one of ${MEMBERS} (do you mean action?)`],
        ["labes", `is unknown, want one of ${MEMBERS} (do you mean labels?)`],
        ["lst", `is unknown, want one of ${MEMBERS} (do you mean list?)`],
      ],
    ],
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
    ["a type", '{"name":"a","list":[{"key":"x"}]}', [["list[0].key", "is a text, want a whole number"]]],
    ["the value itself", "[]", [["", "is a list, want an object"]]],
    ["null", '{"name":"a","some":null}', [["some", "is null, want an object"]]],
    ["an object in place of a text", '{"name":{}}', [["name", "is an object, want a text"]]],
    ["a text in place of a list", '{"name":"a","list":"b"}', [["list", "is a text, want a list"]]],
    ["what YAML makes of yes and no", '{"name":true}', [["name", 'is true, want a text (write "true" in quotes)']]],
    ["an odd key", '{"name":"a","labels":{"a/b":1}}', [['labels["a/b"]', 'is 1, want a text (write "1" in quotes)']]],
    [
      "too few and too small",
      '{"name":"a","few":[],"some":{},"number":0}',
      [
        ["few", "has 0 members, want at least 1"],
        ["some", "has 0 members, want at least 1"],
        ["number", "is 0, want at least 1"],
      ],
    ],
    [
      "too many and too great",
      '{"name":"a","few":["ab","ab","ab"],"some":{"a":1,"b":1,"c":1},"number":31}',
      [
        ["few", "has 3 members, want at most 2"],
        ["some", "has 3 members, want at most 2"],
        ["number", "is 31, want at most 30"],
      ],
    ],
    [
      "too short and too long",
      '{"name":"a","few":["a","abcd"]}',
      [
        ["few[0]", "has 1 characters, want at least 2"],
        ["few[1]", "has 4 characters, want at most 3"],
      ],
    ],
    [
      "a member of the prototype",
      '{"name":"a","__proto__":1}',
      [['["__proto__"]', `is unknown, want one of ${MEMBERS}`]],
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

  it("says of an absent value what is wanted", () => {
    assert.deepEqual(check(undefined), [{ path: "", message: "is required: an object" }]);
  });
});
