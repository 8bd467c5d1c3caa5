/** celOf(): JSON as CEL sees it through the library's own interfaces. */
import assert from "node:assert/strict";
import { isCelList, isCelMap } from "@bufbuild/cel";
import { parseJson } from "../../../src/encoding/json.ts";
import { celOf } from "../../../src/policy/cel/values.ts";

const value = (text: string): ReturnType<typeof celOf> => celOf(parseJson(text, { roundIntegers: true }));

describe("celOf()", () => {
  it("gives int, double, text, bool and null", () => {
    assert.deepEqual(
      [value("1"), value("1.5"), value("1e300"), value('"a"'), value("true"), value("null")],
      [1n, 1.5, 1e300, "a", true, null],
    );
  });

  it("gives a map that the library knows", () => {
    const map = value('{"a": 1, "__proto__": null}');
    assert.ok(isCelMap(map));
    assert.deepEqual(
      [map.size, map.get("a"), map.get("b"), map.get(1n), map.has("__proto__"), map.has(1n)],
      [2, 1n, undefined, undefined, true, false],
    );
    assert.deepEqual([...map.keys()], ["a", "__proto__"]);
    assert.deepEqual([...map.values()], [1n, null]);
    assert.deepEqual(
      [...map],
      [
        ["a", 1n],
        ["__proto__", null],
      ],
    );
    const seen: unknown[] = [];
    map.forEach((member, key) => seen.push(key, member));
    assert.deepEqual(seen, ["a", 1n, "__proto__", null]);
  });

  it("gives a list that the library knows", () => {
    const list = value('[1, ["a"]]');
    assert.ok(isCelList(list));
    assert.deepEqual([list.size, list.get(0), list.get(2)], [2, 1n, undefined]);
    assert.deepEqual([...list].length, 2);
  });
});
