// What ajv wrote beforehand says the same, in every word, as what ajv makes of the schema while the program runs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse, parseAllDocuments } from "yaml";
import { CONFIG_SCHEMA } from "../../src/config/schema.ts";
import { EXCEPTION_SPEC_SCHEMA } from "../../src/policy/exception-schema.generated.ts";
import { POLICY_SPEC_SCHEMA } from "../../src/policy/schema.generated.ts";
import { TRUST_ROOT_SPEC_SCHEMA } from "../../src/policy/trust-root-schema.generated.ts";
import { schemaCheck, type Validate } from "../../src/schema/validator.ts";
import * as validators from "../../src/schema/validators.js";
import type { SchemaNode } from "../policy/schema-leaves.ts";
import { compileSchema } from "../support/schema.ts";
import { Random } from "../support/x509/seeded.ts";

const { namespaceSelector: _clusterOnly, ...NAMESPACED_MATCH } = POLICY_SPEC_SCHEMA.properties.match.properties;
const NAMESPACED_SCHEMA = {
  ...POLICY_SPEC_SCHEMA,
  properties: {
    ...POLICY_SPEC_SCHEMA.properties,
    match: { ...POLICY_SPEC_SCHEMA.properties.match, properties: NAMESPACED_MATCH },
  },
};

/** Each with the schema that it was made of, and values that it takes. */
const TABLE: Readonly<Record<keyof typeof validators, readonly [SchemaNode, ...(readonly string[])]>> = {
  validateClusterPolicySpec: [
    POLICY_SPEC_SCHEMA,
    "examples/cluster-policy.yaml",
    "examples/identities-policy.yaml",
    "examples/registries-policy.yaml",
    "examples/two-of-three-policy.yaml",
  ],
  validateNamespacedPolicySpec: [NAMESPACED_SCHEMA, "examples/namespaced-policy.yaml"],
  validateExceptionSpec: [EXCEPTION_SPEC_SCHEMA, "examples/exception.yaml"],
  validateTrustRootSpec: [TRUST_ROOT_SPEC_SCHEMA, "examples/trust-root.yaml"],
  validateConfig: [CONFIG_SCHEMA],
};

const VALUES = 200;
const LONG = "a".repeat(5000);
const SCALARS: readonly unknown[] = [
  null,
  true,
  false,
  0,
  1,
  -1,
  1.5,
  1e9,
  "",
  "a",
  "A",
  "30s",
  "https://a.example",
  LONG,
];
const TEXTS: readonly string[] = [
  "vuln",
  "acme/web",
  "ghcr.io/acme/*",
  "refs/heads/main",
  "2026-01-01T00:00:00Z",
  "a b",
];

/** What the schema may hold, and now and then what it may not. */
function valueOf(schema: SchemaNode, random: Random): unknown {
  if (random.below(12) === 0) return random.pick<unknown>([...SCALARS, [], {}, [LONG], { a: 1 }]);
  if (schema.enum !== undefined && random.below(4) > 0) return random.pick(schema.enum);
  if (schema.type === "object") return objectOf(schema, random);
  if (schema.type === "array") {
    const items = Array.from({ length: random.below(4) }, () => valueOf(schema.items ?? {}, random));
    return random.below(8) === 0 ? [...items, ...items] : items;
  }
  if (schema.type === "boolean") return random.below(2) === 0;
  if (schema.type === "integer") return random.below(200);
  return random.pick<unknown>([...TEXTS, ...SCALARS]);
}

function objectOf({ properties = {}, additionalProperties }: SchemaNode, random: Random): unknown {
  const chance = random.pick([2, 4]);
  const known = Object.entries(properties).filter(() => random.below(chance) === 0);
  const members = known.map(([name, schema]): [string, unknown] => [name, valueOf(schema, random)]);
  if (typeof additionalProperties === "object" || random.below(10) === 0) {
    const schema = typeof additionalProperties === "object" ? additionalProperties : {};
    members.push([random.pick(["a", "Odd name", "a.b/c", "constructor"]), valueOf(schema, random)]);
  }
  return Object.fromEntries(members);
}

/** With something deep inside replaced. */
function changed(value: unknown, random: Random): unknown {
  if (typeof value !== "object" || value === null || random.below(6) === 0) return random.pick(SCALARS);
  const names = Object.keys(value);
  if (names.length === 0) return value;
  const name = random.pick(names);
  const members = Object.entries(value).map(([key, member]) => [key, key === name ? changed(member, random) : member]);
  return Array.isArray(value) ? members.map(([, member]) => member) : Object.fromEntries(members);
}

function specsOf(file: string): readonly unknown[] {
  const documents = parseAllDocuments(readFileSync(file, "utf8"), { version: "1.1" });
  return documents.map((document) => (parse(String(document), { version: "1.1" }) as { spec: unknown }).spec);
}

describe("schema/validators", () => {
  for (const [name, [schema, ...files]] of Object.entries(TABLE)) {
    it(`${name}() says what ajv says`, () => {
      const random = new Random(1);
      const made = schemaCheck(validators[name as keyof typeof validators] as Validate);
      const compiled = compileSchema(schema);
      const taken = name === "validateConfig" ? [{}] : files.flatMap(specsOf);
      const generated = Array.from({ length: VALUES }, () => valueOf(schema, random));
      const spoiled = Array.from({ length: VALUES }, () => changed(random.pick(taken), random));
      for (const value of taken) assert.deepEqual(made(value), []);
      const told = new Set<string>();
      for (const value of [...taken, ...generated, ...spoiled]) {
        const errors = made(value);
        assert.deepEqual(errors, compiled(value), JSON.stringify(value).slice(0, 2000));
        for (const { path } of errors) told.add(path.replaceAll(/\d+/g, "N"));
      }
      assert.ok(told.size > 20, `only ${told.size} places were refused`);
    });
  }
});
