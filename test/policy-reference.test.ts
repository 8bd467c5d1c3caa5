// docs/policy-reference.md and the descriptions that it is made of: what "kubectl explain" and the page say of each field.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

interface Node {
  readonly type: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly additionalProperties?: Node;
}

interface Definition {
  readonly spec: {
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Node } }[];
  };
}

/** A field that has no fields below it. `absence` is the text that says what holds without it; undefined where it cannot be left out. */
interface Leaf {
  readonly path: string;
  readonly node: Node;
  readonly absence?: string;
}

const page = readFileSync("docs/policy-reference.md", "utf8");
const definitions = readdirSync("crds").map((file) => parse(readFileSync(join("crds", file), "utf8")) as Definition);

/** Lists and maps speak for their values. */
function leavesOf(node: Node, path: string, absence?: string): readonly Leaf[] {
  const { properties, items, additionalProperties, required = [] } = node;
  if (properties !== undefined) {
    return Object.entries(properties).flatMap(([name, field]) =>
      leavesOf(field, `${path}.${name}`, required.includes(name) ? undefined : absenceOf(field)),
    );
  }
  if (items !== undefined) return leavesOf(items, `${path}[]`, absence);
  if (additionalProperties !== undefined) return leavesOf(additionalProperties, `${path}.*`, absence);
  return [{ path, node, ...(absence !== undefined && { absence }) }];
}

function absenceOf({ default: value, description = "" }: Node): string {
  return value === undefined ? description : "Default: as the schema has it.";
}

const kinds = definitions.map(({ spec }) => {
  const root = spec.versions[0]?.schema.openAPIV3Schema.properties?.["spec"];
  assert.ok(root);
  return { kind: spec.names.kind, leaves: leavesOf(root, `${spec.names.kind} spec`) };
});

const SAYS_DEFAULT = /Default: |when it is absent|It or \w+ must be written|Instead of \w+\./u;
/** Words by which a text says its form. */
const SAYS_FORM =
  /DNS label|DNS subdomain|RFC 3339|regular expression|CEL|PEM|pattern|exactly|URL|URI|sentence|for example|owner\/name|file\.yml|number|attestations\.NAME|host\/path|of type|trusted_root\.json/u;
/** Words by which a number says what it counts. */
const SAYS_UNIT = /How many|[Ss]econds|bytes|number of/u;

describe("the reference of policies", () => {
  for (const { kind, leaves } of kinds) {
    it(`describes every field of ${kind} in a sentence, with its unit or form`, () => {
      assert.ok(leaves.length > 0);
      for (const { path, node } of leaves) {
        const { type, description = "" } = node;
        assert.ok(description.length >= 20, path);
        assert.match(description, /\.$/u, path);
        if (type === "string" && node.enum === undefined) assert.match(description, SAYS_FORM, path);
        if (type === "integer" || type === "number") assert.match(description, SAYS_UNIT, path);
      }
    });

    it(`says of every field of ${kind} that may be left out what holds then`, () => {
      for (const { path, absence } of leaves) if (absence !== undefined) assert.match(absence, SAYS_DEFAULT, path);
    });

    it(`has a row for every field of ${kind}`, () => {
      assert.ok(page.includes(`\n## ${kind}\n`));
      for (const { path, node } of leaves) {
        const [, field = ""] = /([A-Za-z]+)(?:\[\]|\.\*)*$/u.exec(path) ?? [];
        const said = node.description?.replaceAll("|", "\\|") ?? "";
        const isValue = path.endsWith("[]") || path.endsWith(".*");
        const row = page
          .split("\n")
          .find((line) => line.startsWith(`| \`${field}\` |`) && (isValue || line.includes(said)));
        assert.ok(row, path);
      }
    });
  }
});
