/** Readers of protobuf-JSON: what absent, null and empty mean, and members that no shape has. */
import assert from "node:assert/strict";
import { parseJson, type JsonObject } from "../../src/encoding/json.ts";
import {
  bytesOf,
  countOf,
  LEAF,
  listOf,
  memberOf,
  messageOf,
  messagesOf,
  messageShape,
  refuseUnknownMembers,
  textOf,
} from "../../src/sigstore/protobuf-json.ts";
import { failsWith, refuses } from "../support/failures.ts";

function object(value: unknown): JsonObject {
  return parseJson(JSON.stringify(value)) as JsonObject;
}

describe("memberOf(), textOf(), listOf(), messagesOf()", () => {
  it("take absent and null for one", () => {
    for (const empty of [object({}), object({ a: null })]) {
      assert.equal(memberOf(empty, "a"), undefined);
      assert.equal(textOf(empty, "a"), undefined);
      assert.deepEqual(listOf(empty, "a"), []);
      assert.deepEqual(messagesOf(empty, "a"), []);
    }
    assert.equal(textOf(object({ a: "" }), "a"), undefined);
  });

  it("refuse a null in a list of messages, by its place", () => {
    refuses(/a\[1\] is null/, () => messagesOf(object({ a: [{}, null] }), "a"));
  });
});

describe("messageOf(), bytesOf()", () => {
  it("ask for the member", () => {
    refuses(/a is absent/, () => messageOf(object({ a: null }), "a"));
    refuses(/a is absent/, () => bytesOf(object({}), "a"));
    refuses(/a is empty/, () => bytesOf(object({ a: "" }), "a"));
  });

  it("take both alphabets of base64", () => {
    for (const text of ["+/+/", "-_-_"]) assert.deepEqual([...bytesOf(object({ a: text }), "a")], [0xfb, 0xff, 0xbf]);
  });
});

describe("countOf()", () => {
  it("takes text and numbers, and zero for nothing", () => {
    assert.equal(countOf(object({ a: "9223372036854775807" }), "a"), 9223372036854775807n);
    assert.equal(countOf(object({ a: 7 }), "a"), 7n);
    assert.equal(countOf(object({}), "a"), 0n);
  });

  it("refuses what is below zero", () => refuses(/a is negative/, () => countOf(object({ a: "-1" }), "a")));
});

describe("refuseUnknownMembers()", () => {
  const shape = messageShape({ a: LEAF, list: { b: LEAF } });

  it("bears every member of the shape, absent ones and lists", () => {
    refuseUnknownMembers(object({ a: 1, list: [{ b: 1 }, {}] }), shape, "it", "BundleMemberUnknown");
  });

  it("names the place of the first that it does not have", () => {
    const failure = failsWith("BundleMemberUnknown", () =>
      refuseUnknownMembers(object({ list: [{ b: { c: 1 } }] }), shape, "it", "BundleMemberUnknown"),
    );
    assert.match(failure.message, /member "c" of it\.list\.b$/);
  });
});
