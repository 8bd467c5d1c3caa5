/**
 * What the operator wrote wrongly, and lenient readers of a resource that may have any shape. A check reads only what
 * has the right shape; the schema refuses the rest (policy-api.md §5).
 */
export interface FieldError {
  /** For example spec.verifyImages[0].attestors[0].entries[1].keys.publicKeys */
  readonly path: string;
  readonly message: string;
}

export function memberOf(value: unknown, name: string): unknown {
  const isObject = typeof value === "object" && value !== null && Object.hasOwn(value, name);
  return isObject ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

/** The list's items with their paths; nothing for what is no list. */
export function itemsOf(value: unknown, path: string): readonly { value: unknown; path: string }[] {
  return Array.isArray(value) ? value.map((item: unknown, i) => ({ value: item, path: `${path}[${i}]` })) : [];
}

/** Items of a list by name whose name was used before. */
export function duplicateNames(list: unknown, path: string): readonly FieldError[] {
  const seen = new Set<unknown>();
  return itemsOf(list, path).flatMap((item) => {
    const name = memberOf(item.value, "name");
    if (typeof name !== "string" || !seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ path: `${item.path}.name`, message: `is used twice: ${JSON.stringify(name.slice(0, 64))}` }];
  });
}
