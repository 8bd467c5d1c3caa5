// Makes crds/*.yaml, the JSON schema for ajv and the TypeScript types of the policy kinds from crd-schema.mjs.
import { compile } from "json-schema-to-typescript";
import prettier from "prettier";
import { stringify } from "yaml";
import { clusterSpec, namespacedSpec } from "./crd-schema.mjs";
import { exceptionSpec } from "./crd-schema/exception.mjs";
import { plainStatus, policyStatus } from "./crd-schema/status.mjs";
import { trustRootSpec } from "./crd-schema/trust-root.mjs";

const AGE = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };
const conditionColumn = (name, type, member, more = {}) => ({
  name,
  type: "string",
  jsonPath: `.status.conditions[?(@.type=="${type}")].${member}`,
  ...more,
});
const READY = conditionColumn("Ready", "Ready", "status");
/** Why it is ready or not, for `kubectl get -o wide`. */
const STATE = conditionColumn("State", "Ready", "reason", { priority: 1 });
const POLICY_COLUMNS = [
  { name: "Action", type: "string", jsonPath: ".spec.failureAction" },
  READY,
  conditionColumn("Relaxed", "Relaxed", "status"),
  STATE,
  AGE,
];

/** The kinds of sealgate.dev, in the order of docs/policy-reference.md. */
export const KINDS = [
  {
    kind: "ImageVerifyPolicy",
    plural: "imageverifypolicies",
    shortNames: ["imageverify", "ivp"],
    scope: "Namespaced",
    spec: namespacedSpec,
    status: policyStatus,
    columns: POLICY_COLUMNS,
    description: "Rules over the images of the pods in its own namespace. It only adds to what cluster policies ask.",
  },
  {
    kind: "ClusterImageVerifyPolicy",
    plural: "clusterimageverifypolicies",
    shortNames: ["clusterimageverify", "civp"],
    scope: "Cluster",
    spec: clusterSpec,
    status: policyStatus,
    columns: POLICY_COLUMNS,
    description: "Rules over the images of the pods in every namespace that it matches.",
  },
  {
    kind: "ImageVerifyException",
    plural: "imageverifyexceptions",
    shortNames: ["ivx"],
    scope: "Cluster",
    spec: exceptionSpec,
    status: plainStatus,
    columns: [
      { name: "Expires", type: "string", jsonPath: ".spec.expires" },
      READY,
      STATE,
      { name: "Reason", type: "string", jsonPath: ".spec.reason", priority: 1 },
      AGE,
    ],
    description:
      "Takes rules of policies off images, for pods of some namespaces, until it expires. Every use is recorded.",
  },
  {
    kind: "TrustRoot",
    plural: "trustroots",
    shortNames: ["troot"],
    scope: "Cluster",
    spec: trustRootSpec,
    status: plainStatus,
    columns: [READY, STATE, AGE],
    description:
      "One Sigstore instance: its authorities and logs, and what its signatures must bring. Policies name it.",
  },
];

const VARIANTS = [
  { variant: "keys", file: "keys-schema.generated.ts", name: "KEYS_SCHEMA" },
  { variant: "keyless", file: "keyless-schema.generated.ts", name: "KEYLESS_SCHEMA" },
  { variant: "githubActions", file: "github-actions-schema.generated.ts", name: "GITHUB_ACTIONS_SCHEMA" },
  { variant: "certificates", file: "certificates-schema.generated.ts", name: "CERTIFICATES_SCHEMA" },
];

/** File name to content, for generate.mjs. */
export async function crdFiles() {
  // The chart's own copy: a chart holds no file from outside of its folder.
  const places = ["crds", "charts/sealgate/files/crds"];
  const files = KINDS.flatMap((kind) => places.map((place) => [`${place}/${kind.plural}.yaml`, crdYaml(kind)]));
  const schema = forAjv(clusterSpec);
  const exception = forAjv(exceptionSpec);
  const trustRoot = forAjv(trustRootSpec);
  return new Map([
    ...files,
    ...(await schemaModules(schema)),
    ["src/policy/spec.generated.ts", await typesModule(schema, "PolicySpec", "The spec of the policy kinds")],
    [
      "src/policy/exception-schema.generated.ts",
      await schemaModule(
        "The spec of ImageVerifyException as a JSON schema.",
        [],
        `EXCEPTION_SPEC_SCHEMA = ${JSON.stringify(exception)}`,
      ),
    ],
    [
      "src/policy/exception-spec.generated.ts",
      await typesModule(exception, "ExceptionSpec", "The spec of ImageVerifyException"),
    ],
    [
      "src/policy/trust-root-schema.generated.ts",
      await schemaModule(
        "The spec of TrustRoot as a JSON schema.",
        [],
        `TRUST_ROOT_SPEC_SCHEMA = ${JSON.stringify(trustRoot)}`,
      ),
    ],
    ["src/policy/trust-root-spec.generated.ts", await typesModule(trustRoot, "TrustRootSpec", "The spec of TrustRoot")],
  ]);
}

