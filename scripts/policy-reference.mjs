// Makes docs/policy-reference.md from the schemas of the kinds: every field with type, default, limits and description.

const HEAD = `# Policy reference

Made by \`npm run generate\` from the schema: edit \`scripts/crd-schema.mjs\` and \`scripts/crd-schema/\`. Every field of every
kind of \`sealgate.dev/v1alpha1\`, as the API server and \`sealgate apply\` read it; what is not listed here is refused.
[policies.md](policies.md) explains how they work together, [exceptions.md](exceptions.md) the exceptions.

A duration is one whole number and a unit, \`s\`, \`m\`, \`h\` or \`d\`. A time is written as RFC 3339 has it. A CEL expression
has at most 2048 characters. A list *by name* holds each name once, and server-side apply merges it by name.
`;

/** `kinds` as crds.mjs has them: kind, scope, shortNames, spec, description. */
export function policyReferencePage(kinds) {
  const seen = new Map();
  return [HEAD, ...kinds.map((kind) => kindSection(kind, seen))].join("\n");
}

function kindSection({ kind, plural, scope, shortNames, spec, description }, seen) {
  const names = [plural, ...shortNames].map((name) => `\`${name}\``).join(", ");
  const of = scope === "Cluster" ? "the cluster" : "a namespace";
  return [
    `## ${kind}\n`,
    `${description}\n`,
    `Of ${of}; kubectl knows it as ${names}.\n`,
    ...objectSections(spec, "spec", kind, seen),
  ].join("\n");
}

/** One table for each object, in the order of the schema; an object that stands in several places is told once. */
function objectSections(node, path, kind, seen) {
  const text = JSON.stringify(node);
  const known = seen.get(text);
  if (known !== undefined) return [`### ${kind} ${path}\n`, `As [${known}](#${anchorOf(known)}).\n`];
  seen.set(text, `${kind} ${path}`);
  const fields = Object.entries(node.properties ?? {});
  const rows = fields.map(([name, field]) => row(name, field, node.required ?? []));
  return [
    `### ${kind} ${path}\n`,
    `${node.description}\n`,
    "| field | type | default | limits | meaning |\n|---|---|---|---|---|",
    `${rows.join("\n")}\n`,
    ...rulesOf(node),
    ...fields.flatMap(([name, field]) => nested(field, `${path}.${name}`, kind, seen)),
  ];
}

function nested(node, path, kind, seen) {
  if (node.type === "array") return nested(node.items, `${path}[]`, kind, seen);
  return node.properties === undefined ? [] : objectSections(node, path, kind, seen);
}

function row(name, field, required) {
  const cells = [`\`${name}\``, typeOf(field), defaultOf(name, field, required), limitsOf(field), field.description];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
}

function typeOf(field) {
  if (field.type === "array") {
    const isByName = field["x-kubernetes-list-type"] === "map";
    return `list of ${typeOf(field.items)}s${isByName ? " by name" : ""}`;
  }
  if (field.additionalProperties !== undefined) return `map of ${typeOf(field.additionalProperties)}s`;
  return field.type;
}

/** The schema's, or what the description says of absence. */
function defaultOf(name, { default: value, description }, required) {
  if (required.includes(name)) return "required";
  if (value !== undefined) return `\`${value}\``;
  const [, said] = /Default: (.+?)\.(?:\s|$)/u.exec(description) ?? [];
  if (said !== undefined) return said;
  const [, absent] = /(?:^|[.;:] )([^.;:]+?) when it is absent/u.exec(description) ?? [];
  return absent === undefined ? "none" : absent.charAt(0).toLowerCase() + absent.slice(1);
}

function limitsOf(field) {
  const { enum: values, minItems, maxItems, minProperties, maxProperties, items, additionalProperties } = field;
  const own = [
    ...(values === undefined ? [] : [values.map((value) => `\`${value}\``).join(", ")]),
    ...range(minItems, maxItems, "items"),
    ...range(minProperties, maxProperties, "members"),
    ...range(field.minLength, field.maxLength, "characters"),
    ...range(field.minimum, field.maximum, ""),
  ];
  const inner = items ?? additionalProperties;
  const each = inner === undefined ? "" : limitsOf(inner);
  return [...own, ...(each === "" ? [] : [`each ${each}`])].join("; ");
}

function range(from, to, unit) {
  const of = unit === "" ? "" : ` ${unit}`;
  if (from !== undefined && to !== undefined) return [`${from} to ${to}${of}`];
  if (to !== undefined) return [`at most ${to}${of}`];
  return from === undefined ? [] : [`at least ${from}${of}`];
}

/** What no type says, in the words of the API server. */
function rulesOf(node) {
  const rules = node["x-kubernetes-validations"] ?? [];
  if (rules.length === 0) return [];
  const lines = rules.map(
    ({ message, fieldPath }) => `- ${fieldPath === undefined ? "" : `\`${fieldPath.slice(1)}\`: `}${message}`,
  );
  return ["Beside that:\n", `${lines.join("\n")}\n`];
}

function anchorOf(heading) {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}
