// The checks of all schemas as code, written by ajv into dist/src/schema/validators.js after each compilation: compiling them
// when the first policy comes would hold up everybody else for a fifth of a second. src/schema/validators.d.ts names them.
import { writeFileSync } from "node:fs";
import { Ajv } from "ajv";
import standalone from "ajv/dist/standalone/index.js";
import { build } from "esbuild";
import { CONFIG_SCHEMA } from "../dist/src/config/schema.js";
import { EXCEPTION_SPEC_SCHEMA } from "../dist/src/policy/exception-schema.generated.js";
import { POLICY_SPEC_SCHEMA } from "../dist/src/policy/schema.generated.js";
import { TRUST_ROOT_SPEC_SCHEMA } from "../dist/src/policy/trust-root-schema.generated.js";

const FILE = "dist/src/schema/validators.js";
/** Of a schema as JSON: a shorter one is not worth a function of its own. */
const SHARED_LENGTH = 120;

const { namespaceSelector: _clusterOnly, ...namespacedMatch } = POLICY_SPEC_SCHEMA.properties.match.properties;
const namespacedProperties = {
  ...POLICY_SPEC_SCHEMA.properties,
  match: { ...POLICY_SPEC_SCHEMA.properties.match, properties: namespacedMatch },
};

const schemas = {
  validateClusterPolicySpec: POLICY_SPEC_SCHEMA,
  validateNamespacedPolicySpec: { ...POLICY_SPEC_SCHEMA, properties: namespacedProperties },
  validateExceptionSpec: EXCEPTION_SPEC_SCHEMA,
  validateTrustRootSpec: TRUST_ROOT_SPEC_SCHEMA,
  validateConfig: CONFIG_SCHEMA,
};

const ajv = new Ajv({
  allErrors: true,
  verbose: true,
  strict: true,
  inlineRefs: false,
  code: { source: true, esm: true },
});
const { roots, definitions } = withSharedParts(schemas);
ajv.addSchema({ $id: "shared", definitions });
for (const [name, schema] of Object.entries(roots)) ajv.addSchema(schema, name);
const names = Object.fromEntries(Object.keys(roots).map((name) => [name, name]));
const { outputFiles } = await build({
  stdin: { contents: standalone.default(ajv, names), resolveDir: "." },
  bundle: true,
  write: false,
  format: "esm",
  platform: "node",
  logLevel: "warning",
});
writeFileSync(FILE, outputFiles[0].text);

/**
 * What stands in several places becomes one function. Its description stays where it is, since messages tell it; texts and
 * numbers stay whole, since ajv looks for duplicates of what it knows the type of in another order.
 */
function withSharedParts(all) {
  const counts = new Map();
  const countParts = (schema) => {
    const text = JSON.stringify(schema);
    counts.set(text, (counts.get(text) ?? 0) + 1);
    mapParts(schema, countParts);
    return schema;
  };
  for (const schema of Object.values(all)) countParts(schema);
  const shared = new Map();
  const definitions = {};
  const share = (schema) => {
    const text = JSON.stringify(schema);
    const isShared = schema.type === "object" || schema.type === "array";
    if (!isShared || counts.get(text) === 1 || text.length < SHARED_LENGTH) return mapParts(schema, share);
    if (!shared.has(text)) {
      const name = `part${shared.size}`;
      shared.set(text, name);
      definitions[name] = mapParts(schema, share);
    }
    const { description } = schema;
    return { ...(description !== undefined && { description }), $ref: `shared#/definitions/${shared.get(text)}` };
  };
  return { roots: mapValues(all, (schema) => mapParts(schema, share)), definitions };
}

/** The schema with each schema in it changed. */
function mapParts(schema, change) {
  const { properties, items, additionalProperties, propertyNames } = schema;
  return {
    ...schema,
    ...(properties !== undefined && { properties: mapValues(properties, change) }),
    ...(items !== undefined && { items: change(items) }),
    ...(typeof additionalProperties === "object" && { additionalProperties: change(additionalProperties) }),
    ...(propertyNames !== undefined && { propertyNames: change(propertyNames) }),
  };
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
