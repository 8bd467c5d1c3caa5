// The definitions that the API server gets: everything bounded and described, and the patterns that its CEL rules refuse
// are the ones that parsePattern() refuses. The rules are written so that they read the same as JavaScript.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Script, createContext } from "node:vm";
import fc from "fast-check";
import { parse } from "yaml";
import { parsePattern, parseSkipPattern } from "../../src/policy/pattern.ts";
import { schemaNodes } from "./schema-leaves.ts";

interface CrdNode {
  readonly properties: Readonly<Record<string, CrdNode>>;
  readonly items: CrdNode;
  readonly "x-kubernetes-validations"?: readonly { readonly rule: string; readonly message: string }[];
}

interface Crd {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly scope: string;
    readonly names: { readonly shortNames: readonly string[]; readonly categories: readonly string[] };
    readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: CrdNode } }[];
  };
}

function crd(plural: string): Crd {
  return parse(readFileSync(`crds/${plural}.yaml`, "utf8")) as Crd;
}

function specOf(plural: string): CrdNode {
  const node = crd(plural).spec.versions[0]?.schema.openAPIV3Schema.properties["spec"];
  assert.ok(node);
  return node;
}

/** True if the CEL rules of `list`'s items take `text`. */
function celTakes(list: "imageReferences" | "skipImageReferences"): (text: string) => boolean {
  const rules = specOf("clusterimageverifypolicies").properties["verifyImages"]?.items.properties[list]?.items;
  const source = (rules?.["x-kubernetes-validations"] ?? []).map(({ rule }) => `(${rule})`).join(" && ");
  assert.ok(source !== "");
  const setUp = `
    String.prototype.matches = function (source) { return new RegExp(source).test(String(this)); };
    String.prototype.contains = String.prototype.includes;`;
  const context = createContext({ self: "" });
  new Script(setUp).runInContext(context);
  const script = new Script(source);
  return (text) => {
    context["self"] = text;
    return script.runInContext(context) === true;
  };
}

const PIECES = [
  "a",
  "app",
  "*",
  "**",
  "?",
  "/",
  "/",
  ":",
  ".",
  "-",
  "_",
  "@",
  "localhost",
  "ghcr.io",
  "docker.io",
  ":*",
];
const MORE = [":5000", "443", "0", "A", " ", "{", "library/", "nginx", "acme/", "*.", `@sha256:${"0".repeat(64)}`];
const patterns = fc.array(fc.constantFrom(...PIECES, ...MORE), { maxLength: 7 }).map((parts) => parts.join(""));

describe("crds", () => {
  it("describes every field in a sentence", () => {
    for (const [path, { description = "" }] of schemaNodes()) assert.ok(description.length >= 20, path);
  });

  it("bounds every string, list, map and number", () => {
    for (const [path, node] of schemaNodes()) {
      if (node.type === "string") assert.ok(node.maxLength !== undefined || node.enum !== undefined, path);
      if (node.type === "array") assert.ok(node.maxItems !== undefined, path);
      if (node.type === "integer") assert.ok(node.maximum !== undefined, path);
      if (node.additionalProperties instanceof Object) assert.ok(node.maxProperties !== undefined, path);
    }
  });

  for (const [plural, scope, shortName] of [
    ["imageverifypolicies", "Namespaced", "ivp"],
    ["clusterimageverifypolicies", "Cluster", "civp"],
  ] as const) {
    it(`${plural} has its scope, names and category`, () => {
      const { metadata, spec } = crd(plural);
      assert.equal(metadata.name, `${plural}.sealgate.dev`);
      assert.equal(spec.scope, scope);
      assert.ok(spec.names.shortNames.includes(shortName));
      assert.deepEqual(spec.names.categories, ["sealgate"]);
    });
  }

  it("gives match to the cluster kind alone", () => {
    assert.ok("match" in specOf("clusterimageverifypolicies").properties);
    assert.ok(!("match" in specOf("imageverifypolicies").properties));
  });

  for (const [list, parsePart] of [
    ["imageReferences", parsePattern],
    ["skipImageReferences", parseSkipPattern],
  ] as const) {
    it(`refuses the same ${list} in CEL as in code`, () => {
      const takes = celTakes(list);
      for (const text of ["*", "ghcr.io/acme/*", "ghcr.*/acme/*", "gh*/acme/app", "nginx", "localhost/a*", "a.b"]) {
        assert.equal(takes(text), parsePart(text).ok, text);
      }
      fc.assert(
        fc.property(patterns, (text) => assert.equal(takes(text), parsePart(text).ok, text)),
        { numRuns: 20_000 },
      );
    });
  }
});