function crdYaml({ kind, plural, shortNames, scope, spec, status, columns, description }) {
  const resource = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.sealgate.dev` },
    spec: {
      group: "sealgate.dev",
      scope,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames,
        categories: ["sealgate"],
      },
      versions: [
        {
          name: "v1alpha1",
          served: true,
          storage: true,
          additionalPrinterColumns: columns,
          subresources: { status: {} },
          schema: { openAPIV3Schema: rootSchema(description, spec, status) },
        },
      ],
    },
  };
  const yaml = stringify(resource, { lineWidth: 120, aliasDuplicateObjects: false });
  return `# Made by "npm run generate" from scripts/crd-schema.mjs and scripts/crd-schema/: edit those.\n${yaml}`;
}

function rootSchema(description, spec, status) {
  return {
    type: "object",
    description,
    required: ["spec"],
    properties: {
      apiVersion: { type: "string", description: "The version of this kind, sealgate.dev/v1alpha1." },
      kind: { type: "string", description: "The kind of this object, as its definition names it." },
      metadata: { type: "object" },
      spec,
      status,
    },
  };
}

/** JSON Schema draft 7: no Kubernetes extensions; unknown members refused; sets are unique. policy/ checks the CEL rules. */
function forAjv(schema) {
  const { properties, items, additionalProperties, format: _format, ...rest } = schema;
  const own = Object.entries(rest).filter(([key]) => !key.startsWith("x-kubernetes-") && key !== "default");
  return {
    ...Object.fromEntries(own),
    ...(schema["x-kubernetes-list-type"] === "set" ? { uniqueItems: true } : {}),
    ...(items === undefined ? {} : { items: forAjv(items) }),
    ...(additionalProperties === undefined ? {} : { additionalProperties: forAjv(additionalProperties) }),
    ...(properties === undefined ? {} : { additionalProperties: false, properties: mapValues(properties, forAjv) }),
  };
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

/** Parts in files of their own, since nobody should have to read a file that has no end; a set stands in two places. */
async function schemaModules(schema) {
  const { attestors, attestations } = schema.properties.verifyImages.items.properties;
  const variants = VARIANTS.map(({ variant, file, name }) => ({
    file,
    name,
    what: `The variant ${variant} of an attestor entry as a JSON schema.`,
    part: attestors.items.properties.entries.items.properties[variant],
  }));
  const parts = [
    ...variants,
    {
      file: "attestor-set-schema.generated.ts",
      name: "ATTESTOR_SET_SCHEMA",
      what: "A set of attestors as a JSON schema.",
      part: attestors.items,
    },
    {
      file: "attestation-schema.generated.ts",
      name: "ATTESTATION_SCHEMA",
      what: "An attestation that a rule asks for, as a JSON schema.",
      part: attestations.items,
    },
    {
      file: "match-schema.generated.ts",
      name: "MATCH_SCHEMA",
      what: "The match of a policy of the cluster kind as a JSON schema.",
      part: schema.properties.match,
    },
    {
      file: "schema.generated.ts",
      name: "POLICY_SPEC_SCHEMA",
      what: "The spec of the policy kinds as a JSON schema, for schema/validator.ts. The namespaced kind selects no namespaces.",
      part: schema,
    },
  ];
  const written = [];
  for (const { file, name, what, part } of parts) {
    const text = written.reduce((json, other) => json.replaceAll(other.text, other.name), JSON.stringify(part));
    const imports = written.filter((other) => new RegExp(`\\b${other.name}\\b`).test(text));
    const lines = imports.map((other) => `import { ${other.name} } from "./${other.file}";`);
    written.push({ file, name, text, module: await schemaModule(what, lines, `${name} = ${text}`) });
  }
  return written.map(({ file, module }) => [`src/policy/${file}`, module]);
}

async function schemaModule(what, imports, constant) {
  const text = [header(what), ...imports, `export const ${constant} as const;\n`].join("\n");
  return prettier.format(text, { parser: "typescript", printWidth: 120 });
}

/** The sets of attestations are those of signatures: their type is written once. */
function withOneSetType(schema) {
  const copy = structuredClone(schema);
  const rule = copy.properties.verifyImages?.items.properties;
  if (rule !== undefined) {
    rule.attestations.items.properties.attestors.items = {
      tsType: 'NonNullable<PolicySpec["verifyImages"][number]["attestors"]>[number]',
    };
  }
  return copy;
}

async function typesModule(schema, name, what) {
  const types = await compile(withOneSetType(schema), name, {
    bannerComment: "",
    ignoreMinAndMaxItems: true,
    declareExternallyReferenced: true,
    format: false,
  });
  const readonly = types
    .replaceAll(/^(\s*)([A-Za-z]+\??:)/gm, "$1readonly $2")
    .replaceAll(/(\w+)\[\]/g, "readonly $1[]");
  return prettier.format(`${header(`${what} as TypeScript types.`)}\n${readonly}`, {
    parser: "typescript",
    printWidth: 120,
  });
}

function header(what) {
  return `/**\n * ${what}\n * Made by "npm run generate" from scripts/crd-schema.mjs and scripts/crd-schema/: edit those. It refuses nothing by itself.\n */`;
}
