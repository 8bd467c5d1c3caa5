// The CEL rules of the definitions, run as JavaScript: they are written so that they read nearly the same in both.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createContext, Script, type Context } from "node:vm";
import { parse } from "yaml";

export interface CelRule {
  readonly rule: string;
  readonly message: string;
  readonly fieldPath?: string;
}

export interface CrdNode {
  readonly properties?: Readonly<Record<string, CrdNode>>;
  readonly items?: CrdNode;
  readonly "x-kubernetes-validations"?: readonly CelRule[];
}

export interface Crd {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly scope: string;
    readonly names: { readonly shortNames: readonly string[]; readonly categories: readonly string[] };
    readonly versions: readonly {
      readonly additionalPrinterColumns: readonly { readonly name: string }[];
      readonly subresources: unknown;
      readonly schema: { readonly openAPIV3Schema: CrdNode };
    }[];
  };
}

export function crd(plural: string): Crd {
  return parse(readFileSync(`crds/${plural}.yaml`, "utf8")) as Crd;
}

/** The node at a path of members and "[]", below `spec`. */
export function specNode(plural: string, ...path: readonly string[]): CrdNode {
  let node = crd(plural).spec.versions[0]?.schema.openAPIV3Schema.properties?.["spec"];
  for (const step of path) node = step === "[]" ? node?.items : node?.properties?.[step];
  assert.ok(node);
  return node;
}

const SET_UP = `
  String.prototype.matches = function (source) { return new RegExp(source).test(String(this)); };
  Array.prototype.all = Array.prototype.every;
  String.prototype.contains = String.prototype.includes;
  const has = (value) => value !== undefined;
  const size = (value) => value.length;
  const int = (text) => Number(text);
  const timestamp = (text) => {
    const instant = Date.parse(text);
    if (Number.isNaN(instant)) throw new Error("no time");
    return instant;
  };`;

const context: Context = createContext({ self: "" });
new Script(SET_UP).runInContext(context);
const scripts = new Map<string, Script>();

/** What the rules of `node` and of everything below it refuse. A rule that errs refuses, as on the API server. */
export function celErrors(node: CrdNode, value: unknown, path: string): readonly { path: string; message: string }[] {
  const own = (node["x-kubernetes-validations"] ?? [])
    .filter(({ rule }) => !holds(rule, value))
    .map(({ fieldPath = "", message }) => ({ path: `${path}${fieldPath}`, message }));
  const members = Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    return member === undefined ? [] : celErrors(child, member, `${path}.${name}`);
  });
  const { items } = node;
  const elements =
    items === undefined || !Array.isArray(value)
      ? []
      : value.flatMap((element, i) => celErrors(items, element, `${path}[${i}]`));
  return [...own, ...members, ...elements];
}

function holds(rule: string, value: unknown): boolean {
  const script =
    scripts.get(rule) ??
    new Script(
      rule
        .replaceAll("__namespace__", "namespace")
        .replace(/self\.all\(k, (.*)\)$/, "Object.keys(self).every((k) => $1)")
        .replace(/\.all\(([a-z]), /g, ".every(($1) => ")
        .replace(/\.(map|filter)\(([a-z]), /g, ".$1(($2) => "),
    );
  scripts.set(rule, script);
  context["self"] = value;
  try {
    return script.runInContext(context) === true;
  } catch {
    return false;
  }
}
