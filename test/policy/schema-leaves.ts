// The leaves of the policies' schema, for tests that ask something of each of them.
import { ATTESTOR_SET_SCHEMA } from "../../src/policy/attestor-set-schema.generated.ts";
import { POLICY_SPEC_SCHEMA } from "../../src/policy/schema.generated.ts";

export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly additionalProperties?: SchemaNode | boolean;
}

/**
 * Every node with its path, for example verifyImages[].attestors[].count; `.*` is any key. The sets of attestations are those
 * of signatures, and stand here once.
 */
export function schemaNodes(
  node: SchemaNode = POLICY_SPEC_SCHEMA,
  path = "",
): readonly (readonly [path: string, node: SchemaNode])[] {
  const { additionalProperties: more } = node;
  if (node === ATTESTOR_SET_SCHEMA && path.includes("attestations")) return [];
  return [
    [path, node],
    ...Object.entries(node.properties ?? {}).flatMap(([name, child]) =>
      schemaNodes(child, path === "" ? name : `${path}.${name}`),
    ),
    ...(node.items === undefined ? [] : schemaNodes(node.items, `${path}[]`)),
    ...(typeof more === "object" ? schemaNodes(more, `${path}.*`) : []),
  ];
}

export function schemaLeaves(root?: SchemaNode): readonly string[] {
  return schemaNodes(root)
    .filter(([, { type }]) => type !== "object" && type !== "array")
    .map(([path]) => path);
}
