// Texts of trust roots in ConfigMaps and Secrets: where in them it stands, what is none, and what a message never says.
import assert from "node:assert/strict";
import { asObject } from "../../src/encoding/guard.ts";
import { parseJson } from "../../src/encoding/json.ts";
import {
  isSameText,
  NO_OBJECT,
  readRootText,
  readStoredRoot,
  type RootText,
} from "../../src/policy/trust-root-source.ts";
import type { Json } from "./resources.ts";
import { inlineOf } from "./trust-roots.ts";

const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString("base64");

function read(kind: "ConfigMap" | "Secret", object: Json): string {
  const answer = readRootText(kind, asObject(parseJson(JSON.stringify(object)), "it"), "a");
  return answer.kind === "text" ? `text ${answer.text}` : answer.reason;
}

describe("readRootText()", () => {
  it("reads text and base64 of either kind", () => {
    assert.equal(read("ConfigMap", { data: { a: "{}", b: "x" } }), "text {}");
    assert.equal(read("ConfigMap", { binaryData: { a: base64("{ü}") } }), "text {ü}");
    assert.equal(read("Secret", { data: { a: base64("{}") } }), "text {}");
    assert.equal(read("Secret", { stringData: { a: "{}" }, data: { a: base64("x") } }), "text {}");
  });

  it("says what is none", () => {
    for (const object of [{}, { data: {} }, { data: { b: "x" } }, { data: null }, { data: { a: 1 } }, { data: [] }]) {
      assert.equal(read("ConfigMap", object), "the ConfigMap has no such member");
      assert.equal(read("Secret", object), "the Secret has no such member");
    }
    assert.equal(read("Secret", { data: { a: "pl4nted!" } }), "it is not text");
    assert.equal(read("ConfigMap", { binaryData: { a: base64(Uint8Array.of(0xff, 0xfe)) } }), "it is not text");
  });

  it("reads no more than 1 MiB", () => {
    const limit = 1024 * 1024;
    assert.match(read("ConfigMap", { data: { a: "x".repeat(limit) } }), /^text x/u);
    assert.equal(read("ConfigMap", { data: { a: "x".repeat(limit + 1) } }), "it is larger than 1048576 bytes");
  });
});

describe("readStoredRoot()", () => {
  const source = { namespace: "sealgate", name: "roots", key: "a" };
  const errors = (kind: "ConfigMap" | "Secret", found: RootText): readonly string[] =>
    readStoredRoot({ kind, ...source }, found).errors.map(({ path, message }) => `${path}: ${message}`);

  it("has the material of a text that is a trusted_root.json", () => {
    const { value, errors: none } = readStoredRoot({ kind: "Secret", ...source }, { kind: "text", text: inlineOf() });
    assert.ok(value !== undefined && value.logs.length > 0);
    assert.ok(value.logs.every(({ isBuiltIn }) => !isBuiltIn));
    assert.deepEqual(none, []);
  });

  it("says where it looked and why there is none", () => {
    assert.deepEqual(errors("Secret", NO_OBJECT.Secret), [
      'spec.secret: member "a" of Secret "sealgate/roots": the Secret does not exist',
    ]);
    assert.deepEqual(errors("ConfigMap", NO_OBJECT.ConfigMap), [
      'spec.configMap: member "a" of ConfigMap "sealgate/roots": the ConfigMap does not exist',
    ]);
  });

  it("never repeats what stands in a Secret", () => {
    // The reader's own failure quotes it, and is told to nobody
    for (const text of ["hidden", '{"hidden": 1}', `{"mediaType": "hidden"}`]) {
      const [inSecret = ""] = errors("Secret", { kind: "text", text });
      assert.match(inSecret, /^spec\.secret: member "a" of Secret "sealgate\/roots": TrustRoot\w+: \w+/u);
      assert.doesNotMatch(inSecret, /hidden/u);
    }
    assert.match(errors("ConfigMap", { kind: "text", text: '{"mediaType": "mine"}' })[0] ?? "", /: Cannot .*mine/u);
  });
});

describe("isSameText()", () => {
  it("tells texts and reasons apart", () => {
    const answers: readonly (RootText | undefined)[] = [
      undefined,
      { kind: "text", text: "a" },
      { kind: "text", text: "b" },
      { kind: "none", reason: "a" },
      { kind: "none", reason: "b" },
    ];
    for (const [i, before] of answers.entries()) {
      for (const [j, after] of answers.entries()) {
        if (after !== undefined) assert.equal(isSameText(before, after), i === j);
      }
    }
  });
});
